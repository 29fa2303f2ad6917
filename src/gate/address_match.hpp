// How orders, policy and the customer table compare addresses and domains: without regard to ASCII case, domains from the right.
#pragma once

#include <string_view>

namespace tocsin::gate {

/// `host` is `domain` or below it. An empty domain holds nothing.
[[nodiscard]] bool in_domain(std::string_view host, std::string_view domain);
/// Behind the last `@`; empty without one.
[[nodiscard]] std::string_view domain_of(std::string_view address);
/// `value` is an address, or "@domain" for every address of that domain.
[[nodiscard]] bool fits_address(std::string_view value, std::string_view address);

}  // namespace tocsin::gate
