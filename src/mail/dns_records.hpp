// What records of DNS say: texts, addresses, and hosts that take mail. Their bytes are a stranger's; the daemon only
// hands them on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/dns.hpp"
#include "base/ip_network.hpp"

namespace tocsin::mail {

/// What DNS says of the TXT records of one name.
struct TxtTexts {
    using Status = DnsStatus;
    Status status = Status::failed;
    std::vector<std::string> texts{};  ///< each record's pieces put together (RFC 7208 section 3.3)
};

/// A damaged record makes all of it `failed`.
[[nodiscard]] TxtTexts read_texts(const DnsAnswer& answer);

/// The addresses of A (4 bytes) and AAAA (16 bytes) records; others are left out.
[[nodiscard]] std::vector<tocsin::IpAddress> read_addresses(const DnsAnswer& answer);

/// The hosts of MX records (RFC 1035 section 3.3.9), lower case; what is no name becomes an empty text, as "." does
/// (RFC 7505).
[[nodiscard]] std::vector<std::string> read_mail_hosts(const DnsAnswer& answer);

}  // namespace tocsin::mail
