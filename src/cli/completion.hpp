// What other programs know of the command line: shells complete it, the manual pages are made from it.
#pragma once

#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace tocsin::cli {

/// A script for bash: commands, options, and the values of options that have a fixed set of them.
[[nodiscard]] std::string bash_completion(const CLI::App& app);
/// One JSON object: name, description, options, positionals and commands, each command the same again.
[[nodiscard]] std::string command_tree_json(const CLI::App& app);

}  // namespace tocsin::cli
