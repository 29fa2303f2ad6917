#include "watch/rhythm.hpp"

#include <algorithm>
#include <bit>

namespace tocsin::watch {

namespace {

constexpr int hours_per_day = 24;
constexpr unsigned weeks_kept = 16;
/// Hours that must have been used before one is called strange.
constexpr unsigned hours_known_min = 6;

std::int64_t hour_since_epoch(TimePoint time) {
    return time.microseconds / hour_us;
}

}  // namespace

void Rhythm::move_to(std::int32_t week) {
    const auto by = static_cast<unsigned>(week - newest_week_);
    for (std::uint16_t& bits : weeks_)
        bits = by >= weeks_kept ? std::uint16_t{0} : static_cast<std::uint16_t>(bits << by);
    newest_week_ = week;
}

void Rhythm::note(TimePoint time) {
    const std::int64_t hour = hour_since_epoch(time);
    const auto week = static_cast<std::int32_t>(hour / std::int64_t{hours});
    if (week > newest_week_) move_to(week);
    const auto age = static_cast<unsigned>(newest_week_ - week);
    if (age >= weeks_kept) return;
    weeks_[static_cast<std::size_t>(hour % std::int64_t{hours})] |= static_cast<std::uint16_t>(1U << age);
}

bool Rhythm::used_near(std::size_t hour_of_day, int hours_around) const {
    for (std::size_t hour = 0; hour < hours; ++hour) {
        if (weeks_[hour] == 0) continue;
        const int away = std::abs(static_cast<int>(hour % hours_per_day) - static_cast<int>(hour_of_day));
        if (std::min(away, hours_per_day - away) <= hours_around) return true;
    }
    return false;
}

std::uint8_t Rhythm::strangeness(TimePoint time) const {
    if (hours_used() < hours_known_min) return 0;
    const auto hour = static_cast<std::size_t>(hour_since_epoch(time) % std::int64_t{hours});
    for (const std::size_t near : {hour + hours - 1, hour, hour + 1})
        if (weeks_[near % hours] != 0) return 0;
    if (used_near(hour % hours_per_day, 1)) return 1;
    return used_near(hour % hours_per_day, 4) ? 2 : 3;
}

unsigned Rhythm::hours_used() const {
    unsigned used = 0;
    for (const std::uint16_t bits : weeks_) used += static_cast<unsigned>(std::popcount(bits));
    return used;
}

void Rhythm::join(const Rhythm& other) {
    Rhythm copy = other;
    if (copy.newest_week_ < newest_week_) copy.move_to(newest_week_);
    if (newest_week_ < copy.newest_week_) move_to(copy.newest_week_);
    for (std::size_t hour = 0; hour < hours; ++hour) weeks_[hour] |= copy.weeks_[hour];
}

}  // namespace tocsin::watch
