#include "watch/population.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/limits/watch.hpp"

namespace tocsin::watch {

namespace {

constexpr double half_life_days = 28;
constexpr Day known_days_min = 7;
constexpr std::uint32_t known_scores_min = 100;
/// So many alarms a week are never too many, however few the customers.
constexpr double alarms_always = 3;

double faded(double weight, Day from, Day today) {
    return today <= from ? weight : weight * std::exp2(-(today - from) / half_life_days);
}

std::size_t slot(Day day) {
    return static_cast<std::size_t>(day) % AlarmBudget::days_kept;
}

std::size_t bin_of(double score) {
    const auto bin = static_cast<std::ptrdiff_t>(score / AlarmBudget::bin_width);
    return static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(bin, 0, static_cast<std::ptrdiff_t>(AlarmBudget::bins) - 1));
}

}  // namespace

void Population::add(Weight& weight, Day day) {
    const Day newest = std::max(weight.day, day);
    weight.weight = faded(weight.weight, weight.day, newest) + 1;
    weight.day = newest;
}

void Population::note(Suspicion suspicion, Day day) {
    add(total_, day);
    auto at = std::ranges::lower_bound(weights_, suspicion.lanes(), {}, &Weight::lanes);
    if (at == weights_.end() || at->lanes != suspicion.lanes()) {
        if (weights_.size() >= limits::watch_population_suspicions) forget_light(day);
        at = std::ranges::lower_bound(weights_, suspicion.lanes(), {}, &Weight::lanes);
        at = weights_.insert(at, {.lanes = suspicion.lanes(), .weight = 0, .day = day});
    }
    add(*at, day);
}

double Population::share_at_least(Suspicion suspicion, Day today, double own) const {
    double sum = 0;
    for (const Weight& weight : weights_)
        if (Suspicion(weight.lanes).at_least(suspicion)) sum += faded(weight.weight, weight.day, today);
    return (std::max(sum - own, 0.0) + 0.5) / (campaigns(today) + 1);
}

double Population::campaigns(Day today) const {
    return faded(total_.weight, total_.day, today);
}

void Population::forget_light(Day today) {
    std::vector<double> weights;
    for (const Weight& weight : weights_) weights.push_back(faded(weight.weight, weight.day, today));
    const auto quarter = weights.begin() + static_cast<std::ptrdiff_t>(weights.size() / 4);
    std::ranges::nth_element(weights, quarter);
    std::erase_if(weights_, [least = *quarter, today](const Weight& weight) {
        return faded(weight.weight, weight.day, today) <= least;
    });
}

void AlarmBudget::move_to(Day day) {
    if (newest_ < 0) {
        newest_ = first_ = day;
        return;
    }
    while (newest_ < day) {
        if (day - newest_ > static_cast<Day>(days_kept)) newest_ = day - static_cast<Day>(days_kept);
        ++newest_;
        scores_[slot(newest_)].fill(0);
        alarms_[slot(newest_)] = 0;
        active_ -= std::exchange(last_active_[slot(newest_)], 0);
        settle();
    }
}

std::size_t AlarmBudget::note(Day day, std::size_t from, double score) {
    move_to(day);
    const std::size_t bin = bin_of(score);
    if (day + static_cast<Day>(days_kept) <= newest_) return bin;
    std::array<std::uint32_t, bins>& scores = scores_[slot(day)];
    if (from < bins && scores[from] > 0) --scores[from];
    ++scores[bin];
    return bin;
}

void AlarmBudget::note_active(Day before, Day today) {
    move_to(today);
    if (today + static_cast<Day>(days_kept) <= newest_ || before >= today) return;
    if (before >= 0 && before + static_cast<Day>(days_kept) > newest_ && last_active_[slot(before)] > 0) {
        --last_active_[slot(before)];
        --active_;
    }
    ++last_active_[slot(today)];
    ++active_;
}

void AlarmBudget::note_alarm(Day day) {
    move_to(day);
    if (day + static_cast<Day>(days_kept) <= newest_) return;
    ++alarms_[slot(day)];
    threshold_ = std::min(settled_ + overspent(), settings_.threshold_most);
}

/// Half a power of ten for each doubling of a week's room.
double AlarmBudget::overspent() const {
    double alarms = 0;
    for (Day day = std::max(newest_ - week_days + 1, 0); day <= newest_; ++day) alarms += alarms_[slot(day)];
    const double room = std::max(
        settings_.alarms_per_thousand * static_cast<double>(active_) / 1'000 * week_days, alarms_always);
    return alarms > room ? std::log2(alarms / room) / 2 : 0;
}

void AlarmBudget::settle() {
    std::array<std::uint32_t, bins> sums{};
    std::uint32_t total = 0;
    for (const auto& day : scores_)
        for (std::size_t bin = 0; bin < bins; ++bin) {
            sums[bin] += day[bin];
            total += day[bin];
        }
    threshold_ = std::min(settled_ + overspent(), settings_.threshold_most);
    const Day known_days = std::min(newest_ - first_, static_cast<Day>(days_kept));
    if (known_days < known_days_min || total < known_scores_min) return;
    const double room = settings_.alarms_per_thousand * static_cast<double>(active_) / 1'000 * known_days;
    double alarms = 0;
    std::size_t lowest = bins;
    while (lowest > 0 && alarms + sums[lowest - 1] <= room) alarms += sums[--lowest];
    settled_ = std::clamp(static_cast<double>(lowest) * bin_width, settings_.threshold_least,
                          settings_.threshold_most);
    threshold_ = std::min(settled_ + overspent(), settings_.threshold_most);
}

}  // namespace tocsin::watch
