#include "mail/urls.hpp"

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "mail/addresses.hpp"
#include "mail/ascii.hpp"
#include "mail/charset.hpp"

namespace tocsin::mail {
namespace {

/// WHATWG URL "special scheme", but for file, whose host means nothing here.
bool is_special(std::string_view scheme) {
    constexpr std::array<std::string_view, 5> names = {"http", "https", "ftp", "ws", "wss"};
    return std::ranges::find(names, scheme) != names.end();
}

constexpr bool is_control_or_blank(char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7F;
}

constexpr bool is_tab_or_line_end(char c) {
    return c == '\t' || c == '\n' || c == '\r';
}

/// Controls and blanks in percent-encoding (WHATWG URL "C0 control percent-encode set" and the blank).
std::string escaped(std::string_view text) {
    if (std::ranges::none_of(text, is_control_or_blank)) return std::string(text);
    std::string out;
    for (const char c : text) {
        if (is_control_or_blank(c)) {
            constexpr std::string_view digits = "0123456789ABCDEF";
            out += '%';
            out += digits[static_cast<unsigned char>(c) >> 4U];
            out += digits[static_cast<unsigned char>(c) & 0xFU];
        } else {
            out += c;
        }
    }
    return out;
}

/// Length of the scheme in front of the first colon, 0 when there is none (RFC 3986 section 3.1).
std::size_t scheme_length(std::string_view text) {
    if (text.empty() || ascii_lower(text.front()) < 'a' || ascii_lower(text.front()) > 'z') return 0;
    for (std::size_t at = 1; at < text.size(); ++at) {
        const char c = text[at];
        if (c == ':') return at;
        if (!is_ascii_alphanumeric(c) && c != '+' && c != '-' && c != '.') return 0;
    }
    return 0;
}

/// Where user name, password, host and port stand; nothing when the text has none (WHATWG URL "authority state").
struct AuthorityPlace {
    std::size_t begin = 0;
    std::size_t end = 0;
};
AuthorityPlace place_of_authority(std::string_view text) {
    const std::size_t scheme = scheme_length(text);
    const bool special = scheme == 0 || is_special(to_lower(text.substr(0, scheme)));
    const std::string_view slashes = special ? "/\\" : "/";
    const std::size_t behind = scheme == 0 ? 0 : scheme + 1;
    const std::size_t host = std::min(text.find_first_not_of(slashes, behind), text.size());
    // Only a special scheme's host may do without its two slashes.
    if (host - behind < 2 && (scheme == 0 || !special)) return {};
    const std::size_t begin = special ? host : behind + 2;
    return {begin, std::min(text.find_first_of(special ? "/\\?#" : "/?#", begin), text.size())};
}

std::string_view without_blank_ends(std::string_view text) {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
    return text;
}

/// Cut to the limit, controls and blanks trimmed, tabs and line ends removed, valid UTF-8 (WHATWG URL "basic
/// URL parser" 1 to 3).
std::string cleaned(std::string_view text) {
    std::string out = shortened_url(without_blank_ends(text), limits::url_bytes);
    std::erase_if(out, is_tab_or_line_end);
    return is_valid_utf8(out) ? out : repair_utf8(out);
}

bool is_one_dot(std::string_view segment) {
    return segment == "." || equals_ignoring_case(segment, "%2e");
}

bool is_two_dots(std::string_view segment) {
    return segment == ".." || equals_ignoring_case(segment, ".%2e") ||
           equals_ignoring_case(segment, "%2e.") || equals_ignoring_case(segment, "%2e%2e");
}

/// RFC 3986 section 5.2.4. A path without dot segments is returned as it is.
std::string without_dot_segments(std::string path) {
    if (path.find("/.") == std::string::npos && find_ignoring_case(path, "/%2e") == std::string::npos)
        return path;
    std::string out;
    for (std::size_t start = path.starts_with('/') ? 1 : 0; start <= path.size();) {
        const std::size_t slash = std::min(path.find('/', start), path.size());
        const std::string_view segment = std::string_view(path).substr(start, slash - start);
        const bool last = slash == path.size();
        if (is_two_dots(segment)) {
            out.resize(out.empty() ? 0 : out.rfind('/'));
            if (last) out += '/';
        } else if (is_one_dot(segment)) {
            if (last) out += '/';
        } else {
            out += '/';
            out += segment;
        }
        start = slash + 1;
    }
    return out;
}

void read_port(std::string_view text, Url& url) {
    std::uint32_t value = 0;
    for (const char c : text) {
        if (!is_ascii_digit(c) || value > 65535) return;
        value = value * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (!text.empty() && value <= 65535) url.port = static_cast<std::uint16_t>(value);
}

/// Characters that no host may hold (WHATWG URL "forbidden domain code point"); a decoded host that has one
/// stays encoded.
bool has_forbidden(std::string_view host) {
    return std::ranges::any_of(host, [](char c) {
        return is_control_or_blank(c) || std::string_view("#/:<>?@[\\]^|%").find(c) != std::string_view::npos;
    });
}

/// WHATWG URL "host parser".
void read_host(std::string_view text, Url& url, DomainNames& domain_names) {
    if (text.starts_with('[') && text.ends_with(']')) {
        const std::string_view address = text.substr(1, text.size() - 2);
        url.ip = parse_ip(address);
        // inet_ntop() writes dots into addresses that hold one of IPv4 only.
        if (url.ip && url.ip->ip.contains('.'))
            url.ip->translation = IpTranslation{std::string(address), true, {}};
        url.domain.domain = url.ip && url.ip->version == 6 ? '[' + url.ip->ip + ']' : to_lower(text);
        return;
    }
    std::string host(text);
    std::erase_if(host, is_control_or_blank);
    std::string decoded = host.find('%') == std::string::npos ? host : repair_utf8(percent_decoded(host));
    if (!is_ascii(decoded)) decoded = domain_names.to_ascii(decoded).value_or(decoded);
    if (has_forbidden(decoded)) {  // no browser goes there; shown as written
        url.domain.domain = to_lower(host);
        return;
    }
    while (decoded.ends_with('.')) decoded.pop_back();
    url.ip = parse_browser_ipv4(decoded);
    if (url.ip) {
        url.domain.domain = url.ip->ip;
    } else {
        url.domain = domain_names.parse(decoded);
    }
}

/// `userinfo@host:port`; the last `@` decides, as in browsers.
void read_authority(std::string_view text, Url& url, DomainNames& domain_names) {
    const std::size_t mark = text.rfind('@');
    if (mark != std::string_view::npos) {
        const std::string_view user_info = text.substr(0, mark);
        const std::size_t colon = user_info.find(':');
        url.username = escaped(user_info.substr(0, colon));
        if (colon != std::string_view::npos) url.password = escaped(user_info.substr(colon + 1));
        text.remove_prefix(mark + 1);
    }
    const std::size_t bracket = text.starts_with('[') ? text.find(']') : std::string_view::npos;
    const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos) read_port(text.substr(colon + 1), url);
    read_host(text.substr(0, colon), url, domain_names);
}

/// application/x-www-form-urlencoded (WHATWG URL section 5.1).
void read_query(std::string_view query, Url& url) {
    std::size_t count = 0;
    for (std::size_t start = 0; start < query.size() && count < limits::query_parameters;) {
        const std::size_t end = std::min(query.find('&', start), query.size());
        std::string pair(query.substr(start, end - start));
        start = end + 1;
        if (pair.empty()) continue;
        std::ranges::replace(pair, '+', ' ');
        const std::size_t equals = pair.find('=');
        const std::string_view view = pair;
        std::string value =
            equals == std::string::npos ? "" : repair_utf8(percent_decoded(view.substr(equals + 1)));
        url.query_params_decoded[repair_utf8(percent_decoded(view.substr(0, equals)))].push_back(
            std::move(value));
        ++count;
    }
}

void write_url(Url& url, bool has_authority) {
    url.url = url.scheme + ':';
    if (has_authority) {
        url.url += "//";
        if (!url.username.empty() || !url.password.empty()) {
            url.url += url.username;
            if (!url.password.empty()) url.url += ':' + url.password;
            url.url += '@';
        }
        url.url += url.domain.domain;
        if (url.port) url.url += ':' + std::to_string(*url.port);
    }
    url.url += url.path;
    if (!url.query_params.empty()) url.url += '?' + url.query_params;
    if (!url.fragment.empty()) url.url += '#' + url.fragment;
}

/// RFC 6068: the domain of a mailto URL is that of its first address.
void read_mailto(Url& url, DomainNames& domain_names) {
    const std::string_view path = url.path;
    const std::size_t slashes = std::min(path.find_first_not_of('/'), path.size());
    const std::string_view first = path.substr(slashes, path.find(',') == std::string_view::npos
                                                            ? std::string_view::npos
                                                            : std::max(path.find(','), slashes) - slashes);
    url.domain = parse_email(percent_decoded(first), domain_names).domain;
}

}  // namespace

std::string shortened_url(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return std::string(text);
    std::string whole(without_blank_ends(text));
    if (whole.size() <= bytes_max) return whole;
    std::erase_if(whole, is_tab_or_line_end);
    if (whole.size() <= bytes_max) return whole;
    const AuthorityPlace place = place_of_authority(whole);
    const std::string scheme = whole.substr(0, scheme_length(whole));
    // Nobody knows a scheme with such a name.
    if (place.end <= bytes_max || scheme.size() > bytes_max / 8) return whole.substr(0, bytes_max);
    const std::string_view authority = std::string_view(whole).substr(place.begin, place.end - place.begin);
    const std::size_t mark = authority.rfind('@');
    const std::size_t user_bytes = mark == std::string_view::npos ? 0 : mark;
    std::string_view host = mark == std::string_view::npos ? authority : authority.substr(mark + 1);
    // Who has a host is told by its last labels.
    host.remove_prefix(host.size() - std::min(host.size(), bytes_max / 2));
    std::string out = scheme + (scheme.empty() ? "//" : "://");
    if (mark != std::string_view::npos)
        out.append(authority.substr(0, std::min(user_bytes, bytes_max / 4))) += '@';
    out += host;
    out.append(whole, place.end, bytes_max - std::min(out.size(), bytes_max));
    return out;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool pair = text[at] == '%' && text.size() - at > 2 && hex_value(text[at + 1]) >= 0 &&
                          hex_value(text[at + 2]) >= 0;
        if (pair) {
            out += static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2]));
            at += 2;
        } else {
            out += text[at];
        }
    }
    return out;
}

