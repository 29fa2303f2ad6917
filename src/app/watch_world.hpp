// What the watch is told about the world: which domains strangers share, which everybody links to, where anybody has mail.
#pragma once

#include <string>

#include "app/watch_service.hpp"
#include "base/hash.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "store/sealing.hpp"
#include "watch/rules.hpp"

namespace tocsin::app {

/// Rules with their defaults, and with what the lists in this folder (rules/lists) say. A list that is not there is empty.
/// Errors: io (one that is there cannot be read).
[[nodiscard]] Result<watch::WatchRules> make_watch_rules(const std::string& lists_folder);

/// What the settings choose, with those rules.
[[nodiscard]] Result<WatchChoices> watch_choices(const config::WatchSettings& settings,
                                                 const std::string& lists_folder);
/// The key of the watch's hashes, of its secret.
[[nodiscard]] HashKey watch_key(const std::string& secret);
/// The key with which profiles are sealed that are put away.
[[nodiscard]] store::SealKey seal_key(const std::string& secret);

}  // namespace tocsin::app
