// Every shipped playbook: rehearsed dry, run, undone. And what a step may ask of people and of the world.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "base/contains.hpp"
#include "base/limits/respond.hpp"
#include "respond/incident_json.hpp"
#include "support/respond_story.hpp"

using namespace tocsin;
using namespace tocsin::respond;

namespace {

/// An incident of which everything is known that a playbook may ask for.
Values everything() {
    return {.customers = {"acme"},
            .senders = {"boss@evil.example"},
            .urls = {"http://evil.example/login"},
            .hosts = {"evil.example"},
            .credentials = {"key9"},
            .files = {std::string(64, 'a')},
            .texts = {"123456789abcdef0"},
            .lists = {"list3"}};
}

std::string open_by_hand(Story& story) {
    REQUIRE(story.see("carla", OpenedByHand{"By hand", Severity::s2, "", everything(), ""}));
    const std::string id = "h-e" + std::to_string(story.events);
    REQUIRE(story.see("carla", PeopleTouched{id, {{"vic@our.example", Deed::gave_credentials}}}));
    return id;
}

const Run& last_run(const Story& story, const std::string& id) {
    return story.incident(id).runs.back();
}

StepState state_of(const Run& run, const std::string& step) {
    const auto at = std::ranges::find(run.playbook->steps, step, &Step::name);
    REQUIRE(at != run.playbook->steps.end());
    return run.steps[static_cast<std::size_t>(at - run.playbook->steps.begin())].state;
}

/// People approve and do what is asked of them, until the run has ended.
void play(Story& story, const std::string& id) {
    const std::uint32_t number = last_run(story, id).number;
    for (int round = 0; round < 20 && last_run(story, id).state == RunState::running; ++round) {
        static_cast<void>(story.do_all());
        const Run run = last_run(story, id);
        for (std::size_t at = 0; at < run.steps.size(); ++at) {
            const Step& plan = run.playbook->steps[at];
            if (run.steps[at].state == StepState::awaiting_approval)
                REQUIRE(story.see("dora", Approval{id, number, plan.name, ApprovalAnswer::approve, ""}));
            if (run.steps[at].state == StepState::running && plan.action == Action::manual)
                REQUIRE(story.see("emil", ManualDone{id, number, plan.name, ManualOutcome::done, ""}));
        }
    }
}

Setup with(const std::vector<Step>& steps) {
    Setup setup = *shipped_setup();
    setup.playbooks.insert(setup.playbooks.begin(), Playbook{.name = "mine",
                                                             .title = "Mine",
                                                             .triggers = {Trigger::by_hand},
                                                             .conditions = {},
                                                             .severity = {},
                                                             .steps = steps});
    return setup;
}

Step hold(const std::string& name, std::vector<std::string> after = {}) {
    return {.name = name,
            .action = Action::hold_customer,
            .after = std::move(after),
            .conditions = {},
            .parameters = {{"customer", "{customer}"}}};
}

/// An incident in which the playbook `mine` with these steps runs.
struct Mine {
    explicit Mine(const std::vector<Step>& steps) : story(std::make_shared<const Setup>(with(steps))) {
        REQUIRE(story.see("carla", OpenedByHand{"By hand", Severity::s3, "mine", everything(), ""}));
        id = "h-e" + std::to_string(story.events);
    }
    [[nodiscard]] const Run& run() const { return last_run(story, id); }
    [[nodiscard]] StepState state(const std::string& step) const { return state_of(run(), step); }
    [[nodiscard]] std::set<std::string> keys_asked() {
        std::set<std::string> keys;
        for (const Effect& effect : story.machine.take_effects())
            if (effect.kind != EffectKind::notify)
                keys.insert(effect.step + " " + std::string(to_string(effect.kind)));
        return keys;
    }
    void fail(const std::string& step, Retry retry) {
        const EffectKey key = id + ".1." + step + ".do";
        REQUIRE(story.see("outbox", EffectAttempted{key}));
        REQUIRE(story.see("outbox", EffectFailed{key, retry, "no"}));
    }
    Story story;
    std::string id;
};

}  // namespace

