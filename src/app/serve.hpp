// Builds the daemon's object graph by hand, runs it, and takes it down in order.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"

namespace tocsin::app {

struct ServeOptions {
    config::Settings settings;
    std::string data_folder;  ///< absolute: the template works in a folder of its own
    std::string reader_program;
    std::vector<std::string> reader_arguments;
    std::vector<std::string>
        required_paths;  ///< databases and rules that must be there for a reload to happen
    std::size_t readers = 2;
    std::uint32_t deadline_ms = limits::reader_deadline_ms;
    std::size_t cache_entries = limits::cache_entries;
    std::string lists_folder;      ///< lists that Tocsin brings, for the watch
    std::string playbooks_folder;  ///< playbooks that it brings, for the response
    /// Reads the configuration anew, for a reload. Errors: it has problems; the old one stays in force.
    std::function<Result<config::Settings>()> read_settings;
};

/// Serves until SIGTERM or SIGINT; SIGHUP loads configuration, signatures and rules anew: policy, customers and
/// headers count from the next message on, listeners and folders need a restart. Prints on standard output where it
/// listens, then `ready`. Errors name what was wrong and what to do.
[[nodiscard]] Result<void> serve(const ServeOptions& options, Log& log);

/// Below a data folder: mail that is kept for looking again.
inline constexpr const char* kept_mail_folder = "hunt";

/// Path of the API's socket below a data folder.
[[nodiscard]] std::string api_socket_path(const std::string& data_folder);
/// Path of the file with the API's token.
[[nodiscard]] std::string api_token_path(const std::string& data_folder);
/// Path of the file with the token that is good for POST /v1/events alone.
[[nodiscard]] std::string events_token_path(const std::string& data_folder);

}  // namespace tocsin::app
