// What the files that turn words into commands have in common. Included by command_line*.cpp only.
#pragma once

#include <functional>

#include "base/log.hpp"
#include "cli/daemon_client.hpp"
#include "cli/hunt_command.hpp"
#include "cli/rules_command.hpp"
#include "mail/direction.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tocsin::cli {

/// The command that was chosen.
using Chosen = std::function<int()>;

/// A value that the shell made of a variable without one would count as "nothing was said", and change what was meant.
CLI::Option* not_empty(CLI::Option* option);
void add_direction(CLI::App& command, mail::Direction& direction);

void add_client_options(CLI::App& command, ClientOptions& options);
void add_paging(CLI::App& command, Paging& paging);

/// `tocsin rules`.
void add_rules(CLI::App& app, RulesCommand& rules, Chosen& chosen, Log& log);
/// `tocsin rules hunt`; behind add_rules().
void add_hunt(CLI::App& app, HuntCommand& hunt, Chosen& chosen, Log& log);

}  // namespace tocsin::cli
