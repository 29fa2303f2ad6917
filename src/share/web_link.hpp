// Links and hosts in the one form in which others look for them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tocsin::share {

struct WebLink {
    std::string scheme, host, port,
        path;  ///< in lower case, but for the path; port without colon, mostly empty

    /// "https://evil.example/login"
    [[nodiscard]] std::string text() const;
};

/// A link of the web (RFC 3986): without user, query and fragment, which often say to whom it was sent; a path of ASCII, other
/// bytes escaped. nullopt: another scheme, or no host.
[[nodiscard]] std::optional<WebLink> parse_link(std::string_view text);

/// Letters, digits, - and _, in labels (RFC 1123 section 2.1): what goes into the DNS.
[[nodiscard]] bool is_host(std::string_view text);
/// In lower case, without a dot at the end.
[[nodiscard]] std::string plain_host(std::string_view text);
/// An IPv6 address as links write it, without its brackets; everything else as it is.
[[nodiscard]] std::string_view without_brackets(std::string_view host);

}  // namespace tocsin::share
