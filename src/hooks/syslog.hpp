// Notices as lines of syslog (RFC 5424), to a collector on this machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "hooks/notice_shapes.hpp"
#include "net/fiber.hpp"

namespace tocsin::hooks {

enum class SyslogWay : std::uint8_t { unix_socket, udp, tcp };

struct SyslogServer {
    SyslogWay way = SyslogWay::unix_socket;
    std::string address;  ///< path of the socket, or IP literal
    std::uint16_t port = 0;
};

/// The number of a facility that programs may use: user, daemon, auth, authpriv, local0 to local7.
[[nodiscard]] std::optional<unsigned> facility_of(std::string_view name);

/// One line, without an end: cut to limits::syslog_line_bytes, no control character in it. Pages are `alert`, what is urgent
/// `crit`, all else `notice`. It has no link: many people read logs.
[[nodiscard]] std::string syslog_line(unsigned facility, const std::string& host_name,
                                      const NoticeCall& notice);

/// Hands the line over; nobody answers it. Over TCP with its length in front (RFC 6587 section 3.4.1). Errors: unavailable,
/// not_found, permission, timed_out, io.
[[nodiscard]] Result<void> send_syslog(net::Fiber& fiber, const SyslogServer& server, const std::string& line,
                                       Deadline deadline);

}  // namespace tocsin::hooks
