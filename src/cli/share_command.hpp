// The commands by which something goes to other houses or comes from them: `tocsin incident export`, `tocsin playbook export`
// and `import`.
#pragma once

#include <string>

#include "cli/command_line_detail.hpp"

namespace tocsin::cli {

/// What was written on the command line; each command uses its own part of it.
struct ShareWords {
    std::string what;     ///< name or file of a playbook, number or id of an incident
    std::string as, out;  ///< form; file, empty: standard output
    std::string tlp, organisation, contact, host, to;
    bool include_known = false;
};

/// Adds them to the groups that add_incidents() made.
void add_sharing(CLI::App& app, ShareWords& words, ClientOptions& client, Chosen& chosen);

/// `tocsin playbook export NAME|FILE`: a playbook as a document of CACAO. Losses go to standard error. Exit code: 0, or 2.
int run_playbook_export(const ShareWords& words);
/// `tocsin playbook import FILE`: a document of CACAO as a playbook that our loader takes.
int run_playbook_import(const ShareWords& words);

/// `tocsin incident export NUMBER`: what others should know, from the running daemon. What does not go out is said on standard
/// error. Exit code: 0, or 2.
int run_incident_export(const ClientOptions& options, const ShareWords& words);

/// Writes to a new file, which nobody else may read, or to standard output. Errors: there is such a file; io.
[[nodiscard]] Result<void> write_out(const std::string& file, const std::string& text);

}  // namespace tocsin::cli
