// Text in any charset of the world → valid UTF-8.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mail/ascii.hpp"

namespace tocsin::mail {

/// All bytes below 0x80.
[[nodiscard]] bool is_ascii(std::string_view text);

/// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool is_valid_utf8(std::string_view text);

/// `text` with every ill-formed sequence replaced by U+FFFD (one per maximal subpart, as browsers do).
[[nodiscard]] std::string repair_utf8(std::string_view text);

/// `text` itself when it is valid UTF-8, else `text` read as windows-1252 (in which every byte means
/// something).
[[nodiscard]] std::string utf8_or_windows_1252(std::string_view text);

/// Appends `code_point` in UTF-8; a surrogate or a value above U+10FFFF becomes U+FFFD.
void append_utf8(std::string& out, char32_t code_point);

/// Reads one code point of valid UTF-8 at `at` and moves `at` behind it. `at` must be inside `text`;
/// ill-formed bytes yield U+FFFD.
[[nodiscard]] char32_t next_code_point(std::string_view text, std::size_t& at);

/// Converts to UTF-8 and keeps the opened converters for the next text. One per thread; make it once, use it
/// for many messages.
class CharsetConverters {
public:
    CharsetConverters();
    ~CharsetConverters();
    CharsetConverters(CharsetConverters&&) noexcept;
    CharsetConverters& operator=(CharsetConverters&&) noexcept;

    /// `bytes` in `charset` (any case, any alias, empty when undeclared) as valid UTF-8. Bytes that mean
    /// nothing become U+FFFD. Undeclared, us-ascii or unknown: a byte order mark decides, else UTF-8 if it is
    /// that, else windows-1252, as browsers guess in the West. A leading byte order mark is dropped. ASCII
    /// and valid UTF-8 are copied without asking ICU.
    [[nodiscard]] std::string to_utf8(std::string_view bytes, std::string_view charset);

private:
    struct Cache;
    std::unique_ptr<Cache> cache_;
};

}  // namespace tocsin::mail
