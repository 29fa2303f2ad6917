// Single messages to a program on this machine, or near it, that answers nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tocsin::net {

/// Sends one datagram, without waiting. Errors: invalid_input (no IP literal), unavailable (nobody listens, or no room now),
/// permission, io.
[[nodiscard]] Result<void> send_datagram_udp(const std::string& address, std::uint16_t port,
                                             std::string_view bytes);
/// The same to a Unix socket of datagrams. Errors: as above, and not_found.
[[nodiscard]] Result<void> send_datagram_unix(const std::string& path, std::string_view bytes);

}  // namespace tocsin::net