TEST_CASE("every shipped playbook: a dry run does nothing, a real run ends, its undo takes back what can be "
          "taken back") {
    REQUIRE(shipped_setup()->playbooks.size() == 8);
    for (const Playbook& playbook : shipped_setup()->playbooks) {
        CAPTURE(playbook.name);
        Story story;
        const std::string id = open_by_hand(story);
        REQUIRE(story.incident(id).runs.size() <= 1);  // the stolen credentials have a playbook of their own
        static_cast<void>(story.do_all());

        REQUIRE(story.see("carla", RunStarted{id, playbook.name, RunKind::dry}));
        for (const Effect& effect : story.do_all())
            CHECK((effect.step.empty() || effect.run_kind == RunKind::dry));
        CHECK(last_run(story, id).state == RunState::done);
        CHECK_FALSE(story.see("carla", RunUndone{id, last_run(story, id).number, ""}));

        REQUIRE(story.see("carla", RunStarted{id, playbook.name, RunKind::real}));
        play(story, id);
        const Run done = last_run(story, id);
        CHECK(done.state == RunState::done);
        for (std::size_t at = 0; at < done.steps.size(); ++at) {
            CAPTURE(playbook.steps[at].name);
            CHECK((done.steps[at].state == StepState::done || done.steps[at].state == StepState::skipped));
        }

        REQUIRE(story.see("carla", RunUndone{id, done.number, "rehearsed"}));
        static_cast<void>(story.do_all());
        CHECK(last_run(story, id).state == RunState::undone);
        const Result<void> again = story.see("carla", RunUndone{id, done.number, "rehearsed"});
        REQUIRE_FALSE(again);
        CHECK(again.error().code == ErrorCode::conflict);
        CHECK(again.error().message.ends_with(" is undone already"));
        for (std::size_t at = 0; at < done.steps.size(); ++at) {
            const ActionFacts& facts = facts_of(playbook.steps[at].action);
            const bool undoable = done.steps[at].state == StepState::done &&
                                  playbook.steps[at].undo != "none" &&
                                  (facts.undo || !playbook.steps[at].undo.empty());
            CAPTURE(playbook.steps[at].name);
            CHECK((last_run(story, id).steps[at].state == StepState::undone) == undoable);
        }
        CHECK(story.machine.missed_notices(story.now).empty());
    }
}

TEST_CASE("a dry run goes on with whom it would have found, counts nowhere, and says would") {
    Story story;
    story.report("one", phish());
    const std::string id = "r-one";
    REQUIRE(story.see("carla", RunStarted{id, "inbound_phish_to_staff", RunKind::dry}));
    const std::uint32_t number = last_run(story, id).number;
    const std::size_t told = story.machine.notices_of(story.incident(id)).size();
    for (std::vector<Effect> effects = story.machine.take_effects(); !effects.empty();
         effects = story.machine.take_effects())
        for (const Effect& effect : effects) {
            if (effect.run != number) continue;
            REQUIRE(story.see("outbox", EffectAttempted{effect.key}));
            if (effect.kind == EffectKind::find_copies)
                REQUIRE(story.see(
                    "journal", PeopleTouched{id,
                                             {{"a@our.example", Deed::none}, {"b@our.example", Deed::none}},
                                             effect.run}));
            const std::string whom =
                effect.kind == EffectKind::notify ? "would write to " + effect.parameters.at("address") : "";
            REQUIRE(story.see("outbox", EffectSucceeded{effect.key, whom.empty() ? "would" : whom}));
        }
    const Run run = last_run(story, id);
    CHECK(run.state == RunState::done);
    const auto at =
        std::ranges::find(run.playbook->steps, "warn_recipients", &Step::name) - run.playbook->steps.begin();
    CHECK(run.steps[static_cast<std::size_t>(at)].state == StepState::done);
    CHECK(run.steps[static_cast<std::size_t>(at)].note ==
          "would write to a@our.example; would write to b@our.example");
    CHECK(story.incident(id).touched.empty());
    std::size_t dry = 0;
    for (const Notice& notice : story.machine.notices_of(story.incident(id)))
        dry += notice.run_kind == RunKind::dry ? 1U : 0U;
    CHECK(dry > 1);
    CHECK(to_json(story.machine, story.incident(id))["notices"].size() ==
          story.machine.notices_of(story.incident(id)).size() - dry);
    CHECK(told > 0);
    CHECK_FALSE(story.see("x", PeopleTouched{id, {{"c@our.example", Deed::none}}, 99}));
    CHECK_FALSE(story.see("x", PeopleTouched{id, {{"c@our.example", Deed::none}}, 1}));  // the real one
}

