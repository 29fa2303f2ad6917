// What the watch decides, told as short stories.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/limits/watch.hpp"
#include "support/watch_story.hpp"
#include "watch/alarm_json.hpp"
#include "watch/facts.hpp"
#include "watch/signals.hpp"

#include <nlohmann/json.hpp>

using namespace tocsin;
using namespace tocsin::watch;

namespace {

/// Twelve customers with a newsletter each, for as many weeks: a population to compare with.
struct Provider {
    Watch watch{WatchRules{}, HashKey{}};
    TimePoint now = story_begin;
    int issue = 0;
    void weeks(int count) {
        for (int week = 0; week < count; ++week) {
            for (int customer = 0; customer < 12; ++customer)
                REQUIRE(watch.see(newsletter(name(customer), issue, after(now, customer * 60))));
            now = after(now, story_week_s);
            ++issue;
        }
    }
    static std::string name(int customer) {
        return "customer" + std::string(1, static_cast<char>('a' + customer));
    }
    [[nodiscard]] MessageEvent next(int customer) const { return newsletter(name(customer), issue, now); }
    Action send(const MessageEvent& event) {
        const Result<Decision> decision = watch.see(event);
        REQUIRE(decision.has_value());
        last = *decision;
        return decision->action;
    }
    Decision last;
};

const Alarm& only_alarm(const Watch& watch) {
    REQUIRE(watch.alarms().size() == 1);
    return watch.alarms().begin()->second;
}

}  // namespace

TEST_CASE("the customer's own next issue passes, and raises nothing") {
    Provider provider;
    provider.weeks(12);
    CHECK(provider.watch.alarms().empty());
    CHECK(provider.send(provider.next(0)) == Action::pass);
    CHECK(provider.watch.profile("customera")->first_day == day_of(story_begin));
}

TEST_CASE("the template copied exactly, with another link, is held at its first message") {
    Provider provider;
    provider.weeks(12);
    MessageEvent attack = provider.next(0);
    attack.recipients.resize(1);
    attack.links = {{"www.customera.example", 1}, {"evil-login.example", 8}};
    CHECK(provider.send(attack) == Action::hold);
    const Alarm& alarm = only_alarm(provider.watch);
    CHECK(alarm.customer == "customera");
    CHECK(alarm.state == AlarmState::open);
    CHECK(alarm.suspicion.level(Signal::link_domain) == 3);
    CHECK(alarm.suspicion.level(Signal::page) == 0);
    REQUIRE(alarm.readings.size() >= 2);
    CHECK(alarm.readings[0].text ==
          "links to evil-login.example, where this customer never led, and no other customer leads");
    CHECK(alarm.readings[0].normal.find("partner.example") != std::string::npos);
    CHECK(alarm.campaigns[0].let_go == 0);
    CHECK(provider.watch.take_news() == std::vector<std::string>{alarm.id});
    const std::string text = alarm_text(alarm);
    CHECK(text.find("held: \"Issue 12\" from news@customera.example") != std::string::npos);

    SUBCASE("the rest of the campaign is held under the same alarm") {
        for (int copy = 0; copy < 30; ++copy) {
            attack.id = "copy " + std::to_string(copy);
            attack.time = after(attack.time, 1);
            CHECK(provider.send(attack) == Action::hold);
        }
        CHECK(provider.watch.alarms().size() == 1);
        CHECK(provider.watch.take_news().empty());
    }
    SUBCASE("another campaign of the attacker joins the alarm") {
        attack.id = "second";
        attack.subject = "Other words";
        attack.text_fingerprint = 0x1122334455667788ULL;
        attack.links = {{"evil-two.example", 5}};
        CHECK(provider.send(attack) == Action::hold);
        CHECK(only_alarm(provider.watch).campaigns.size() == 2);
    }
    SUBCASE("mail as usual goes on meanwhile") {
        MessageEvent usual = provider.next(0);
        usual.id = "usual";
        usual.time = after(usual.time, 3'600);
        CHECK(provider.send(usual) == Action::pass);
    }
    SUBCASE("a held campaign teaches nothing") {
        CHECK(provider.watch.profile("customera")
                  ->known(Family::link_place)
                  .find(provider.watch.hash()("evil-login.example")) == nullptr);
    }
}

TEST_CASE("a release teaches the values that raised the alarm, and opens no door for the next attack") {
    Provider provider;
    provider.weeks(12);
    MessageEvent campaign = provider.next(0);
    campaign.links = {{"www.newproduct.example", 9}};
    CHECK(provider.send(campaign) == Action::hold);
    const std::string alarm = provider.last.alarm;
    const AnswerEvent ours{.id = "answer",
                           .time = after(campaign.time, 600),
                           .alarm = alarm,
                           .answer = Answer::this_is_us,
                           .by = "anna",
                           .note = "new shop"};
    REQUIRE(provider.watch.see(ours).has_value());
    CHECK(provider.watch.alarm(alarm)->state == AlarmState::released);
    campaign.id = "rest of it";
    campaign.time = after(campaign.time, 700);
    CHECK(provider.send(campaign) == Action::pass);
    provider.now = after(provider.now, story_week_s);
    ++provider.issue;
    MessageEvent later = provider.next(0);
    later.links = {{"www.newproduct.example", 9}};
    CHECK(provider.send(later) == Action::pass);
    MessageEvent attack = provider.next(0);
    attack.id = "attack";
    attack.links = {{"evil-login.example", 9}};
    CHECK(provider.send(attack) == Action::hold);
    SUBCASE("an alarm is answered once") {
        AnswerEvent again = ours;
        again.id = "again";
        const Result<void> refused = provider.watch.see(again);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == ErrorCode::conflict);
        again.id = "and again";
        again.alarm = "nothing";
        CHECK(provider.watch.see(again).error().code == ErrorCode::not_found);
    }
}

