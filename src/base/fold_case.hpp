// Upper and lower case alike, for comparing what people typed with what a message says.
#pragma once

#include <string>
#include <string_view>

#include "base/ascii.hpp"

namespace tocsin {

/// A to Z become a to z; every other byte stays. For names in protocols: domains, addresses, hexadecimal.
[[nodiscard]] std::string ascii_lower(std::string_view text);
/// a to z become A to Z; every other byte stays.
[[nodiscard]] std::string ascii_upper(std::string_view text);

/// The same for UTF-8 text of people: Latin, Greek and Cyrillic capitals become small letters. Other scripts that have
/// capitals, and what is no UTF-8, stay as they are. The result has as many bytes as `text`.
[[nodiscard]] std::string fold_case(std::string_view text);

}  // namespace tocsin
