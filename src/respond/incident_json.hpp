// What is under way as JSON, for people: the API, the command line, exports. Not read again: the journal is the events.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "respond/response.hpp"

namespace tocsin::respond {

/// A line of a list of incidents.
[[nodiscard]] nlohmann::ordered_json summary_json(const Response& response, const Incident& incident);
/// An incident with its time line, runs, notices, effects, reports, and what was merged into it.
[[nodiscard]] nlohmann::ordered_json to_json(const Response& response, const Incident& incident);
[[nodiscard]] nlohmann::ordered_json to_json(const Run& run);
[[nodiscard]] nlohmann::ordered_json to_json(const Notice& notice);
[[nodiscard]] nlohmann::ordered_json to_json(const EffectRow& row);
[[nodiscard]] nlohmann::ordered_json to_json(const Effect& effect);
[[nodiscard]] nlohmann::ordered_json to_json(const Report& report);
/// Everything that two machines with the same journal have in common: what a test compares.
[[nodiscard]] nlohmann::ordered_json state_json(const Response& response);

}  // namespace tocsin::respond
