// Values in XML source, without a tree.
#pragma once

#include <string>
#include <string_view>

namespace tocsin::rules {

/// `text` with character references resolved (XML 1.0 section 4.1 and 4.6) and bytes that are no UTF-8 replaced; cut at
/// `bytes_max`.
[[nodiscard]] std::string xml_text(std::string_view text, std::size_t bytes_max);

}  // namespace tocsin::rules
