// Texts that cross from a reader to the daemon are UTF-8 without NUL: databases and JSON take nothing else.
#pragma once

#include <string>
#include <string_view>

namespace tocsin::reader {

/// Is this UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF) without NUL?
[[nodiscard]] bool is_clean_text(std::string_view text);

/// `text` with U+FFFD for every byte that keeps it from being clean, cut to at most `size_max` bytes between
/// characters.
[[nodiscard]] std::string clean_text(std::string_view text, std::size_t size_max);

}  // namespace tocsin::reader
