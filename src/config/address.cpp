#include "config/address.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/limits.hpp"

namespace tocsin::config {

namespace {

constexpr std::string_view unix_prefix = "unix:";

bool is_wildcard(const Address& address) {
    return parse_ip_address(address.host) == parse_ip_address("0.0.0.0") ||
           parse_ip_address(address.host) == parse_ip_address("::");
}

bool is_v6(const Address& address) {
    return address.host.find(':') != std::string::npos;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
    if (text.starts_with(unix_prefix)) {
        std::string_view path = text.substr(unix_prefix.size());
        if (path.empty() || path.size() > limits::unix_socket_path_bytes) return std::nullopt;
        return Address{AddressKind::unix_socket, "", 0, std::string(path)};
    }
    std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string_view host = text.substr(0, colon), digits = text.substr(colon + 1);
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) host = host.substr(1, host.size() - 2);
    // "::1:25" could be an address without a port: an IPv6 address needs its brackets, and nothing else may have them.
    if (bracketed != (host.find(':') != std::string_view::npos) || !parse_ip_address(host))
        return std::nullopt;
    std::uint16_t port = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return Address{AddressKind::tcp, std::string(host), port, ""};
}

std::string to_text(const Address& address) {
    switch (address.kind) {
        case AddressKind::none: return "";
        case AddressKind::unix_socket: return std::string(unix_prefix) + address.path;
        case AddressKind::tcp: break;
    }
    return is_v6(address) ? fmt::format("[{}]:{}", address.host, address.port)
                          : fmt::format("{}:{}", address.host, address.port);
}

bool is_local(const Address& address) {
    if (address.kind == AddressKind::unix_socket) return true;
    std::optional<IpAddress> ip = parse_ip_address(address.host);
    if (!ip) return false;
    return IpNetwork::parse("127.0.0.0/8")->contains(*ip) || *ip == parse_ip_address("::1");
}

bool overlap(const Address& a, const Address& b) {
    if (a.kind == AddressKind::none || a.kind != b.kind) return false;
    if (a.kind == AddressKind::unix_socket) return a.path == b.path;
    if (a.port != b.port || a.port == 0) return false;  // 0: any free port
    if (parse_ip_address(a.host) == parse_ip_address(b.host)) return true;
    return is_v6(a) == is_v6(b) && (is_wildcard(a) || is_wildcard(b));
}

std::optional<SyslogAddress> parse_syslog_address(std::string_view text) {
    constexpr std::string_view udp = "udp:", tcp = "tcp:";
    SyslogWay way = SyslogWay::unix_socket;
    if (text.starts_with(udp) || text.starts_with(tcp)) {
        way = text.starts_with(udp) ? SyslogWay::udp : SyslogWay::tcp;
        text.remove_prefix(udp.size());
    }
    std::optional<Address> address = parse_address(text);
    if (!address || (address->kind == AddressKind::unix_socket) != (way == SyslogWay::unix_socket))
        return std::nullopt;
    return SyslogAddress{way, *std::move(address)};
}

std::optional<Network> parse_network(std::string_view text) {
    std::optional<IpNetwork> block = IpNetwork::parse(text);
    if (!block) return std::nullopt;
    return Network{std::string(text), *block};
}

}  // namespace tocsin::config
