#include "store/order_store.hpp"

#include "base/limits.hpp"
#include "store/detail/rows.hpp"
#include "store/order_value.hpp"
#include "store/stored_text.hpp"

namespace tocsin::store {
namespace {

struct OrderRow {
    std::string id, action, subject_kind, value, direction, reason, given_by, revoked_by;
    long long given_at = 0;
    OptionalTime expires_at, revoked_at;

    explicit OrderRow(const Order& order)
        : id(order.id), action(to_string(order.action)), subject_kind(to_string(order.subject_kind)),
          value(order.value), direction(order.direction), reason(order.reason), given_by(order.given_by),
          revoked_by(order.revoked_by), given_at(order.given_at.microseconds), expires_at(order.expires_at),
          revoked_at(order.revoked_at) {}
    OrderRow() = default;

    [[nodiscard]] Result<Order> get() const {
        const auto known_action = order_action_from(action);
        const auto known_kind = subject_kind_from(subject_kind);
        // An order that this program does not understand must not silently count for nothing.
        if (!known_action || !known_kind)
            return fail(ErrorCode::corrupt, "read order " + id + ": unknown action or subject");
        return Order{id,       *known_action,       *known_kind,      value,      direction,       reason,
                     given_by, TimePoint{given_at}, expires_at.get(), revoked_by, revoked_at.get()};
    }
};

const std::string select_orders =
    "SELECT id, action, subject_kind, value, direction, reason, given_by, given_at, expires_at, "
    "revoked_by, revoked_at FROM orders";

Result<std::vector<Order>> select(soci::session& session, Conditions& conditions, const char* order_by,
                                  std::size_t rows_max) {
    OrderRow row;
    long long row_limit = static_cast<long long>(rows_max);
    soci::statement select(session);
    select.alloc();
    select.prepare(select_orders + conditions.where() + " ORDER BY " + order_by + " LIMIT :row_limit");
    for (std::string* member :
         {&row.id, &row.action, &row.subject_kind, &row.value, &row.direction, &row.reason, &row.given_by})
        select.exchange(soci::into(*member));
    select.exchange(soci::into(row.given_at));
    select.exchange(soci::into(row.expires_at.value, row.expires_at.indicator));
    select.exchange(soci::into(row.revoked_by));
    select.exchange(soci::into(row.revoked_at.value, row.revoked_at.indicator));
    conditions.bind_use(select);
    select.exchange(soci::use(row_limit, "row_limit"));
    select.define_and_bind();
    std::vector<Order> orders;
    select.execute();
    while (select.fetch()) orders.push_back(TRY(row.get()));
    return orders;
}

void add_in_force(Conditions& conditions, TimePoint time) {
    conditions.add("given_at <= :moment AND (expires_at IS NULL OR expires_at > :moment) AND "
                   "(revoked_at IS NULL OR revoked_at > :moment)",
                   "moment", static_cast<long long>(time.microseconds));
}

void add_columns(Conditions& conditions, const OrderFilter& filter) {
    if (filter.in_force_at) add_in_force(conditions, *filter.in_force_at);
    if (filter.before_id)
        conditions.add("(given_at, id) < (SELECT given_at, id FROM orders WHERE id = :before_id)",
                       "before_id", stored_text(*filter.before_id, limits::record_text_bytes));
}

Result<void> check(const Order& order) {
    if (order.id.empty() || order.value.empty() || order.reason.empty() || order.given_by.empty())
        return fail(ErrorCode::invalid_input, "add order: it needs a value, a reason and who gives it");
    for (const auto* field : {&order.id, &order.value, &order.direction, &order.reason, &order.given_by})
        if (!is_storable(*field, limits::record_text_bytes))
            return fail(ErrorCode::invalid_input, "add order: a field is too long or not UTF-8");
    if (order.expires_at && *order.expires_at <= order.given_at)
        return fail(ErrorCode::invalid_input, "add order: it expires before it begins");
    constexpr std::int64_t life_us_max = limits::order_expiry_s_max * 1'000'000;
    if (order.expires_at && order.expires_at->microseconds - order.given_at.microseconds > life_us_max)
        return fail(ErrorCode::invalid_input, "add order: it lasts longer than ten years");
    TRY(order_value(order.subject_kind, order.value));
    TRY(check_order_action(order.action, order.subject_kind));
    return check_order_direction(order.direction);
}

}  // namespace

Result<void> OrderStore::add(const Order& order) {
    TRY(check(order));
    return writing(database_.state(), "add order", [&](soci::session& session) -> Result<void> {
        OrderRow row(order);
        session << "INSERT INTO orders (id, action, subject_kind, value, direction, reason, given_by, "
                   "given_at, expires_at, "
                   "revoked_by, revoked_at) VALUES (:id, :action, :subject_kind, :value, :direction, "
                   ":reason, :given_by, "
                   ":given_at, :expires_at, :revoked_by, :revoked_at)",
            soci::use(row.id, "id"), soci::use(row.action, "action"),
            soci::use(row.subject_kind, "subject_kind"), soci::use(row.value, "value"),
            soci::use(row.direction, "direction"), soci::use(row.reason, "reason"),
            soci::use(row.given_by, "given_by"), soci::use(row.given_at, "given_at"),
            soci::use(row.expires_at.value, row.expires_at.indicator, "expires_at"),
            soci::use(row.revoked_by, "revoked_by"),
            soci::use(row.revoked_at.value, row.revoked_at.indicator, "revoked_at");
        return {};
    });
}

Result<void> OrderStore::revoke(const std::string& id, const std::string& revoked_by, TimePoint now) {
    TRY(get(id));
    return writing(database_.state(), "revoke order", [&](soci::session& session) -> Result<void> {
        const long long when = now.microseconds;
        const std::string who = stored_text(revoked_by, limits::record_text_bytes), key = id;
        soci::statement update = (session.prepare << "UPDATE orders SET revoked_by = :who, revoked_at = "
                                                     ":moment WHERE id = :id AND revoked_at IS NULL",
                                  soci::use(who, "who"), soci::use(when, "moment"), soci::use(key, "id"));
        update.execute(true);
        if (update.get_affected_rows() == 1) return {};
        return fail(ErrorCode::conflict, "revoke order: it was revoked already");
    });
}

Result<std::vector<Order>> OrderStore::list_active(TimePoint time) {
    return reading(
        database_.state(), "list orders", [&](soci::session& session) -> Result<std::vector<Order>> {
            Conditions conditions;
            add_in_force(conditions, time);
            auto orders = TRY(select(session, conditions, "given_at, id", limits::active_orders + 1));
            if (orders.size() > limits::active_orders)
                return fail(ErrorCode::limit, "list orders: more are in force than a gate keeps");
            return orders;
        });
}

Result<std::vector<Order>> OrderStore::list(const OrderFilter& filter) {
    return reading(database_.state(), "list orders",
                   [&](soci::session& session) -> Result<std::vector<Order>> {
                       Conditions conditions;
                       add_columns(conditions, filter);
                       return select(session, conditions, "given_at DESC, id DESC",
                                     std::min(filter.limit, limits::listing_rows));
                   });
}

Result<std::uint64_t> OrderStore::count(const OrderFilter& filter) {
    return reading(database_.state(), "count orders", [&](soci::session& session) -> Result<std::uint64_t> {
        Conditions conditions;
        add_columns(conditions, filter);
        return count_rows(session, "orders", conditions);
    });
}

Result<Order> OrderStore::get(const std::string& id) {
    return reading(database_.state(), "read order", [&](soci::session& session) -> Result<Order> {
        Conditions conditions;
        conditions.add("id = :id", "id", id);
        auto orders = TRY(select(session, conditions, "id", 1));
        if (orders.empty()) return fail(ErrorCode::not_found, "read order: there is none with this id");
        return std::move(orders.front());
    });
}

}  // namespace tocsin::store
