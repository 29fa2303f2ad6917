// Links that name their reader: what is left of them is the same for everybody who got the mail.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tocsin::app {

/// The link up to where it names one of `readers` (addresses), back to the sign before: `https://evil.example/login?user=` of
/// `https://evil.example/login?user=anna@corp.example`. An address is known as it is, with %40, in base64 or base64url, and in
/// hexadecimal. A link that names nobody, or of which not more than a host would be left, stays whole.
[[nodiscard]] std::string without_reader(std::string_view url, std::span<const std::string> readers);

/// Whether an order about the beginning of `url` is about less than a whole host.
[[nodiscard]] bool is_about_less_than_a_host(std::string_view url);

}  // namespace tocsin::app