std::optional<Url> parse_url(std::string_view text, DomainNames& domain_names) {
    const std::string clean = cleaned(text);
    const std::size_t scheme = scheme_length(clean);
    if (scheme == 0) return std::nullopt;
    Url url;
    url.scheme = to_lower(std::string_view(clean).substr(0, scheme));
    std::string_view rest = std::string_view(clean).substr(scheme + 1);
    if (const std::size_t hash = rest.find('#');
        hash != std::string_view::npos && url.scheme != "javascript") {
        url.fragment = escaped(rest.substr(hash + 1));
        rest = rest.substr(0, hash);
    }
    if (const std::size_t mark = rest.find('?');
        mark != std::string_view::npos && url.scheme != "javascript" && url.scheme != "data") {
        url.query_params = escaped(rest.substr(mark + 1));
        rest = rest.substr(0, mark);
        read_query(url.query_params, url);
    }
    const bool special = is_special(url.scheme);
    const bool has_authority = special || rest.starts_with("//");
    if (has_authority) {
        const std::string_view slashes = special ? "/\\" : "/";
        rest.remove_prefix(special ? std::min(rest.find_first_not_of(slashes), rest.size()) : 2);
        const std::size_t end = std::min(rest.find_first_of(slashes), rest.size());
        read_authority(rest.substr(0, end), url, domain_names);
        url.path = escaped(rest.substr(end));
        if (special && url.domain.domain.empty()) return std::nullopt;
    } else {
        url.path = url.scheme == "javascript" ? std::string(rest) : escaped(rest);
    }
    if (special) {
        std::ranges::replace(url.path, '\\', '/');
        url.path = without_dot_segments(std::move(url.path));
    }
    write_url(url, has_authority);
    // After writing: the address' domain is no authority of the URL. "mailto://user@host" has one, which then counts.
    if (url.scheme == "mailto" && url.domain.domain.empty()) read_mailto(url, domain_names);
    return url;
}

