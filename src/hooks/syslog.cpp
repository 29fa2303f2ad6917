#include "hooks/syslog.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "base/limits/hooks.hpp"
#include "net/datagrams.hpp"
#include "net/sockets.hpp"
#include "net/stream.hpp"

namespace tocsin::hooks {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // RFC 5424 section 6.4: UTF-8 follows

struct Facility {
    std::string_view name;
    unsigned number;
};
constexpr std::array<Facility, 12> facilities = {{{"user", 1},
                                                  {"daemon", 3},
                                                  {"auth", 4},
                                                  {"authpriv", 10},
                                                  {"local0", 16},
                                                  {"local1", 17},
                                                  {"local2", 18},
                                                  {"local3", 19},
                                                  {"local4", 20},
                                                  {"local5", 21},
                                                  {"local6", 22},
                                                  {"local7", 23}}};

unsigned severity_of(Loudness loudness) {
    constexpr unsigned alert = 1, critical = 2, notice = 5;
    return loudness == Loudness::page ? alert : loudness == Loudness::urgent ? critical : notice;
}

}  // namespace

std::optional<unsigned> facility_of(std::string_view name) {
    const auto found = std::ranges::find(facilities, name, &Facility::name);
    return found == facilities.end() ? std::nullopt : std::optional(found->number);
}

std::string syslog_line(unsigned facility, const std::string& host_name, const NoticeCall& notice) {
    std::string text = fmt::format("incident={} key={} for={} {}: {}", notice.incident, notice.key,
                                   notice.person.empty() ? "-" : notice.person, notice.subject, notice.text);
    // A line of its own would be a message of its own.
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    while (text.ends_with(' ')) text.pop_back();
    const std::string head =
        fmt::format("<{}>1 {} {} tocsin - {} - {}", facility * 8 + severity_of(notice.loudness),
                    to_rfc3339(notice.time), host_name, notice.notice, byte_order_mark);
    return head +
           shortened(text, limits::syslog_line_bytes - std::min(head.size(), limits::syslog_line_bytes));
}

Result<void> send_syslog(net::Fiber& fiber, const SyslogServer& server, const std::string& line,
                         Deadline deadline) {
    switch (server.way) {
        case SyslogWay::unix_socket: return net::send_datagram_unix(server.address, line);
        case SyslogWay::udp: return net::send_datagram_udp(server.address, server.port, line);
        case SyslogWay::tcp: break;
    }
    const auto stream = TRY(net::connect_tcp(fiber, server.address, server.port, deadline));
    TRY(stream->write_all(as_bytes(fmt::format("{} {}", line.size(), line)), deadline));
    return stream->shutdown_write();
}

}  // namespace tocsin::hooks
