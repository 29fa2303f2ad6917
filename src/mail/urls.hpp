// URLs as a browser would follow them (WHATWG URL standard), and where they stand in plain text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/domain_names.hpp"
#include "mail/message.hpp"

namespace tocsin::mail {

/// An absolute URL; nullopt when there is no scheme, or no host where there must be one. Reads what a browser
/// reads: tabs and line ends inside vanish, backslashes are slashes in http(s) and ftp, missing or surplus
/// slashes are mended, the host is percent-decoded, mapped by UTS #46 and may be an IPv4 address in any
/// notation, dot segments are removed. A host or port that a browser would refuse is kept, with an invalid
/// domain or no port: a rule should see it. Of a longer text than limits::url_bytes, shortened_url() counts.
/// `url` of the result parses to the same again.
[[nodiscard]] std::optional<Url> parse_url(std::string_view text, DomainNames& domain_names);

/// A URL as people type it: with a scheme, or beginning with `www.`, or a host with a known top-level domain
/// ("example.com/x"), which is read as http. nullopt for anything else: words, mail addresses, several words.
[[nodiscard]] std::optional<Url> parse_typed_url(std::string_view text, DomainNames& domain_names);

/// `reference` as found in an HTML attribute, resolved against `base` (RFC 3986 section 5, as browsers do
/// it); without a base it falls back to parse_typed_url(). nullopt for what leads nowhere outside the mail:
/// "#top", "/x" without a base.
[[nodiscard]] std::optional<Url> resolve_url(std::string_view reference, const std::optional<Url>& base,
                                             DomainNames& domain_names);

/// `text`, or what is kept of it when it is longer than `bytes_max`: scheme, host and port
/// stay, so that it leads to the host that it led to; user name and password are cut first, then the end. A host that is itself
/// longer than half of that keeps its end. Linear time.
[[nodiscard]] std::string shortened_url(std::string_view text, std::size_t bytes_max);

/// `%41` → `A`; anything else stays.
[[nodiscard]] std::string percent_decoded(std::string_view text);

/// A URL found in running text.
struct FoundInText {
    std::size_t offset = 0;
    std::size_t length = 0;  ///< bytes of the text
    std::string url;         ///< with `http://` in front where the text left the scheme out
    bool cut = false;        ///< it is longer than limits::url_bytes: parse_url() keeps a part of it
};

/// http, https, ftp and mailto URLs, `www.…`, and hosts with a known top-level domain followed by a path.
/// Brackets, quotes and punctuation around them are left out. At most `urls_max`. Of a URL longer than limits::url_bytes, the
/// host is read to its end, however far away that is. Linear time. `text` is UTF-8.
[[nodiscard]] std::vector<FoundInText> find_urls(std::string_view text, std::size_t urls_max);

}  // namespace tocsin::mail
