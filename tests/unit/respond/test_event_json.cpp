// Events go into the journal as JSON and come back as they were.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/limits/respond.hpp"
#include "respond/event_json.hpp"
#include "respond/incident_json.hpp"
#include "support/respond_world.hpp"

using namespace tocsin;
using namespace tocsin::respond;

TEST_CASE("a journal that went through JSON gives the same state") {
    World world(7, {.crash = 0.02, .fails = 0.1, .result_lost = 0.03, .slow = 0.05});
    world.run();
    Response machine;
    for (const Event& event : world.journal()) {
        const std::string line = to_json(event).dump();
        const Result<Event> read = parse_event(line);
        REQUIRE_MESSAGE(read.has_value(), line);
        CHECK(to_json(*read).dump() == line);
        CHECK(read->time == event.time);
        static_cast<void>(machine.see(*read));
    }
    machine.advance(world.machine().now());
    CHECK(state_json(machine).dump() == state_json(world.machine()).dump());
}

TEST_CASE("an incident that was opened by hand before victims could be named is still read") {
    const Result<Event> read = parse_event(
        R"({"id":"e1","time":"2026-03-01T12:00:00Z","by":"anna","kind":"opened_by_hand","title":"t","severity":"1"})");
    REQUIRE(read);
    CHECK(std::get<OpenedByHand>(read->what).victims.empty());
}

