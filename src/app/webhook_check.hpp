// Whether people, playbooks and the configuration's webhooks fit together.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "respond/setup.hpp"

namespace tocsin::app {

/// What is wrong, and where: somebody could not be reached, or a step would ask a chat to suspend a customer.
[[nodiscard]] std::vector<respond::Flaw> webhook_flaws(const config::Settings& settings,
                                                       const respond::Setup& setup);

/// Names that steps of playbooks call and no [[webhook]] has. Such a step fails and tells the desk, so this is no reason not to
/// begin: our own playbooks name more than any house has.
[[nodiscard]] std::set<std::string> missing_webhooks(const config::Settings& settings,
                                                     const respond::Setup& setup);

}  // namespace tocsin::app
