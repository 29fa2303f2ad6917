// Playbooks as CACAO and back: our own lose nothing, others' lose nothing in silence.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "config/respond_files.hpp"
#include "respond/event_json.hpp"
#include "respond/setup.hpp"
#include "share/cacao.hpp"
#include "share/playbook_toml.hpp"
#include "share/uuid.hpp"

using namespace tocsin;
using namespace tocsin::share;
using nlohmann::json;

namespace {

constexpr TimePoint moment{1'780'000'000'123'000};

std::string text_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

respond::Playbook playbook_of(const std::string& toml) {
    config::Problems problems;
    respond::Playbook playbook = config::read_playbook(toml, problems);
    for (const config::Problem& problem : problems.take()) FAIL_CHECK(config::to_line("playbook", problem));
    return playbook;
}

std::map<std::string, respond::Playbook> shipped() {
    std::map<std::string, respond::Playbook> found;
    for (const auto& entry : std::filesystem::directory_iterator(TOCSIN_PLAYBOOKS))
        if (entry.path().extension() == ".toml" && entry.path().filename() != "notices.toml")
            found.emplace(entry.path().stem().string(), playbook_of(text_of(entry.path())));
    return found;
}

std::set<std::string> lines(const std::vector<Loss>& losses) {
    std::set<std::string> out;
    for (const Loss& loss : losses) out.insert(loss.step + "." + loss.field);
    return out;
}

const std::string head = "name = \"p\"\ntriggers = [\"by_hand\"]\n";

/// A document with these steps between start and end; the first one is `first`.
json document(const std::string& first, json steps) {
    json out = {{"type", "playbook"},
                {"spec_version", "cacao-2.0"},
                {"id", "playbook--11111111-1111-4111-8111-111111111111"},
                {"name", "theirs"},
                {"created_by", "identity--11111111-1111-4111-8111-111111111112"},
                {"created", "2026-01-01T00:00:00.000Z"},
                {"modified", "2026-01-01T00:00:00.000Z"},
                {"workflow_start", "start--1"}};
    steps["start--1"] = {{"type", "start"}, {"on_completion", first}};
    steps["end--1"] = {{"type", "end"}};
    out["workflow"] = std::move(steps);
    return out;
}

json action(const char* name, const char* command, const char* next = "end--1") {
    return {{"type", "action"},
            {"name", name},
            {"commands", json::array({{{"type", "manual"}, {"command", command}}})},
            {"agent", "organization--1"},
            {"on_completion", next}};
}

CacaoImport imported(const json& value) {
    Result<CacaoImport> read = from_cacao(value.dump());
    INFO((read ? std::string() : read.error().message));
    REQUIRE(read);
    // Whatever is taken in is a file that our loader takes.
    const respond::Playbook again = playbook_of(to_toml(read->playbook, "a comment\nof two lines"));
    CHECK(respond::to_json(again) == respond::to_json(read->playbook));
    return *std::move(read);
}

std::string error_of(const std::string& text) {
    const Result<CacaoImport> read = from_cacao(text);
    return read ? "none" : read.error().message;
}

}  // namespace

TEST_CASE("every shipped playbook comes back from CACAO as it was, and says what others do not see") {
    const auto all = shipped();
    CHECK(all.size() == 8);
    for (const auto& [name, playbook] : all) {
        INFO(name);
        const CacaoExport sent = to_cacao(playbook, moment);
        CHECK(sent.text == to_cacao(playbook, moment).text);
        const Result<CacaoImport> back = from_cacao(sent.text);
        REQUIRE(back);
        CHECK(back->losses.empty());
        CHECK(respond::to_json(back->playbook) == respond::to_json(playbook));
        const respond::Playbook file = playbook_of(to_toml(back->playbook, ""));
        CHECK(respond::to_json(file) == respond::to_json(playbook));

        // Without the extension what differs is what the export had said, no more and no less.
        const Result<CacaoImport> plain =
            from_cacao(to_cacao(playbook, moment, CacaoExtension::without).text);
        REQUIRE(plain);
        CHECK_FALSE(sent.losses.empty());
        std::set<std::string> differ;
        const json before = respond::to_json(playbook), after = respond::to_json(plain->playbook);
        for (const char* key : {"name", "title", "triggers", "only_if", "severity"})
            if (before.value(key, json()) != after.value(key, json())) differ.insert(std::string(".") + key);
        CHECK(before["steps"].size() == after["steps"].size());
        for (const json& step : before["steps"]) {
            const auto found = std::ranges::find_if(
                after["steps"], [&](const json& other) { return other["name"] == step["name"]; });
            REQUIRE(found != after["steps"].end());
            for (const auto& [key, value] : step.items()) {
                json one = value, other = found->value(key, json());
                if (key == "after") {
                    std::sort(one.begin(), one.end());
                    std::sort(other.begin(), other.end());
                }
                if (one == other) continue;
                // The parameters of an action go with the action.
                differ.insert(step["name"].get<std::string>() + "." + (key == "parameters" ? "do" : key));
            }
            for (const auto& [key, value] : found->items())
                if (!step.contains(key))
                    differ.insert(step["name"].get<std::string>() + "." + (key == "parameters" ? "do" : key));
        }
        CHECK(lines(sent.losses) == differ);
    }
}

TEST_CASE("what one shipped playbook loses, word by word") {
    const auto all = shipped();
    const CacaoExport sent = to_cacao(all.at("credentials_given_away"), moment);
    std::set<std::string> told;
    for (const Loss& loss : sent.losses) told.insert(to_line(loss));
    CHECK(told ==
          std::set<std::string>{
              "triggers: it begins by hand only; Tocsin begins it at report:credentials_given, by_hand",
              "step reset: do: webhook becomes words for a person: CACAO has no such command",
              "step reset: retries: 20 tries again",
              "step reset: reaches: when it is done the incident counts as contained",
              "step reset: undo: it must not be taken back",
              "step end_sessions: do: webhook becomes words for a person: CACAO has no such command",
              "step end_sessions: retries: 20 tries again",
              "step end_sessions: reaches: when it is done the incident counts as contained",
              "step end_sessions: undo: it must not be taken back",
              "step slow: do: give_order becomes words for a person: CACAO has no such command",
              "step tell_desk: do: notify becomes words for a person: CACAO has no such command",
              "step tell_desk: groups: who is told (desk, on-call) is in the words only",
              "step tell_desk: urgency: urgent: by all ways, and rather twice than not at all",
              "step tell_victim: do: notify becomes words for a person: CACAO has no such command",
              "step tell_victim: groups: who is told (victims) is in the words only",
              "step tell_victim: after: it waits for reset; here it waits for end_sessions, reset, because "
              "branches end together",
              "step tell_victim: urgency: urgent: by all ways, and rather twice than not at all",
              "step look_at_account: reaches: when it is done the incident counts as eradicated"});
}

TEST_CASE("an exported playbook has the form that the standard asks for") {
    for (const auto& [name, playbook] : shipped()) {
        INFO(name);
        const json out = json::parse(to_cacao(playbook, moment).text);
        for (const char* key : {"type", "spec_version", "id", "name", "created_by", "created", "modified",
                                "workflow_start", "workflow"})
            CHECK(out.contains(key));
        CHECK(out["modified"] == "2026-05-28T20:26:40.123Z");
        CHECK(out["id"].get<std::string>().starts_with("playbook--"));
        CHECK(type_of_identifier(out["created_by"].get<std::string>()) == "identity");
        std::map<std::string, int> reached;
        std::set<std::string> uuids;
        for (const auto& [id, step] : out["workflow"].items()) {
            INFO(id);
            CHECK(type_of_identifier(id) == step["type"].get<std::string>());
            // Section 10.10: identifiers of steps are of version 4, and no UUID is used twice.
            CHECK(id[id.find("--") + 2 + 14] == '4');
            CHECK(uuids.insert(id.substr(id.find("--") + 2)).second);
            CHECK_FALSE((step.contains("on_completion") && step.contains("on_success")));
            for (const char* key : {"on_completion", "on_success", "on_true"})
                if (step.contains(key)) ++reached[step[key].get<std::string>()];
            if (step["type"] == "parallel") CHECK(step["next_steps"].size() >= 2);
            if (step["type"] == "action") {
                CHECK(out["agent_definitions"].contains(step["agent"].get<std::string>()));
                CHECK_FALSE(step["commands"].empty());
            }
            for (const json& branch : step.value("next_steps", json::array()))
                ++reached[branch.get<std::string>()];
        }
        // Each step is reached once, each branch has an end step of its own.
        for (const auto& [id, step] : out["workflow"].items())
            CHECK(reached[id] == (step["type"] == "start" ? 0 : 1));
    }
}

TEST_CASE(
    "steps with conditions, failures that do not matter and odd texts come back without the extension") {
    const respond::Playbook playbook = playbook_of(head + R"(title = "Odd \"texts\""
severity = 3
[[step]]
name = "a"
do = "manual"
groups = ["desk"]
text = "Look at {url} and {{this}, \\ \"x\" \t\u0001\n second line ü"
only_if = ["link_known", "severity_1"]
on_failure = "go_on"
deadline_minutes = 7
[[step]]
name = "b"
after = ["a"]
do = "manual"
text = "Then."
)");
    const CacaoExport sent = to_cacao(playbook, moment, CacaoExtension::without);
    CHECK(lines(sent.losses).empty());
    const Result<CacaoImport> back = from_cacao(sent.text);
    REQUIRE(back);
    CHECK(respond::to_json(back->playbook) == respond::to_json(playbook));
}

TEST_CASE("an extension that does not fit the steps is not believed") {
    const respond::Playbook playbook = shipped().at("inbound_phish_to_staff");
    json changed = json::parse(to_cacao(playbook, moment).text);
    SUBCASE("a visible step was changed") {
        for (auto& [id, step] : changed["workflow"].items())
            if (step.value("name", "") == "purge") step["commands"][0]["command"] = "Read the mail.";
    }
    SUBCASE("a hidden step was changed: everybody reads of two approvals, the extension has none") {
        auto& extension = changed["playbook_extensions"].begin().value();
        for (json& step : extension["tocsin_playbook"]["steps"]) step["groups"] = {"everyone"};
    }
    SUBCASE("the extension is no playbook") {
        changed["playbook_extensions"].begin().value() = {{"a", 1}};
    }
    const CacaoImport read = imported(changed);
    REQUIRE_FALSE(read.losses.empty());
    CHECK(read.losses.front().field == "extension");
    for (const respond::Step& step : read.playbook.steps) CHECK(step.action == respond::Action::manual);
}

TEST_CASE("what others' playbooks say is taken, put into words for a person, and told") {
    json value = document(
        "action--a",
        {{"action--a", action("Isolate host!", "Unplug __host__:value and __port__:value, {now}", "if--1")},
         {"if--1",
          {{"type", "if-condition"},
           {"name", "is it bad"},
           {"condition", "__score__:value > '7'"},
           {"on_true", "action--b"},
           {"on_false", "action--c"},
           {"on_completion", "while--1"}}},
         {"action--b", action("Call police", "Dial", "end--2")},
         {"action--c", action("Go home", "Sleep", "end--3")},
         {"end--2", {{"type", "end"}}},
         {"end--3", {{"type", "end"}}},
         {"while--1",
          {{"type", "while-condition"},
           {"condition", "__n__:value < '3'"},
           {"on_true", "action--d"},
           {"on_completion", "playbook-action--1"}}},
         {"action--d", action("Ping", "ping", "end--4")},
         {"end--4", {{"type", "end"}}},
         {"playbook-action--1",
          {{"type", "playbook-action"},
           {"playbook_id", "playbook--11111111-1111-4111-8111-111111111119"},
           {"on_completion", "action--e"}}},
         {"action--e", action("Firewall", "x")},
         {"action--f", action("Nowhere", "x")},
         {"action--g", action("Cry", "Cry {aloud} at __url__:value", "end--5")},
         {"end--5", {{"type", "end"}}}});
    json& firewall = value["workflow"]["action--e"];
    firewall["commands"] =
        json::array({{{"type", "bash"}, {"command_b64", "aXB0YWJsZXMgLUY="}, {"description", "Flush"}}});
    firewall["agent"] = "linux--1";
    firewall["targets"] = {"net-address--1"};
    firewall["timeout"] = 90'001;
    firewall["delay"] = 5;
    firewall.erase("on_completion");
    firewall["on_success"] = "end--1";
    firewall["on_failure"] = "action--g";
    value["agent_definitions"] = {{"linux--1", {{"type", "linux"}, {"name", "gate one"}}}};
    value["target_definitions"] = {{"net-address--1", {{"type", "net-address"}, {"name", "edge"}}}};
    value["playbook_variables"] = {{"__port__", {{"type", "integer"}, {"value", "22"}}}};
    value["severity"] = 80;
    value["signatures"] = json::array({json::object()});
    value["name"] = "Their playbook, v2";
    const CacaoImport read = imported(value);
    CHECK(read.playbook.name == "Their_playbook_v2");
    CHECK(read.playbook.severity == respond::Severity::s1);
    std::map<std::string, respond::Step> steps;
    for (const respond::Step& step : read.playbook.steps) steps[step.name] = step;
    CHECK(steps["Isolate_host"].parameters["text"] == "Unplug {host} and 22, {{now}");
    CHECK(steps["is_it_bad"].parameters["text"] ==
          "Decide: if __score__:value > '7',\nthen: Call police: Dial\nelse: Go home: Sleep");
    CHECK(steps["is_it_bad"].after == std::vector<std::string>{"Isolate_host"});
    CHECK(steps["decide"].parameters["text"] == "Again and again while __n__:value < '3':\nthen: Ping: ping");
    CHECK(steps["decide_2"].parameters["text"] ==
          "Run the playbook playbook--11111111-1111-4111-8111-111111111119.");
    CHECK(steps["Firewall"].parameters["text"] == "Flush [bash] iptables -F\nBy: gate one\nOn: edge");
    CHECK(steps["Firewall"].deadline_minutes == 2);
    CHECK(steps["if_it_fails"].parameters["text"].find("Cry: Cry {{aloud} at {url}") != std::string::npos);
    CHECK(steps.size() == 6);
    const std::set<std::string> wanted = {".name",
                                          ".severity",
                                          ".signatures",
                                          "Isolate_host.name",
                                          "Isolate_host.variable",
                                          "is_it_bad.if-condition",
                                          "is_it_bad.variable",
                                          "decide.while-condition",
                                          "decide.variable",
                                          "decide_2.playbook-action",
                                          "Firewall.commands",
                                          "Firewall.agent",
                                          "Firewall.targets",
                                          "Firewall.timeout",
                                          "Firewall.delay",
                                          "if_it_fails.on_failure",
                                          ".workflow"};
    CHECK(lines(read.losses) == wanted);
}

TEST_CASE("bytes that are no text become text") {
    json value = document("action--a", {{"action--a", action("a", "")}});
    value["workflow"]["action--a"]["commands"][0] = {{"type", "manual"}, {"command_b64", "/0E="}};
    CHECK(imported(value).playbook.steps.front().parameters.at("text") == "\xEF\xBF\xBD\x41");
}

TEST_CASE("a document that cannot be used is refused, and says where") {
    const auto with = [](auto change) {
        json value = document("action--a", {{"action--a", action("a", "x")}});
        change(value);
        return value.dump();
    };
    struct Case {
        std::string text;
        const char* told;
    };
    json two_ways = document(
        "p--1",
        {{"p--1",
          {{"type", "parallel"}, {"next_steps", {"action--a", "action--b"}}, {"on_completion", "end--1"}}},
         {"action--a", action("a", "x", "action--b")},
         {"action--b", action("b", "x")}});
    const Case cases[] = {
        {"", "no JSON, at line 1, column 0"},
        {"{\n  \"type\": \"playbook\",\n  oops", "no JSON, at line 3, column "},
        {"[]", "the document is no JSON object: a playbook is one"},
        {"{}", "type is not \"playbook\": this is no playbook of CACAO"},
        {R"({"type":"playbook","type":"x"})", "an object has \"type\" twice: leave one of them"},
        {std::string(100, '[') + std::string(100, ']'),
         "lists or objects are more than 24 deep in each other"},
        {std::string((1U << 20) + 1, ' '), "the document has more than 1048576 bytes"},
        {with([](json& value) { value["spec_version"] = "cacao-1.0"; }),
         "spec_version is \"cacao-1.0\": only cacao-2.0 is read"},
        {with([](json& value) { value["revoked"] = true; }), "the playbook is revoked"},
        {with([](json& value) { value.erase("workflow"); }), "the playbook has no workflow"},
        {with([](json& value) { value["workflow_start"] = "action--a"; }),
         "workflow_start is \"action--a\": no start step is called so"},
        {with([](json& value) { value["workflow"]["action--a"]["on_completion"] = "end--9"; }),
         "step \"a\" (\"action--a\") names a step \"end--9\" that is not in the workflow"},
        {with([](json& value) { value["workflow"]["action--a"]["on_completion"] = "action--a"; }),
         "step \"a\" (\"action--a\") is reached in two ways"},
        {with([](json& value) { value["workflow"]["action--a"]["on_success"] = "end--1"; }),
         "has on_completion and on_success or on_failure"},
        {with([](json& value) { value["workflow"]["action--a"]["type"] = "hack"; }),
         "has the type \"hack\", which CACAO 2.0 does not know"},
        {with([](json& value) { value["workflow"]["action--a"].erase("commands"); }),
         "has neither commands nor a description"},
        {with([](json& value) {
             value["workflow"]["action--a"]["commands"][0]["command"] = std::string(9'000, 'x');
         }),
         "is longer than 8192 bytes"},
        {with([](json& value) { value["workflow"]["start--1"]["on_completion"] = "end--1"; }),
         "the playbook has no step"},
        {two_ways.dump(), "is reached in two ways"},
    };
    for (const Case& one : cases) {
        INFO(one.text.substr(0, 200));
        CHECK_MESSAGE(error_of(one.text).find(one.told) != std::string::npos, error_of(one.text));
    }
    json many = document("action--0", json::object());
    for (int at = 0; at < 65; ++at)
        many["workflow"]["action--" + std::to_string(at)] =
            action("s", "x", at == 64 ? "end--1" : ("action--" + std::to_string(at + 1)).c_str());
    CHECK(error_of(many.dump()).find("there are more than 64 steps; split it") != std::string::npos);
}

TEST_CASE("identifiers are those of the standards") {
    // Made with another program: Python's uuid.uuid5 of the same namespace and name.
    CHECK(uuid_of(stix_namespace, R"({"value":"198.51.100.3"})") == "28bb3599-77cd-5a82-a950-b5bc3caf07c4");
    CHECK(is_identifier("action--11111111-1111-4111-8111-111111111111"));
    for (const char* wrong :
         {"", "action", "action--", "--11111111-1111-4111-8111-111111111111",
          "Action--11111111-1111-4111-8111-111111111111", "action--11111111-1111-7111-8111-111111111111",
          "action--11111111-1111-4111-c111-111111111111", "action--11111111x1111-4111-8111-111111111111"}) {
        INFO(wrong);
        CHECK_FALSE(is_identifier(wrong));
    }
}
