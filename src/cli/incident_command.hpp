// The commands `tocsin incident`, `tocsin playbook`, `tocsin notice`, `tocsin person` as the command line offers them.
#pragma once

#include "cli/command_line_detail.hpp"
#include "cli/incident_client.hpp"

namespace tocsin::cli {

void add_incidents(CLI::App& app, IncidentWords& words, ClientOptions& client, Chosen& chosen);

}  // namespace tocsin::cli
