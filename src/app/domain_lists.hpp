// Lists of domains that Tocsin brings, or the operator gives (rules/lists), as sets.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/result.hpp"

namespace tocsin::app {

/// Looked up by string_view without a copy.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
using Domains = std::unordered_set<std::string, TextHash, std::equal_to<>>;

/// NAME.txt of the folder, for each name: a domain on each line, "#" begins a comment. A file that is not there is empty.
/// Errors: io.
[[nodiscard]] Result<std::shared_ptr<const Domains>>
read_domain_lists(const std::string& folder, std::initializer_list<const char*> names);

}  // namespace tocsin::app
