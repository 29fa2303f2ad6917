#include "base/content_sketch.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

namespace tocsin {

namespace {

/// Short, so that what is personal seldom lies in a sample: "h1>Dear Read".
constexpr std::size_t sample_bytes = 12;
constexpr std::size_t buckets = 8;

/// Mixes a sample into 64 bits; any function that spreads well will do.
std::uint64_t sample_hash(const std::byte* at) {
    std::uint64_t begin = 0, end = 0;
    std::memcpy(&begin, at, sizeof begin);
    std::memcpy(&end, at + sample_bytes - sizeof end, sizeof end);
    std::uint64_t hash = begin * 0xD6E8FEB86659FD93ULL;
    hash = (hash ^ (hash >> 32U) ^ end) * 0x9E3779B97F4A7C15ULL;
    return hash ^ (hash >> 29U);
}

/// Position of the first line end or tag from `from` on, or the size; eight bytes at a time, as this reads every text.
std::size_t find_start(std::string_view text, std::size_t from) {
    constexpr std::uint64_t ones = 0x0101010101010101ULL, tops = 0x8080808080808080ULL;
    std::size_t at = from;
    for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, sizeof word);
        // A byte of `line` or `tag` is zero where the text has that character ("Bit Twiddling Hacks", haszero; it may also say so
        // of a byte behind such a one, never before).
        const std::uint64_t line = word ^ (ones * '\n'), tag = word ^ (ones * '<');
        if (((((line - ones) & ~line) | ((tag - ones) & ~tag)) & tops) != 0) break;
    }
    while (at < text.size() && text[at] != '\n' && text[at] != '<') ++at;
    return at;
}

}  // namespace

Hash256 content_sketch(ByteView text) {
    std::array<std::uint64_t, buckets> smallest{};
    smallest.fill(UINT64_MAX);
    for (std::size_t at = find_start(as_text(text), 0); at + sample_bytes < text.size();
         at = find_start(as_text(text), at + 1)) {
        const std::uint64_t hash = sample_hash(text.data() + at + 1);
        std::uint64_t& bucket = smallest[hash % buckets];
        bucket = std::min(bucket, hash);
    }
    return sha256(std::as_bytes(std::span(smallest)));
}

}  // namespace tocsin
