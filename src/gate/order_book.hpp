// Standing orders in force, as the gate looks them up: an immutable list, replaced as a whole when an order is given or revoked.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
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
    const scan::ScanReport* report = nullptr;
    std::string_view customer;
    std::string_view login;  ///< empty: nobody signed in
};

/// An order with its value as it is compared.
struct OrderInForce {
    store::Order order;
    std::optional<IpNetwork> network;  ///< of a client_ip order
    std::string subject_part;          ///< of a subject order, fold_case()
    std::uint64_t fingerprint = 0;     ///< of a similar order
    std::string lower_value;           ///< of other orders, ascii_lower()
};

class OrderBook {
public:
    /// Replaces all orders.
    void replace(std::vector<store::Order> orders);
    /// The first order in force at `now` that fits, the strictest action first, but for orders about recipients. nullopt: none.
    [[nodiscard]] std::optional<store::Order> find(const OrderSubject& subject, TimePoint now) const;
    /// The same, of the orders about recipients only, for one of them. Cheap: it is asked for each of thousands.
    [[nodiscard]] std::optional<store::Order>
    find_for_recipient(mail::Direction direction, std::string_view recipient, TimePoint now) const;
    /// Whether mail for so many recipients (at most limits::order_pace_recipients) that `order` paces may go now; counts it if
    /// so. What was let go is forgotten when the daemon starts again.
    [[nodiscard]] bool take_from_pace(const store::Order& order, std::size_t recipients, TimePoint now);
    [[nodiscard]] std::size_t size() const { return orders_->all.size(); }
    /// Some order looks at recipients: each has to be asked about alone.
    [[nodiscard]] bool looks_at_recipients() const;

private:
    struct Orders {
        std::vector<OrderInForce> all;
        /// Places in `all` by the value of an order about recipients: an address, or "@domain".
        std::unordered_map<std::string, std::vector<std::size_t>> by_recipient;
        bool about_link_domains = false, about_urls = false;  ///< some order is

        /// Of the orders at `places` the strictest, of those the first.
        std::optional<store::Order> strictest(std::vector<std::size_t>& places, mail::Direction direction,
                                              TimePoint now) const;
        void add_recipient_hits(std::string_view recipient, std::vector<std::size_t>& places) const;
    };
    struct LetGo {
        TimePoint since;
        std::uint64_t recipients = 0;
    };
    std::unordered_map<std::string, LetGo> paced_;  ///< by id of an order in force
    std::shared_ptr<const Orders> orders_ = std::make_shared<const Orders>();
};

}  // namespace tocsin::gate