TEST_CASE("what happens starts the playbook that is for it") {
    struct Case {
        EventBody what;
        const char* incident;
        const char* playbook;
    };
    const std::vector<Case> cases = {
        {WatchAlarmAnswered{"a1", AlarmAbout::campaign, AlarmAnswer::not_us, "acme", "", "", "", ""}, "w-a1",
         "customer_hijacked"},
        {WatchAlarmAnswered{"a2", AlarmAbout::account, AlarmAnswer::not_us, "acme", "", "", "", ""}, "w-a2",
         "customer_hijacked"},
        {WatchAlarmAnswered{"a3", AlarmAbout::api_key, AlarmAnswer::not_us, "acme", "k", "", "", ""}, "w-a3",
         "api_key_stolen"},
        {WatchAlarmAnswered{"a4", AlarmAbout::list_export, AlarmAnswer::not_us, "acme", "", "", "l", ""},
         "w-a4", "list_exported"},
        {MalwareLeft{"r1", "acme", "", "", "", "Eicar"}, "m-r1", "customer_sends_malware_or_phish"},
        {CanaryHit{"c@x.example", CanaryKind::list, "acme", "l"}, "c-e2", "list_exported"},
        {CanaryHit{"c@x.example", CanaryKind::infrastructure, "", ""}, "c-e2",
         "sending_infrastructure_compromised"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.incident);
        Story story;
        REQUIRE(story.see("part", one.what));
        REQUIRE(story.incident(one.incident).runs.size() == 1);
        CHECK(last_run(story, one.incident).playbook->name == one.playbook);
        CHECK(story.incident(one.incident).severity == Severity::s1);
    }
    Story story;
    REQUIRE(story.see("watch", WatchAlarmAnswered{"a9", AlarmAbout::campaign, AlarmAnswer::this_is_us, "acme",
                                                  "", "", "", ""}));
    CHECK(story.machine.incidents().empty());
}

TEST_CASE("steps wait for what stands before them, others run at once, and trouble bars the way") {
    Step third = hold("third", {"first", "second"});
    Step after_trouble = hold("after_trouble", {"loose"});
    Step loose = hold("loose");
    loose.on_failure = OnFailure::go_on;
    loose.retries = 0;
    Step strict = hold("strict");
    strict.retries = 0;
    Mine mine(
        {hold("first"), hold("second"), third, loose, after_trouble, strict, hold("barred", {"strict"})});
    CHECK(mine.keys_asked() == std::set<std::string>{"first hold_customer", "second hold_customer",
                                                     "loose hold_customer", "strict hold_customer"});
    mine.fail("loose", Retry::possible);
    CHECK(mine.keys_asked() == std::set<std::string>{"after_trouble hold_customer"});
    mine.fail("strict", Retry::impossible);
    CHECK(mine.state("barred") == StepState::blocked);
    REQUIRE(mine.story.see("outbox", EffectAttempted{mine.id + ".1.first.do"}));
    REQUIRE(mine.story.see("outbox", EffectSucceeded{mine.id + ".1.first.do", ""}));
    CHECK(mine.keys_asked().empty());
    REQUIRE(mine.story.see("outbox", EffectAttempted{mine.id + ".1.second.do"}));
    REQUIRE(mine.story.see("outbox", EffectSucceeded{mine.id + ".1.second.do", ""}));
    CHECK(mine.keys_asked() == std::set<std::string>{"third hold_customer"});

    // A person tries the failed step again: with the same key, and what was barred may follow.
    REQUIRE(mine.story.see("carla", StepRetried{mine.id, 1, "strict"}));
    CHECK(mine.keys_asked() == std::set<std::string>{"strict hold_customer"});
    REQUIRE(mine.story.see("outbox", EffectAttempted{mine.id + ".1.strict.do"}));
    REQUIRE(mine.story.see("outbox", EffectSucceeded{mine.id + ".1.strict.do", ""}));
    CHECK(mine.keys_asked() == std::set<std::string>{"barred hold_customer"});
    CHECK_FALSE(mine.story.see("carla", StepRetried{mine.id, 1, "strict"}));
}

