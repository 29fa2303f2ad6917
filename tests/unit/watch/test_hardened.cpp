// What an attacker, a wrong clock or a damaged store can do to the watch, and what it does about that.
#include <doctest/doctest.h>

#include "base/limits/watch.hpp"
#include "support/watch_story.hpp"
#include "watch/event_json.hpp"

using namespace tocsin;
using namespace tocsin::watch;

namespace {

/// Twelve customers with a newsletter each, for twelve weeks.
struct Provider {
    explicit Provider(WatchRules rules = {}) : watch(std::move(rules), HashKey{}) {
        for (int week = 0; week < 12; ++week) {
            for (char customer = 'a'; customer < 'm'; ++customer)
                REQUIRE(watch.see(
                    newsletter(std::string("customer") + customer, week, after(now, (customer - 'a') * 60))));
            now = after(now, story_week_s);
        }
    }
    [[nodiscard]] MessageEvent next() const { return newsletter("customera", 12, now); }
    [[nodiscard]] MessageEvent hijack(int number = 0) const {
        MessageEvent attack = newsletter("customera", 12, after(now, number));
        attack.id = "attack " + std::to_string(number);
        attack.links = {{"evil" + std::to_string(number) + ".example", 9}};
        attack.text_fingerprint = 0x1234'5678'9ABC'DEF1ULL * static_cast<std::uint64_t>(number + 1);
        return attack;
    }
    Watch watch;
    TimePoint now = story_begin;
};

Action action_of(Watch& watch, const MessageEvent& event) {
    const Result<Decision> decision = watch.see(event);
    REQUIRE(decision.has_value());
    return decision->action;
}

}  // namespace

TEST_CASE("mail that the gate sees now is judged, even if a clock stood days ahead before") {
    Provider provider;
    MessageEvent ahead = provider.next();
    ahead.time = after(ahead.time, 10 * story_day_s);
    ahead.live = true;
    REQUIRE(provider.watch.see(ahead));
    MessageEvent attack = provider.hijack();
    SUBCASE("of history it would only be learnt") {
        CHECK(action_of(provider.watch, attack) == Action::pass);
        CHECK(provider.watch.counts().late == 1);
    }
    SUBCASE("of the gate it is held, and the jump is counted") {
        attack.live = true;
        CHECK(action_of(provider.watch, attack) == Action::hold);
        CHECK(provider.watch.counts().late == 0);
        CHECK(provider.watch.counts().clock_jumps == 1);
        // From then on the time is that of now.
        CHECK(action_of(provider.watch, provider.hijack(60)) == Action::hold);
    }
    SUBCASE("what a person let go is learnt as before") {
        attack.live = true;
        attack.released = true;
        CHECK(action_of(provider.watch, attack) == Action::pass);
        CHECK(provider.watch.counts().clock_jumps == 0);
    }
}

