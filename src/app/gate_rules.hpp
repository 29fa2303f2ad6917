// The operator's settings as the gate takes them.
#pragma once

#include <vector>

#include "base/ip_network.hpp"
#include "config/settings.hpp"
#include "gate/sender_table.hpp"
#include "gate/services.hpp"

namespace tocsin::app {

[[nodiscard]] gate::GateRules gate_rules(const config::Settings& settings);
/// The networks of a list of settings.
[[nodiscard]] std::vector<IpNetwork> blocks_of(const std::vector<config::Network>& networks);
[[nodiscard]] gate::ListenerDirection listener_direction(config::DirectionRule rule);

}  // namespace tocsin::app