TEST_CASE(
    "a failed effect is tried again after pauses that double, with one key, as often as the step says") {
    Step step = hold("hold");
    step.retries = 3;
    step.retry_seconds = 10;
    Mine mine({step});
    for (std::int64_t pause_s : {10, 20, 40}) {
        CHECK(mine.keys_asked().size() == 1);
        mine.fail("hold", Retry::possible);
        mine.story.wait_s(pause_s - 1);
        CHECK(mine.keys_asked().empty());
        mine.story.wait_s(1);
    }
    CHECK(mine.keys_asked().size() == 1);
    mine.fail("hold", Retry::possible);
    CHECK(mine.state("hold") == StepState::failed);
    CHECK(mine.run().state == RunState::failed);
    // The desk is told.
    const std::vector<Notice> notices = mine.story.machine.notices_of(mine.story.incident(mine.id));
    CHECK(std::ranges::count(notices, "step_failed", &Notice::text_name) == 3);
}

TEST_CASE("nothing heard of an effect: it is asked for again with its key, and undone even when that is "
          "never known") {
    Step step = hold("hold");
    step.retries = 1;
    Mine mine({step});
    const EffectKey key = mine.id + ".1.hold.do";
    for (int time = 0; time < 2; ++time) {
        CHECK(mine.keys_asked().size() == 1);
        REQUIRE(mine.story.see("outbox", EffectAttempted{key}));
        mine.story.wait_s(limits::respond_result_us / story_second_us + 5);
    }
    CHECK(mine.story.machine.effect(key)->state == EffectState::unknown);
    CHECK(mine.state("hold") == StepState::failed);
    REQUIRE(mine.story.see("carla", RunUndone{mine.id, 1, ""}));
    CHECK(mine.keys_asked() == std::set<std::string>{"hold release_customer"});
}

TEST_CASE("a purge that failed has been in some mailboxes: it is undone, and one that nobody tried is not") {
    for (const bool tried : {true, false}) {
        Step step = hold("take");
        step.action = Action::purge;
        step.parameters.clear();
        step.approvals = 1;
        step.approvals_above_people = 5;
        step.approvers = {"desk"};
        step.retries = 1;
        Mine mine({step});
        CHECK(mine.keys_asked() == std::set<std::string>{"take purge"});
        if (tried) mine.fail("take", Retry::possible);
        REQUIRE(mine.story.see("carla", RunUndone{mine.id, 1, ""}));
        CHECK(mine.keys_asked() ==
              (tried ? std::set<std::string>{"take restore_purged"} : std::set<std::string>{}));
    }
}

TEST_CASE("a call that was not answered in time may have been heard: it is taken back; one that was refused "
          "is not") {
    for (const Retry retry : {Retry::possible, Retry::impossible})
        for (const std::uint32_t retries : {0U, 5U}) {
            CAPTURE(retries);
            CAPTURE(to_string(retry));
            Step step = hold("call");
            step.action = Action::webhook;
            step.parameters["webhook"] = "there";
            step.undo = "webhook:back";
            step.retries = retries;
            Mine mine({step});
            CHECK(mine.keys_asked() == std::set<std::string>{"call webhook"});
            mine.fail("call", retry);
            REQUIRE(mine.story.see("carla", RunUndone{mine.id, 1, ""}));
            const std::vector<Effect> undo = mine.story.do_all();
            const auto back = std::ranges::find(undo, EffectKind::webhook, &Effect::kind);
            REQUIRE((back != undo.end()) == (retry == Retry::possible));
            if (back == undo.end()) continue;
            CHECK(back->parameters.at("webhook") == "back");
            CHECK(back->undoes == mine.id + ".1.call.do");
            CHECK(mine.run().state == RunState::undone);
        }
}

