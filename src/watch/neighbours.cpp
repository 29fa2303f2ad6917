#include "watch/neighbours.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/limits/watch.hpp"

namespace tocsin::watch {

namespace {

constexpr unsigned bits = 64;

std::uint64_t customer_bit(std::uint64_t customer) {
    // The lowest bit of a ValueHash is always set.
    return std::uint64_t{1} << (customer >> 8U) % bits;
}

/// Erases the half of a full table whose `age_of` is least.
template <typename Table, typename AgeOf>
void keep_newer_half(Table& table, AgeOf age_of) {
    using Age = decltype(age_of(table.begin()->second));
    std::vector<Age> ages;
    ages.reserve(table.size());
    for (const auto& [key, entry] : table) ages.push_back(age_of(entry));
    const auto middle = ages.begin() + static_cast<std::ptrdiff_t>(ages.size() / 2);
    std::ranges::nth_element(ages, middle);
    std::erase_if(table, [&](const auto& item) { return age_of(item.second) <= *middle; });
}

}  // namespace

void CommonDomains::note(std::uint64_t domain, std::uint64_t customer, Day day) {
    if (domain == 0) return;
    if (entries_.size() >= limits::watch_common_domains && !entries_.contains(domain)) forget_old();
    Entry& entry = entries_[domain];
    const std::int32_t week = day / week_days;
    if (week > entry.fresh_week) {
        entry.settled |= entry.fresh;
        entry.fresh = 0;
        entry.fresh_week = week;
    }
    // What is told late was so, but nobody could know it then: it is fresh all the same.
    entry.fresh |= customer_bit(customer);
    entry.last_day = std::max(entry.last_day, day);
}

unsigned CommonDomains::customers(std::uint64_t domain, std::uint64_t except_customer, Day today) const {
    const auto found = entries_.find(domain);
    if (found == entries_.end()) return 0;
    const Entry& entry = found->second;
    std::uint64_t settled = entry.settled;
    if (today / week_days > entry.fresh_week + 1) settled |= entry.fresh;
    settled &= ~customer_bit(except_customer);
    const auto set = static_cast<unsigned>(std::popcount(settled));
    if (set >= bits - 1) return bits * 4;
    return static_cast<unsigned>(std::lround(-double{bits} * std::log1p(-double(set) / bits)));
}

void CommonDomains::forget_old() {
    keep_newer_half(entries_, [](const Entry& entry) { return entry.last_day; });
}

std::vector<NewValues::Sighting> NewValues::note(std::uint64_t value, const std::string& customer,
                                                 TimePoint time, std::int64_t window_us) {
    if (value == 0) return {};
    if (entries_.size() >= limits::watch_group_values && !entries_.contains(value)) forget_old();
    std::vector<Sighting>& sightings = entries_[value];
    std::vector<Sighting> others;
    bool noted = false;
    for (Sighting& sighting : sightings) {
        if (sighting.customer == customer) {
            sighting.time = std::max(sighting.time, time);
            noted = true;
        } else if (std::abs(time.microseconds - sighting.time.microseconds) <= window_us) {
            others.push_back(sighting);
        }
    }
    if (noted) return others;
    if (sightings.size() >= limits::watch_group_customers)
        sightings.erase(std::ranges::min_element(sightings, {}, &Sighting::time));
    sightings.push_back({customer, time});
    return others;
}

void NewValues::forget_old() {
    keep_newer_half(entries_, [](const std::vector<Sighting>& sightings) {
        return std::ranges::max(sightings, {}, &Sighting::time).time;
    });
}

}  // namespace tocsin::watch