namespace {

/// What the signal `page` says of a message, with its level in front, where this is what the customer sent before.
std::string page_words(const Profile& profile, const MessageEvent& event) {
    const ValueHash hash{HashKey{}};
    const CommonDomains domains;
    const WatchRules rules;
    const Comparison comparison{
        .profile = profile, .domains = domains, .rules = rules, .hash = hash, .now = event.time};
    for (const Reading& reading : read_message(comparison, event, facts_of(event, hash), 1, Words::wanted))
        if (reading.signal == Signal::page) return std::to_string(reading.level) + " " + reading.text;
    return "0";
}

void wrote_in(Profile& profile, const char* language, TimePoint time) {
    profile.known(Family::language).note(ValueHash{HashKey{}}(language), language, day_of(time));
}

}  // namespace

TEST_CASE("a language that the customer never wrote in") {
    Provider provider;
    provider.weeks(12);
    Profile profile = *provider.watch.profile("customera");
    const auto page = [&](const char* language) {
        MessageEvent next = provider.next(0);
        next.language = language;
        return page_words(profile, next);
    };
    CHECK(page("pt") == "0");  // nothing to compare with
    for (const char* language : {"de", "en"}) {
        wrote_in(profile, language, story_begin);
        wrote_in(profile, language, after(story_begin, language[0] == 'd' ? 8 * story_week_s : story_week_s));
    }
    CHECK(page("de") == "0");
    CHECK(page("") == "0");
    CHECK(page("pt") == "3 written in Portuguese, this customer's mail was in German, English until now");
    CHECK(page("xx") == "3 written in xx, this customer's mail was in German, English until now");
    SUBCASE("one that is used only since lately makes it less sure") {
        wrote_in(profile, "fr", provider.now);
        CHECK(page("fr") == "0");
        CHECK(page("pt").starts_with("2 written in Portuguese"));
    }
    SUBCASE("languages that are taken for each other are one") {
        CHECK(page("no").starts_with("3 written in Norwegian"));
        wrote_in(profile, "da", story_begin);
        CHECK(page("no") == "0");
        CHECK(page("da") == "0");
        CHECK(page("sv").starts_with("3 written in Swedish"));
    }
    SUBCASE("it is told before a text like no other, which is as unusual") {
        MessageEvent other = provider.next(0);
        other.page_fingerprint = ~other.page_fingerprint;
        CHECK(page_words(profile, other).starts_with("2 text and structure"));
        other.language = "pt";
        CHECK(page_words(profile, other).starts_with("3 written in Portuguese"));
        wrote_in(profile, "fr", provider.now);
        CHECK(page_words(profile, other).starts_with("2 written in Portuguese"));
    }
}

