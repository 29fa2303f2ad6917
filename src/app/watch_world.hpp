// What the watch is told about the world: which domains strangers share, which everybody links to, where anybody has mail.
#pragma once

#include <string>

#include "base/result.hpp"
#include "watch/rules.hpp"

namespace tocsin::app {

/// Rules with their defaults, and with what the lists in this folder (rules/lists) say. A list that is not there is empty.
/// Errors: io (one that is there cannot be read).
[[nodiscard]] Result<watch::WatchRules> make_watch_rules(const std::string& lists_folder);

}  // namespace tocsin::app
