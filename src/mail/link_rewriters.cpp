#include "mail/link_rewriters.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/charset.hpp"
#include "mail/transfer_decoding.hpp"
#include "mail/urls.hpp"

namespace tocsin::mail {
namespace {

using Target = std::optional<std::string>;

template <std::size_t Size>
bool is_among(const std::array<std::string_view, Size>& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

/// Nothing where it stands twice: nobody knows which of them the server takes.
Target parameter(const Url& url, const char* name) {
    const auto found = url.query_params_decoded.find(name);
    const bool once = found != url.query_params_decoded.end() && found->second.size() == 1;
    return once ? Target(found->second.front()) : std::nullopt;
}

/// RFC 4648 section 5, padding or not; nothing when another character is in it.
Target base64url_decoded(std::string_view text) {
    while (text.ends_with('=')) text.remove_suffix(1);
    std::string standard(text);
    std::ranges::replace(standard, '-', '+');
    std::ranges::replace(standard, '_', '/');
    const auto fits = [](char c) { return is_ascii_alphanumeric(c) || c == '+' || c == '/'; };
    if (text.empty() || !std::ranges::all_of(standard, fits)) return std::nullopt;
    while (standard.size() % 4 != 0) standard += '=';
    const Decoded decoded = decode_base64(as_bytes(standard), 0);
    return std::string(as_text(decoded.bytes));
}

/// The text behind `"name":` in JSON, unescaped; of the first such name, at whatever depth.
Target json_member(std::string_view json, std::string_view name) {
    std::size_t at = json.find('"' + std::string(name) + '"');
    if (at == std::string_view::npos) return std::nullopt;
    at += name.size() + 2;
    for (const char wanted : {':', '"'}) {
        at = json.find_first_not_of(" \t\r\n", at);
        if (at == std::string_view::npos || json[at] != wanted) return std::nullopt;
        ++at;
    }
    std::string value;
    while (at < json.size() && json[at] != '"') {
        if (json[at] != '\\') {
            value += json[at++];
            continue;
        }
        if (++at >= json.size()) return std::nullopt;
        const char escape = json[at++];
        if (escape != 'u') {
            value += escape;  // \" \\ \/; those of line ends stand in no URL
            continue;
        }
        char32_t code = 0;
        for (const char digit : json.substr(at, 4))
            code = code * 16 + static_cast<char32_t>(std::max(hex_value(digit), 0));
        at = std::min(at + 4, json.size());
        append_utf8(value, code);
    }
    return at < json.size() ? Target(std::move(value)) : std::nullopt;
}

/// Number `index` of the pieces between slashes, from 0; from the end, from -1.
std::string_view path_piece(const Url& url, int index) {
    std::string_view path = url.path;
    if (index < 0) return path.substr(path.rfind('/') + 1);
    for (; index >= 0; --index) {
        const std::size_t slash = path.find('/');
        path = slash == std::string_view::npos ? "" : path.substr(slash + 1);
    }
    return path.substr(0, path.find('/'));
}

// ---- gateways ----

/// Version 3 leaves out some characters, which stand in base64 behind the URL: "*" is one of them, "**A" two, "**B" three, …
std::string with_runs(std::string_view url, std::string_view runs) {
    constexpr std::string_view lengths = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    std::size_t next = 0;
    for (std::size_t at = 0; at < url.size(); ++at) {
        if (url[at] != '*') {
            out += url[at];
            continue;
        }
        std::size_t count = 1;
        if (at + 2 < url.size() && url[at + 1] == '*') {
            const std::size_t length = lengths.find(url[at + 2]);
            count = length == std::string_view::npos ? 1 : length + 2;
            at += 2;
        }
        const std::size_t begin = next;
        for (; count > 0 && next < runs.size(); --count) (void)next_code_point(runs, next);
        out += runs.substr(begin, next - begin);
    }
    return out;
}

Target proofpoint_3(std::string_view url) {
    constexpr std::string_view opening = "/v3/__", closing = "__;";
    const std::size_t begin = url.find(opening);
    if (begin == std::string_view::npos) return std::nullopt;
    url.remove_prefix(begin + opening.size());
    const std::size_t end = url.find(closing);
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view runs = url.substr(end + closing.size());
    runs = runs.substr(0, runs.find('!'));
    return with_runs(url.substr(0, end), base64url_decoded(runs).value_or(""));
}

Target proofpoint(const Url& url) {
    constexpr std::array<std::string_view, 3> hosts = {"urldefense.proofpoint.com", "urldefense.com",
                                                       "urldefense.us"};
    if (!is_among(hosts, url.domain.domain)) return std::nullopt;
    if (url.path.starts_with("/v3/")) return proofpoint_3(url.url);
    Target target = parameter(url, "u");
    if (url.path.starts_with("/v1/")) return target;
    if (!target || !url.path.starts_with("/v2/")) return std::nullopt;
    std::ranges::replace(*target, '-', '%');
    std::ranges::replace(*target, '_', '/');
    return percent_decoded(*target);
}

Target azure_safelink(const Url& url) {
    const bool theirs = url.domain.domain.ends_with(".safelinks.protection.outlook.com") ||
                        url.domain.domain.ends_with(".safelinks.protection.office365.us");
    return theirs ? parameter(url, "url") : std::nullopt;
}

Target barracuda(const Url& url) {
    return url.domain.domain == "linkprotect.cudasvc.com" ? parameter(url, "a") : std::nullopt;
}

// ---- trackers of those who send ----

Target mandrill(const Url& url) {
    if (url.domain.root_domain != "mandrillapp.com" || !url.path.starts_with("/track/click"))
        return std::nullopt;
    const Target outer = base64url_decoded(parameter(url, "p").value_or(""));
    const Target inner = outer ? json_member(*outer, "p") : std::nullopt;
    return inner ? json_member(*inner, "url") : std::nullopt;
}

Target mailjet(const Url& url) {
    const bool theirs = url.domain.root_domain == "mjt.lu" && url.path.starts_with("/lnk/");
    return theirs ? base64url_decoded(path_piece(url, -1)) : std::nullopt;
}

Target aws_ses(const Url& url) {
    const bool theirs = url.domain.root_domain == "awstrack.me" &&
                        (url.path.starts_with("/L0/") || url.path.starts_with("/CL0/"));
    return theirs ? Target(percent_decoded(path_piece(url, 1))) : std::nullopt;
}

/// "/3s/example.com%2Fpath/…": the number is their version, the s stands for https.
Target postmark(const Url& url) {
    if (url.domain.domain != "click.pstmrk.it") return std::nullopt;
    const std::string_view version = path_piece(url, 0);
    if (version.empty() || !is_ascii_digit(version.front())) return std::nullopt;
    const std::string target = percent_decoded(path_piece(url, 1));
    if (target.contains("://")) return target;
    return (version.ends_with('s') ? "https://" : "http://") + target;
}

Target convertkit(const Url& url) {
    constexpr std::array<std::string_view, 3> domains = {"convertkit-mail.com", "convertkit-mail2.com",
                                                         "convertkit-mail4.com"};
    return is_among(domains, url.domain.root_domain) ? base64url_decoded(path_piece(url, -1)) : std::nullopt;
}

/// The token is a JSON Web Token (RFC 7519); the target stands in its middle part.
Target monday_tracker(const Url& url) {
    if (url.domain.domain != "trackingservice.monday.com") return std::nullopt;
    const std::string token = parameter(url, "token").value_or("");
    const std::size_t begin = token.find('.');
    if (begin == std::string::npos) return std::nullopt;
    const std::string_view rest = std::string_view(token).substr(begin + 1);
    const Target claims = base64url_decoded(rest.substr(0, rest.find('.')));
    return claims ? json_member(*claims, "originalUrl") : std::nullopt;
}

// ---- services that send on whoever comes ----

Target google_tag_manager(const Url& url) {
    return url.domain.root_domain == "googletagmanager.com" ? parameter(url, "url") : std::nullopt;
}

/// "google.com", "google.de", "google.co.uk", but not "google.github.io", where anybody may have a page.
bool is_google(const Domain& domain) {
    constexpr std::array<std::string_view, 36> two_labels = {
        "co.id",  "co.il",  "co.in",  "co.jp",  "co.ke",  "co.kr",  "co.ma",  "co.nz",  "co.th",
        "co.uk",  "co.ve",  "co.za",  "com.ar", "com.au", "com.bd", "com.br", "com.co", "com.ec",
        "com.eg", "com.gt", "com.hk", "com.lb", "com.mt", "com.mx", "com.my", "com.ng", "com.pe",
        "com.ph", "com.pk", "com.sa", "com.sg", "com.tr", "com.tw", "com.ua", "com.uy", "com.vn"};
    const bool country = domain.tld.size() == 2 || is_among(two_labels, domain.tld);
    return domain.sld == "google" && (domain.tld == "com" || country);
}

/// `q` and `url` are both understood; where both are links, nobody knows which one counts.
Target google_open_redirect(const Url& url) {
    if (!is_google(url.domain) || url.path != "/url") return std::nullopt;
    const auto absolute = [&](const char* name) {
        Target target = parameter(url, name);
        return target && target->contains("://") ? target : std::nullopt;
    };
    Target first = absolute("q"), second = absolute("url");
    if (first && second) return std::nullopt;
    return first ? first : second;
}

Target bing_open_redirect(const Url& url) {
    if (url.domain.root_domain != "bing.com" || !url.path.starts_with("/ck/a")) return std::nullopt;
    const std::string target = parameter(url, "u").value_or("");
    return target.starts_with("a1") ? base64url_decoded(std::string_view(target).substr(2)) : std::nullopt;
}

Target indeed_open_redirect(const Url& url) {
    const bool theirs = url.domain.root_domain == "indeed.com" && url.path == "/r";
    return theirs ? parameter(url, "target") : std::nullopt;
}

struct Rewriter {
    const char* name;
    /// What stands in the URL as its target; nothing: the URL is none of theirs.
    Target (*target)(const Url& url);
};
constexpr std::array rewriters = {
    Rewriter{"proofpoint", proofpoint},
    Rewriter{"azure_safelink", azure_safelink},
    Rewriter{"barracuda", barracuda},
    Rewriter{"mandrill", mandrill},
    Rewriter{"mailjet", mailjet},
    Rewriter{"aws_ses", aws_ses},
    Rewriter{"postmark", postmark},
    Rewriter{"convertkit", convertkit},
    Rewriter{"monday_tracker", monday_tracker},
    Rewriter{"google_tag_manager", google_tag_manager},
    Rewriter{"google_open_redirect", google_open_redirect},
    Rewriter{"bing_open_redirect", bing_open_redirect},
    Rewriter{"indeed_open_redirect", indeed_open_redirect},
};

/// What a rewriter may hide: something that a click opens.
std::optional<Url> target_url(std::string_view text, DomainNames& domain_names) {
    if (!is_valid_utf8(text)) return std::nullopt;
    std::optional<Url> url = parse_typed_url(text, domain_names);
    const bool opens = url && (!url->domain.domain.empty() || url->ip);
    return opens ? url : std::nullopt;
}

}  // namespace

void unravel(Url& url, DomainNames& domain_names) {
    UrlRewrite rewrite;
    while (rewrite.encoders.size() < limits::link_rewriters &&
           (url.scheme == "http" || url.scheme == "https")) {
        std::optional<Url> target;
        for (const Rewriter& rewriter : rewriters) {
            if (const Target text = rewriter.target(url)) target = target_url(*text, domain_names);
            if (!target) continue;
            rewrite.encoders.emplace_back(rewriter.name);
            break;
        }
        if (!target) break;
        if (rewrite.original.empty()) rewrite.original = std::move(url.url);
        url = *std::move(target);
    }
    if (!rewrite.encoders.empty()) url.rewrite = std::make_shared<const UrlRewrite>(std::move(rewrite));
}

}  // namespace tocsin::mail
