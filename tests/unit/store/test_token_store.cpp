// Tokens: only digests are stored, revoked and old ones are not good, and a limit is a named outcome.
#include "store/token_store.hpp"

#include <doctest/doctest.h>

#include "store/database.hpp"

using namespace tocsin;
using namespace tocsin::store;

namespace {

constexpr std::int64_t second_us = 1'000'000;

TokenRow row(const std::string& id, std::int64_t made_s, std::int64_t expires_s) {
    return {.id = id,
            .digest = "digest of " + id,
            .person = "anna",
            .roles = "desk",
            .note = "",
            .made_by = "root",
            .made_at = TimePoint{made_s * second_us},
            .expires_at = TimePoint{expires_s * second_us},
            .revoked_by = {},
            .revoked_at = {}};
}

std::string ids(const std::vector<TokenRow>& rows) {
    std::string out;
    for (const TokenRow& one : rows) out += (out.empty() ? "" : " ") + one.id;
    return out;
}

}  // namespace

TEST_CASE("tokens are good until they are revoked or old") {
    Database database = Database::open_in_memory(TimePoint{1}).value();
    TokenStore store(database);
    REQUIRE(store.add(row("a", 1, 100)));
    REQUIRE(store.add(row("b", 2, 50)));
    CHECK(ids(store.list(TokenChoice::good, TimePoint{10 * second_us}).value()) == "b a");
    CHECK(ids(store.list(TokenChoice::good, TimePoint{50 * second_us}).value()) == "a");
    CHECK(store.revoke("a", "bob", TimePoint{20 * second_us}));
    CHECK(store.list(TokenChoice::good, TimePoint{60 * second_us}).value().empty());
    const std::vector<TokenRow> all = store.list(TokenChoice::all, TimePoint{60 * second_us}).value();
    REQUIRE(ids(all) == "b a");
    CHECK(all[1].revoked_by == "bob");
    CHECK(all[1].revoked_at == TimePoint{20 * second_us});
    CHECK_FALSE(all[1].is_good_at(TimePoint{10 * second_us}));
    CHECK_FALSE(all[0].revoked_at);
    CHECK(store.revoke("a", "bob", TimePoint{21 * second_us}).error().code == ErrorCode::conflict);
    CHECK(store.revoke("x", "bob", TimePoint{21 * second_us}).error().code == ErrorCode::not_found);
}

TEST_CASE("a token that says too little is refused, and so is one that is there") {
    Database database = Database::open_in_memory(TimePoint{1}).value();
    TokenStore store(database);
    REQUIRE(store.add(row("a", 1, 100)));
    CHECK(store.add(row("a", 1, 100)).error().code == ErrorCode::conflict);
    TokenRow same_digest = row("b", 1, 100);
    same_digest.digest = "digest of a";
    CHECK(store.add(same_digest).error().code == ErrorCode::conflict);
    for (std::string TokenRow::* field :
         {&TokenRow::id, &TokenRow::person, &TokenRow::roles, &TokenRow::digest, &TokenRow::made_by}) {
        TokenRow empty = row("c", 1, 100);
        empty.*field = "";
        CHECK(store.add(empty).error().code == ErrorCode::invalid_input);
    }
    TokenRow long_note = row("d", 1, 100);
    long_note.note = std::string(5'000, 'n');
    CHECK(store.add(long_note).error().code == ErrorCode::invalid_input);
    CHECK(store.add(row("e", 100, 100)).error().code == ErrorCode::invalid_input);
}
