// A snapshot and the events after it give the same Watch as all events.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include <nlohmann/json.hpp>

#include "support/watch_story.hpp"
#include "watch/alarm_json.hpp"
#include "watch/snapshot.hpp"

using namespace tocsin;
using namespace tocsin::watch;

namespace {

/// Weeks of newsletters, logins, bounces, an attack that is held, and an answer.
std::vector<Event> some_life() {
    std::vector<Event> events;
    for (int issue = 0; issue < 12; ++issue)
        for (int number = 0; number < 8; ++number) {
            const std::string customer = "customer" + std::to_string(number);
            const TimePoint time = after(story_begin, issue * story_week_s + number * 60);
            AccountEvent login;
            login.id = customer + " login " + std::to_string(issue);
            login.time = after(time, -600);
            login.customer = customer;
            login.client_ip = "192.0.2." + std::to_string(number);
            login.country = issue == 11 ? "XX" : "DE";
            login.act = issue == 11 ? AccountAct::api_key_made : AccountAct::login;
            events.emplace_back(login);
            MessageEvent mail = newsletter(customer, issue, time);
            mail.language = number == 4 && issue == 9 ? "pt" : "de";
            if (issue == 10 && number == 3) mail.links = {{"evil-login.example", 9}};
            events.emplace_back(mail);
            events.emplace_back(OutcomeEvent{.id = mail.id + " bounce",
                                             .time = after(time, 60),
                                             .outcome = Outcome::bounce_hard,
                                             .customer = customer,
                                             .record_id = mail.id});
        }
    return events;
}

std::string everything(const Watch& watch) {
    std::string out;
    for (const std::string& customer : watch.customers()) {
        nlohmann::ordered_json profile = to_json(customer, *watch.profile(customer));
        profile.erase("bytes");  // room that vectors keep for more is none of what is known
        out += profile.dump() + "\n";
    }
    for (const auto& [id, alarm] : watch.alarms()) out += to_json(alarm).dump() + "\n";
    return out + std::to_string(watch.threshold()) + " " + std::to_string(watch.counts().messages);
}

void see_all(Watch& watch, const std::vector<Event>& events, std::size_t from, std::size_t to) {
    for (std::size_t at = from; at < to; ++at)
        std::visit([&](const auto& event) { (void)watch.see(event); }, events[at]);
}

}  // namespace

TEST_CASE("a snapshot at any place, and the events after it, give the same Watch") {
    const std::vector<Event> events = some_life();
    Watch whole(WatchRules{}, HashKey{});
    see_all(whole, events, 0, events.size());
    CHECK(whole.alarms().size() > 0);
    for (const std::size_t at :
         {std::size_t{0}, std::size_t{1}, std::size_t{100}, events.size() - 30, events.size()}) {
        Watch before(WatchRules{}, HashKey{}), later(WatchRules{}, HashKey{});
        see_all(before, events, 0, at);
        REQUIRE(restore_snapshot(later, take_snapshot(before)).has_value());
        CHECK((everything(later) == everything(before)));
        see_all(later, events, at, events.size());
        CAPTURE(at);
        CHECK((everything(later) == everything(whole)));
    }
}

TEST_CASE("a snapshot that is taken bit by bit is of the moment at which it began") {
    const std::vector<Event> events = some_life();
    const std::size_t half = events.size() / 2;
    Watch then(WatchRules{}, HashKey{}), watch(WatchRules{}, HashKey{}), later(WatchRules{}, HashKey{});
    see_all(then, events, 0, half);
    see_all(watch, events, 0, half);
    std::string bytes;
    {
        SnapshotTaker taker(watch);
        std::size_t at = half;
        // An event, and one profile more, in turn: most profiles change before their turn.
        for (bool complete = false; !complete; ++at) {
            if (at < events.size()) see_all(watch, events, at, at + 1);
            (void)watch.see(
                newsletter("newcomer" + std::to_string(at), 0, after(story_begin, 11 * story_week_s)));
            complete = taker.add(1);
            bytes += taker.take_bytes();
        }
        REQUIRE(at > half + 7);
    }
    REQUIRE(restore_snapshot(later, bytes).has_value());
    CHECK((everything(later) == everything(then)));
    // And the next one begins afresh.
    Watch again(WatchRules{}, HashKey{});
    REQUIRE(restore_snapshot(again, take_snapshot(watch)).has_value());
    CHECK((everything(again) == everything(watch)));
}

