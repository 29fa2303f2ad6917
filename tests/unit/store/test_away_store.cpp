// Profiles that are put away: what is read is what was written, under its own name only.
#include <doctest/doctest.h>

#include "store/away_store.hpp"

using namespace tocsin;
using namespace tocsin::store;

TEST_CASE("a profile that is put away comes back, and opens under its own name, ticket and key only") {
    Database database = Database::open_in_memory(TimePoint{1}).value();
    const SealKey key = make_seal_key();
    AwayStore store(database, key);
    const std::string bytes("\0profile\xff", 9);
    const std::vector<AwayProfile> profiles{
        {"acme", 7, bytes}, {"bolt", 9, std::string(100'000, 'x')}, {"none", 11, ""}};
    REQUIRE(store.put(profiles).has_value());
    for (const AwayProfile& one : profiles) CHECK(store.get(one.customer, one.ticket).value() == one.bytes);
    CHECK(store.get("acme", 8).error().code == ErrorCode::not_found);
    CHECK(store.get("bolt", 7).error().code == ErrorCode::corrupt);
    CHECK(AwayStore(database, make_seal_key()).get("acme", 7).error().code == ErrorCode::corrupt);
    // A ticket is used once: nothing of a batch is stored that has a used one.
    CHECK_FALSE(store.put(std::vector<AwayProfile>{{"new", 13, "a"}, {"acme", 7, "b"}}).has_value());
    CHECK(store.get("new", 13).error().code == ErrorCode::not_found);
    CHECK(store.get("acme", 7).value() == bytes);
}

TEST_CASE("rows that nobody names are swept") {
    Database database = Database::open_in_memory(TimePoint{1}).value();
    AwayStore store(database, make_seal_key());
    CHECK(store.sweep([](std::uint64_t) { return true; }).value() == 0);
    std::vector<AwayProfile> profiles;
    for (std::uint64_t ticket = 1; ticket <= 200; ++ticket) profiles.push_back({"c", ticket, "p"});
    REQUIRE(store.put(profiles).has_value());
    CHECK(store.sweep([](std::uint64_t ticket) { return ticket % 2 == 0; }).value() == 200);
    CHECK(store.get("c", 199).error().code == ErrorCode::not_found);
    CHECK(store.get("c", 198).has_value());
    REQUIRE(store.remove(std::vector<std::uint64_t>{198, 4'711}).has_value());
    CHECK(store.get("c", 198).error().code == ErrorCode::not_found);
}
