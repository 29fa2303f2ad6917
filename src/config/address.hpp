// Where a listener listens and where mail goes on to; blocks of addresses that keep the words of the operator.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ip_network.hpp"

namespace tocsin::config {

enum class AddressKind : std::uint8_t { none, tcp, unix_socket };

/// "127.0.0.1:2525", "[::1]:25" or "unix:/run/tocsin/milter.sock".
struct Address {
    AddressKind kind = AddressKind::none;
    std::string host;  ///< tcp: IP literal without brackets
    std::uint16_t port = 0;
    std::string path;  ///< unix_socket

    bool operator==(const Address&) const = default;
};

/// nullopt: neither an IP literal with a port, nor "unix:" with a path. Host names are not taken: a name server must not decide
/// where mail goes.
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);
[[nodiscard]] std::string to_text(const Address& address);
/// A Unix socket, 127.0.0.0/8 or ::1: nobody from another machine gets there.
[[nodiscard]] bool is_local(const Address& address);
/// One process could not listen on both: same socket, or same port where one is the wildcard of its family.
[[nodiscard]] bool overlap(const Address& a, const Address& b);

/// By which way a collector of syslog takes lines.
enum class SyslogWay : std::uint8_t { unix_socket, udp, tcp };
struct SyslogAddress {
    SyslogWay way = SyslogWay::unix_socket;
    Address address;
};
/// "unix:/dev/log", "udp:127.0.0.1:514", "tcp:[::1]:601". nullopt: none of these.
[[nodiscard]] std::optional<SyslogAddress> parse_syslog_address(std::string_view text);

/// A block of addresses with its text.
struct Network {
    std::string text;  ///< as written: "192.0.2.0/24"
    IpNetwork block;

    bool operator==(const Network& other) const { return text == other.text; }
};
[[nodiscard]] std::optional<Network> parse_network(std::string_view text);

}  // namespace tocsin::config