std::optional<Url> parse_typed_url(std::string_view text, DomainNames& domain_names) {
    text = trim(text);
    if (text.empty() || text.size() > limits::url_bytes || std::ranges::any_of(text, is_ascii_space))
        return std::nullopt;
    for (const std::string_view scheme : {"http:", "https:", "ftp:", "mailto:"}) {
        if (starts_with_ignoring_case(text, scheme)) return parse_url(text, domain_names);
    }
    const std::string_view host = text.substr(0, text.find_first_of("/?#:\\"));
    if (host.find('.') == std::string_view::npos || host.find('@') != std::string_view::npos)
        return std::nullopt;
    std::optional<Url> url = parse_url("http://" + std::string(text), domain_names);
    return url && url->domain.valid ? url : std::nullopt;
}

std::optional<Url> resolve_url(std::string_view reference, const std::optional<Url>& base,
                               DomainNames& domain_names) {
    const std::string clean = cleaned(reference);
    if (clean.empty() || clean.front() == '#') return std::nullopt;
    const std::size_t scheme = scheme_length(clean);
    const bool dotted_scheme =
        clean.substr(0, scheme).find('.') != std::string::npos;  // "example.com:8080/x"
    if (scheme > 0 && !dotted_scheme) return parse_url(clean, domain_names);
    const auto is_slash = [](char c) { return c == '/' || c == '\\'; };
    const bool network_path = clean.size() > 1 && is_slash(clean[0]) && is_slash(clean[1]);
    if (network_path) return parse_url((base ? base->scheme : "http") + ':' + clean, domain_names);
    if (!base || !is_special(base->scheme)) return parse_typed_url(clean, domain_names);
    std::string joined = base->scheme + "://" + base->domain.domain;
    if (base->port) joined += ':' + std::to_string(*base->port);
    if (clean.front() == '?') {
        joined += base->path;
    } else if (!is_slash(clean.front())) {
        const std::size_t slash = base->path.rfind('/');
        joined += slash == std::string::npos ? "/" : base->path.substr(0, slash + 1);
    }
    return parse_url(joined + clean, domain_names);
}

}  // namespace tocsin::mail
