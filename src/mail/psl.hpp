// The Public Suffix List that libpsl carries (publicsuffix.org).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin::mail {

struct PublicSuffix {
    std::size_t labels = 0;  ///< labels of the suffix, at least 1 for a non-empty host
    bool listed = false;     ///< false: the last label is no known top-level domain
};

/// The suffix of a lower-case host in A-label form without a final dot. Only the ICANN part of the list
/// counts: customers of github.io or weebly.com are not registrars of their own, and rules compare the
/// registrable domain with these names.
[[nodiscard]] PublicSuffix public_suffix(const std::string& host);

/// The suffix with one label before it: what somebody registered. The whole host where it has no such part.
[[nodiscard]] std::string_view registrable_domain(std::string_view host);

}  // namespace tocsin::mail
