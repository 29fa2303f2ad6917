#include "rules/constant_index.hpp"

#include <algorithm>
#include <tuple>

#include "base/limits.hpp"

namespace tocsin::rules {

namespace {

constexpr std::size_t bucket_bits = 15;
static_assert(limits::literal_bytes_min == 3, "texts are found by their first three bytes");

std::uint32_t bucket_of(std::string_view text) {
    const auto byte = [text](std::size_t at) { return std::uint32_t{static_cast<unsigned char>(text[at])}; };
    constexpr std::uint32_t mixer =
        0x9E3779B1U;  // 2^32 divided by the golden ratio: Knuth's multiplicative hash
    return ((byte(0) << 16U | byte(1) << 8U | byte(2)) * mixer) >> (32U - bucket_bits);
}

std::size_t alike(std::string_view one, std::string_view other) {
    return static_cast<std::size_t>(std::ranges::mismatch(one, other).in1 - one.begin());
}

}  // namespace

void ConstantIndex::add(std::span<const std::string> texts, std::uint32_t first_number) {
    for (std::uint32_t at = 0; at < texts.size(); ++at)
        if (texts[at].size() >= limits::literal_bytes_min)
            entries_.push_back({bucket_of(texts[at]), first_number + at, 0, texts[at]});
}

void ConstantIndex::make() {
    std::ranges::sort(entries_, [](const Entry& one, const Entry& other) {
        return std::tie(one.bucket, one.text, one.number) < std::tie(other.bucket, other.text, other.number);
    });
    buckets_.assign((std::size_t{1} << bucket_bits) + 1, 0);
    for (const Entry& entry : entries_) ++buckets_[entry.bucket + 1];
    for (std::size_t at = 1; at < buckets_.size(); ++at) buckets_[at] += buckets_[at - 1];
    for (std::uint32_t at = 0; at < entries_.size(); ++at) {
        Entry& entry = entries_[at];
        entry.shorter = at;
        if (at == buckets_[entry.bucket]) continue;
        // What an entry begins with stands in front of it, and whatever stands between the two begins with it as well.
        for (std::uint32_t before = at - 1;; before = entries_[before].shorter) {
            if (entry.text.starts_with(entries_[before].text)) entry.shorter = before;
            if (entry.shorter != at || entries_[before].shorter == before) break;
        }
    }
}

/// Adds what `rest` begins with: the last entry that is not behind it in order, and what that begins with.
void ConstantIndex::add_at(std::string_view rest, std::vector<std::uint32_t>& found) const {
    const std::uint32_t bucket = bucket_of(rest);
    const auto begin = entries_.begin() + buckets_[bucket], end = entries_.begin() + buckets_[bucket + 1];
    if (begin == end) return;
    const auto behind = std::ranges::upper_bound(
        begin, end, rest, {}, [](const Entry& entry) -> std::string_view { return entry.text; });
    if (behind == begin) return;
    auto at = static_cast<std::uint32_t>(behind - entries_.begin()) - 1;
    const std::size_t common = alike(entries_[at].text, rest);
    for (;; at = entries_[at].shorter) {
        if (entries_[at].text.size() <= common) found.push_back(entries_[at].number);
        if (entries_[at].shorter == at) return;
    }
}

std::vector<std::uint32_t> ConstantIndex::find(std::string_view folded) const {
    std::vector<std::uint32_t> found;
    if (entries_.empty()) return found;
    for (std::size_t at = 0; at + limits::literal_bytes_min <= folded.size(); ++at)
        add_at(folded.substr(at), found);
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

}  // namespace tocsin::rules
