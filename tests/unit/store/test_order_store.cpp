#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "store/order_store.hpp"
#include "store/sample_records.hpp"

using namespace tocsin;
using namespace tocsin::store;
using test::after_noon;

namespace {

Order sample_order(std::string id, std::int64_t seconds = 0) {
    Order order;
    order.id = std::move(id);
    order.action = OrderAction::hold;
    order.subject_kind = SubjectKind::link_domain;
    order.value = "login.example";
    order.direction = "inbound";
    order.reason = "phish reported by three people";
    order.given_by = "playbook phish-1";
    order.given_at = after_noon(seconds);
    return order;
}

std::string ids(const Result<std::vector<Order>>& orders) {
    REQUIRE(orders.has_value());
    std::string all;
    for (const auto& order : *orders) all += order.id + " ";
    return all;
}

}  // namespace

TEST_CASE("names of actions and subjects are stable and read back") {
    CHECK(to_string(OrderAction::block) == "block");
    CHECK(to_string(OrderAction::hold) == "hold");
    for (const auto kind : {SubjectKind::sender, SubjectKind::domain, SubjectKind::customer,
                            SubjectKind::recipient, SubjectKind::client_ip, SubjectKind::link_domain,
                            SubjectKind::content_sha256, SubjectKind::subject})
        CHECK(subject_kind_from(to_string(kind)) == kind);
    CHECK(to_string(SubjectKind::subject) == "subject");
    CHECK(order_action_from("hold") == OrderAction::hold);
    CHECK_FALSE(order_action_from("Hold"));
    CHECK_FALSE(subject_kind_from(""));
}

TEST_CASE("an order is in force from its beginning until it expires or is revoked") {
    Database database = *Database::open_in_memory(test::noon);
    OrderStore orders(database);
    REQUIRE(orders.add(sample_order("o1", 0)).has_value());
    Order ending = sample_order("o2", 10);
    ending.expires_at = after_noon(20);
    REQUIRE(orders.add(ending).has_value());
    CHECK(orders.add(ending).error().code == ErrorCode::conflict);

    CHECK(ids(orders.list_active(after_noon(-1))) == "");
    CHECK(ids(orders.list_active(after_noon(0))) == "o1 ");
    CHECK(ids(orders.list_active(after_noon(10))) == "o1 o2 ");
    CHECK(ids(orders.list_active(after_noon(20))) == "o1 ");
    REQUIRE(orders.revoke("o1", "alice", after_noon(15)).has_value());
    CHECK(ids(orders.list_active(after_noon(14))) == "o1 o2 ");
    CHECK(ids(orders.list_active(after_noon(15))) == "o2 ");
    CHECK(orders.revoke("o1", "bob", after_noon(16)).error().code == ErrorCode::conflict);
    CHECK(orders.revoke("o9", "bob", after_noon(16)).error().code == ErrorCode::not_found);
    CHECK(ids(orders.list({})) == "o2 o1 ");

    CHECK(ids(orders.list({.in_force_at = after_noon(14)})) == "o2 o1 ");
    CHECK(ids(orders.list({.in_force_at = after_noon(20)})) == "");
    CHECK(ids(orders.list({.before_id = "o2"})) == "o1 ");
    CHECK(ids(orders.list({.limit = 1})) == "o2 ");
    CHECK(orders.count({}).value_or(99) == 2);
    CHECK(orders.count({.in_force_at = after_noon(15)}).value_or(99) == 1);

    const auto out = orders.get("o1");
    REQUIRE(out.has_value());
    CHECK(out->action == OrderAction::hold);
    CHECK(out->subject_kind == SubjectKind::link_domain);
    CHECK(out->value == "login.example");
    CHECK(out->direction == "inbound");
    CHECK(out->reason == "phish reported by three people");
    CHECK(out->given_by == "playbook phish-1");
    CHECK(out->given_at == after_noon(0));
    CHECK_FALSE(out->expires_at);
    CHECK(out->revoked_by == "alice");
    CHECK(out->revoked_at == after_noon(15));
    CHECK(orders.get("o2")->expires_at == after_noon(20));
}

TEST_CASE("an order needs what law 5 asks for, and is never cut") {
    Database database = *Database::open_in_memory(test::noon);
    OrderStore orders(database);
    const auto refused = [&](auto&& spoil) {
        Order order = sample_order("o1");
        spoil(order);
        const auto added = orders.add(order);
        return !added && added.error().code == ErrorCode::invalid_input;
    };
    CHECK(refused([](Order& order) { order.value.clear(); }));
    CHECK(refused([](Order& order) { order.reason.clear(); }));
    CHECK(refused([](Order& order) { order.given_by.clear(); }));
    CHECK(refused([](Order& order) { order.expires_at = order.given_at; }));
    CHECK(refused([](Order& order) { order.value = std::string(100'000, 'x'); }));
    CHECK(refused([](Order& order) { order.value = "\xff"; }));
    CHECK(refused([](Order& order) { order.value = "bad..domain"; }));
    CHECK(refused([](Order& order) { order.direction = "sideways"; }));
    CHECK(refused([](Order& order) { order.expires_at = after_noon(limits::order_expiry_s_max + 1); }));
    CHECK(ids(orders.list({})) == "");
}
