#include "scan/normal_link.hpp"

#include <algorithm>
#include <optional>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/urls.hpp"

namespace tocsin::scan {

namespace {

bool is_plain_host(char c) {
    return (c >= 'a' && c <= 'z') || mail::is_ascii_digit(c) || c == '.' || c == '-';
}

/// What every reader takes for the same: a host in small letters whose last label is no number, no port, no user, and a path in
/// which nothing is resolved. Most links are; anything else is parsed.
bool is_normal(std::string_view link) {
    const std::size_t scheme = link.starts_with("https://") ? 8 : link.starts_with("http://") ? 7 : 0;
    if (scheme == 0) return false;
    const std::string_view rest = link.substr(scheme);
    const auto host_end = static_cast<std::size_t>(std::ranges::find_if_not(rest, is_plain_host) - rest.begin());
    const std::string_view host = rest.substr(0, host_end), path = rest.substr(host_end);
    if (host.empty() || host.back() == '.' || host.find("..") != std::string_view::npos || !path.starts_with('/')) return false;
    const std::size_t last_label = host.rfind('.') + 1;  // of npos: the whole host
    if (mail::is_ascii_digit(host[last_label])) return false;
    if (path.find("/.") != std::string_view::npos || path.find("//") != std::string_view::npos) return false;
    return std::ranges::all_of(path, [](char c) { return c > ' ' && c < 0x7F && c != '\\' && c != '"' && c != '<' && c != '>'; });
}

/// The port that the scheme has anyhow is left out (URL standard, "port state").
std::string without_default_port(const mail::Url& url) {
    constexpr std::uint16_t https_port = 443, http_port = 80;
    std::string out = url.url;
    const bool is_default = (url.scheme == "https" && url.port == https_port) || (url.scheme == "http" && url.port == http_port);
    if (!is_default) return out;
    const std::string host_and_port = url.domain.domain + ":" + std::to_string(*url.port);
    if (const std::size_t at = out.find(host_and_port); at != std::string::npos)
        out.replace(at, host_and_port.size(), url.domain.domain);
    return out;
}

}  // namespace

std::string normal_link(std::string_view link, mail::DomainNames& domain_names) {
    const std::string kept = mail::shortened_url(link, limits::url_bytes);
    link = kept;
    if (is_normal(link)) return std::string(link);
    const std::optional<mail::Url> url = mail::parse_url(link, domain_names);
    return url ? without_default_port(*url) : std::string(link);
}

}  // namespace tocsin::scan
