// Which short pieces can stand in a text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tocsin::rules {

/// Tells of a short piece whether all its bytes, and its pairs of bytes side by side, can stand in the text; eight pairs share a
/// bit. A search that looks for thousands of words at once would stop at nearly every byte for such pieces. (Three bytes side by
/// side tell little more, and cost twice as much: docs/design/judge.md.)
class TextPieces {
public:
    explicit TextPieces(std::string_view text) {
        std::size_t before = 0;
        for (std::size_t at = 0; at < text.size(); ++at) {
            const std::size_t byte = static_cast<unsigned char>(text[at]);
            put(singles_, byte);
            if (at > 0) put(pairs_, place_of(before, byte));
            before = byte;
        }
    }

    /// False: `piece` does not stand in the text.
    [[nodiscard]] bool may_hold(std::string_view piece) const {
        std::size_t before = 0;
        for (std::size_t at = 0; at < piece.size(); ++at) {
            const std::size_t byte = static_cast<unsigned char>(piece[at]);
            if (at == 0 ? !has(singles_, byte) : !has(pairs_, place_of(before, byte))) return false;
            before = byte;
        }
        return true;
    }

private:
    static constexpr std::size_t word_bits = 64, bytes = 256, pair_bits = 8192;
    using Singles = std::array<std::uint64_t, bytes / word_bits>;
    using Pairs = std::array<std::uint64_t, pair_bits / word_bits>;

    static std::size_t place_of(std::size_t first, std::size_t second) {
        return ((first << 5U) ^ second) % pair_bits;
    }
    template <typename Words>
    static bool has(const Words& words, std::size_t number) {
        return (words[number / word_bits] >> number % word_bits & 1U) != 0;
    }
    template <typename Words>
    static void put(Words& words, std::size_t number) {
        words[number / word_bits] |= std::uint64_t{1} << number % word_bits;
    }

    Singles singles_{};
    Pairs pairs_{};
};

}  // namespace tocsin::rules
