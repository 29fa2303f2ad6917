#include "gate/address_match.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/limits/address.hpp"

namespace tocsin::gate {

bool in_domain(std::string_view host, std::string_view domain) {
    if (domain.empty() || host.size() < domain.size()) return false;
    std::size_t before = host.size() - domain.size();
    return equals_ignoring_case(host.substr(before), domain) && (before == 0 || host[before - 1] == '.');
}

std::string_view domain_of(std::string_view address) {
    std::size_t at = address.rfind('@');
    if (at == std::string_view::npos) return {};
    std::string_view domain = address.substr(at + 1);
    // The root's dot says nothing new (RFC 1034 section 3.1).
    if (domain.ends_with('.')) domain.remove_suffix(1);
    return domain;
}

std::string plain_address(std::string_view address) {
    const std::size_t at = address.rfind('@');
    // Host and user of mail before domains (RFC 976 section 2.2): MTAs still make an address of it.
    const std::size_t bang = at == std::string_view::npos ? address.find('!') : std::string_view::npos;
    if (bang != std::string_view::npos && bang > 0)
        return std::string(address.substr(bang + 1)) + '@' + std::string(address.substr(0, bang));
    if (at == std::string_view::npos) return std::string(address);
    std::string_view local = address.substr(0, at);
    std::string plain;
    if (local.size() >= 2 && local.front() == '"' && local.back() == '"') {
        local = local.substr(1, local.size() - 2);
        for (std::size_t index = 0; index < local.size(); ++index) {
            if (local[index] == '\\' && index + 1 < local.size()) ++index;
            plain += local[index];
        }
    } else {
        plain = local;
    }
    return plain + '@' + std::string(domain_of(address));
}

std::vector<std::string> readings_of(std::string_view address) {
    // Envelope addresses with more are not taken; a From field is not routed by what it says.
    std::vector<std::string> readings{plain_address(address)};
    while (readings.size() <= limits::address_routes) {
        const std::string_view last = readings.back();
        const std::string_view local = last.substr(0, std::min(last.rfind('@'), last.size()));
        const std::size_t percent = local.rfind('%'), bang = local.find('!');
        std::string next;
        if (local.size() == last.size()) break;
        if (local.find('@') != std::string_view::npos)
            next = local;
        else if (percent != std::string_view::npos)
            (next = local.substr(0, percent)).append("@").append(local.substr(percent + 1));
        else if (bang != std::string_view::npos)
            (next = local.substr(bang + 1)).append("@").append(local.substr(0, bang));
        else
            break;
        readings.push_back(plain_address(next));
    }
    return readings;
}

namespace {

bool fits_one_reading(std::string_view value, std::string_view address) {
    if (value.starts_with('@'))
        return value.size() > 1 && equals_ignoring_case(value.substr(1), domain_of(address));
    // Ten thousand recipients meet thousands of rows: what is plain already costs no copy.
    const auto is_plain = [](std::string_view one) { return !one.starts_with('"') && !one.ends_with('.'); };
    if (is_plain(value) && is_plain(address)) return equals_ignoring_case(value, address);
    return equals_ignoring_case(plain_address(value), plain_address(address));
}

}  // namespace

bool fits_address(std::string_view value, std::string_view address) {
    if (fits_one_reading(value, address)) return true;
    // A row that names somebody counts also for who reaches him by one of the old ways round.
    if (address.find_first_of("!%\"") == std::string_view::npos && address.find('@') == address.rfind('@'))
        return false;
    return std::ranges::any_of(readings_of(address),
                               [&](const std::string& reading) { return fits_one_reading(value, reading); });
}

}  // namespace tocsin::gate
