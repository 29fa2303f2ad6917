// What people are told: one alarm for each campaign or run of acts, with the signals in words.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "watch/signals.hpp"

namespace tocsin::watch {

enum class AlarmState : std::uint8_t {
    open,      ///< nobody has answered
    released,  ///< it was the customer
    incident,  ///< it was not: the customer is watched closely until it is closed
    closed,
};
[[nodiscard]] std::string_view to_string(AlarmState state);

enum class AlarmKind : std::uint8_t { campaign, account };

/// One of the campaigns that an alarm holds.
struct AlarmCampaign {
    TimePoint begun;
    std::string first_record, subject, header_from;
    std::vector<std::string> places;  ///< where links lead that are new
    std::uint64_t let_go = 0;         ///< recipients who had got it when it was held
};

/// What a release teaches: the values that raised the alarm, and nothing else.
struct LearntByRelease {
    Family family{};
    HashedText value;
    std::uint8_t weight = 0;
};

struct Alarm {
    std::string id;
    TimePoint time;
    AlarmKind kind{};
    AlarmState state = AlarmState::open;
    std::string customer, credential;
    Suspicion suspicion;
    double score = 0, threshold = 0;
    std::size_t before = 0,
                before_alike =
                    0;       ///< campaigns of the customer; those at least as suspicious in every signal
    double share_alike = 0;  ///< of the campaigns of all customers
    std::vector<Reading> readings;         ///< the highest level first
    std::vector<std::string> others;       ///< customers at whom the same new thing showed
    std::vector<AlarmCampaign> campaigns;  ///< at most limits::watch_alarm_campaigns
    std::uint64_t campaigns_more = 0;
    std::vector<LearntByRelease> values;
    std::string answered_by, note;
    TimePoint answered_at;
};

}  // namespace tocsin::watch
