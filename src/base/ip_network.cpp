#include "base/ip_network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace tocsin {

namespace {

constexpr std::size_t mapped_bytes = 12;
constexpr std::array<std::uint8_t, mapped_bytes> mapped_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

}  // namespace

std::string to_text(const IpAddress& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const bool is_v4 = is_ipv4(address);
    const char* const written = ::inet_ntop(
        is_v4 ? AF_INET : AF_INET6, address.data() + (is_v4 ? mapped_bytes : 0), text.data(), text.size());
    return written == nullptr ? std::string() : std::string(written);
}

bool is_ipv4(const IpAddress& address) {
    return std::equal(mapped_prefix.begin(), mapped_prefix.end(), address.begin());
}

bool is_public_address(const IpAddress& address) {
    static constexpr std::array<std::string_view, 12> own_use = {
        "0.0.0.0/8",      "10.0.0.0/8",  "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.168.0.0/16", "224.0.0.0/3", "::/127",        "fc00::/7",    "fe80::/10",      "ff00::/8"};
    return std::ranges::none_of(own_use, [&](std::string_view block) {
        const std::optional<IpNetwork> network = IpNetwork::parse(block);
        return network && network->contains(address);
    });
}

std::optional<IpAddress> parse_ip_address(std::string_view text) {
    if (text.size() > INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return std::nullopt;
    const std::string terminated(text);
    IpAddress address{};
    if (::inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
    std::ranges::copy(mapped_prefix, address.begin());
    if (::inet_pton(AF_INET, terminated.c_str(), address.data() + mapped_bytes) == 1) return address;
    return std::nullopt;
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
    std::size_t slash = text.find('/');
    std::string_view address_text = text.substr(0, slash);
    std::optional<IpAddress> address = parse_ip_address(address_text);
    if (!address) return std::nullopt;
    if (slash == std::string_view::npos) return IpNetwork(*address, 128);
    // The prefix of ::ffff:192.0.2.0/120 counts all 128 bits, the one of 192.0.2.0/24 counts 32.
    unsigned skipped = address_text.find(':') == std::string_view::npos ? mapped_bytes * 8 : 0, bits = 0;
    std::string_view digits = text.substr(slash + 1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc{} || end != digits.data() + digits.size() || bits > 128 - skipped)
        return std::nullopt;
    return IpNetwork(*address, skipped + bits);
}

bool IpNetwork::contains(const IpAddress& address) const {
    if (is_ipv4(address) && prefix_bits_ < mapped_bytes * 8) return false;
    std::size_t whole_bytes = prefix_bits_ / 8;
    if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole_bytes),
                    address_.begin()))
        return false;
    unsigned rest = prefix_bits_ % 8;
    return rest == 0 || (address[whole_bytes] >> (8 - rest)) == (address_[whole_bytes] >> (8 - rest));
}

}  // namespace tocsin
