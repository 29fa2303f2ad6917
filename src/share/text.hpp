// Small things about text that comes from somewhere else, or goes there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tocsin::share {

/// `text` with U+FFFD in the place of every byte that belongs to no character of UTF-8 (RFC 3629).
[[nodiscard]] std::string valid_utf8(std::string_view text);
/// The same on one line: control characters become blanks, those that turn the direction of writing are left out.
[[nodiscard]] std::string one_line(std::string_view text);
/// one_line() in quotation marks, cut to limits::share_quoted_bytes.
[[nodiscard]] std::string quote(std::string_view text);

/// RFC 4648 section 4, with padding, without line breaks.
[[nodiscard]] std::string to_base64(std::string_view bytes);
/// The bytes of base64 in either alphabet, padded or not; nullopt: it is none.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);
/// %41 becomes A; what is no escape stays.
[[nodiscard]] std::string percent_decoded(std::string_view text);

}  // namespace tocsin::share
