// How usual a suspicion is among the campaigns of all customers, and from which score on the alarm budget has room for it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "watch/suspicion.hpp"

namespace tocsin::watch {

/// Suspicions of campaigns of all customers, each weighing half as much 28 days later.
class Population {
public:
    void note(Suspicion suspicion, Day day);
    /// The share of campaigns that were at least as suspicious in every signal, without `own` of them: a customer is
    /// compared with the others. Half a campaign is added, so it is never 0.
    [[nodiscard]] double share_at_least(Suspicion suspicion, Day today, double own = 0) const;
    [[nodiscard]] std::size_t size() const { return weights_.size(); }
    [[nodiscard]] double campaigns(Day today) const;

private:
    friend struct SnapshotAccess;
    struct Weight {
        std::uint64_t lanes = 0;
        double weight = 0;
        Day day = 0;
    };
    static void add(Weight& weight, Day day);
    void forget_light(Day today);
    std::vector<Weight> weights_;  ///< sorted by lanes: sums do not depend on how they came here
    Weight total_;
};

/// Alarms for 1,000 customers and day that people are willing to look at; scores above the threshold are alarms. The threshold is
/// where the last 28 days would have had that many, counting each customer once a day with its highest score.
class AlarmBudget {
public:
    struct Settings {
        double alarms_per_thousand = 10;  ///< per 1,000 active customers and day
        double threshold_before = 2.0;    ///< until a week is known
        double threshold_least = 1.7;  ///< however much room the budget has: one campaign in 50 is no alarm
        double threshold_most = 3.0;   ///< however little: nobody can push the threshold up until he passes
    };
    static constexpr std::size_t days_kept = 28;
    static constexpr double bin_width = 0.05;
    static constexpr std::size_t bins = 160;

    AlarmBudget() : AlarmBudget(Settings{}) {}
    explicit AlarmBudget(Settings settings) : settings_(settings) {}

    /// A customer's highest score of a day was in bin `from` (bins: it had none yet) and is now `score`. Returns its bin.
    std::size_t note(Day day, std::size_t from, double score);
    /// A customer whose last day with mail was `before` (-1: none) has mail today.
    void note_active(Day before, Day today);
    /// An alarm was raised: while a week has more of them than people will look at, the threshold is higher.
    void note_alarm(Day day);
    [[nodiscard]] double threshold() const { return threshold_; }
    [[nodiscard]] std::size_t active_customers() const { return active_; }

private:
    friend struct SnapshotAccess;
    void move_to(Day day);
    void settle();
    Settings settings_;
    [[nodiscard]] double overspent() const;
    double settled_ = settings_.threshold_before, threshold_ = settled_;
    Day newest_ = -1, first_ = -1;
    std::size_t active_ = 0;
    std::array<std::array<std::uint32_t, bins>, days_kept> scores_{};
    std::array<std::uint32_t, days_kept> last_active_{}, alarms_{};
};

}  // namespace tocsin::watch
