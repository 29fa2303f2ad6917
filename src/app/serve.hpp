// Builds the daemon's object graph by hand, runs it, and takes it down in order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "gate/next_hop.hpp"

namespace tocsin::app {

/// One SMTP listener and where its mail goes.
struct ProxyOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free port
    gate::NextHopAddress next_hop;
};

struct ServeOptions {
    std::string data_folder;
    std::string reader_program;
    std::vector<std::string> reader_arguments;
    std::vector<std::string>
        required_paths;  ///< databases and rules that must be there for a reload to happen
    std::size_t readers = 2;
    std::optional<ProxyOptions> inbound;
    std::optional<ProxyOptions> outbound;
    std::string host_name = "localhost";
};

/// Serves until SIGTERM or SIGINT; SIGHUP loads signatures and rules anew. Prints on standard output where it listens, then
/// `ready`. Errors name what was wrong and what to do.
[[nodiscard]] Result<void> serve(const ServeOptions& options, Log& log);

/// Path of the API's socket below a data folder.
[[nodiscard]] std::string api_socket_path(const std::string& data_folder);

}  // namespace tocsin::app
