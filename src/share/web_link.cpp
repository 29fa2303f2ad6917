#include "share/web_link.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/fold_case.hpp"
#include "base/ip_network.hpp"
#include "share/text.hpp"

namespace tocsin::share {

namespace {

constexpr std::size_t host_bytes = 253, label_bytes = 63;  // RFC 1035 section 2.3.4
constexpr std::size_t port_digits = 5;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string plain_path(std::string_view path) {
    constexpr std::string_view never = "\"<>\\^`{|}'";
    std::string out;
    for (const char c : path) {
        if (c > ' ' && c < 0x7F && never.find(c) == std::string_view::npos)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

}  // namespace

std::string WebLink::text() const {
    return scheme + "://" + host + (port.empty() ? "" : ":" + port) + path;
}

bool is_host(std::string_view text) {
    if (text.empty() || text.size() > host_bytes) return false;
    for (std::size_t at = 0; at <= text.size();) {
        const std::string_view label = text.substr(at, text.find('.', at) - at);
        if (label.empty() || label.size() > label_bytes) return false;
        if (!std::ranges::all_of(label, [](char c) {
                return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-' ||
                       c == '_';
            }))
            return false;
        at += label.size() + 1;
    }
    return true;
}

std::string plain_host(std::string_view text) {
    std::string host = ascii_lower(trim(text));
    if (host.ends_with('.')) host.pop_back();
    return host;
}

std::string_view without_brackets(std::string_view host) {
    if (host.starts_with('[') && host.ends_with(']')) return host.substr(1, host.size() - 2);
    return host;
}

std::optional<WebLink> parse_link(std::string_view text) {
    text = trim(text);
    const std::size_t colon = text.find("://");
    WebLink link;
    link.scheme = colon == std::string_view::npos ? "" : ascii_lower(text.substr(0, colon));
    if (link.scheme != "http" && link.scheme != "https") return std::nullopt;
    text.remove_prefix(colon + 3);
    std::string_view authority = text.substr(0, text.find_first_of("/\\?#"));
    std::string_view path = text.substr(authority.size());
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
        authority.remove_prefix(at + 1);
    if (const std::size_t port = authority.rfind(':');
        port != std::string_view::npos && authority.find(']', port) == std::string_view::npos) {
        link.port = authority.substr(port + 1);
        authority = authority.substr(0, port);
        if (link.port.size() > port_digits || !std::ranges::all_of(link.port, is_digit)) return std::nullopt;
    }
    if ((link.scheme == "http" && link.port == "80") || (link.scheme == "https" && link.port == "443"))
        link.port.clear();
    link.host = plain_host(authority);
    const std::string_view bare = without_brackets(link.host);
    if (bare != link.host ? !parse_ip_address(bare) : !is_host(link.host)) return std::nullopt;
    link.path = plain_path(path.substr(0, path.find_first_of("?#")));
    if (!link.path.starts_with('/')) link.path.insert(0, 1, '/');
    return link;
}

}  // namespace tocsin::share
