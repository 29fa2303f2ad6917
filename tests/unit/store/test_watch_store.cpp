// The watch's rows: one sequence of records and events, alarms, days.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/limits.hpp"
#include "base/limits/watch.hpp"
#include "base/time_units.hpp"
#include "store/sample_records.hpp"
#include "store/watch_store.hpp"
#include "support/watch_story.hpp"
#include "watch/event_json.hpp"

using namespace tocsin;
using namespace tocsin::store;
using test::after_noon;

namespace {

watch::MessageEvent some_message() {
    watch::MessageEvent event = newsletter("acme", 3, after_noon(1));
    event.id = "r1";
    event.network_owner = "AS64500";
    event.country = "DE";
    event.reply_to = "r@acme.example";
    event.attachment_types = {"pdf"};
    event.registrable_domains = {"acme.co.uk"};
    event.judge_points = 3;
    event.hostility = 0.25;
    event.judged_as = watch::JudgedAs::suspicious;
    return event;
}

/// The record that the gate would write of this event.
Record record_of(const watch::MessageEvent& event, std::uint64_t number) {
    Record record = test::sample_record(event.id, 1);
    record.time = event.time;
    record.customer = event.customer;
    record.sasl_login = event.credential;
    record.client_ip = event.client_ip;
    record.mail_from = event.mail_from;
    record.header_from = event.header_from;
    record.subject = event.subject;
    record.recipients = event.recipients;
    record.verdict = "suspicious";
    record.disposition = "hold";
    record.text_fingerprint = event.text_fingerprint;
    record.watch_number = number;
    nlohmann::json watched = watch::to_json(event);
    watched["watch_action"] = "hold";
    record.watched = watched.dump();
    return record;
}

std::string text_of(const watch::Event& event) {
    return std::visit(
        [](const auto& one) { return watch::to_json(one).dump() + std::to_string(one.time.microseconds); },
        event);
}

watch::OutcomeEvent bounce(const std::string& id, int seconds) {
    return {.id = id,
            .time = after_noon(seconds),
            .outcome = watch::Outcome::bounce_hard,
            .customer = "acme",
            .record_id = "r1",
            .count = 2};
}

}  // namespace

TEST_CASE("the event of a record is the event that the watch saw") {
    Database database = *Database::open_in_memory(test::noon);
    JournalStore journal(database);
    const watch::MessageEvent event = some_message();
    for (const bool at_once : {true, false}) {
        CAPTURE(at_once);
        watch::MessageEvent own = event;
        own.id = at_once ? "r1" : "r2";
        const Record record = record_of(own, at_once ? 1 : 2);
        REQUIRE((at_once ? journal.append({&record, 1}) : journal.take_in({&record, 1})).has_value());
        const auto stored = journal.get(own.id);
        REQUIRE(stored.has_value());
        const auto seen = watch_event_of(*stored);
        REQUIRE(seen.has_value());
        CHECK(text_of(*seen) == text_of(own));
        CHECK(text_of(*watch_event_of(record)) == text_of(own));
    }
    Record damaged = record_of(event, 3);
    damaged.watched = "{";
    CHECK(watch_event_of(damaged).error().code == ErrorCode::corrupt);
}

TEST_CASE("records and events are read in the order of their numbers, from any place on") {
    Database database = *Database::open_in_memory(test::noon);
    JournalStore journal(database);
    WatchStore store(database);
    CHECK(*store.last_number() == 0);
    std::vector<WatchEntry> entries;
    const std::uint64_t count = 2 * limits::watch_replay_rows + 101;
    for (std::uint64_t number = 1; number <= count; ++number) {
        if (number % 3 == 0) {
            watch::MessageEvent event = some_message();
            event.id = "m" + std::to_string(number);
            const Record record = record_of(event, number);
            REQUIRE(journal.take_in({&record, 1}).has_value());
        } else {
            entries.push_back({number, bounce("b" + std::to_string(number), 10)});
        }
        if (entries.size() == 500 || number == count) {
            REQUIRE(store.append(entries).has_value());
            REQUIRE(store.append(entries).has_value());  // once more: nothing changes
            entries.clear();
        }
    }
    CHECK(*store.last_number() == count);
    for (const std::uint64_t after : {std::uint64_t{0}, std::uint64_t{7}, count - 1, count}) {
        std::uint64_t next = after;
        bool in_order = true, right_kind = true;
        const auto unreadable =
            store.visit_after(after, [&](std::uint64_t number, const watch::Event& event) {
                in_order = in_order && number == ++next;
                right_kind =
                    right_kind && std::holds_alternative<watch::MessageEvent>(event) == (number % 3 == 0);
            });
        CAPTURE(after);
        REQUIRE(unreadable.has_value());
        CHECK(*unreadable == 0);
        CHECK(in_order);
        CHECK(right_kind);
        CHECK(next == count);
    }
    CHECK(store.append(std::vector<WatchEntry>(limits::journal_batch + 1)).error().code == ErrorCode::limit);
}

