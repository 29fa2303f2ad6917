// Where things are when nobody says where.
#pragma once

#include <string>

#include "cli/config_command.hpp"

namespace tocsin::cli {

/// The installed configuration file, where there is one; else nothing.
[[nodiscard]] std::string installed_config(const std::string& file = default_config_file);

/// The daemon's data folder, for its clients: what the installed configuration says, or its default when that cannot be read;
/// without such a file default_data_folder.
[[nodiscard]] std::string daemon_data_folder(const std::string& file = default_config_file);

}  // namespace tocsin::cli
