// What fingerprints of text and of pages are made with: SimHash (M. Charikar, 2002).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tocsin::scan {

/// A hash of one word whatever the case of its letters, eight bytes at a time: this is done for every word of every message.
[[nodiscard]] inline std::uint64_t word_hash(std::string_view word) {
    constexpr std::uint64_t prime = 0x9E3779B97F4A7C15ULL;
    // The bit in which upper and lower case differ. It also makes a few bytes of other scripts one; that is near enough.
    constexpr std::uint64_t lower_case = 0x2020202020202020ULL;
    std::uint64_t hash = word.size();
    while (!word.empty()) {
        std::uint64_t eight = 0;
        const std::size_t taken = std::min(word.size(), sizeof eight);
        std::memcpy(&eight, word.data(), taken);
        hash = (hash ^ (eight | lower_case)) * prime;
        hash ^= hash >> 32U;
        word.remove_prefix(taken);
    }
    return hash;
}

/// The final mix of MurmurHash3: every bit counts here.
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t hash) {
    hash ^= hash >> 33U;
    hash *= 0xFF51AFD7ED558CCDULL;
    hash ^= hash >> 33U;
    hash *= 0xC4CEB9FE1A85EC53ULL;
    return hash ^ (hash >> 33U);
}

/// For each byte value, its eight bits as the lowest bits of eight bytes.
inline constexpr std::array<std::uint64_t, 256> spread_bits = [] {
    std::array<std::uint64_t, 256> table{};
    for (std::size_t value = 0; value < 256; ++value)
        for (std::size_t bit = 0; bit < 8; ++bit)
            if ((value >> bit & 1U) != 0) table[value] |= 1ULL << (8 * bit);
    return table;
}();

/// Counts for each of 64 bits how many hashes have it set: eight counters of one byte in a word, emptied before they overflow.
class BitCounts {
public:
    void add(std::uint64_t hash) {
        for (std::size_t byte = 0; byte < 8; ++byte) lanes_[byte] += spread_bits[hash >> (8 * byte) & 0xFFU];
        ++hashes_;
        if (hashes_ % 255 == 0) empty();
    }
    [[nodiscard]] std::size_t hashes() const { return hashes_; }
    /// The bits that more than half of the hashes have.
    [[nodiscard]] std::uint64_t majority() {
        empty();
        std::uint64_t out = 0;
        for (std::size_t bit = 0; bit < 64; ++bit)
            if (2 * counts_[bit] > hashes_) out |= 1ULL << bit;
        return out;
    }

private:
    void empty() {
        for (std::size_t byte = 0; byte < 8; ++byte)
            for (std::size_t bit = 0; bit < 8; ++bit)
                counts_[8 * byte + bit] += lanes_[byte] >> (8 * bit) & 0xFFU;
        lanes_ = {};
    }
    std::array<std::uint64_t, 8> lanes_{};
    std::array<std::size_t, 64> counts_{};
    std::size_t hashes_ = 0;
};

}  // namespace tocsin::scan
