// Whether a client may send mail in the name of a domain (RFC 7208), as a machine without I/O: it is given what DNS
// said so far, and ends with a result or names what else must be known.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/dns.hpp"
#include "base/ip_network.hpp"

namespace tocsin::mail {

/// What DNS said so far.
using DnsKnown = std::map<DnsQuestion, DnsAnswer>;

/// Who sends, as the envelope says it. Names are ASCII (RFC 8616 section 4): others have no SPF.
struct SpfSender {
    tocsin::IpAddress client{};
    std::string helo;
    std::string mail_from;  ///< without brackets; empty: a bounce
};

/// RFC 7208 section 2.6.
enum class SpfResult : std::uint8_t { none, neutral, pass, fail, softfail, temperror, permerror };
[[nodiscard]] std::string_view to_string(SpfResult result);

struct SpfStep {
    std::vector<DnsQuestion> asks{};  ///< not empty: there is no result before these are known
    SpfResult result = SpfResult::none;
    std::string reason{};  ///< of temperror and permerror, for people
};

/// The domain that answers for the mail: of MAIL FROM, or the name in HELO if that is empty (section 2.4), in lower
/// case.
[[nodiscard]] std::string spf_domain(const SpfSender& sender);

/// One step. What it asks for, it may need; it asks for all of that at once, so that there are as many steps as records
/// stand behind each other. `ptr` fits nobody (section 5.5 advises against it), and `exp` is not asked for.
[[nodiscard]] SpfStep step_spf(const SpfSender& sender, const DnsKnown& known);

}  // namespace tocsin::mail
