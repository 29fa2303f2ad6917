#include "scan/sending_facts.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/fold_case.hpp"
#include "base/limits.hpp"
#include "base/limits/watch.hpp"

namespace tocsin::scan {

namespace {

/// A part of the message that its sender attached: not what lies inside an attachment.
bool is_attached(const PartSummary& part) {
    if (part.origin != "multipart" && part.origin != "root" && part.origin != "tnef") return false;
    const std::string_view type = part.media_type;
    if (type.starts_with("multipart/") || (type.starts_with("text/") && part.file_name.empty())) return false;
    return !type.starts_with("image/") || part.file_type == "svg";
}

}  // namespace

LinkHosts link_hosts(const ScanReport& report) {
    LinkHosts found;
    std::unordered_map<std::string, std::size_t> places;
    for (const FoundUrl& url : report.urls) {
        std::string host = ascii_lower(host_of(url.url));
        if (host.empty()) continue;
        if (const auto known = places.find(host); known != places.end()) {
            ++found.hosts[known->second].links;
        } else if (found.hosts.size() < limits::watch_links) {
            places.emplace(host, found.hosts.size());
            found.hosts.push_back({std::move(host), 1});
        } else {
            found.more = true;
        }
    }
    std::ranges::stable_sort(found.hosts, std::greater{}, &HostCount::links);
    return found;
}

std::vector<std::string> attachment_types(const ScanReport& report) {
    std::vector<std::string> types;
    for (const PartSummary& part : report.parts) {
        if (!is_attached(part)) continue;
        const std::string& type = part.file_type.empty() ? part.media_type : part.file_type;
        if (std::ranges::find(types, type) == types.end()) types.push_back(type);
    }
    return types;
}

}  // namespace tocsin::scan
