#include "store/history_index.hpp"

#include <doctest/doctest.h>

#include "store/sample_records.hpp"

using namespace tocsin;
using namespace tocsin::store;

namespace {

constexpr std::int64_t hour_s = 3'600, day_s = 24 * hour_s;

Record inbound(std::int64_t seconds, std::string from = "anna@corp.example", std::string verdict = "clean") {
    Record record;
    record.time = test::after_noon(seconds);
    record.direction = "inbound";
    record.header_from = std::move(from);
    record.recipients = {"us@home.example"};
    record.verdict = std::move(verdict);
    record.disposition = "accept";
    record.outcome = "verdict";
    return record;
}

Record outbound(std::int64_t seconds, std::string to, std::string customer = "staff") {
    Record record = inbound(seconds, "us@home.example");
    record.direction = "outbound";
    record.customer = std::move(customer);
    record.recipients = {std::move(to)};
    return record;
}

void note(HistoryIndex& index, const Record& record) {
    index.note(record, record.customer == "acme" ? WrittenBy::customer : WrittenBy::organisation);
}

SenderHistory ask(const HistoryIndex& index, std::int64_t seconds,
                  std::string_view key = "anna@corp.example") {
    return index.inbound_sender(key, key, test::after_noon(seconds));
}

std::string prevalence_after(int messages, std::int64_t seconds) {
    HistoryIndex index;
    for (int at = 0; at < messages; ++at) note(index, inbound(0));
    return std::string(ask(index, seconds).prevalence);
}

}  // namespace

TEST_CASE("prevalence by number of earlier messages") {
    struct Case {
        int messages;
        const char* prevalence;
    };
    for (const Case& c :
         {Case{0, "new"}, Case{1, "outlier"}, Case{2, "outlier"}, Case{3, "rare"}, Case{9, "rare"},
          Case{10, "uncommon"}, Case{49, "uncommon"}, Case{50, "common"}, Case{500, "common"}}) {
        CAPTURE(c.messages);
        CHECK(prevalence_after(c.messages, day_s) == c.prevalence);
        // A campaign of an hour does not make itself common.
        CHECK(prevalence_after(c.messages, 8 * hour_s - 1) == "new");
        CHECK(prevalence_after(c.messages, 8 * hour_s) == c.prevalence);
    }
}

TEST_CASE("which records count") {
    struct Case {
        const char* what;
        void (*change)(Record&);
        const char* prevalence;
        bool hostile;
    };
    for (const Case& c : {
             Case{"as it is", [](Record&) {}, "outlier", false},
             Case{"sent again later", [](Record& one) { one.disposition = "tempfail"; }, "new", false},
             Case{"nobody read it", [](Record& one) { one.outcome = "timed_out"; }, "new", false},
             Case{"held", [](Record& one) { one.disposition = "quarantine"; }, "outlier", false},
             Case{"suspicious", [](Record& one) { one.verdict = "suspicious"; }, "outlier", false},
             Case{"phish", [](Record& one) { one.verdict = "phish"; }, "new", true},
             Case{"malware", [](Record& one) { one.verdict = "malware"; }, "new", true},
             Case{"no address", [](Record& one) { one.header_from = "corp.example"; }, "new", false},
             Case{"no sender", [](Record& one) { one.header_from.clear(); }, "new", false},
             Case{"other case, final dot", [](Record& one) { one.header_from = "ANNA@Corp.Example."; },
                  "outlier", false},
             Case{"too long", [](Record& one) { one.header_from = std::string(400, 'a') + "@corp.example"; },
                  "new", false},
         }) {
        CAPTURE(c.what);
        HistoryIndex index;
        Record record = inbound(0);
        c.change(record);
        note(index, record);
        CHECK(ask(index, day_s).prevalence == c.prevalence);
        CHECK(ask(index, day_s).any_hostile == c.hostile);
    }
}

