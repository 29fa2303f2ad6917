// A world for the response: clients that report, a reader, people, and machines that do what is asked, all of them slow, failing
// or dead at any moment. What is durable here is the journal and what was done; everything else is gone after a crash.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "respond/response.hpp"
#include "support/respond_story.hpp"

namespace tocsin::respond {

/// The program died here.
struct Crash {};

/// How often what goes wrong; all 0 in a calm world.
struct Faults {
    double crash = 0, fails = 0, result_lost = 0, slow = 0;
};

/// What the reports of one mailing are, and what is true of it.
struct Mailing {
    ReportFacts facts;
    Verdict truth{};
};

struct Submission {
    std::string report;
    std::size_t mailing = 0;
    std::int64_t at_s = 0;
    Deed deed = Deed::none;
    std::string reporter;
    bool accepted = false;
};

class World {
public:
    World(std::uint64_t seed, Faults faults);

    /// An hour with all that happens in it, then as long without faults as it takes until nothing is left to do.
    void run();

    std::size_t crashes = 0;
    std::vector<std::string> violations;
    /// What was done, without names that depend on the order of things: mailing or customer, step, effect, parameters.
    std::set<std::string> deeds;
    [[nodiscard]] const Response& machine() const { return *machine_; }
    [[nodiscard]] const std::vector<Event>& journal() const { return journal_; }

private:
    struct Result_ {
        TimePoint at;
        EventBody what;
    };
    double chance() { return std::uniform_real_distribution<>(0, 1)(random_); }
    void may_crash();
    void restart();
    bool append(const std::string& id, std::string by, EventBody what);
    bool append(std::string by, EventBody what) {
        return append("e" + std::to_string(++ids_), std::move(by), std::move(what));
    }
    void step();
    void submit_reports();
    void read_reports();
    void tell_facts();
    void people_act();
    bool act_on(const Incident& incident);
    bool act_on_run(const Incident& incident, const Run& run);
    void execute();
    void execute(const Effect& effect);
    void act(const Effect& effect);
    void send(const Effect& effect);
    void late_results();
    void check_end();
    [[nodiscard]] std::string run_of(const Effect& effect) const;
    [[nodiscard]] std::string label(const std::string& incident) const;
    void violated(std::string text) { violations.push_back(std::move(text)); }

    // What a crash leaves.
    std::mt19937_64 random_;
    Faults faults_;
    std::vector<Event> journal_;
    std::vector<Mailing> mailings_;
    std::vector<Submission> submissions_;
    std::map<std::string, std::pair<std::int64_t, EventBody>>
        facts_;  ///< events from outside that are told until accepted
    std::set<std::string> done_keys_;
    std::map<std::string, int> deed_counts_, sends_;
    std::set<std::string> succeeded_, acknowledged_;
    TimePoint now_ = story_begin;
    std::uint64_t ids_ = 0;

    // What it does not leave.
    std::unique_ptr<Response> machine_;
    std::vector<Result_> slow_;
};

}  // namespace tocsin::respond