TEST_CASE("a few campaigns do not settle the languages of a customer") {
    Provider provider;
    for (int week = 0; week < 5; ++week) {
        MessageEvent issue = provider.next(0);
        issue.language = "de";
        provider.send(issue);
        provider.now = after(provider.now, story_week_s);
        ++provider.issue;
    }
    REQUIRE(provider.watch.profile("customera")->campaigns_before.size() < 5);
    MessageEvent next = provider.next(0);
    next.language = "pt";
    CHECK(page_words(*provider.watch.profile("customera"), next).starts_with("2 written in Portuguese"));
}

TEST_CASE("a held campaign teaches no language, and a release does") {
    Provider provider;
    for (int week = 0; week < 12; ++week) {
        for (int customer = 0; customer < 12; ++customer) {
            MessageEvent issue = provider.next(customer);
            issue.time = after(provider.now, customer * 60);
            issue.language = "de";
            provider.send(issue);
        }
        provider.now = after(provider.now, story_week_s);
        ++provider.issue;
    }
    MessageEvent attack = provider.next(0);
    attack.language = "pt";
    CHECK(provider.send(attack) == Action::hold);
    const Alarm& alarm = only_alarm(provider.watch);
    CHECK(alarm.suspicion.level(Signal::page) == 3);
    CHECK(alarm.readings.front().text ==
          "written in Portuguese, this customer's mail was in German until now");
    const KnownValues& known = provider.watch.profile("customera")->known(Family::language);
    CHECK(known.size() == 1);
    REQUIRE(provider.watch.see(AnswerEvent{.id = "answer",
                                           .time = after(attack.time, 600),
                                           .alarm = provider.last.alarm,
                                           .answer = Answer::this_is_us,
                                           .by = "anna",
                                           .note = {}}));
    CHECK(known.size() == 2);
    CHECK(known.familiarity(provider.watch.hash()("pt"), day_of(attack.time)) == Familiarity::established);
}

TEST_CASE("after an incident the customer is watched closely, until it is closed") {
    Provider provider;
    provider.weeks(12);
    MessageEvent attack = provider.next(0);
    attack.links = {{"evil-login.example", 9}};
    REQUIRE(provider.send(attack) == Action::hold);
    const std::string alarm = provider.last.alarm;
    const auto say = [&](const char* id, Answer answer) {
        return provider.watch.see(AnswerEvent{.id = id,
                                              .time = after(attack.time, 60),
                                              .alarm = alarm,
                                              .answer = answer,
                                              .by = "anna",
                                              .note = {}});
    };
    CHECK_FALSE(say("too early", Answer::closed).has_value());
    REQUIRE(say("no", Answer::not_us).has_value());
    CHECK(provider.watch.profile("customera")->watched_until > after(attack.time, 13 * story_day_s));
    attack.id = "still held";
    CHECK(provider.send(attack) == Action::hold);
    REQUIRE(say("over", Answer::closed).has_value());
    CHECK(provider.watch.profile("customera")->watched_until == after(attack.time, 60));
    CHECK(provider.watch.alarm(alarm)->state == AlarmState::closed);
}

