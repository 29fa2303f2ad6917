// Text from outside on its way into a column. PostgreSQL refuses NUL and invalid UTF-8; a record must never be
// refused for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::store {

/// `text` as valid UTF-8 without NUL: what is not becomes U+FFFD, one for each byte. Longer than `bytes_max`: cut
/// between two characters, ending in `…`.
[[nodiscard]] std::string stored_text(std::string_view text, std::size_t bytes_max);

/// True if stored_text() would keep it as it is.
[[nodiscard]] bool is_storable(std::string_view text, std::size_t bytes_max);

/// JSON is kept whole or not at all, because half a document helps nobody: up to limits::record_json_bytes, else a note in its
/// place. Empty: an empty array.
[[nodiscard]] std::string storable_json(std::string_view text);

/// ASCII letters in lower case, for columns to search by.
[[nodiscard]] std::string search_key(std::string_view text);

/// A pattern for LIKE … ESCAPE '\' that finds `text` anywhere.
[[nodiscard]] std::string contains_pattern(std::string_view text);

/// A list in one column: a line each. Line ends inside an item become U+FFFD.
[[nodiscard]] std::string stored_list(const std::vector<std::string>& items, std::size_t item_bytes_max);
[[nodiscard]] std::vector<std::string> list_from_stored(std::string_view text);

/// A text fingerprint as 16 hexadecimal digits; 0 is empty.
[[nodiscard]] std::string fingerprint_text(std::uint64_t fingerprint);
/// nullopt: not 16 hexadecimal digits, or zero.
[[nodiscard]] std::optional<std::uint64_t> fingerprint_from(std::string_view text);

}  // namespace tocsin::store
