// A link as the browser that follows it reads it, so that orders and searches see where it leads.
#pragma once

#include <string>
#include <string_view>

#include "mail/domain_names.hpp"

namespace tocsin::scan {

/// `link` in the normal form of the WHATWG URL standard (mail::parse_url): "https:\\evil。example./" is "https://evil.example/",
/// "http://3221225985/" is "http://192.0.2.1/". A link that stands in that form already is kept as it is, without the price of
/// parsing it; so is what no browser would follow.
[[nodiscard]] std::string normal_link(std::string_view link, mail::DomainNames& domain_names);

}  // namespace tocsin::scan
