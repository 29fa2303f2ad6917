#include <doctest/doctest.h>

#include "store/held_store.hpp"
#include "store/sample_records.hpp"

using namespace tocsin;
using namespace tocsin::store;
using test::after_noon;
using test::sample_held;

namespace {
std::string ids(const Result<std::vector<Held>>& held) {
    REQUIRE(held.has_value());
    std::string all;
    for (const auto& one : *held) all += one.id + " ";
    return all;
}
}  // namespace

TEST_CASE("held messages come back as they were, and are found") {
    Database database = *Database::open_in_memory(test::noon);
    HeldStore store(database);
    Held in = sample_held("h1", "r1", 1);
    in.sender_dsn = "RET=HDRS ENVID=q+2Bq";
    in.recipients_dsn = {"", "NOTIFY=NEVER"};
    REQUIRE(store.add(in).has_value());
    CHECK(store.add(in).error().code == ErrorCode::conflict);
    const auto out = store.get("h1");
    REQUIRE(out.has_value());
    CHECK(out->record_id == "r1");
    CHECK(out->time == after_noon(1));
    CHECK(out->direction == "outbound");
    CHECK(out->mail_from == in.mail_from);
    CHECK(out->recipients == in.recipients);
    CHECK(out->sender_dsn == in.sender_dsn);
    CHECK(out->recipients_dsn == in.recipients_dsn);
    CHECK(out->customer == "acme");
    CHECK(out->subject == in.subject);
    CHECK(out->size_bytes == 12'345);
    CHECK(out->reason == in.reason);
    CHECK(out->content_sha256 == in.content_sha256);
    CHECK(out->state == HeldState::held);
    CHECK_FALSE(out->decided_at);
    CHECK(store.get("h9").error().code == ErrorCode::not_found);

    Held other = sample_held("h2", "r2", 2);
    other.customer = "umbrella";
    other.recipients = {"xtwo@example.net"};
    REQUIRE(store.add(other).has_value());
    CHECK(ids(store.list({})) == "h2 h1 ");
    CHECK(ids(store.list({.customer = "umbrella"})) == "h2 ");
    CHECK(ids(store.list({.sender = "Sender@customer.example"})) == "h2 h1 ");
    CHECK(ids(store.list({.recipient = "TWO@example.net"})) == "h1 ");  // whole addresses only
    CHECK(ids(store.list({.recipient = "one@example.org"})) == "h1 ");
    CHECK(ids(store.list({.state = HeldState::released})) == "");
    CHECK(ids(store.list({.limit = 1})) == "h2 ");
    CHECK(ids(store.list({.before_id = "h2"})) == "h1 ");
    CHECK(ids(store.list({.before_id = "h1"})) == "");
    CHECK(store.count({.limit = 1}).value_or(99) == 2);
    CHECK(store.count({.customer = "umbrella"}).value_or(99) == 1);
}

TEST_CASE("of two decisions one wins, and only real steps are taken") {
    Database database = *Database::open_in_memory(test::noon);
    HeldStore store(database);
    REQUIRE(store.add(sample_held("h1", "r1")).has_value());
    const auto move = [&](HeldState from, HeldState to, const char* who) {
        const auto moved = store.move("h1", from, to, {who, "uid 7"}, after_noon(5), "checked by phone");
        return moved ? std::string("moved") : std::string(to_string(moved.error().code));
    };
    using enum HeldState;
    CHECK(move(held, released, "alice") == "invalid_input");
    CHECK(move(held, releasing, "alice") == "moved");
    CHECK(move(held, discarded, "bob") == "conflict");
    CHECK(move(releasing, held, "alice") == "moved");  // the next hop refused
    CHECK(move(held, releasing, "carol") == "moved");
    CHECK(move(releasing, released, "carol") == "moved");
    CHECK(move(releasing, released, "carol") == "conflict");
    CHECK(move(released, held, "carol") == "invalid_input");
    const auto out = store.get("h1");
    CHECK(out->state == released);
    CHECK(out->decided_by == "carol");
    CHECK(out->decided_at == after_noon(5));
    CHECK(out->decision_note == "checked by phone");
    CHECK(store.move("h9", held, discarded, {"x", ""}, test::noon, "").error().code == ErrorCode::not_found);
    for (const auto state : {held, releasing, released, discarded})
        CHECK(held_state_from(to_string(state)) == state);
    CHECK_FALSE(held_state_from("gone"));
}

TEST_CASE("every act is kept with who and why, in order; a step that fails leaves none") {
    Database database = *Database::open_in_memory(test::noon);
    HeldStore store(database);
    REQUIRE(store.add(sample_held("h1", "r1")).has_value());
    using enum HeldState;
    REQUIRE(store.note({"h1", after_noon(1), "read", {"alice", "uid 7"}, ""}).has_value());
    REQUIRE(store.move("h1", held, releasing, {"bob", "uid 8"}, after_noon(2), "is harmless").has_value());
    CHECK_FALSE(store.move("h1", held, discarded, {"eve", "uid 9"}, after_noon(3), "no").has_value());
    const auto acts = store.acts("h1");
    REQUIRE(acts.has_value());
    REQUIRE(acts->size() == 2);
    CHECK(acts->front().act == "read");
    CHECK(acts->front().by.name == "alice");
    CHECK(acts->back().act == "releasing");
    CHECK(acts->back().by.caller == "uid 8");
    CHECK(acts->back().note == "is harmless");
    CHECK(acts->back().time == after_noon(2));
    CHECK(store.acts("h2")->empty());
}

TEST_CASE("content is needed while a message waits, and for some time after the decision") {
    Database database = *Database::open_in_memory(test::noon);
    HeldStore store(database);
    Held message = sample_held("h1", "r1");
    message.content_sha256 = "aa";
    REQUIRE(store.add(message).has_value());
    CHECK(store.needs_content("aa", after_noon(100)).value());  // waits: however old
    CHECK_FALSE(store.needs_content("bb", test::noon).value());
    using enum HeldState;
    REQUIRE(store.move("h1", held, discarded, {"a", ""}, after_noon(5), "").has_value());
    CHECK(store.needs_content("aa", after_noon(5)).value());
    CHECK_FALSE(store.needs_content("aa", after_noon(6)).value());
}
