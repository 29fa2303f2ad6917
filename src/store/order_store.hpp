// Standing orders: block, hold or pace what matches, who said so, why, how long (law 5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/order_words.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace tocsin::store {

using tocsin::order_action_from;
using tocsin::OrderAction;
using tocsin::subject_kind_from;
using tocsin::SubjectKind;

struct Order {
    std::string id;  ///< make_id()
    OrderAction action = OrderAction::block;
    SubjectKind subject_kind = SubjectKind::sender;
    std::string value;      ///< as order_value() gives it
    std::string direction;  ///< inbound, outbound; empty: both
    std::string reason;
    std::string given_by;
    TimePoint given_at;
    std::optional<TimePoint> expires_at;  ///< in force before this moment
    std::string revoked_by;
    std::optional<TimePoint> revoked_at;
};

struct OrderFilter {
    std::optional<TimePoint> in_force_at;  ///< given, not expired and not revoked by then
    std::optional<std::string> before_id;  ///< page on: only orders that are older than this one
    std::size_t limit = 100;               ///< at most limits::listing_rows
};

class OrderStore {
public:
    explicit OrderStore(Database& database) : database_(database) {}

    /// Durable on return. Errors: conflict (the id exists), invalid_input (no value, reason or giver; a value that
    /// order_value() refuses or a direction that does not exist; it paces what one recipient gets; ends before it begins, or
    /// later than limits::order_expiry_s_max; a field over limits::record_text_bytes: an order is never cut).
    [[nodiscard]] Result<void> add(const Order& order);
    /// Errors: not_found, conflict (already revoked).
    [[nodiscard]] Result<void> revoke(const std::string& id, const std::string& revoked_by, TimePoint now);
    /// In force at `time`: given, not expired, not revoked by then. Oldest first, all of them.
    [[nodiscard]] Result<std::vector<Order>> list_active(TimePoint time);
    /// Newest first.
    [[nodiscard]] Result<std::vector<Order>> list(const OrderFilter& filter);
    /// How many fit, whatever the limit.
    [[nodiscard]] Result<std::uint64_t> count(const OrderFilter& filter);
    /// Errors: not_found.
    [[nodiscard]] Result<Order> get(const std::string& id);

private:
    Database& database_;
};

}  // namespace tocsin::store