TEST_CASE("another system that is away keeps nothing from being taken back") {
    Step call = hold("call", {"hold"});
    call.action = Action::webhook;
    call.parameters["webhook"] = "there";
    call.undo = "webhook:back";
    Mine mine({hold("hold"), call});
    CHECK(mine.keys_asked() == std::set<std::string>{"hold hold_customer"});
    REQUIRE(mine.story.see("outbox", EffectAttempted{mine.id + ".1.hold.do"}));
    REQUIRE(mine.story.see("outbox", EffectSucceeded{mine.id + ".1.hold.do", ""}));
    CHECK(mine.keys_asked() == std::set<std::string>{"call webhook"});
    REQUIRE(mine.story.see("outbox", EffectAttempted{mine.id + ".1.call.do"}));
    REQUIRE(mine.story.see("carla", RunUndone{mine.id, 1, ""}));
    // Under way: it is waited for, and not made again.
    CHECK(mine.keys_asked().empty());
    REQUIRE(mine.story.see("outbox", EffectFailed{mine.id + ".1.call.do", Retry::possible, "away"}));
    CHECK(mine.keys_asked() == std::set<std::string>{"call webhook"});
    const EffectKey back = mine.id + ".1.call.do.undo";
    CHECK(mine.story.machine.effect(back)->state == EffectState::waiting);
    REQUIRE(mine.story.see("outbox", EffectAttempted{back}));
    CHECK(mine.keys_asked().empty());
    REQUIRE(mine.story.see("outbox", EffectFailed{back, Retry::possible, "away"}));
    // Its further tries are nothing that the customer must wait for.
    CHECK(mine.keys_asked() == std::set<std::string>{"hold release_customer"});
    REQUIRE(mine.story.see("outbox", EffectAttempted{mine.id + ".1.hold.do.undo"}));
    REQUIRE(mine.story.see("outbox", EffectSucceeded{mine.id + ".1.hold.do.undo", ""}));
    CHECK(mine.run().state == RunState::undoing);
    mine.story.wait_s(10);
    CHECK(mine.keys_asked() == std::set<std::string>{"call webhook"});
    REQUIRE(mine.story.see("outbox", EffectAttempted{back}));
    REQUIRE(mine.story.see("outbox", EffectSucceeded{back, ""}));
    CHECK(mine.run().state == RunState::undone);
}

TEST_CASE("undo goes backwards, one after the other, and waits for what is under way") {
    Mine mine({hold("first"), hold("second", {"first"}), hold("third", {"second"})});
    CHECK(mine.keys_asked().size() == 1);
    for (const char* step : {"first", "second"}) {
        REQUIRE(mine.story.see("outbox", EffectAttempted{mine.id + ".1." + step + ".do"}));
        REQUIRE(mine.story.see("outbox", EffectSucceeded{mine.id + ".1." + step + ".do", ""}));
        CHECK(mine.keys_asked().size() == 1);
    }
    REQUIRE(mine.story.see("outbox", EffectAttempted{mine.id + ".1.third.do"}));
    REQUIRE(mine.story.see("carla", RunUndone{mine.id, 1, ""}));
    CHECK(mine.keys_asked().empty());
    REQUIRE(mine.story.see("outbox", EffectSucceeded{mine.id + ".1.third.do", ""}));
    for (const char* step : {"third", "second", "first"}) {
        CHECK(mine.keys_asked() == std::set<std::string>{std::string(step) + " release_customer"});
        REQUIRE(mine.story.see("outbox", EffectAttempted{mine.id + ".1." + step + ".do.undo"}));
        REQUIRE(mine.story.see("outbox", EffectSucceeded{mine.id + ".1." + step + ".do.undo", ""}));
    }
    CHECK(mine.run().state == RunState::undone);
}

