// One record of SPF taken apart (RFC 7208 section 4.6 and 5).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_network.hpp"

namespace tocsin::mail {

/// What a mechanism says of a client that it fits.
enum class SpfQualifier : std::uint8_t { pass, fail, softfail, neutral };
enum class SpfMechanism : std::uint8_t { all, include, a, mx, ptr, ip4, ip6, exists };

struct SpfTerm {
    SpfQualifier qualifier = SpfQualifier::pass;
    SpfMechanism mechanism = SpfMechanism::all;
    std::string_view domain{};             ///< is_spf_domain_spec(), or empty: the domain itself
    unsigned v4_bits = 32, v6_bits = 128;  ///< of a network
    tocsin::IpAddress network{};           ///< of ip4 and ip6
};

/// Its views lie in the text that it was read from.
struct SpfRecord {
    std::string problem{};  ///< the term that is not well-formed: `permerror`
    std::vector<SpfTerm> terms{};
    std::string_view redirect{};  ///< is_spf_domain_spec(), or empty: none
};

/// Whether a TXT record is one of SPF (section 4.5).
[[nodiscard]] bool is_spf_record(std::string_view text);

/// `text`: is_spf_record(). The whole of it must be well-formed, whatever of it counts.
[[nodiscard]] SpfRecord read_spf_record(std::string_view text);

}  // namespace tocsin::mail
