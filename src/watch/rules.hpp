// What an operator may choose about the watch, and what it is told about the world. All of it has a default.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "watch/population.hpp"

namespace tocsin::watch {

/// Domains are in A-labels and lower case. The functions are asked for hosts that came from a reader.
struct WatchRules {
    AlarmBudget::Settings budget;
    /// The share of the budget that is for acts on accounts; the rest is for campaigns.
    double acts_share = 0.3;
    /// checked: whoever tells events has compared their times with a clock, so that none is refused for being far ahead of the
    /// others; the mail of last year's import would be the last otherwise.
    enum class Times : std::uint8_t { as_they_come, checked };
    Times times = Times::as_they_come;
    /// Scores this much below the threshold are paced.
    double pace_margin = 0.7;
    /// How much the threshold falls for a customer who is watched closely.
    double close_margin = 1.0;
    std::int64_t close_watch_us = 14LL * 24 * 3'600 * 1'000'000;
    /// An alarm that nobody answers makes the watch close for so long, and takes in further campaigns.
    std::int64_t open_alarm_us = 72LL * 3'600 * 1'000'000;
    std::int64_t group_window_us = 24LL * 3'600 * 1'000'000;
    /// How many recipients of a paced campaign get it at once: this share of the customer's largest day, in these bounds.
    double canary_share = 0.01;
    std::uint64_t canary_least = 20, canary_most = 1'000;
    /// And how long their outcomes are awaited.
    std::int64_t canary_wait_us = 30LL * 60 * 1'000'000;
    /// Of all paced campaigns of a customer together, as many recipients as of so many campaigns get it within that time: text
    /// that is varied for each message makes a campaign of each.
    std::uint64_t canary_campaigns = 5;
    /// A customer is new until it had so many campaigns and was known for established_days; one fewer is enough after
    /// established_once_days.
    std::uint32_t learning_campaigns = 3;
    /// Mail of new customers is paced from so long after the watch's own first event on: before, all are new.
    std::int64_t vet_new_customers_after_us = 14LL * 24 * 3'600 * 1'000'000;
    /// Whether strangers put pages there (shorteners, free hosts, file stores): host or registrable domain.
    std::function<bool(std::string_view domain)> shared_place = [](std::string_view) { return false; };
    /// Whether everybody links there.
    std::function<bool(std::string_view domain)> popular_domain = [](std::string_view) { return false; };
    /// Where anybody may have an address.
    std::function<bool(std::string_view domain)> free_mail = [](std::string_view) { return false; };
};

}  // namespace tocsin::watch
