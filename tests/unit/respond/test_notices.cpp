// Who is told and paged, until when, and that somebody notices when it did not happen.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "base/contains.hpp"
#include "base/limits/respond.hpp"
#include "respond/variables.hpp"
#include "support/respond_story.hpp"

using namespace tocsin;
using namespace tocsin::respond;

namespace {

std::vector<std::string> paged(const std::vector<Effect>& effects) {
    std::vector<std::string> whom;
    for (const Effect& effect : effects)
        if (effect.kind == EffectKind::notify && effect.parameters.at("notice") == "page")
            whom.push_back(effect.parameters.at("whom") + " " + effect.parameters.at("channel"));
    std::ranges::sort(whom);
    return whom;
}

using Whom = std::vector<std::string>;

TimePoint at(const char* hour) {
    return {story_begin.microseconds + (std::stoll(hour) - 9) * 60 * story_minute_us};
}

}  // namespace

TEST_CASE(
    "pages go on until somebody answers, by every way that the person has, and again in the next round") {
    Story story;
    REQUIRE(story.see("carla", OpenedByHand{"Fire", Severity::s1, "", {}, ""}));
    const std::string id = "h-e2";
    CHECK(paged(story.do_all()) == Whom{"anna mail", "anna webhook"});
    story.wait_s(299);
    CHECK(paged(story.do_all()).empty());
    story.wait_s(1);
    CHECK(paged(story.do_all()) == Whom{"anna mail", "anna webhook"});
    story.wait_s(600);
    CHECK(paged(story.do_all()) == Whom{"carla mail", "dora mail", "emil mail"});
    story.wait_s(45 * 60);
    CHECK(paged(story.do_all()) == Whom{"anna mail", "anna webhook"});
    REQUIRE(story.see("dora", Acknowledged{id}));
    story.wait_s(3'600);
    CHECK(paged(story.do_all()).empty());
    CHECK(story.incident(id).owner == "dora");
    CHECK(story.machine.missed_notices(story.now).empty());
}

TEST_CASE("an answer stops what was given and not begun, and what was begun and not heard of") {
    Story story;
    REQUIRE(story.see("carla", OpenedByHand{"Fire", Severity::s1, "", {}, ""}));
    const std::vector<Effect> effects = story.machine.take_effects();
    REQUIRE(effects.size() == 2);
    REQUIRE(story.see("outbox", EffectAttempted{effects[0].key}));
    CHECK(story.see("stranger", Acknowledged{"h-e2"}).error().code == ErrorCode::permission);
    REQUIRE(story.see("emil", Acknowledged{"h-e2"}));
    for (const Effect& effect : effects)
        CHECK(story.see("outbox", EffectAttempted{effect.key}).error().code == ErrorCode::conflict);
    story.wait_s(7'200);
    CHECK(paged(story.do_all()).empty());
    // A late acknowledgement changes nothing, and the first one counts.
    REQUIRE(story.see("dora", Acknowledged{"h-e2"}));
    CHECK(story.incident("h-e2").acknowledged_by == "emil");
}

TEST_CASE("an answer to a merged incident is one to all of it") {
    Story story;
    REQUIRE(story.see("carla", OpenedByHand{"Fire", Severity::s1, "", {}, ""}));
    REQUIRE(story.see("carla", OpenedByHand{"Smoke", Severity::s1, "", {}, ""}));
    REQUIRE(story.see("carla", IncidentsMerged{"h-e3", "h-e2"}));
    REQUIRE(story.see("dora", Acknowledged{"h-e3"}));
    CHECK(story.incident("h-e2").is_acknowledged());
    CHECK(story.incident("h-e3").is_acknowledged());
    CHECK(story.see("carla", IncidentsMerged{"h-e3", "h-e2"}).error().message ==
          "incident 2 is part of incident 1 already");
    REQUIRE(story.see("carla", IncidentUnmerged{"h-e3"}));
    CHECK(story.see("carla", IncidentUnmerged{"h-e3"}).error().message ==
          "incident 2 is part of no other incident");
    CHECK(paged(story.do_all()).empty());
}

TEST_CASE("the plan is frozen: people and rotas that change later change other incidents") {
    Story story;
    REQUIRE(story.see("carla", OpenedByHand{"Fire", Severity::s1, "", {}, ""}));
    static_cast<void>(story.do_all());
    REQUIRE(story.see("carla", OverrideAdded{"first", {"bob", story.now, after_s(story.now, 86'400)}}));
    REQUIRE(story.see("carla", OpenedByHand{"Smoke", Severity::s1, "", {}, ""}));
    CHECK(paged(story.do_all()) == Whom{"bob mail"});
    story.wait_s(300);
    CHECK(paged(story.do_all()) == Whom{"anna mail", "anna webhook", "bob mail"});
    CHECK_FALSE(story.see("carla", OverrideAdded{"second", {"bob", story.now, after_s(story.now, 5)}}));
    CHECK_FALSE(story.see("carla", OverrideAdded{"first", {"zoe", story.now, after_s(story.now, 5)}}));
}

TEST_CASE("severity decides who is woken, whenever it is known") {
    Story story;
    REQUIRE(story.see("carla", OpenedByHand{"Smoke", Severity::s3, "", {}, ""}));
    CHECK(paged(story.do_all()).empty());
    REQUIRE(story.see("carla", SeveritySet{"h-e2", Severity::s1, "it burns"}));
    CHECK(paged(story.do_all()) == Whom{"anna mail", "anna webhook"});
    CHECK(*story.incident("h-e2").duty(Duty::acknowledge).due == after_s(story_begin, 300));
}

TEST_CASE("whoever was alarmed hears that it is over, and nobody else") {
    Story story;
    REQUIRE(story.see("carla", OpenedByHand{"Fire", Severity::s1, "", {}, ""}));
    static_cast<void>(story.do_all());
    REQUIRE(story.see("dora", Acknowledged{"h-e2"}));
    REQUIRE(story.see("dora", IncidentClosed{"h-e2", ClosedAs::resolved, "put out"}));
    Whom clear;
    for (const Effect& effect : story.do_all())
        if (effect.parameters.at("notice") == "all_clear") clear.push_back(effect.parameters.at("address"));
    std::ranges::sort(clear);
    CHECK(clear == Whom{"anna@desk.example", "https://pager.example/anna"});
}

TEST_CASE("the auditor: a page that does not go out raises an alarm within 30 seconds") {
    Story story;
    REQUIRE(story.see("carla", OpenedByHand{"Fire", Severity::s1, "", {}, ""}));
    // The mail server is down: each try fails.
    std::vector<Effect> alarms;
    for (int second = 0; second <= 30; ++second) {
        for (const Effect& effect : story.machine.take_effects()) {
            REQUIRE(story.see("outbox", EffectAttempted{effect.key}));
            if (effect.kind == EffectKind::alarm) {
                alarms.push_back(effect);
                REQUIRE(story.see("outbox", EffectSucceeded{effect.key, ""}));
            } else {
                REQUIRE(story.see("outbox", EffectFailed{effect.key, Retry::possible, "no connection"}));
            }
        }
        CHECK(alarms.size() == (second < 30 ? 0 : 2));
        story.wait_s(1);
    }
    CHECK(alarms.front().parameters.at("text").find("has not gone out") != std::string::npos);
    const std::vector<MissedNotice> missed = story.machine.missed_notices(story.now);
    REQUIRE(missed.size() == 2);
    for (const MissedNotice& one : missed) {
        REQUIRE(one.target);
        CHECK(one.target->whom == "anna");
    }
    // It goes out later: it is tried for as long as nobody answers.
    bool sent = false;
    for (int tries = 0; tries < 60 && !sent; ++tries, story.wait_s(1)) sent = !paged(story.do_all()).empty();
    CHECK(sent);
    CHECK(story.machine.missed_notices(story.now).empty());
}

TEST_CASE("nobody on call: the next level is paged at once, and with nobody at all there is an alarm") {
    Setup setup = *shipped_setup();
    setup.directory.rotas[0].begins = after_s(story_begin, 86'400);
    Story story(std::make_shared<const Setup>(setup));
    REQUIRE(story.see("carla", OpenedByHand{"Fire", Severity::s1, "", {}, ""}));
    CHECK(paged(story.do_all()) == Whom{"carla mail", "dora mail", "emil mail"});

    Setup empty = *shipped_setup();
    empty.directory.rotas[0].begins = after_s(story_begin, 86'400);
    empty.directory.escalation.pop_back();
    Story alone(std::make_shared<const Setup>(empty));
    REQUIRE(alone.see("carla", OpenedByHand{"Fire", Severity::s1, "", {}, ""}));
    const std::vector<Effect> effects = alone.do_all();
    CHECK(std::ranges::any_of(effects, [](const Effect& e) {
        return e.kind == EffectKind::alarm &&
               e.parameters.at("text") == "nobody is on call, and nobody was paged";
    }));
}

TEST_CASE("an urgent notice of which nothing was heard is repeated, another is not") {
    Story story;
    story.report("a", phish());
    std::map<std::string, Effect> given;
    for (const Effect& effect : story.machine.take_effects()) {
        REQUIRE(story.see("outbox", EffectAttempted{effect.key}));
        if (effect.kind == EffectKind::notify) given.emplace(effect.key, effect);
        if (effect.kind != EffectKind::notify) REQUIRE(story.see("outbox", EffectSucceeded{effect.key, ""}));
    }
    REQUIRE(given.size() == 4);  // two pages, a receipt, a thank-you
    story.wait_s(limits::respond_result_us / story_second_us + 10);
    std::size_t again = 0;
    for (const Effect& effect : story.machine.take_effects()) {
        if (!given.contains(effect.key)) continue;
        ++again;
        CHECK(effect.parameters.at("notice") == "page");
        CHECK(effect.attempt == 2);
    }
    CHECK(again == 2);
}

TEST_CASE("rotas: turns, overrides, and the times in which nobody can be reached") {
    Directory directory = shipped_setup()->directory;
    Rota& rota = directory.rotas[0];
    CHECK(on_call(rota, at("9")) == "anna");
    CHECK(on_call(rota, at("18")) == "bob");
    CHECK(on_call(rota, at("30")) == "anna");
    CHECK_FALSE(on_call(rota, {rota.begins.microseconds - 1}));
    rota.overrides = {{"carla", at("10"), at("12")}, {"dora", at("11"), at("13")}, {"", at("20"), at("22")}};
    CHECK(on_call(rota, at("10")) == "carla");
    CHECK(on_call(rota, at("11")) == "dora");
    CHECK(on_call(rota, at("13")) == "anna");
    CHECK_FALSE(on_call(rota, at("21")));
    std::vector<RotaGap> gaps = rota_gaps(directory, at("9"), at("48"));
    REQUIRE(gaps.size() == 1);
    CHECK(gaps[0].from == at("20"));
    CHECK(gaps[0].until == at("22"));
    CHECK(gaps[0].why == "nobody is on call");
    directory.people[0].channels.clear();
    rota.overrides.clear();
    gaps = rota_gaps(directory, at("9"), at("48"));
    REQUIRE(gaps.size() == 2);
    CHECK(gaps[0].until == at("18"));
    CHECK(gaps[1].from == at("30"));
    CHECK(gaps[1].why == "anna is on call and cannot be reached by any way");
    CHECK(members(directory, "on-call", at("18")) == Whom{"bob"});
    CHECK(members(directory, "everyone", at("18")).size() == 5);
    CHECK(members(directory, "nobody", at("18")).empty());
}

TEST_CASE("what a stranger wrote is shown so that nothing is clicked and no terminal obeys") {
    CHECK(defanged("http://evil.example/a?b") == "hxxp://evil[.]example/a?b");
    CHECK(defanged("HTTPS://x.y") == "hxxpS://x[.]y");
    CHECK(defanged("\x1b[31m<b>\r\nBcc: a") == " [31m b   Bcc: a");
    const Variables variables = {{"url", {"http://a.b", "http://c.d"}}, {"number", {"7"}}};
    CHECK(for_people("{number}: {url} {sender} {{x}", variables) ==
          "7: hxxp://a[.]b, hxxp://c[.]d (unknown) {x}");
    const Variables many = {{"url", std::vector<std::string>(9, "u")}};
    CHECK(for_people("{url}", many) == "u, u, u, u, u and 4 more");
}

TEST_CASE("keys can be ids, Message-IDs and fields of HTTP, whatever they are made of") {
    const EffectKey key = make_key("r-a", 1, "stop", "do", "http://x.y/\r\nZ: <>");
    CHECK(key.starts_with("r-a.1.stop.do."));
    CHECK(std::ranges::all_of(key, [](char c) { return c == '.' || is_id(std::string(1, c)); }));
    CHECK(make_key("r-a", 1, "stop", "do", "") == "r-a.1.stop.do");
    CHECK(make_key("r-a", 1, "stop", "do", "http://x.y/\r\nZ: <>") == key);
    CHECK(make_key("r-a", 1, "stop", "do", "http://x.y/") != key);
}

TEST_CASE("who reports by mail is answered at once, once, and only when it was him") {
    Story story;
    const auto receipts = [&] {
        std::multiset<std::string> to;
        for (const Effect& effect : story.do_all())
            if (effect.kind == EffectKind::notify && effect.parameters.at("subject").find("We have your report") == 0)
                to.insert(effect.parameters.at("address"));
        return to;
    };
    const auto report = [&](const std::string& id, Way way, const std::string& who, Authenticated known) {
        REQUIRE(story.see("intake", ReportTaken{id, way, who, known, Deed::none, "e", ""}));
        ReportFacts facts = phish();
        facts.judged_as = JudgedAs::clean;
        REQUIRE(story.see("reader", ReportRead{id, facts}));
    };
    report("a", Way::mailbox, "rita@staff.example", Authenticated::yes);
    CHECK(receipts() == std::multiset<std::string>{"rita@staff.example"});
    report("b", Way::mailbox, "rita@staff.example", Authenticated::yes);
    report("c", Way::mailbox, "victim@elsewhere.example", Authenticated::no);
    report("d", Way::web, "rolf@staff.example", Authenticated::yes);  // he sees the answer on his page
    CHECK(receipts().empty());
    report("e", Way::imap, "ruth@staff.example", Authenticated::yes);
    CHECK(receipts() == std::multiset<std::string>{"ruth@staff.example"});
}
