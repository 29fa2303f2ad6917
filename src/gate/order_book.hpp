// Standing orders in force, as the gate looks them up: an immutable list, replaced as a whole when an order is given or revoked.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/ip_network.hpp"
#include "mail/direction.hpp"
#include "scan/report.hpp"
#include "store/order_store.hpp"

namespace tocsin::gate {

/// What is known of a message when orders are looked up. Before the scan only the envelope is; after it the rest, too.
struct OrderSubject {
    mail::Direction direction = mail::Direction::inbound;
    std::string_view mail_from;
    std::string_view client_ip;
    const std::vector<std::string>* recipients = nullptr;
    const scan::ScanReport* report = nullptr;
};

/// An order with its value as it is compared.
struct OrderInForce {
    store::Order order;
    std::optional<IpNetwork> network;  ///< of a client_ip order
    std::string subject_part;          ///< of a subject order, fold_case()
};

class OrderBook {
public:
    /// Replaces all orders.
    void replace(std::vector<store::Order> orders);
    /// The first order in force at `now` that fits, the strictest action first. nullopt: none.
    [[nodiscard]] std::optional<store::Order> find(const OrderSubject& subject, TimePoint now) const;
    [[nodiscard]] std::size_t size() const { return orders_->size(); }

private:
    std::shared_ptr<const std::vector<OrderInForce>> orders_ =
        std::make_shared<const std::vector<OrderInForce>>();
};

}  // namespace tocsin::gate
