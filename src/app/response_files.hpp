// What people, playbooks and notices say, read as the configuration names them, and whether all of it fits together. The daemon
// begins with it; `tocsin config check` tells what is wrong before it does.
#pragma once

#include <optional>
#include <string>

#include "config/respond_files.hpp"
#include "config/settings.hpp"

namespace tocsin::app {

/// `settings.respond.people` must be set. `playbooks_folder`: the playbooks that Tocsin brings; the configuration's come on top.
/// Beside what is wrong in the files `problems` has what the configuration lacks for them.
[[nodiscard]] config::RespondSetup load_response(const config::Settings& settings,
                                                 const std::string& playbooks_folder);

/// The mail server that takes notices; nothing: none is named.
[[nodiscard]] std::optional<config::Address> notice_hop(const config::Settings& settings);

}  // namespace tocsin::app