TEST_CASE("benign takes several clean messages and a week, or a person") {
    HistoryIndex index;
    for (std::int64_t second : {0, 1}) note(index, inbound(second));
    CHECK_FALSE(ask(index, 30 * day_s).any_benign);
    note(index, inbound(2));
    CHECK_FALSE(ask(index, 7 * day_s - 1).any_benign);
    CHECK(ask(index, 7 * day_s).any_benign);

    HistoryIndex other;
    Record held = inbound(0, "anna@corp.example", "phish");
    held.disposition = "quarantine";
    note(other, held);
    CHECK(ask(other, 1).any_hostile);
    CHECK_FALSE(ask(other, 1).any_false_positive);
    other.note_release(held, WrittenBy::organisation);
    const SenderHistory released = ask(other, day_s);
    CHECK_FALSE(released.any_hostile);
    CHECK(released.any_false_positive);
    CHECK(released.any_benign);
    CHECK(released.prevalence == "outlier");
    // One that was let go does not excuse the next one.
    note(other, held);
    CHECK(ask(other, day_s).any_hostile);
}

TEST_CASE("a message that an order held was no false positive of the scan") {
    HistoryIndex index;
    Record held = inbound(0);
    held.disposition = "hold";
    note(index, held);
    index.note_release(held, WrittenBy::organisation);
    CHECK(ask(index, 1).any_benign);
    CHECK_FALSE(ask(index, 1).any_false_positive);
}

TEST_CASE("days are whole ones, counted to the message") {
    HistoryIndex index;
    CHECK_FALSE(ask(index, 0).first_contact.has_value());
    note(index, outbound(0, "Anna@corp.example"));
    note(index, inbound(2 * day_s));
    note(index, inbound(5 * day_s));
    const SenderHistory told = ask(index, 9 * day_s - 1);
    CHECK(told.days_known == 8);
    CHECK(told.first_contact == 8);
    CHECK(told.last_contact == 3);
    CHECK(told.last_inbound == 3);
    CHECK(told.last_outbound == 8);
    // Records that are filled in late, and a clock that went back.
    note(index, inbound(1 * day_s));
    CHECK(ask(index, 9 * day_s).last_inbound == 4);
    CHECK(ask(index, 0).last_inbound == 0);
}

TEST_CASE("who was written to, as address and as every domain above") {
    HistoryIndex index;
    note(index, outbound(0, "anna@a.b.corp.example"));
    for (const char* key : {"anna@a.b.corp.example", "ANNA@A.B.corp.example", "a.b.corp.example",
                            "b.corp.example", "corp.example", "corp.example."})
        CHECK_MESSAGE(index.wrote_to(key), key);
    for (const char* key : {"bob@a.b.corp.example", "example", "orp.example", "", "@corp.example"})
        CHECK_FALSE_MESSAGE(index.wrote_to(key), key);
    CHECK(ask(index, 1).solicited == false);
    CHECK(ask(index, 1, "corp.example").solicited);
    // Written to is not heard from.
    CHECK_FALSE(index.heard_from("corp.example"));
    CHECK(ask(index, day_s, "corp.example").prevalence == "new");
    // The host counts however deep it lies; what lies between too deep and registrable does not.
    note(index, outbound(0, "x@1.2.3.4.5.deep.example"));
    CHECK(index.wrote_to("1.2.3.4.5.deep.example"));
    CHECK(index.wrote_to("5.deep.example"));
    CHECK_FALSE(index.wrote_to("2.3.4.5.deep.example"));
}

TEST_CASE("only what the organisation sent makes solicited") {
    HistoryIndex index;
    Record mailing = outbound(0, "anna@corp.example", "acme");
    note(index, mailing);
    CHECK_FALSE(index.wrote_to("anna@corp.example"));
    Record held = outbound(0, "anna@corp.example");
    held.disposition = "hold";
    note(index, held);
    Record rejected = held;
    rejected.disposition = "reject";
    note(index, rejected);
    note(index, inbound(0, "x@other.example"));
    CHECK_FALSE(index.wrote_to("anna@corp.example"));
    CHECK_FALSE(index.wrote_to("us@home.example"));
    index.note_release(held, WrittenBy::organisation);
    CHECK(index.wrote_to("anna@corp.example"));
}

