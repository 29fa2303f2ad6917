// Whether something is among others: std::ranges::contains of C++23, which g++ 12.2 does not have yet.
#pragma once

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <ranges>
#include <string_view>

namespace tocsin {

template <std::ranges::input_range Range, typename Value, typename Projection = std::identity>
[[nodiscard]] constexpr bool contains(const Range& range, const Value& value, Projection projection = {}) {
    return std::ranges::find(range, value, projection) != std::ranges::end(range);
}

[[nodiscard]] constexpr bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return contains(words, word);
}

}  // namespace tocsin
