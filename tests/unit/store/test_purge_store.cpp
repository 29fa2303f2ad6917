// What is moved out of mailboxes is on disk before it is moved, and one word about each message holds: the last.
#include <doctest/doctest.h>

#include "store/purge_store.hpp"

using namespace tocsin;
using namespace tocsin::store;

namespace {

PurgedMail mail_of(const std::string& mailbox, std::uint32_t uid, const std::string& stage) {
    return {.mailbox = mailbox,
            .folder = "INBOX",
            .uid_validity = 4'000'000'000U,
            .uid = uid,
            .stage = stage,
            .sha256 = std::string(64, 'a'),
            .size_bytes = 1'234,
            .flags = {"\\Seen", "$Label"},
            .internal_date = "03-Mar-2026 09:15:00 +0100",
            .sealed_folder = "Tocsin-sealed.i-1"};
}

}  // namespace

TEST_CASE("purge store: the last word about a message holds, for each effect by itself") {
    Database database = Database::open_in_memory(TimePoint{1}).value();
    PurgeStore store(database);
    REQUIRE(store.write("e.1", std::vector{mail_of("bob", 3, "intent"), mail_of("bob", 4, "intent")})
                .has_value());
    PurgedMail moved = mail_of("bob", 3, "moved");
    moved.sealed_uid_validity = 7;
    moved.sealed_uid = 1;
    REQUIRE(store.write("e.1", std::vector{moved}).has_value());
    REQUIRE(store.write("e.2", std::vector{mail_of("bob", 3, "intent")}).has_value());
    const std::vector<PurgedMail> mails = store.mails("e.1").value();
    REQUIRE(mails.size() == 2);
    CHECK(mails[0].stage == "moved");
    CHECK(mails[0].sealed_uid_validity == 7);
    CHECK(mails[0].uid_validity == 4'000'000'000U);
    CHECK((mails[0].flags == std::vector<std::string>{"\\Seen", "$Label"}));
    CHECK(mails[0].size_bytes == 1'234);
    CHECK(mails[1].stage == "intent");
    CHECK(store.mails("e.3").value().empty());
}

TEST_CASE("purge store: a name that could not be read back is refused, and nothing with it") {
    Database database = Database::open_in_memory(TimePoint{1}).value();
    PurgeStore store(database);
    PurgedMail bad = mail_of("bob", 4, "intent");
    bad.folder = "\xFF";
    CHECK(store.write("e", std::vector{mail_of("bob", 3, "intent"), bad}).error().code ==
          ErrorCode::invalid_input);
    CHECK(store.mails("e").value().empty());
}

TEST_CASE("purge store: what was taken back is not begun again") {
    Database database = Database::open_in_memory(TimePoint{1}).value();
    PurgeStore store(database);
    CHECK(store.begin("e", "i", TimePoint{5}).value() == TakenBack::no);
    CHECK(store.begin("e", "i", TimePoint{6}).value() == TakenBack::no);
    REQUIRE(store.take_back("e", "i", TimePoint{7}).has_value());
    CHECK(store.begin("e", "i", TimePoint{8}).value() == TakenBack::yes);
    REQUIRE(store.take_back("never begun", "i", TimePoint{7}).has_value());
    CHECK(store.begin("never begun", "i", TimePoint{8}).value() == TakenBack::yes);
}

TEST_CASE("purge store: how it went with a mailbox, and how far reports were picked up") {
    Database database = Database::open_in_memory(TimePoint{1}).value();
    PurgeStore store(database);
    REQUIRE(
        store.note_mailbox("e", {.mailbox = "bob", .outcome = "unreachable", .why = "x\xFF"}, TimePoint{1})
            .has_value());
    REQUIRE(
        store.note_mailbox("e", {.mailbox = "bob", .outcome = "done", .copies = 2, .seen = 1}, TimePoint{2})
            .has_value());
    const std::vector<PurgedMailbox> mailboxes = store.mailboxes("e").value();
    REQUIRE(mailboxes.size() == 1);
    CHECK(mailboxes[0].outcome == "done");
    CHECK(mailboxes[0].why == "");
    CHECK(mailboxes[0].copies == 2);
    CHECK_FALSE(store.picked_up("phish", "INBOX").value().has_value());
    REQUIRE(store
                .note_picked_up("phish", "INBOX",
                                {.uid_validity = 9, .next_uid = 12, .untaken = {{3, 2}, {5, 1}}})
                .has_value());
    REQUIRE(store.note_picked_up("phish", "INBOX", {.uid_validity = 9, .next_uid = 13, .untaken = {{5, 2}}})
                .has_value());
    const PickedUp state = store.picked_up("phish", "INBOX").value().value();
    CHECK(state.next_uid == 13);
    REQUIRE(state.untaken.size() == 1);
    CHECK(state.untaken[0].tries == 2);
    CHECK_FALSE(store.picked_up("phish", "Other").value().has_value());
}
