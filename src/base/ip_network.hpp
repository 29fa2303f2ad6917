// An IP address or a block of them, as people write it: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

/// An IPv4 address is kept as its IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2), so that a client is the same
/// client on either kind of socket.
using IpAddress = std::array<std::uint8_t, 16>;
/// Without port, brackets, zone or leading zeros. nullopt: no address.
[[nodiscard]] std::optional<IpAddress> parse_ip_address(std::string_view text);

/// As people write it (RFC 5952); one of IPv4 in four numbers.
[[nodiscard]] std::string to_text(const IpAddress& address);
/// Whether it is that of IPv4.
[[nodiscard]] bool is_ipv4(const IpAddress& address);
/// False for addresses that a network has for its own use (RFC 6890): loopback, private, link-local, shared, multicast.
[[nodiscard]] bool is_public_address(const IpAddress& address);

/// Addresses with the same first bits (CIDR, RFC 4632 section 3.1). Bits of the address behind the prefix count for
/// nothing.
class IpNetwork {
public:
    /// "ADDRESS" or "ADDRESS/BITS"; an address alone is the block of itself. nullopt: neither.
    [[nodiscard]] static std::optional<IpNetwork> parse(std::string_view text);
    /// A block of IPv6 addresses contains no IPv4 address, however short its prefix.
    [[nodiscard]] bool contains(const IpAddress& address) const;
    /// One address and no more.
    [[nodiscard]] bool is_single() const { return prefix_bits_ == 128; }

private:
    IpNetwork(const IpAddress& address, unsigned prefix_bits)
        : address_(address), prefix_bits_(prefix_bits) {}
    IpAddress address_;
    unsigned prefix_bits_;  ///< of the 128
};

}  // namespace tocsin
