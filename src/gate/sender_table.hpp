// Who is sending: direction and customer of a message, from two small ordered tables of the configuration. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_network.hpp"
#include "gate/envelope.hpp"

namespace tocsin::gate {

/// One row of the customer table. Every kind that has values must fit; of the values of a kind one is enough.
struct CustomerRow {
    std::string name;
    std::vector<std::string>
        logins;  ///< SASL names without regard to case; "acme-*" is every name that begins so
    std::vector<IpNetwork> networks;
    std::vector<std::string> envelope_domains;  ///< of MAIL FROM, and below
    std::vector<std::string> header_domains;    ///< of the From field, and below: known only after the scan
    std::vector<std::string> listeners;
    bool organisation = false;  ///< no customer, but the people who run all this
};

/// How a listener decides the direction of its mail.
enum class ListenerDirection : std::uint8_t {
    inbound,
    outbound,
    by_sender,  ///< outbound with a SASL login or from one of our own networks, else inbound
};

class SenderTable {
public:
    SenderTable() = default;
    SenderTable(std::vector<CustomerRow> rows, std::vector<IpNetwork> own_networks)
        : rows_(std::move(rows)), own_networks_(std::move(own_networks)) {}

    [[nodiscard]] mail::Direction direction(ListenerDirection listener, std::string_view sasl_login,
                                            std::string_view client_ip) const;
    /// The first row that fits. `header_from` is empty where no reader could tell: rows that ask for a header domain do not fit
    /// then. An outbound message that no row fits is unknown_customer's; an inbound one is nobody's (empty).
    [[nodiscard]] std::string_view customer(const Envelope& envelope, std::string_view header_from) const;
    /// Whether an address is in one of our own networks.
    [[nodiscard]] bool is_ours(std::string_view client_ip) const;
    [[nodiscard]] bool has_customer(std::string_view name) const;
    /// Whether outbound mail of this customer is the organisation's own; without any row, all of it is.
    [[nodiscard]] bool is_organisation(std::string_view customer) const;
    [[nodiscard]] bool empty() const { return rows_.empty(); }

private:
    std::vector<CustomerRow> rows_;
    std::vector<IpNetwork> own_networks_;
};

}  // namespace tocsin::gate
