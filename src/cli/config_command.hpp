// `tocsin config`: check, show and explain the daemon's configuration file, without a daemon.
#pragma once

#include <string>

#include "config/config.hpp"

namespace tocsin::cli {

/// Where the configuration file is looked for unless it is named.
inline constexpr const char* default_config_file = "/etc/tocsin/tocsin.toml";

/// Names that rooms of this program define: part flags of the scan.
[[nodiscard]] config::KnownNames known_config_names();

/// One problem a line, on standard output: "FILE:LINE:COL: message; what to do". Looks at the named files and folders too.
/// 0: nothing to mend, 1: something to mend, 2: the file cannot be read.
[[nodiscard]] int run_config_check(const std::string& file);

/// The settings in force, as TOML. Without a file (empty, and none at the default place) these are the defaults. 1: the file has
/// problems (on standard error), 2: it cannot be read.
[[nodiscard]] int run_config_show(const std::string& file);

/// The manual's reference of all settings.
[[nodiscard]] int run_config_manual();

}  // namespace tocsin::cli
