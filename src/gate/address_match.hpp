// How orders, policy and the customer table compare addresses and domains: without regard to ASCII case, domains from the right.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::gate {

/// `host` is `domain` or below it. An empty domain holds nothing.
[[nodiscard]] bool in_domain(std::string_view host, std::string_view domain);
/// Behind the last `@`, without a final dot; empty without one.
[[nodiscard]] std::string_view domain_of(std::string_view address);
/// An address as everybody means it: `"anna"@a.example.` is `anna@a.example` (RFC 5321 section 4.1.2: a quoted local part is the
/// same as what is quoted), `a.example!anna` too (RFC 976 section 2.2). What is no address stays as it is.
[[nodiscard]] std::string plain_address(std::string_view address);
/// Every address that an MTA may make of it, the plain one first: for `anna%b.example@a.example` also `anna@b.example`, which is
/// where it leads if a.example is that MTA; the same for `b.example!anna@a.example` and `"anna@b.example"@a.example`, step by
/// step.
[[nodiscard]] std::vector<std::string> readings_of(std::string_view address);
/// `value` is an address, or "@domain" for every address of that domain.
[[nodiscard]] bool fits_address(std::string_view value, std::string_view address);

}  // namespace tocsin::gate