TEST_CASE("every kind of event goes there and back") {
    const Values values{.customers = {"c"},
                        .senders = {"s"},
                        .urls = {"u"},
                        .hosts = {"h"},
                        .credentials = {"k"},
                        .files = {"f"},
                        .texts = {"t"},
                        .lists = {"l"}};
    const std::vector<EventBody> bodies = {
        SetupChanged{shipped_setup()},
        ReportTaken{"r", Way::imap, "x@y", Authenticated::yes, Deed::clicked, "e", "n"},
        ReportRead{"r", phish()},
        VerdictGiven{"i", Verdict::malicious, Severity::s1, "w"},
        WatchAlarmAnswered{"a", AlarmAbout::api_key, AlarmAnswer::not_us, "c", "k", "s", "l", "n"},
        MalwareLeft{"r", "c", "k", "s", "f", "n"},
        CanaryHit{"c", CanaryKind::infrastructure, "c", "l"},
        OpenedByHand{"t", Severity::s4, "p", values, "n", {"v"}},
        PeopleTouched{"i", {{"a", Deed::opened_file}}, 2},
        RunStarted{"i", "p", RunKind::dry},
        RunUndone{"i", 3, "w"},
        Approval{"i", 1, "s", ApprovalAnswer::refuse, "n"},
        ManualDone{"i", 1, "s", ManualOutcome::failed, "n"},
        StepRetried{"i", 1, "s"},
        EffectAttempted{"k"},
        EffectSucceeded{"k", "o"},
        EffectFailed{"k", Retry::impossible, "r"},
        Acknowledged{"i"},
        IncidentsMerged{"i", "j"},
        IncidentUnmerged{"i"},
        ReportsSplit{"i", {"a", "b"}},
        IncidentClosed{"i", ClosedAs::resolved, "n"},
        OwnerSet{"i", "o"},
        SeveritySet{"i", Severity::s2, "w"},
        StateSet{"i", IncidentState::contained},
        NoteAdded{"i", "t"},
        OverrideAdded{"r", {"p", story_begin, after_s(story_begin, 5)}},
        Tick{},
    };
    REQUIRE(bodies.size() == std::variant_size_v<EventBody>);
    for (std::size_t at = 0; at < bodies.size(); ++at) {
        const Event event{"id", {story_begin.microseconds + 123'456}, "me", bodies[at]};
        CAPTURE(kind_of(event));
        CHECK(event.what.index() == at);
        const Result<Event> read = parse_event(to_json(event).dump());
        REQUIRE(read.has_value());
        CHECK(read->what.index() == at);
        CHECK(read->time == event.time);
        CHECK(to_json(*read) == to_json(event));
    }
}

TEST_CASE("what is no event is refused in words that say what and where") {
    struct Case {
        const char* line;
        const char* told;
    };
    const Case cases[] = {
        {"", "no JSON, at byte 1"},
        {"[]", "must be a JSON object"},
        {R"({"time":"2026-03-01","by":"x","kind":"tick"})", "\"id\" must be there"},
        {R"({"id":"a b","time":"2026-03-01","kind":"tick"})", "\"id\" must be letters"},
        {R"({"id":"a","time":"soon","kind":"tick"})", "\"time\" must be a moment"},
        {R"({"id":"a","time":"2026-03-01","kind":"dance"})", "\"dance\" is no kind of event"},
        {R"({"id":"a","time":"2026-03-01","kind":"report_taken","report":"r",)"
         R"("way":"pigeon","authenticated":"yes","deed":"none"})",
         "\"way\" must be one of mailbox, imap"},
        {R"({"id":"a","time":"2026-03-01","kind":"report_read","report":"r",)"
         R"("facts":{"grade":"raw","judged_as":"phish","direction":"inbound",)"
         R"("sender_authenticated":"no","urls":"u"}})",
         "\"facts.urls\" must be a list"},
        {R"({"id":"a","time":"2026-03-01","kind":"people_touched","incident":"i","people":[{"address":"x","deed":7}]})",
         "\"people[0].deed\" must be one of"},
        {R"({"id":"a","time":"2026-03-01","kind":"run_undone","incident":"i","run":-1})",
         "\"run\" must be a whole number"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.line);
        const Result<Event> read = parse_event(one.line);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().code == ErrorCode::invalid_input);
        CHECK_MESSAGE(read.error().message.find(one.told) != std::string::npos, read.error().message);
    }
    CHECK(parse_event(std::string(limits::respond_line_bytes + 1, ' ')).error().code == ErrorCode::limit);
    const std::string deep = R"({"id":"a","time":"2026-03-01","kind":"tick","x":)" + std::string(1'000, '[') +
                             std::string(1'000, ']') + "}";
    CHECK(parse_event(deep).error().message.find("deep in each other") != std::string::npos);
}

TEST_CASE("who writes an event by hand is told what is not known, and what there is") {
    const auto told = [](const std::string& members) {
        const nlohmann::json value = nlohmann::json::parse(
            R"({"id":"a","time":"2026-03-01","kind":"override_added","rota":"r")" + members + "}");
        const Result<Event> read = event_from_json(value, UnknownFields::refused);
        return read ? std::string() : read.error().message;
    };
    const std::string turn = R"(,"turn":{"person":"p","from":"2026-03-01","until":"2026-03-02")";
    CHECK(told(turn + "}").empty());
    CHECK(told(turn + R"(,"till":"x"})") ==
          "field \"turn.till\" is not known; there are: person, from, until");
    CHECK(told(turn + R"(},"x":1)").find("field \"x\" is not known") == 0);
    CHECK(told("") == R"(field "turn" must be there: {"person", "from", "until"})");
    CHECK(shape_of("override_added").shown == R"("rota", "turn": {"person", "from", "until"})");
    CHECK(shape_of("people_touched").shown == R"("incident", "people": [{"address", "deed"}], "run")");
    CHECK(shape_of("dance").names.empty());
}

TEST_CASE("texts and lists have limits, wherever an event comes from") {
    Story story;
    const auto refused = [&](EventBody what) {
        const Result<void> seen = story.see("x", std::move(what));
        return !seen && seen.error().code == ErrorCode::invalid_input;
    };
    CHECK(refused(NoteAdded{"i", std::string(limits::respond_text_bytes + 1, 'x')}));
    CHECK(refused(ReportTaken{std::string(limits::respond_id_bytes + 1, 'x'), Way::web, "", Authenticated::no,
                              Deed::none, "", ""}));
    CHECK(refused(ReportTaken{"a.b", Way::web, "", Authenticated::no, Deed::none, "", ""}));
    ReportFacts facts = phish();
    facts.urls.assign(limits::respond_list_entries + 1, "u");
    CHECK(refused(ReportRead{"r", facts}));
    CHECK(refused(SetupChanged{nullptr}));
    CHECK(refused(SetupChanged{std::make_shared<const Setup>()}));  // nobody in it
    story.now = after_s(story_begin, limits::respond_ahead_us / story_second_us + 1);
    CHECK(refused(Tick{}));
    CHECK(story.machine.see({"old", {story_begin.microseconds - 1}, "x", Tick{}})
              .error()
              .message.find("stamp()") != std::string::npos);
}
