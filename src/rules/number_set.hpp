// Small numbers that are in, one bit each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tocsin::rules {

/// A set of numbers below a bound that is given when it is filled.
class NumberSet {
public:
    /// Makes it the set of `numbers`, which are below `bound`.
    void fill(std::span<const std::uint32_t> numbers, std::size_t bound) {
        words_.assign((bound + word_bits - 1) / word_bits, 0);
        for (const std::uint32_t number : numbers)
            words_[number / word_bits] |= std::uint64_t{1} << number % word_bits;
    }
    /// Adds `numbers`, which are below `bound`.
    void add(std::span<const std::uint32_t> numbers, std::size_t bound) {
        words_.resize((bound + word_bits - 1) / word_bits);
        for (const std::uint32_t number : numbers)
            words_[number / word_bits] |= std::uint64_t{1} << number % word_bits;
    }
    [[nodiscard]] bool has(std::uint32_t number) const {
        return (words_[number / word_bits] >> number % word_bits & 1U) != 0;
    }

private:
    static constexpr std::size_t word_bits = 64;
    std::vector<std::uint64_t> words_;
};

}  // namespace tocsin::rules
