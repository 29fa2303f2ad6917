// Received fields (RFC 5321 section 4.4), in the shapes that real servers write.
#pragma once

#include <string_view>
#include <vector>

#include "mail/domain_names.hpp"
#include "mail/message.hpp"

namespace tocsin::mail {

/// Takes one unfolded Received value apart. `source` and `server` are the first words of the "from" and "by"
/// clauses. Never fails.
[[nodiscard]] Received parse_received(std::string_view value, DomainNames& domain_names);

/// Every IP address that stands in `text`, each once, at most `addresses_max`.
[[nodiscard]] std::vector<IpAddress> find_ips(std::string_view text, std::size_t addresses_max);

}  // namespace tocsin::mail
