// Addresses of HTTP servers as people configure them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tocsin {

enum class WebScheme : std::uint8_t { http, https };

struct WebUrl {
    WebScheme scheme = WebScheme::https;
    std::string host;  ///< lower case; an IPv6 literal without brackets
    std::uint16_t port = 0;
    std::string target = "/";  ///< path and query, as they are sent
};

/// "https://HOST[:PORT][/PATH[?QUERY]]". Errors: invalid_input: anything else, a user or a fragment in it, bytes that a URL cannot
/// have, more than limits::web_url_bytes.
[[nodiscard]] Result<WebUrl> parse_web_url(std::string_view text);

/// "host", or "host:port" where it is not the usual one: what the Host field says, and people are told. The path may be secret.
[[nodiscard]] std::string authority_of(const WebUrl& url);

/// Nobody else hears what is sent there: TLS, or this machine itself by its address.
[[nodiscard]] bool is_private(const WebUrl& url);

/// Whether the host is an IP literal, or "localhost".
[[nodiscard]] bool has_ip_host(const WebUrl& url);

}  // namespace tocsin
