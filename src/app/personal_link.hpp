// Links that name their reader: what is left of them is the same for everybody who got the mail.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tocsin::app {

/// What may stand between a name and what is its value, in a path or a query.
inline constexpr std::string_view link_signs = "/?&=#;:,";

/// The link up to where it names one of `readers` (addresses), back to the sign before: `https://evil.example/login?user=` of
/// `https://evil.example/login?user=anna@corp.example`. An address is known as it is, with %40, in base64 or base64url, and in
/// hexadecimal. A link that names nobody stays whole, and so does one in which more follows the reader, or of which not much more
/// than a host would be left: that would be about honest pages, too.
[[nodiscard]] std::string without_reader(std::string_view url, std::span<const std::string> readers);

/// Whether an order about the beginning of `url` is about less than a whole host.
[[nodiscard]] bool is_about_less_than_a_host(std::string_view url);

}  // namespace tocsin::app
