#include "gate/sender_table.hpp"

#include <algorithm>
#include <optional>

#include "base/ascii.hpp"
#include "base/unknown_customer.hpp"
#include "gate/address_match.hpp"

namespace tocsin::gate {

namespace {

bool fits_login(std::string_view pattern, std::string_view login) {
    if (login.empty()) return false;
    if (!pattern.ends_with('*')) return equals_ignoring_case(pattern, login);
    pattern.remove_suffix(1);
    return login.size() >= pattern.size() && equals_ignoring_case(pattern, login.substr(0, pattern.size()));
}

bool in_networks(const std::vector<IpNetwork>& networks, std::string_view client_ip) {
    std::optional<IpAddress> address = parse_ip_address(client_ip);
    return address &&
           std::ranges::any_of(networks, [&](const IpNetwork& one) { return one.contains(*address); });
}

bool in_domains(const std::vector<std::string>& domains, std::string_view address) {
    return std::ranges::any_of(
        domains, [&](const std::string& domain) { return in_domain(domain_of(address), domain); });
}

bool fits(const CustomerRow& row, const Envelope& envelope, std::string_view header_from) {
    auto login = [&](const std::string& one) { return fits_login(one, envelope.sasl_login); };
    auto listener = [&](const std::string& one) { return one == envelope.listener; };
    return (row.logins.empty() || std::ranges::any_of(row.logins, login)) &&
           (row.networks.empty() || in_networks(row.networks, envelope.client_ip)) &&
           (row.envelope_domains.empty() || in_domains(row.envelope_domains, envelope.mail_from)) &&
           (row.header_domains.empty() || in_domains(row.header_domains, header_from)) &&
           (row.listeners.empty() || std::ranges::any_of(row.listeners, listener));
}

}  // namespace

mail::Direction SenderTable::direction(ListenerDirection listener, std::string_view sasl_login,
                                       std::string_view client_ip) const {
    switch (listener) {
        case ListenerDirection::inbound: return mail::Direction::inbound;
        case ListenerDirection::outbound: return mail::Direction::outbound;
        case ListenerDirection::by_sender: break;
    }
    bool ours = !sasl_login.empty() || is_ours(client_ip);
    return ours ? mail::Direction::outbound : mail::Direction::inbound;
}

std::string_view SenderTable::customer(const Envelope& envelope, std::string_view header_from) const {
    if (envelope.direction != mail::Direction::outbound) return {};
    for (const CustomerRow& row : rows_)
        if (fits(row, envelope, header_from)) return row.name;
    return unknown_customer;
}

bool SenderTable::is_organisation(std::string_view customer) const {
    return rows_.empty() || std::ranges::any_of(rows_, [&](const CustomerRow& row) {
               return row.organisation && row.name == customer;
           });
}

bool SenderTable::is_ours(std::string_view client_ip) const {
    return in_networks(own_networks_, client_ip);
}

bool SenderTable::has_customer(std::string_view name) const {
    return std::ranges::any_of(rows_, [&](const CustomerRow& row) { return row.name == name; });
}

}  // namespace tocsin::gate
