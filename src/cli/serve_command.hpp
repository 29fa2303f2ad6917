// `tocsin serve`: the configuration file, what the command line says on top of it, and the daemon.
#pragma once

#include <string>
#include <vector>

#include "cli/reader_setup.hpp"
#include "config/settings.hpp"

namespace tocsin::cli {

/// What a person said on the command line. Empty: nothing was said, the configuration or its default counts.
struct ServeWords {
    std::string config;  ///< file; empty: none
    std::string data;
    std::string host_name;
    std::string next_hop, outbound_next_hop;
    std::vector<std::string> listen;  ///< "NAME=ADDRESS" or "NAME=off"
    ReaderOptions readers;
};

/// Where `serve` and its clients keep and look for data when there is no configuration and nothing else is said.
inline constexpr const char* default_data_folder = "data";

/// The pool is set up as for `scan`, from the settings.
[[nodiscard]] ReaderOptions reader_options(const config::Settings& settings);

/// Exit code: 0 ended as asked, 2 an error.
[[nodiscard]] int run_serve(const ServeWords& asked);

}  // namespace tocsin::cli