TEST_CASE("approvals: distinct people of the groups, never who asked, and one refusal ends it") {
    Step step = hold("hold");
    step.approvals = 2;
    step.approvers = {"desk"};
    Mine mine({step});
    CHECK(mine.keys_asked().empty());
    const auto approve = [&](const char* who, ApprovalAnswer answer = ApprovalAnswer::approve) {
        return mine.story.see(who, Approval{mine.id, 1, "hold", answer, ""});
    };
    CHECK(approve("carla").error().code == ErrorCode::permission);  // she asked for the run
    CHECK(approve("anna").error().code == ErrorCode::permission);   // not of the desk
    CHECK(approve("nobody").error().code == ErrorCode::permission);
    CHECK(approve("dora"));
    CHECK(approve("dora"));  // twice is once
    CHECK(mine.state("hold") == StepState::awaiting_approval);
    CHECK(approve("emil"));
    CHECK(mine.state("hold") == StepState::running);
    CHECK(approve("anna").error().code == ErrorCode::conflict);

    Mine refused({step});
    REQUIRE(refused.story.see("dora", Approval{refused.id, 1, "hold", ApprovalAnswer::refuse, "no"}));
    CHECK(refused.state("hold") == StepState::refused);
    CHECK(refused.keys_asked().empty());
}

TEST_CASE("deadlines: machines are left, people are reminded") {
    Step slow = hold("slow");
    slow.deadline_minutes = 1;
    slow.retry_seconds = 50;
    Step by_hand{.name = "by_hand",
                 .action = Action::manual,
                 .after = {},
                 .conditions = {},
                 .parameters = {{"text", "Look"}}};
    by_hand.deadline_minutes = 2;
    Mine mine({slow, by_hand});
    mine.fail("slow", Retry::possible);
    mine.story.wait_s(55);
    mine.fail("slow", Retry::possible);
    mine.story.wait_s(5);
    CHECK(mine.state("slow") == StepState::timed_out);
    CHECK(mine.story.see("outbox", EffectAttempted{mine.id + ".1.slow.do"}).error().code ==
          ErrorCode::conflict);
    mine.story.wait_s(60);
    CHECK(mine.state("by_hand") == StepState::running);
    CHECK(mine.run().steps[1].overdue);
    REQUIRE(mine.story.see("emil", ManualDone{mine.id, 1, "by_hand", ManualOutcome::done, ""}));
    CHECK(mine.state("by_hand") == StepState::done);
}

TEST_CASE("a second victim of stolen credentials is helped alone") {
    Story story;
    story.report("one", phish(), Deed::gave_credentials, "vic@our.example");
    story.report("two", phish(), Deed::gave_credentials, "tim@our.example");
    story.report("again", phish(), Deed::gave_credentials, "vic@our.example");
    const Incident& incident = story.incident("r-one");
    std::vector<std::string> victims;
    for (const Effect& effect : story.do_all())
        if (effect.step == "reset" && effect.kind == EffectKind::webhook)
            victims.push_back(effect.parameters.at("victim"));
    CHECK(victims == std::vector<std::string>{"vic@our.example", "tim@our.example"});
    CHECK(incident.runs.size() == 3);
    CHECK(incident.severity == Severity::s1);
}

TEST_CASE("a false alarm takes everything back, thanks the reporters and ends") {
    Story story;
    story.report("one", phish());
    static_cast<void>(story.do_all());
    REQUIRE(story.see("dora", VerdictGiven{"r-one", Verdict::harmless, std::nullopt, "our own newsletter"}));
    std::multiset<std::string> lifted, thanked;
    for (const Effect& effect : story.do_all()) {
        if (effect.kind == EffectKind::lift_order || effect.kind == EffectKind::restore_purged)
            lifted.insert(effect.step);
        if (effect.kind == EffectKind::notify && effect.step == "thank")
            thanked.insert(effect.parameters.at("whom"));
    }
    CHECK(lifted == std::multiset<std::string>{"block_sender", "block_link", "hold_alike", "purge"});
    CHECK(thanked == std::multiset<std::string>{"rita@staff.example"});
    CHECK(story.incident("r-one").closed_as == ClosedAs::false_alarm);
    CHECK(story.incident("r-one").runs[0].state == RunState::undone);
    CHECK(story.machine.reporter("rita@staff.example").harmless == 1);
    CHECK(story.machine.reporter("rita@staff.example").confirmed == 0);
}

