// Stored things as JSON, in one shape for the API, the command line and the console.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "store/held_store.hpp"
#include "store/journal_store.hpp"
#include "store/order_store.hpp"

namespace tocsin::api {

[[nodiscard]] nlohmann::json to_json(const store::Record& record);
[[nodiscard]] nlohmann::json to_json(const store::Held& held);
[[nodiscard]] nlohmann::json to_json(const store::HeldAct& act);
/// With its `state` at `now`: in_force, expired or revoked.
[[nodiscard]] nlohmann::json to_json(const store::Order& order, TimePoint now);

}  // namespace tocsin::api