TEST_CASE("a customer's history is its own") {
    HistoryIndex index;
    for (int at = 0; at < 3; ++at) note(index, outbound(0, "x@anywhere.example", "acme"));
    const TimePoint later = test::after_noon(8 * day_s);
    const SenderHistory acme = index.customer_sender("acme", "us@home.example", later);
    CHECK(acme.prevalence == "rare");
    CHECK(acme.any_benign);
    CHECK_FALSE(acme.solicited);
    CHECK(acme.last_outbound == 8);
    CHECK_FALSE(acme.last_inbound.has_value());
    CHECK(index.customer_sender("other", "us@home.example", later).prevalence == "new");
    CHECK(index.customer_sent_as("acme", "home.example"));
    CHECK_FALSE(index.customer_sent_as("other", "home.example"));
    // Mail from outside that claims the same sender is nobody's history but its own.
    CHECK(index.inbound_sender("us@home.example", "", later).prevalence == "new");
    CHECK_FALSE(index.heard_from("home.example"));
}

TEST_CASE("each table forgets what was not seen for longest, by itself") {
    HistoryIndex index({.inbound_senders = 4, .customer_senders = 2, .recipients = 2});
    note(index, inbound(0, "a@one.example"));
    note(index, inbound(1, "a@two.example"));
    CHECK(index.size() == 4);
    note(index, inbound(2, "a@one.example"));
    note(index, inbound(3, "a@three.example"));
    CHECK(index.size() == 4);
    CHECK(index.heard_from("a@one.example"));
    CHECK_FALSE(index.heard_from("a@two.example"));
    for (int at = 0; at < 100; ++at)
        note(index, outbound(4, "x@" + std::to_string(at) + ".example", at % 2 == 0 ? "acme" : "staff"));
    CHECK(index.heard_from("a@one.example"));
    CHECK(index.size() == 8);
}

TEST_CASE("a mailing is remembered up to a bound") {
    HistoryIndex index;
    Record record = outbound(0, "x");
    record.recipients.clear();
    for (int at = 0; at < 2000; ++at) record.recipients.push_back(std::to_string(at) + "@corp.example");
    note(index, record);
    CHECK(index.wrote_to("0@corp.example"));
    CHECK(index.wrote_to("499@corp.example"));
    CHECK_FALSE(index.wrote_to("500@corp.example"));
}

TEST_CASE("the journal's newest records fill the index") {
    Database database = *Database::open_in_memory(test::noon);
    JournalStore journal(database);
    std::vector<Record> records;
    for (int at = 0; at < 5; ++at) {
        records.push_back(inbound(at, "a" + std::to_string(at) + "@corp.example"));
        records.back().id = "r" + std::to_string(at);
    }
    records[3].recipients = {"x@home.example", "y@home.example"};
    const Held held = test::sample_held("h4", "r4", 4);
    REQUIRE(journal.take_in(std::span(records).first(4)).has_value());
    REQUIRE(journal.append(std::span(records).subspan(4), std::span(&held, 1)).has_value());
    HeldStore held_store(database);
    const Actor by{"anna", "uid 1"};
    REQUIRE(held_store.move("h4", HeldState::held, HeldState::releasing, by, test::noon, "").has_value());
    REQUIRE(held_store.move("h4", HeldState::releasing, HeldState::released, by, test::noon, "").has_value());
    std::string seen;
    const auto see = [&](const Record& record, WasReleased released) {
        seen += record.header_from + (released == WasReleased::yes ? "! " : " ");
        if (record.time == test::after_noon(3)) CHECK(record.recipients == records[3].recipients);
        CHECK(record.direction == "inbound");
        CHECK(record.verdict == "clean");
        CHECK(record.outcome == "verdict");
        CHECK(record.disposition == "accept");
    };
    REQUIRE(journal.visit_newest(100, see).has_value());
    CHECK(seen == "a0@corp.example a1@corp.example a2@corp.example a3@corp.example a4@corp.example! ");
    seen.clear();
    REQUIRE(journal.visit_newest(2, see).has_value());
    CHECK(seen == "a3@corp.example a4@corp.example! ");
}
