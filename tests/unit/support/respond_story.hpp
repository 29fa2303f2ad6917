// People, the shipped playbooks and short events, for tests of the response.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/respond_files.hpp"
#include "respond/response.hpp"
#include "support/temporary_folder.hpp"

namespace tocsin::respond {

inline constexpr TimePoint story_begin{1'772'355'600'000'000};  // 2026-03-01 09:00 UTC
inline constexpr std::int64_t story_second_us = 1'000'000, story_minute_us = 60 * story_second_us;

inline TimePoint after_s(TimePoint time, std::int64_t seconds) {
    return {time.microseconds + seconds * story_second_us};
}

/// anna and bob on call in turns of 12 hours, carla, dora and emil at the desk; pages at once, after 5 and after 15 minutes.
inline const char* story_people() {
    return R"(
[[person]]
id = "anna"
mail = ["anna@desk.example"]
webhook = ["https://pager.example/anna"]
[[person]]
id = "bob"
mail = ["bob@desk.example"]
[[person]]
id = "carla"
mail = ["carla@desk.example"]
[[person]]
id = "dora"
mail = ["dora@desk.example"]
[[person]]
id = "emil"
mail = ["emil@desk.example"]
[[rota]]
name = "first"
turns = ["anna", "bob"]
begins = "2026-01-01T06:00:00Z"
turn_hours = 12
[[group]]
name = "on-call"
rota = "first"
[[group]]
name = "desk"
people = ["carla", "dora", "emil"]
[[page]]
group = "on-call"
[[page]]
after_minutes = 5
group = "on-call"
[[page]]
after_minutes = 15
group = "desk"
[escalation]
rounds = 2
round_minutes = 60
page_from_severity = 2
)";
}

/// A file with these people, for as long as the tests run.
inline std::filesystem::path people_file() {
    static const test::TemporaryFolder folder;
    const std::filesystem::path path = folder.path() / "people.toml";
    std::ofstream(path) << story_people();
    return path;
}

/// The playbooks that are shipped, with those people.
inline std::shared_ptr<const Setup> shipped_setup() {
    static const std::shared_ptr<const Setup> setup = [] {
        config::RespondSetup loaded = config::load_respond_setup({TOCSIN_PLAYBOOKS}, people_file());
        for (const std::string& problem : loaded.problems) MESSAGE(problem);
        REQUIRE(loaded.problems.empty());
        return std::make_shared<const Setup>(std::move(loaded.setup));
    }();
    return setup;
}

/// A machine with its journal, and a clock that goes on when told.
struct Story {
    Response machine;
    std::vector<Event> journal;
    TimePoint now = story_begin;
    int events = 0;

    explicit Story(std::shared_ptr<const Setup> setup = shipped_setup()) {
        REQUIRE(see("setup", SetupChanged{std::move(setup)}));
    }

    Result<void> see(std::string by, EventBody what) {
        Event event{"e" + std::to_string(++events), machine.stamp(now), std::move(by), std::move(what)};
        const Result<void> seen = machine.see(event);
        journal.push_back(std::move(event));
        return seen;
    }
    void wait_s(std::int64_t seconds) {
        now = after_s(now, seconds);
        machine.advance(now);
    }
    /// Does everything that is asked for, until nothing is; gives what was done.
    std::vector<Effect> do_all() {
        std::vector<Effect> done;
        for (std::vector<Effect> effects = machine.take_effects(); !effects.empty();
             effects = machine.take_effects())
            for (Effect& effect : effects) {
                if (!see("outbox", EffectAttempted{effect.key})) continue;
                REQUIRE(see("outbox", EffectSucceeded{effect.key, "done"}));
                done.push_back(std::move(effect));
            }
        return done;
    }
    void report(const std::string& id, ReportFacts facts, Deed deed = Deed::none,
                const std::string& reporter = "rita@staff.example") {
        REQUIRE(see("intake",
                    ReportTaken{id, Way::mailbox, reporter, Authenticated::yes, deed, "sha-" + id, ""}));
        REQUIRE(see("reader", ReportRead{id, std::move(facts)}));
    }
    [[nodiscard]] const Incident& incident(const std::string& id) const {
        const Incident* found = machine.incident(id);
        REQUIRE_MESSAGE(found != nullptr, id);
        return *found;
    }
};

/// A phish that was handed in as it was.
inline ReportFacts phish(std::uint64_t text = 0x1234'5678'9abc'def0) {
    return {.grade = Grade::raw,
            .judged_as = JudgedAs::phish,
            .direction = MailDirection::inbound,
            .text_fingerprint = text,
            .sender = "boss@evil.example",
            .sender_authenticated = Authenticated::yes,
            .subject = "Urgent",
            .urls = {"http://evil.example/login"},
            .hosts = {"evil.example"},
            .hashes = {}};
}

}  // namespace tocsin::respond
