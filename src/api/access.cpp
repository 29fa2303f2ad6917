#include "api/access.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "base/ip_network.hpp"
#include "base/token.hpp"

namespace tocsin::api {

namespace {

/// The host of `host[:port]` (RFC 9110 section 7.2), without brackets; empty: malformed.
std::string_view host_of(std::string_view field) {
    const bool bracketed = field.starts_with('[');
    const std::size_t end = bracketed ? field.find(']') : field.find(':');
    std::string_view host = field.substr(0, end);
    std::string_view rest = end == std::string_view::npos ? std::string_view() : field.substr(end);
    if (bracketed) {
        if (rest.empty()) return {};
        host.remove_prefix(1);
        rest.remove_prefix(1);
    }
    const bool port_is_good =
        rest.empty() || (rest.starts_with(':') &&
                         std::ranges::all_of(rest.substr(1), [](char c) { return c >= '0' && c <= '9'; }));
    return port_is_good ? host : std::string_view();
}

bool is_our_host(std::string_view field, const std::string& host_name) {
    const std::string_view host = host_of(field);
    if (host.empty()) return false;
    return parse_ip_address(host).has_value() || equals_ignoring_case(host, "localhost") ||
           equals_ignoring_case(host, host_name);
}

/// RFC 6750 section 2.1; the scheme's name is without case (RFC 9110 section 11.1).
std::string_view bearer_token(std::string_view field) {
    constexpr std::string_view scheme = "Bearer ";
    if (field.size() <= scheme.size() || !equals_ignoring_case(field.substr(0, scheme.size()), scheme))
        return {};
    field.remove_prefix(scheme.size());
    while (field.starts_with(' ')) field.remove_prefix(1);
    return field;
}

}  // namespace

bool is_public(std::string_view method, std::string_view path) {
    return method == "GET" && (path == "/metrics" || path == "/health" || path == "/ready");
}

std::variant<Admitted, AccessRefused> admit(const Access& access, const proto::HttpRequest& request,
                                            std::string_view path) {
    if (request.headers.find("Origin"))
        return AccessRefused{403, "requests from web pages (with an Origin field) are not answered"};
    if (!is_our_host(request.headers.find("Host").value_or(""), access.host_name))
        return AccessRefused{403, "the Host field must be an IP address, localhost or daemon.host_name"};
    if (is_public(request.method, path)) return Admitted{};
    const std::string_view token = bearer_token(request.headers.find("Authorization").value_or(""));
    if (same_token(token, access.token)) return Admitted{};
    const bool for_events = !access.events_token.empty() && same_token(token, access.events_token);
    if (for_events && request.method == "POST" && path == "/v1/events") return Admitted{};
    if (for_events) return AccessRefused{403, "this token is for POST /v1/events and nothing else"};
    if (access.person_of && !token.empty())
        if (std::optional<Principal> person = access.person_of(token)) return Admitted{std::move(person)};
    return AccessRefused{
        401, std::string(token.empty() ? "a token is needed" : "the token is wrong, revoked or too old") +
                 ": send `Authorization: Bearer TOKEN`; on the gate's machine the token is in " +
                 access.token_place +
                 (path == "/v1/events" ? ", one for this request alone in events-token beside it" : "")};
}

}  // namespace tocsin::api