TEST_CASE("a list of one customer that another one writes to is told as such") {
    Provider provider;
    std::vector<std::string> stolen;
    for (int reader = 0; reader < 40; ++reader)
        stolen.push_back("client" + std::to_string(reader) + "@else.example");
    for (int week = 0; week < 12; ++week) {
        MessageEvent own = newsletter("robbed", week, after(provider.now, 7'200));
        own.recipients = stolen;
        provider.weeks(1);
        REQUIRE(provider.watch.see(own));
    }
    MessageEvent attack = provider.next(0);
    attack.links = {{"new-place.example", 5}};
    attack.recipients = stolen;
    CHECK(provider.send(attack) == Action::hold);
    const Alarm& alarm = only_alarm(provider.watch);
    const auto audience = std::ranges::find(alarm.readings, Signal::audience, &Reading::signal);
    REQUIRE(audience != alarm.readings.end());
    CHECK(audience->level == 3);
    CHECK(audience->text ==
          "40 of 40 recipients that could be checked are on the list of one other customer, and were "
          "never on this one's");
}

TEST_CASE("harmless links without number do not hide the one that matters") {
    Provider provider;
    provider.weeks(12);
    MessageEvent attack = provider.next(0);
    attack.links_cut = true;  // the reader counted no further
    CHECK(provider.send(attack) == Action::hold);
    CHECK(only_alarm(provider.watch).readings.front().text ==
          "links to more than 2 hosts: not all of them could be compared");
}

TEST_CASE("among few customers one release makes nothing usual for the others") {
    Provider provider;
    provider.weeks(12);
    for (int again = 0; again < 3; ++again) {
        MessageEvent attack = provider.next(0);
        attack.id += std::to_string(again);
        attack.time = after(provider.now, again * 7'200);
        attack.links = {{"new-place" + std::to_string(again) + ".example", 5}};
        CHECK(provider.send(attack) == Action::hold);
        REQUIRE(provider.watch.see(AnswerEvent{.id = "yes" + std::to_string(again),
                                               .time = after(attack.time, 60),
                                               .alarm = provider.last.alarm,
                                               .answer = Answer::this_is_us,
                                               .by = "eve",
                                               .note = {}}));
    }
    MessageEvent other = provider.next(1);
    other.time = after(provider.now, 8 * 3'600);
    other.links = {{"evil-place.example", 5}};
    CHECK(provider.send(other) == Action::hold);
}

TEST_CASE("offices and governments among the recipients are unusual for who never writes to them") {
    Provider provider;
    provider.weeks(12);
    MessageEvent attack = provider.next(0);
    attack.links = {{"new-place.example", 5}};
    for (int office = 0; office < 6; ++office)
        attack.recipients[office] = "someone" + std::to_string(office) + "@agency.gov";
    CHECK(provider.send(attack) == Action::hold);
    const Alarm& alarm = only_alarm(provider.watch);
    const auto audience = std::ranges::find(alarm.readings, Signal::audience, &Reading::signal);
    REQUIRE(audience != alarm.readings.end());
    CHECK(audience->level == 2);
    CHECK(audience->text == "6 of 40 recipients are offices or at governments");
    CHECK(audience->normal == "0.0 % of all recipients so far");
}

TEST_CASE("an incident is watched at all who share its signal, until it is closed") {
    Provider provider;
    provider.weeks(12);
    for (int customer : {0, 1}) {
        MessageEvent attack = provider.next(customer);
        attack.id += " attack";
        attack.time = after(provider.now, customer * 60);
        attack.links = {{"one-new-place.example", 5}};
        CHECK(provider.send(attack) == Action::hold);
    }
    std::string second;
    for (const auto& [id, alarm] : provider.watch.alarms())
        if (!alarm.others.empty()) second = id;
    REQUIRE_FALSE(second.empty());
    const TimePoint answered = after(provider.now, 600);
    const auto say = [&](const std::string& id, Answer answer, TimePoint time) {
        return provider.watch.see(
            AnswerEvent{.id = id, .time = time, .alarm = second, .answer = answer, .by = "eve", .note = {}});
    };
    REQUIRE(say("no", Answer::not_us, answered));
    for (const char* customer : {"customera", "customerb"})
        CHECK((provider.watch.profile(customer)->watched_until > after(answered, 13 * story_day_s)));
    CHECK((provider.watch.profile("customerc")->watched_until == TimePoint{}));
    const TimePoint closed = after(answered, 600);
    REQUIRE(say("over", Answer::closed, closed));
    for (const char* customer : {"customera", "customerb"})
        CHECK((provider.watch.profile(customer)->watched_until == closed));
}

TEST_CASE("in the watch's own first weeks everybody is new, and nobody is paced for it") {
    Provider provider;
    MessageEvent first = newsletter("customera", 0, provider.now);
    CHECK(provider.send(first) == Action::pass);
    first.id = "2";
    CHECK(provider.send(first) == Action::pass);
    MessageEvent late = newsletter("customerb", 0, after(provider.now, 13 * story_day_s));
    CHECK(provider.send(late) == Action::pass);
    late.id = "3";
    CHECK(provider.send(late) == Action::pass);
    MessageEvent later = newsletter("customerc", 0, after(provider.now, 15 * story_day_s));
    later.recipients.resize(20);
    CHECK(provider.send(later) == Action::pass);
    later.id = "4";
    CHECK(provider.send(later) == Action::pace);
}

TEST_CASE("mail that a person let go is learnt and not judged") {
    Provider provider;
    provider.weeks(12);
    MessageEvent attack = provider.next(0);
    attack.links = {{"new-place.example", 5}};
    CHECK(provider.send(attack) == Action::hold);
    const Profile& profile = *provider.watch.profile("customera");
    const std::uint64_t before = profile.recipients_ever;
    attack.id = "released " + attack.id;
    attack.released = true;
    CHECK(provider.send(attack) == Action::pass);
    CHECK(profile.recipients_ever == before + attack.recipients.size());
    CHECK(provider.watch.alarms().size() == 1);
    // Once: the same again is a repetition.
    CHECK(provider.send(attack) != Action::pace);
    CHECK(profile.recipients_ever == before + attack.recipients.size());
}

TEST_CASE("a new customer is paced: a few messages go, the rest waits for their outcomes") {
    Provider provider;
    provider.weeks(12);
    MessageEvent first = newsletter("newcomer", 0, provider.now);
    first.recipients.resize(10);
    CHECK(provider.send(first) == Action::pass);
    first.id = "2";
    CHECK(provider.send(first) == Action::pass);
    first.id = "3";
    CHECK(provider.send(first) == Action::pace);
    CHECK(provider.last.vetting);
    SUBCASE("and goes when nothing came back") {
        first.id = "4";
        first.time = after(first.time, 31 * 60);
        CHECK(provider.send(first) == Action::pass);
    }
    SUBCASE("and waits on when too much came back") {
        REQUIRE(provider.watch.see(OutcomeEvent{.id = "o",
                                                .time = after(first.time, 60),
                                                .outcome = Outcome::bounce_hard,
                                                .customer = "newcomer",
                                                .record_id = {},
                                                .count = 5}));
        first.id = "4";
        first.time = after(first.time, 31 * 60);
        CHECK(provider.send(first) != Action::pass);
    }
}

TEST_CASE("the same new link at a second customer within a day stops the first one's campaign too") {
    Provider provider;
    provider.weeks(12);
    // The first customer links to new places every week, so that one more is nothing.
    for (int week = 0; week < 6; ++week) {
        MessageEvent curated = provider.next(1);
        curated.links = {{"www.customerb.example", 3}, {"article" + std::to_string(week) + ".example", 6}};
        (void)provider.send(curated);
        if (!provider.last.alarm.empty())
            REQUIRE(provider.watch.see(AnswerEvent{.id = "ours" + std::to_string(week),
                                                   .time = after(curated.time, 60),
                                                   .alarm = provider.last.alarm,
                                                   .answer = Answer::this_is_us,
                                                   .by = "b",
                                                   .note = {}}));
        provider.weeks(1);
    }
    MessageEvent first = provider.next(1), second = provider.next(2);
    first.links = second.links = {{"wallet-airdrop.example", 7}};
    first.recipients.resize(5);
    const Action alone = provider.send(first);
    CHECK(provider.send(second) == Action::hold);
    first.id = "more of the first";
    first.time = after(first.time, 10);
    CHECK(provider.send(first) == Action::hold);
    CAPTURE(to_string(alone));
}

TEST_CASE("acts on an account that are unusual together raise an alarm before any mail") {
    Provider provider;
    provider.weeks(8);
    const auto act = [&](const std::string& id, AccountAct what, const char* ip, const char* country,
                         std::int64_t at_s, std::uint64_t count = 1) {
        AccountEvent event;
        event.id = id;
        event.time = after(provider.now, at_s);
        event.act = what;
        event.customer = "customera";
        event.credential = "customera-login";
        event.client_ip = ip;
        event.country = country;
        event.count = count;
        return provider.watch.see(event);
    };
    for (int day = 0; day < 40; ++day)
        REQUIRE(act("login" + std::to_string(day), AccountAct::login, "192.0.2.9", "DE", day * story_day_s));
    CHECK(provider.watch.alarms().empty());
    const std::int64_t night = 41 * story_day_s;
    REQUIRE(act("tries", AccountAct::login_failed, "203.0.113.5", "XX", night, 80));
    REQUIRE(act("in", AccountAct::login, "203.0.113.5", "XX", night + 60));
    REQUIRE(act("export", AccountAct::list_exported, "203.0.113.5", "XX", night + 120));
    REQUIRE(act("key", AccountAct::api_key_made, "203.0.113.5", "XX", night + 180));
    const Alarm& alarm = only_alarm(provider.watch);
    CHECK(alarm.kind == AlarmKind::account);
    CHECK(alarm.suspicion.level(Signal::access) == 3);
    CHECK(alarm_text(alarm).find("list exported, from 203.0.113.0/24 in XX") != std::string::npos);
}

TEST_CASE("events that are wrong are refused with a reason, and change nothing") {
    Provider provider;
    provider.weeks(1);
    MessageEvent event = provider.next(0);
    event.id.clear();
    CHECK(provider.watch.see(event).error().message ==
          "the event has no id: without one it could count twice");
    event = provider.next(0);
    event.customer.clear();
    CHECK_FALSE(provider.watch.see(event).has_value());
    event = provider.next(0);
    event.time = after(event.time, 401 * story_day_s);
    CHECK(provider.watch.see(event).error().message.find("is a clock wrong?") != std::string::npos);
    CHECK(provider.watch.counts().ahead == 1);
}

TEST_CASE("an event that comes twice counts once, and gets its campaign's answer") {
    Provider provider;
    provider.weeks(12);
    MessageEvent attack = provider.next(0);
    attack.links = {{"evil-login.example", 9}};
    CHECK(provider.send(attack) == Action::hold);
    const std::string alarm = provider.last.alarm;
    CHECK(provider.send(attack) == Action::hold);
    CHECK(provider.last.alarm == alarm);
    CHECK(provider.watch.counts().repeated == 1);
    const MessageEvent usual = provider.next(1);
    CHECK(provider.send(usual) == Action::pass);
    const std::uint64_t before = provider.watch.profile("customerb")->recipients_ever;
    CHECK(provider.send(usual) == Action::pass);
    CHECK(provider.watch.profile("customerb")->recipients_ever == before);
}

TEST_CASE("an event that comes days late is learnt, and raises nothing") {
    Provider provider;
    provider.weeks(12);
    MessageEvent late = provider.next(0);
    late.time = after(provider.now, -7 * story_day_s - 3 * story_day_s);
    late.id = "late";
    late.links = {{"unseen.example", 9}};
    CHECK(provider.send(late) == Action::pass);
    CHECK(provider.watch.counts().late == 1);
    CHECK(provider.watch.alarms().empty());
    CHECK(provider.watch.profile("customera")
              ->known(Family::link_place)
              .find(provider.watch.hash()("unseen.example")) != nullptr);
}

TEST_CASE("mail that the gate refused teaches nothing") {
    Provider provider;
    provider.weeks(12);
    MessageEvent refused = provider.next(0);
    refused.refused = true;
    refused.links = {{"evil-login.example", 9}};
    CHECK(provider.send(refused) == Action::pass);
    CHECK(provider.watch.alarms().empty());
    CHECK(provider.watch.profile("customera")
              ->known(Family::link_place)
              .find(provider.watch.hash()("evil-login.example")) == nullptr);
}

TEST_CASE("the same events and clock give the same alarms, and customers can be spread over nodes") {
    CHECK(rc::check("alarms and profiles", [] {
        std::vector<MessageEvent> events;
        TimePoint now = story_begin;
        const int count = *rc::gen::inRange(50, 250);
        for (int at = 0; at < count; ++at) {
            const std::string customer = Provider::name(*rc::gen::inRange(0, 4));
            MessageEvent event = newsletter(customer, at, now);
            event.recipients.resize(static_cast<std::size_t>(*rc::gen::inRange(1, 30)));
            if (*rc::gen::inRange(0, 6) == 0)
                event.links.push_back({"new" + std::to_string(*rc::gen::inRange(0, 50)) + ".example", 4});
            events.push_back(std::move(event));
            now = after(now, *rc::gen::inRange<std::int64_t>(60, 3 * story_day_s));
        }
        Watch one(WatchRules{}, HashKey{}), again(WatchRules{}, HashKey{});
        for (const MessageEvent& event : events) {
            const Result<Decision> decision = one.see(event), same = again.see(event);
            RC_ASSERT(decision->action == same->action);
            RC_ASSERT(decision->alarm == same->alarm);
        }
        RC_ASSERT(one.take_news() == again.take_news());
        // What each customer is known by does not depend on who else is on the node.
        Watch left(WatchRules{}, HashKey{}), right(WatchRules{}, HashKey{});
        for (const MessageEvent& event : events)
            (void)(event.customer < "customerc" ? left : right).see(event);
        for (const std::string& customer : one.customers()) {
            const Profile* split = customer < "customerc" ? left.profile(customer) : right.profile(customer);
            RC_ASSERT(split != nullptr);
            RC_ASSERT(split->first_day == one.profile(customer)->first_day);
        }
    }));
}

TEST_CASE("two nodes that saw one half each know together what one node knows that saw all") {
    const auto facts = [](const Profile& profile) {
        nlohmann::ordered_json json = to_json("x", profile);
        // Suspicion is made with what a node knows, and a campaign that two nodes see is judged by both.
        for (const char* own : {"suspicions", "bytes", "open_alarm", "largest_day_recipients"})
            json.erase(own);
        return json.dump();
    };
    Watch whole(WatchRules{}, HashKey{}), left(WatchRules{}, HashKey{}), right(WatchRules{}, HashKey{});
    for (int issue = 0; issue < 30; ++issue) {
        const MessageEvent event = newsletter("acme", issue, after(story_begin, issue * 2 * story_day_s));
        REQUIRE(whole.see(event));
        REQUIRE((issue % 2 == 0 ? left : right).see(event));
    }
    left.join("acme", *right.profile("acme"));
    CHECK(facts(*left.profile("acme")) == facts(*whole.profile("acme")));
}

TEST_CASE("a profile stays small, whatever a customer sends") {
    Watch watch(WatchRules{}, HashKey{});
    for (int issue = 0; issue < 3'000; ++issue) {
        MessageEvent event = newsletter("acme", issue, after(story_begin, issue * 3'600));
        event.header_from = "sender" + std::to_string(issue) + "@d" + std::to_string(issue) + ".example";
        event.client_ip = "10.0." + std::to_string(issue % 200) + ".1";
        event.links = {{"l" + std::to_string(issue) + ".example", 1}};
        for (std::string& recipient : event.recipients)
            recipient = std::to_string(issue) + recipient + std::to_string(issue) + ".example";
        (void)watch.see(event);
        for (const std::string& alarm : watch.take_news())
            (void)watch.see(AnswerEvent{.id = "a" + std::to_string(issue),
                                        .time = event.time,
                                        .alarm = alarm,
                                        .answer = Answer::this_is_us,
                                        .by = "x",
                                        .note = {}});
    }
    CHECK(watch.profile("acme")->bytes() < 100'000);
    CHECK(watch.alarms().size() <= limits::watch_alarms);
}
