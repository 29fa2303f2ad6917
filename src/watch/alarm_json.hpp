// Alarms and profiles as JSON: for an analyst, and for the customer who asks what is held about it.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "watch/alarm.hpp"
#include "watch/profile.hpp"

namespace tocsin::watch {

/// The levels above 0 by the names of their signals.
[[nodiscard]] nlohmann::ordered_json to_json(Suspicion suspicion);
[[nodiscard]] nlohmann::ordered_json to_json(const Alarm& alarm);
/// Everything that is known, recipients as their number in the sample only: they are kept as keyed hashes.
[[nodiscard]] nlohmann::ordered_json to_json(const std::string& customer, const Profile& profile);
/// An alarm for people: what, why, beside which normal.
[[nodiscard]] std::string alarm_text(const Alarm& alarm);

}  // namespace tocsin::watch
