#include "watch/audience.hpp"

#include <algorithm>
#include <utility>

#include "base/limits/watch.hpp"

namespace tocsin::watch {

namespace {

constexpr Day quarter_days = 91;

std::uint32_t sampled_part(std::uint64_t hash) {
    return static_cast<std::uint32_t>(hash >> 32U);
}

void keep_small(std::vector<std::uint32_t>& smallest, std::uint32_t value) {
    if (smallest.size() >= limits::watch_audience_sample && value >= smallest.back()) return;
    const auto at = std::ranges::lower_bound(smallest, value);
    if (at != smallest.end() && *at == value) return;
    smallest.insert(at, value);
    if (smallest.size() > limits::watch_audience_sample) smallest.pop_back();
}

/// Whether the generation would hold this hash, had it seen it.
bool covers(const Audience::Generation& generation, std::uint32_t value) {
    return generation.smallest.size() < limits::watch_audience_sample || value <= generation.smallest.back();
}

}  // namespace

void Audience::note(std::uint64_t recipient, Day day) {
    const std::int32_t quarter = day / quarter_days;
    auto& [newer, older] = generations_;
    if (newer.smallest.empty() && older.smallest.empty()) newer.quarter = quarter;
    if (quarter > newer.quarter) {
        older = quarter == newer.quarter + 1 ? std::exchange(newer, {})
                                             : Generation{.quarter = quarter - 1, .smallest = {}};
        newer = {.quarter = quarter, .smallest = {}};
    }
    if (quarter == newer.quarter) {
        keep_small(newer.smallest, sampled_part(recipient));
    } else if (quarter + 1 == newer.quarter) {
        older.quarter = quarter;
        keep_small(older.smallest, sampled_part(recipient));
    }
}

Audience::Known Audience::knows(std::uint64_t recipient) const {
    const std::uint32_t value = sampled_part(recipient);
    bool covered = true;
    for (const Generation& generation : generations_) {
        if (std::ranges::binary_search(generation.smallest, value)) return Known::yes;
        covered = covered && covers(generation, value);
    }
    return covered ? Known::no : Known::not_sampled;
}

void Audience::join(const Audience& other) {
    for (const Generation& generation : other.generations_)
        for (const std::uint32_t value : generation.smallest)
            note(std::uint64_t{value} << 32U, generation.quarter * quarter_days);
}

double Audience::one_of() const {
    double least = 1;
    for (const Generation& generation : generations_)
        if (generation.smallest.size() >= limits::watch_audience_sample)
            least = std::min(least, generation.smallest.back() / 4294967296.0);
    return 1 / least;
}

bool Audience::empty() const {
    return generations_[0].smallest.empty() && generations_[1].smallest.empty();
}

std::size_t Audience::bytes() const {
    return (generations_[0].smallest.capacity() + generations_[1].smallest.capacity()) *
           sizeof(std::uint32_t);
}

}  // namespace tocsin::watch