TEST_CASE("limits: an incident has so many runs, and says so") {
    Story story;
    const std::string id = open_by_hand(story);
    while (story.incident(id).runs.size() < limits::respond_runs)
        REQUIRE(story.see("carla", RunStarted{id, "false_alarm", RunKind::dry}));
    CHECK(story.see("carla", RunStarted{id, "false_alarm", RunKind::dry}).error().code == ErrorCode::limit);
    CHECK(story.see("carla", RunStarted{id, "none", RunKind::dry}).error().code == ErrorCode::not_found);
}

TEST_CASE("what was skipped contains nothing") {
    const Step hold{.name = "hold",
                    .action = Action::hold_customer,
                    .after = {},
                    .conditions = {},
                    .parameters = {{"customer", "{customer}"}},
                    .reaches = IncidentState::contained};
    Step revoke = hold;
    revoke.name = "revoke";
    revoke.parameters = {{"customer", "{victim}"}};  // nobody gave anything away
    Mine neither({revoke});
    CHECK(neither.state("revoke") == StepState::skipped);
    CHECK(neither.story.incident(neither.id).state < IncidentState::contained);
    const auto& said = neither.story.incident(neither.id).timeline;
    CHECK(std::ranges::any_of(said, [](const TimelineEntry& entry) {
        return entry.text.find("could be done: it lacks what it acts on") != std::string::npos;
    }));
}

TEST_CASE("who closes an incident is told what stays in force") {
    Story story;
    story.report("one", phish());
    static_cast<void>(story.do_all());
    REQUIRE(story.see("dora", IncidentClosed{"r-one", ClosedAs::resolved, "done"}));
    const std::vector<std::string> stays = what_stays(story.incident("r-one"));
    REQUIRE(stays.size() == 1);
    CHECK(stays[0].find("of run 1, inbound_phish_to_staff: block_sender (give_order), block_link") == 0);
    CHECK(stays[0].find("tocsin incident undo r-one --run 1 takes it back") != std::string::npos);
    REQUIRE(story.see("dora", RunUndone{"r-one", 1, ""}));
    static_cast<void>(story.do_all());
    CHECK(what_stays(story.incident("r-one")).empty());
}

TEST_CASE("what could not be undone is tried again when somebody says so again; what is done is not done twice") {
    const Step suspend{.name = "suspend",
                       .action = Action::webhook,
                       .after = {},
                       .conditions = {},
                       .parameters = {{"webhook", "suspend"}},
                       .undo = "webhook:resume"};
    Mine mine({suspend});
    const EffectKey key = mine.id + ".1.suspend.do";
    REQUIRE(mine.story.see("outbox", EffectAttempted{key}));
    REQUIRE(mine.story.see("outbox", EffectSucceeded{key, "suspended"}));
    REQUIRE(mine.story.see("emil", RunUndone{mine.id, 1, ""}));
    REQUIRE(mine.story.see("outbox", EffectAttempted{key + ".undo"}));
    REQUIRE(mine.story.see("outbox", EffectFailed{key + ".undo", Retry::impossible, "the platform is away"}));
    CHECK(mine.run().state == RunState::undo_failed);
    static_cast<void>(mine.keys_asked());
    REQUIRE(mine.story.see("emil", RunUndone{mine.id, 1, "it is there again"}));
    CHECK(mine.run().state == RunState::undoing);
    CHECK(mine.keys_asked() == std::set<std::string>{"suspend webhook"});
    REQUIRE(mine.story.see("outbox", EffectAttempted{key + ".undo"}));
    REQUIRE(mine.story.see("outbox", EffectSucceeded{key + ".undo", "resumed"}));
    CHECK(mine.run().state == RunState::undone);
    CHECK(mine.story.see("emil", RunUndone{mine.id, 1, ""}).error().code == ErrorCode::conflict);

    Mine manual({{.name = "look", .action = Action::manual, .after = {}, .conditions = {}, .parameters = {{"text", "Look"}}}});
    REQUIRE(manual.story.see("emil", ManualDone{manual.id, 1, "look", ManualOutcome::done, ""}));
    CHECK(manual.story.see("emil", ManualDone{manual.id, 1, "look", ManualOutcome::failed, ""}).error().message ==
          "step look is done already");
}
