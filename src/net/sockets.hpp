// Outgoing connections.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "net/stream.hpp"

namespace tocsin::net {

/// Connects to `address` (an IP literal: names are resolved elsewhere) and `port`. The stream belongs to `fiber`.
/// Errors: invalid_input (no IP literal), timed_out, unavailable (refused, unreachable), closed (cancelled), io.
[[nodiscard]] Result<std::unique_ptr<Stream>> connect_tcp(Fiber& fiber, const std::string& address,
                                                          std::uint16_t port, Deadline deadline);

/// Connects to the Unix socket at `path`. Errors as connect_tcp, and not_found, permission.
[[nodiscard]] Result<std::unique_ptr<Stream>> connect_unix(Fiber& fiber, const std::string& path,
                                                           Deadline deadline);

}  // namespace tocsin::net
