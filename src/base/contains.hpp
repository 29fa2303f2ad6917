// std::ranges::contains of C++23, which g++ 12.2 does not have yet.
#pragma once

#include <algorithm>
#include <functional>
#include <ranges>

namespace tocsin {

template <std::ranges::input_range Range, typename Value, typename Projection = std::identity>
[[nodiscard]] constexpr bool contains(const Range& range, const Value& value, Projection projection = {}) {
    return std::ranges::find(range, value, projection) != std::ranges::end(range);
}

}  // namespace tocsin
