// What is asked of DNS, and what it says, as it came: whoever may look inside does so (mail/dns_records.hpp).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin {

enum class DnsType : std::uint8_t { txt, a, aaaa, mx, count_ };

/// Records of one type of one name, in lower case: names that differ in nothing but case are one name.
struct DnsQuestion {
    DnsType type = DnsType::txt;
    std::string name;
    auto operator<=>(const DnsQuestion&) const = default;
};

enum class DnsStatus : std::uint8_t {
    found,
    none,    ///< the name, or a record of that type, does not exist
    failed,  ///< no answer in time, SERVFAIL, more than the bounds, or a name that cannot be asked for
    count_,
};

struct DnsAnswer {
    DnsStatus status = DnsStatus::failed;
    std::vector<std::string> records{};  ///< RDATA of each (RFC 1035 section 3.2.1): bytes of a stranger
    bool operator==(const DnsAnswer&) const = default;
};

/// A name that DNS can be asked for as it stands: at least two labels of 1 to 63 bytes, at most
/// limits::domain_name_bytes in all. A label has letters, digits, "-", "_" and what else the local part of an address
/// may have unquoted (RFC 5322 section 3.2.3), which macros of SPF put into names.
[[nodiscard]] bool is_dns_name(std::string_view name);

}  // namespace tocsin