TEST_CASE("an old event that came first does not stop the mail of today") {
    Watch watch(WatchRules{}, HashKey{});
    REQUIRE(watch.see(AccountEvent{
        .id = "old", .time = after(story_begin, -2'000 * story_day_s), .customer = "customera"}));
    MessageEvent today = newsletter("customera", 0, story_begin);
    CHECK_FALSE(watch.see(today).has_value());
    today.live = true;
    CHECK(watch.see(today).has_value());
    CHECK(watch.counts().clock_jumps == 1);
    CHECK(watch.see(newsletter("customera", 1, after(story_begin, 60))).has_value());

    WatchRules checked;
    checked.times = WatchRules::Times::checked;
    Watch service(std::move(checked), HashKey{});
    REQUIRE(service.see(AccountEvent{
        .id = "old", .time = after(story_begin, -2'000 * story_day_s), .customer = "customera"}));
    CHECK(service.see(AccountEvent{.id = "now", .time = story_begin, .customer = "customera"}).has_value());
}

TEST_CASE("text that is varied for each message is paced all the same") {
    Provider provider;
    std::uint64_t let_go = 0;
    for (int number = 0; number < 500; ++number) {
        MessageEvent message = newsletter("newcomer", number, after(provider.now, number));
        message.id = "m" + std::to_string(number);
        message.recipients.resize(1);
        message.links = {{"host" + std::to_string(number) + ".example", 1}};
        let_go += action_of(provider.watch, message) == Action::pass ? 1U : 0U;
    }
    const WatchRules rules;
    CHECK(let_go > 0);
    CHECK(let_go <= rules.canary_least * rules.canary_campaigns);
    // When nothing came back within the wait, more goes.
    MessageEvent later = newsletter("newcomer", 900, after(provider.now, 40 * 60));
    later.recipients.resize(1);
    CHECK(action_of(provider.watch, later) == Action::pass);
}

TEST_CASE("a customer whose profile was lost is watched closely and paced") {
    Provider provider;
    provider.watch.put_away("customera", 7);
    provider.watch.forget_away("customera");
    const Profile* profile = provider.watch.profile("customera");
    REQUIRE(profile != nullptr);
    CHECK(profile->watched_until > provider.now);
    CHECK(profile->paced_until == profile->watched_until);
    std::uint64_t let_go = 0;
    for (int number = 0; number < 300; ++number) {
        MessageEvent attack = provider.hijack(number);
        attack.recipients.resize(1);
        let_go += action_of(provider.watch, attack) == Action::pass ? 1U : 0U;
    }
    const WatchRules rules;
    CHECK(let_go <= rules.canary_least * rules.canary_campaigns);
}

TEST_CASE("an alarm keeps so many values, however many an attacker makes") {
    Provider provider;
    for (int number = 0; number < 60; ++number) {
        MessageEvent attack = provider.hijack(number);
        attack.links.clear();
        for (int host = 0; host < 200; ++host)
            attack.links.push_back(
                {"h" + std::to_string(number) + "-" + std::to_string(host) + ".example", 1});
        CHECK(action_of(provider.watch, attack) == Action::hold);
    }
    REQUIRE(provider.watch.alarms().size() == 1);
    // The first message's own, and the bound for what joined it.
    CHECK(provider.watch.alarms().begin()->second.values.size() <= limits::watch_alarm_values + 256);
}

TEST_CASE("numbers that no program can hold, counts without measure, ids that would be cut") {
    for (const char* line :
         {"1e999", "-1e999", "[1e400]",
          R"({"id":"a","time":"2026-03-01","customer":"b","kind":"login","count":1e400})"}) {
        const auto refused = parse_event(line);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == ErrorCode::invalid_input);
    }
    const auto event = [](const std::string& id, const std::string& count) {
        return parse_event(
            R"({"kind":"bounce_hard","time":"2026-03-01T12:00:00Z","customer":"b","record_id":"r","id":")" +
            id + "\",\"count\":" + count + "}");
    };
    CHECK(event("a", "1000000000").has_value());
    CHECK(event("a", "1000000001").error().message.find("\"count\" must be at most 1000000000") !=
          std::string::npos);
    CHECK(event("a", "18446744073709551615").has_value() == false);
    CHECK(event(std::string(limits::watch_text_bytes, 'x'), "1").has_value());
    CHECK(event(std::string(limits::watch_text_bytes + 1, 'x'), "1").error().message.find("\"id\" must be") !=
          std::string::npos);
    // A text is not cut within a character.
    std::string subject = "x";
    for (int number = 0; number < 300; ++number) subject += "é";
    const auto message =
        parse_event(R"({"id":"1","time":"2026-03-01","customer":"a","subject":")" + subject + "\"}");
    REQUIRE(message.has_value());
    const std::string& kept = std::get<MessageEvent>(**message).subject;
    CHECK(kept.size() == limits::watch_text_bytes - 1);
    CHECK(kept == subject.substr(0, kept.size()));
}