namespace {

/// Keeps what a Watch puts away, as a store would.
class Shelf {
public:
    void put_all_quiet(Watch& watch) {
        for (const std::string& customer : watch.quiet_customers(0, 1'000)) {
            profiles_[++ticket_] = watch.profile_bytes(customer);
            watch.put_away(customer, ticket_);
            ++put_;
        }
    }
    void bring_back(Watch& watch, const Event& event) {
        for (const std::string& customer : watch.away_in(event))
            REQUIRE(watch.bring_back(customer, profiles_.at(watch.away().at(customer))).has_value());
    }
    void bring_all_back(Watch& watch) {
        for (const auto& [customer, ticket] : std::unordered_map<std::string, std::uint64_t>(watch.away()))
            REQUIRE(watch.bring_back(customer, profiles_.at(ticket)).has_value());
    }
    [[nodiscard]] std::size_t put() const { return put_; }

private:
    std::map<std::uint64_t, std::string> profiles_;
    std::uint64_t ticket_ = 0;
    std::size_t put_ = 0;
};

}  // namespace

TEST_CASE("customers who are put away and brought back change nothing, across snapshots too") {
    const std::vector<Event> events = some_life();
    Watch whole(WatchRules{}, HashKey{}), watch(WatchRules{}, HashKey{});
    see_all(whole, events, 0, events.size());
    Shelf shelf;
    for (std::size_t at = 0; at < events.size(); ++at) {
        shelf.bring_back(watch, events[at]);
        std::visit([&](const auto& event) { CHECK(watch.see(event).has_value()); }, events[at]);
        shelf.put_all_quiet(watch);
        if (at % 50 == 49) {
            Watch again(WatchRules{}, HashKey{});
            REQUIRE(restore_snapshot(again, take_snapshot(watch)).has_value());
            CHECK((again.away() == watch.away()));
            watch = std::move(again);
        }
        if (!watch.away().empty()) CHECK(watch.customers().size() == watch.customer_count());
    }
    CHECK(shelf.put() > 50);
    const AnswerEvent answer{.id = "late answer",
                             .time = after(story_begin, 30 * story_week_s),
                             .alarm = whole.alarms().begin()->first,
                             .answer = Answer::not_us,
                             .by = "a",
                             .note = "b"};
    shelf.bring_back(watch, answer);
    CHECK(whole.see(answer).has_value());
    CHECK(watch.see(answer).has_value());
    // Who is watched closely stays, for fourteen days.
    const std::string& victim = whole.alarms().begin()->second.customer;
    for (const auto& [day, stays] : {std::pair{13, true}, std::pair{15, false}}) {
        OutcomeEvent later{.id = "later" + std::to_string(day),
                           .time = after(answer.time, day * story_day_s),
                           .outcome = Outcome::delivered,
                           .customer = "somebody else",
                           .record_id = {}};
        CHECK(whole.see(later).has_value());
        shelf.bring_back(watch, later);
        CHECK(watch.see(later).has_value());
        const std::vector<std::string> quiet = watch.quiet_customers(0, 1'000);
        CHECK((std::ranges::find(quiet, victim) == quiet.end()) == stays);
    }
    shelf.bring_all_back(watch);
    CHECK((everything(watch) == everything(whole)));
}

TEST_CASE("who is put away is known, and nothing is learnt about him before he is back") {
    Watch watch(WatchRules{}, HashKey{});
    send_issues(watch, "quiet", 6);
    (void)watch.see(newsletter("busy", 0, after(story_begin, 6 * story_week_s)));
    CHECK((watch.quiet_customers(0, 10) == std::vector<std::string>{"quiet"}));
    CHECK(watch.quiet_customers(2, 10).empty());
    CHECK(watch.quiet_customers(0, 0).empty());
    const std::string bytes = watch.profile_bytes("quiet");
    watch.put_away("quiet", 7);
    CHECK(watch.knows("quiet"));
    CHECK(watch.profile("quiet") == nullptr);
    CHECK(watch.customer_count() == 2);
    const MessageEvent next = newsletter("quiet", 7, after(story_begin, 6 * story_week_s));
    const Result<Decision> refused = watch.see(next);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::unavailable);
    CHECK((watch.away_in(next) == std::vector<std::string>{"quiet"}));
    CHECK(watch.bring_back("nobody", bytes).error().code == ErrorCode::not_found);
    for (const std::string& wrong :
         {std::string(), bytes + "x", bytes.substr(0, bytes.size() - 1), take_snapshot(watch)})
        CHECK(watch.bring_back("quiet", wrong).error().code == ErrorCode::corrupt);
    REQUIRE(watch.bring_back("quiet", bytes).has_value());
    CHECK(watch.see(next).has_value());
}

TEST_CASE("bytes that are no snapshot, or a part of one, are refused") {
    Watch watch(WatchRules{}, HashKey{});
    see_all(watch, some_life(), 0, 60);
    const std::string bytes = take_snapshot(watch);
    for (const std::string& wrong : {std::string(), std::string("tocsin watch 1"), "x" + bytes,
                                     bytes.substr(0, bytes.size() - 1), bytes + "x"}) {
        Watch fresh(WatchRules{}, HashKey{});
        const Result<void> restored = restore_snapshot(fresh, wrong);
        REQUIRE_FALSE(restored.has_value());
        CHECK(restored.error().code == ErrorCode::corrupt);
    }
    std::string older = bytes;
    older.replace(older.find("tocsin watch 4"), 14, "tocsin watch 1");
    Watch fresh_of_older(WatchRules{}, HashKey{});
    CHECK(restore_snapshot(fresh_of_older, older).error().message.find("another version") !=
          std::string::npos);
    for (std::size_t size = 0; size < bytes.size(); size += 97) {
        Watch fresh(WatchRules{}, HashKey{});
        CHECK_FALSE(restore_snapshot(fresh, std::string_view(bytes).substr(0, size)).has_value());
    }
}
