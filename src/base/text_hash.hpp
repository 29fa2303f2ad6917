// Sets and maps of text that are asked with a view, without a copy of it.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace tocsin {

/// For std::unordered_set<std::string, TextHash, std::equal_to<>> and its like.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

}  // namespace tocsin
