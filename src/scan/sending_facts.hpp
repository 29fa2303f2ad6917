// What a scan report says about how a sender writes: for comparing a customer's mail with the mail before it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scan/report.hpp"

namespace tocsin::scan {

struct HostCount {
    std::string host;         ///< lower case
    std::uint32_t links = 0;  ///< that lead there
};

struct LinkHosts {
    std::vector<HostCount> hosts;
    bool more = false;  ///< links lead to more hosts than those
};

/// Hosts of all links, each once, those with most links first; at most limits::watch_links.
[[nodiscard]] LinkHosts link_hosts(const ScanReport& report);
/// File types of what is attached, by content, each once: "pdf", "zip". Pages and texts that are the message itself do not count,
/// nor do pictures that a page shows.
[[nodiscard]] std::vector<std::string> attachment_types(const ScanReport& report);

}  // namespace tocsin::scan