TEST_CASE("alarms come back, and what people did about them outlives their next change") {
    Database database = *Database::open_in_memory(test::noon);
    WatchStore store(database);
    AlarmRow alarm{.id = "a1",
                   .time = after_noon(1),
                   .customer = "acme",
                   .state = "open",
                   .entry = R"({"alarm":"a1"})",
                   .snoozed_until = {},
                   .snoozed_by = {},
                   .snooze_reason = {},
                   .asked_at = {},
                   .asked = {}};
    AlarmRow other = alarm;
    other.id = "a2";
    other.time = after_noon(2);
    other.customer = "bolt";
    REQUIRE(store.put_alarms(std::vector<AlarmRow>{alarm, other}).has_value());
    REQUIRE(store.snooze("a1", after_noon(100), "eve", "on a plane").has_value());
    REQUIRE(store.note_asked("a1", after_noon(3), "anna@elsewhere.example").has_value());
    alarm.entry = R"({"alarm":"a1","more":1})";
    REQUIRE(store.put_alarms({&alarm, 1}).has_value());
    const auto stored = store.get("a1");
    REQUIRE(stored.has_value());
    CHECK(stored->entry == alarm.entry);
    CHECK(stored->snoozed_until == after_noon(100));
    CHECK(stored->snooze_reason == "on a plane");
    CHECK(stored->asked == "anna@elsewhere.example");
    CHECK(store.get("a9").error().code == ErrorCode::not_found);
    CHECK(store.snooze("a9", {}, "", "").error().code == ErrorCode::not_found);
    CHECK(store.note_asked("a9", after_noon(1), "").error().code == ErrorCode::not_found);

    const auto ids = [&](const AlarmFilter& filter) {
        std::string out;
        const auto rows = store.list(filter);
        for (const AlarmRow& row : *rows) out += row.id + " ";
        CHECK(*store.count(filter) == static_cast<std::uint64_t>(std::ranges::count(out, ' ')));
        return out;
    };
    CHECK(ids({}) == "a2 a1 ");
    AlarmFilter filter;
    filter.awake_at = after_noon(50);
    CHECK(ids(filter) == "a2 ");
    filter.awake_at = after_noon(100);
    CHECK(ids(filter) == "a2 a1 ");
    CHECK(ids({.state = "released", .customer = {}, .awake_at = {}, .before_id = {}}) == "");
    CHECK(ids({.state = {}, .customer = "acme", .awake_at = {}, .before_id = {}}) == "a1 ");
    CHECK(ids({.state = {}, .customer = {}, .awake_at = {}, .before_id = "a2"}) == "a1 ");
}

TEST_CASE("only released alarms with mail that is still held are let go") {
    Database database = *Database::open_in_memory(test::noon);
    WatchStore store(database);
    HeldStore held(database);
    for (const char* id : {"a1", "a2", "a3"}) {
        AlarmRow alarm;
        alarm.id = id;
        alarm.state = std::string_view(id) == "a2" ? "incident" : "released";
        REQUIRE(store.put_alarms({&alarm, 1}).has_value());
        Held message = test::sample_held(std::string("h-") + id, "r1", 1);
        message.alarm = id;
        REQUIRE(held.add(message).has_value());
    }
    REQUIRE(
        held.move("h-a3", HeldState::held, HeldState::discarded, {"eve", ""}, after_noon(9), "").has_value());
    CHECK(*store.released_that_hold() == std::vector<std::string>{"a1"});
    HeldFilter filter;
    filter.alarm = "a1";
    const auto found = held.list(filter);
    REQUIRE(found->size() == 1);
    CHECK(found->front().alarm == "a1");
}

TEST_CASE("days are summed by customer, each message and outcome once") {
    Database database = *Database::open_in_memory(test::noon);
    JournalStore journal(database);
    WatchStore store(database);
    watch::MessageEvent event = some_message();
    Record held = record_of(event, 1);
    event.id = "r2";
    Record passed = record_of(event, 2);
    nlohmann::json watched = nlohmann::json::parse(passed.watched);
    watched["watch_action"] = "pass";
    passed.watched = watched.dump();
    Record unwatched = passed;
    unwatched.id = "r3";
    unwatched.watch_number = 0;
    REQUIRE(journal.append({&held, 1}).has_value());
    REQUIRE(journal.take_in(std::vector<Record>{passed, unwatched}).has_value());
    const WatchEntry entry{3, bounce("b1", 60)};
    REQUIRE(store.append({&entry, 1}).has_value());
    REQUIRE(store.append({&entry, 1}).has_value());
    const auto days = store.days("acme", 0);
    REQUIRE(days.has_value());
    REQUIRE(days->size() == 1);
    const WatchDay& day = days->front();
    CHECK(day.day == watch::day_of(event.time));
    CHECK(day.messages == 2);
    CHECK(day.held == 1);
    CHECK(day.recipients == event.recipients.size());
    CHECK(day.bounces == 2);
    CHECK(store.days("bolt", 0)->empty());
    CHECK(store.days("acme", day.day + 1)->empty());
    // A year later all of it is gone but what is open.
    AlarmRow open, closed;
    open.id = "open";
    open.time = closed.time = event.time;
    open.state = "open";
    closed.id = "closed";
    closed.state = "released";
    REQUIRE(store.put_alarms(std::vector<AlarmRow>{open, closed}).has_value());
    CHECK(*store.remove_before({event.time.microseconds + 366 * day_us}) == 3);
    CHECK(store.get("open").has_value());
    CHECK_FALSE(store.get("closed").has_value());
}
