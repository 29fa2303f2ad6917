// How alike two texts are, by their SimHash (M. Charikar, "Similarity estimation techniques from rounding algorithms", 2002).
#pragma once

#include <bit>
#include <cstdint>

#include "base/limits.hpp"

namespace tocsin {

/// Copies of one text, personalised or not. 0 stands for "too little text to tell" and is like nothing.
[[nodiscard]] constexpr bool similar(std::uint64_t a, std::uint64_t b) {
    return a != 0 && b != 0 && std::popcount(a ^ b) <= limits::similar_bits_max;
}

}  // namespace tocsin
