#include "base/web_url.hpp"

#include <algorithm>
#include <charconv>

#include "base/ascii.hpp"
#include "base/fold_case.hpp"
#include "base/ip_network.hpp"
#include "base/limits/hooks.hpp"

namespace tocsin {

namespace {

constexpr std::uint16_t http_port = 80, https_port = 443;
constexpr std::string_view form = "write https://HOST/PATH";

bool is_host_name(std::string_view host) {
    return !host.empty() && host.front() != '.' && host.front() != '-' &&
           std::ranges::all_of(host, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
           });
}

Result<void> read_port(std::string_view text, std::uint16_t& port) {
    if (text.empty()) return {};
    const auto [end, problem] = std::from_chars(text.data() + 1, text.data() + text.size(), port);
    if (text.front() == ':' && problem == std::errc{} && end == text.data() + text.size() && port != 0)
        return {};
    return fail(ErrorCode::invalid_input, "a URL with no good port; " + std::string(form));
}

}  // namespace

Result<WebUrl> parse_web_url(std::string_view text) {
    WebUrl url;
    if (text.size() > limits::web_url_bytes)
        return fail(ErrorCode::invalid_input,
                    "a URL of more than " + std::to_string(limits::web_url_bytes) + " bytes");
    if (std::ranges::any_of(text,
                            [](char c) { return c <= ' ' || c > '~' || c == '"' || c == '<' || c == '>'; }))
        return fail(ErrorCode::invalid_input,
                    "a URL with a blank, or a character that must be written as %XX; " + std::string(form));
    if (text.starts_with("https://"))
        text.remove_prefix(8);
    else if (text.starts_with("http://"))
        url.scheme = WebScheme::http, text.remove_prefix(7);
    else
        return fail(ErrorCode::invalid_input, "no URL of a web server; " + std::string(form));
    const std::size_t path = std::min(text.find_first_of("/?"), text.size());
    std::string_view authority = text.substr(0, path);
    if (path < text.size()) url.target = (text[path] == '?' ? "/" : "") + std::string(text.substr(path));
    if (authority.find('@') != std::string_view::npos || text.find('#') != std::string_view::npos)
        return fail(ErrorCode::invalid_input, "a URL with a user or a fragment (# …); " + std::string(form));
    const bool bracket = authority.starts_with('[');
    const std::size_t end = bracket ? std::min(authority.find(']'), authority.size())
                                    : std::min(authority.find(':'), authority.size());
    url.host = ascii_lower(authority.substr(bracket ? 1 : 0, end - (bracket ? 1 : 0)));
    const bool good = bracket ? end < authority.size() && parse_ip_address(url.host) &&
                                    url.host.find(':') != std::string::npos
                              : is_host_name(url.host);
    if (!good) return fail(ErrorCode::invalid_input, "a URL without a good host; " + std::string(form));
    url.port = url.scheme == WebScheme::https ? https_port : http_port;
    TRY(read_port(authority.substr(std::min(end + (bracket ? 1 : 0), authority.size())), url.port));
    return url;
}

std::string authority_of(const WebUrl& url) {
    const std::string host = url.host.find(':') == std::string::npos ? url.host : "[" + url.host + "]";
    const std::uint16_t usual = url.scheme == WebScheme::https ? https_port : http_port;
    return url.port == usual ? host : host + ":" + std::to_string(url.port);
}

bool has_ip_host(const WebUrl& url) {
    return url.host == "localhost" || parse_ip_address(url.host).has_value();
}

bool is_private(const WebUrl& url) {
    return url.scheme == WebScheme::https || url.host == "localhost" || url.host == "::1" ||
           (url.host.starts_with("127.") && has_ip_host(url));
}

}  // namespace tocsin
