#include "cli/watch_replay.hpp"

#include <algorithm>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "app/network_databases.hpp"
#include "app/watch_world.hpp"
#include "base/limits/watch.hpp"
#include "base/moment.hpp"
#include "base/time_units.hpp"
#include "cli/reader_setup.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"
#include "cli/watch_tally.hpp"
#include "watch/alarm_json.hpp"
#include "watch/event_json.hpp"
#include "watch/watch.hpp"

namespace tocsin::cli {

namespace {

using nlohmann::json;

/// Lines that are no events and are named; more are counted.
constexpr std::uint64_t replay_problems_shown = 10;

std::string dump(const nlohmann::ordered_json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

class Replay {
public:
    Replay(const WatchReplayCommand& command, app::NetworkDatabases networks, watch::WatchRules rules,
           TimePoint from)
        : command_(command), networks_(std::move(networks)), watch_(std::move(rules), HashKey{}),
          tally_(from) {}

    Result<void> read(std::istream& lines, const std::string& name);
    [[nodiscard]] int finish();

private:
    void take(const std::string& line);
    void name_network(watch::Event& event) const;
    void take_event(const watch::Event& event, const EventLabel& label);
    void show_news(const EventLabel& label, TimePoint now);
    void show_campaign(const EventLabel& label, const watch::MessageEvent& event,
                       const watch::Decision& decision);
    void answer_until(TimePoint now);
    void count_day(TimePoint now);
    void problem(const std::string& what);

    struct Waiting {
        TimePoint time;
        std::string alarm;
        watch::Answer answer;
    };
    const WatchReplayCommand& command_;
    app::NetworkDatabases networks_;
    watch::Watch watch_;
    WatchTally tally_;
    std::deque<Waiting> answers_;
    std::set<std::string> known_alarms_;
    std::string place_;
    std::uint64_t line_ = 0, lines_ = 0, events_ = 0, passed_over_ = 0, problems_ = 0;
    watch::Day day_ = -1;
};

void Replay::problem(const std::string& what) {
    if (++problems_ <= replay_problems_shown)
        std::fputs(fmt::format("tocsin: {}:{}: {}\n", place_, line_, for_terminal(what)).c_str(), stderr);
}

Result<void> Replay::read(std::istream& lines, const std::string& name) {
    place_ = name;
    line_ = 0;
    std::string line;
    while (std::getline(lines, line)) {
        ++line_;
        ++lines_;
        if (line.find_first_not_of(" \t\r") != std::string::npos) take(line);
    }
    if (lines.bad()) return fail(ErrorCode::io, name + ": cannot be read");
    return {};
}

void Replay::take(const std::string& line) {
    if (line.size() > limits::watch_line_bytes)
        return problem(fmt::format("the line has more than {} bytes", limits::watch_line_bytes));
    const Result<json> parsed = watch::parse_flat_json(line);
    if (!parsed) return problem(parsed.error().message + ": an event is one object in one line");
    const json& value = *parsed;
    Result<std::optional<watch::Event>> event = watch::event_from_json(value);
    if (!event) return problem(event.error().message);
    if (!*event) {
        ++passed_over_;
        return;
    }
    ++events_;
    name_network(**event);
    take_event(**event, label_of(value));
}

void Replay::name_network(watch::Event& event) const {
    if (auto* message = std::get_if<watch::MessageEvent>(&event))
        networks_.fill_in(message->client_ip, message->network_owner, message->country);
    if (auto* act = std::get_if<watch::AccountEvent>(&event))
        networks_.fill_in(act->client_ip, act->network_owner, act->country);
}

void Replay::take_event(const watch::Event& event, const EventLabel& label) {
    const TimePoint time = std::visit([](const auto& one) { return one.time; }, event);
    answer_until(time);
    count_day(time);
    tally_.began(label, time);
    if (const auto* message = std::get_if<watch::MessageEvent>(&event)) {
        const Result<watch::Decision> decision = watch_.see(*message);
        if (!decision) return problem(decision.error().message);
        show_news(label, time);
        if (command_.campaigns) show_campaign(label, *message, *decision);
        tally_.message(label, *message, *decision);
        return;
    }
    const auto see = [&](const auto& one) -> Result<void> {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, watch::MessageEvent>)
            return {};
        else
            return watch_.see(one);
    };
    const Result<void> seen = std::visit(see, event);
    if (!seen) return problem(seen.error().message);
    show_news(label, time);
}

void Replay::show_news(const EventLabel& label, TimePoint now) {
    for (const std::string& id : watch_.take_news()) {
        const watch::Alarm* alarm = watch_.alarm(id);
        if (alarm == nullptr) continue;
        // An attack's mail that joins an alarm about something else is noticed by it all the same.
        const bool fresh = known_alarms_.insert(id).second;
        if (fresh || !label.attack.empty()) tally_.alarm(label, now);
        if (!fresh) continue;
        if (command_.answer_after_min > 0)
            answers_.push_back(
                {{alarm->time.microseconds + std::int64_t{command_.answer_after_min} * minute_us},
                 id,
                 label.attack.empty() ? watch::Answer::this_is_us : watch::Answer::not_us});
        if (command_.quiet) continue;
        nlohmann::ordered_json shown = watch::to_json(*alarm);
        if (!label.attack.empty()) shown["label"] = label.id;
        if (!label.benign.empty()) shown["label"] = label.id;
        std::fputs(command_.text ? for_terminal_lines(watch::alarm_text(*alarm)).c_str()
                                 : dump(shown).c_str(),
                   stdout);
    }
}

void Replay::show_campaign(const EventLabel& label, const watch::MessageEvent& event,
                           const watch::Decision& decision) {
    for (const watch::Campaign& campaign : watch_.profile(event.customer)->campaigns) {
        if (campaign.first_record != event.id) continue;
        std::fputs(dump({{"campaign", event.id},
                         {"time", to_rfc3339(event.time)},
                         {"customer", event.customer},
                         {"subject", event.subject},
                         {"action", to_string(decision.action)},
                         {"new_customer", campaign.learning},
                         {"score", campaign.score},
                         {"threshold", watch_.threshold()},
                         {"signals", watch::to_json(campaign.suspicion)},
                         {"label", label.id}})
                       .c_str(),
                   stdout);
    }
}

void Replay::answer_until(TimePoint now) {
    while (!answers_.empty() && answers_.front().time <= now) {
        const Waiting waiting = std::move(answers_.front());
        answers_.pop_front();
        const Result<void> answered = watch_.see(watch::AnswerEvent{.id = "replay " + waiting.alarm,
                                                                    .time = waiting.time,
                                                                    .alarm = waiting.alarm,
                                                                    .answer = waiting.answer,
                                                                    .by = "replay",
                                                                    .note = {}});
        if (!answered) problem(answered.error().message);
    }
}

void Replay::count_day(TimePoint now) {
    const watch::Day today = watch::day_of(now);
    if (today <= day_) return;
    if (day_ >= 0) tally_.customer_day(watch_.active_customers(), now);
    day_ = today;
}

int Replay::finish() {
    const watch::WatchCounts& counts = watch_.counts();
    if (!command_.profile.empty()) {
        const watch::Profile* profile = watch_.profile(command_.profile);
        if (profile == nullptr) {
            std::fputs(fmt::format("tocsin: no event names the customer {}\n", for_terminal(command_.profile))
                           .c_str(),
                       stderr);
            return exit_error;
        }
        std::fputs(dump(watch::to_json(command_.profile, *profile)).c_str(), stdout);
    }
    nlohmann::ordered_json summary = tally_.summary();
    summary["lines"] = lines_;
    summary["events"] = events_;
    summary["not_outgoing"] = passed_over_;
    summary["no_events"] = problems_;
    summary["messages"] = counts.messages;
    summary["campaigns"] = counts.campaigns;
    summary["alarms"] = counts.alarms;
    summary["repeated"] = counts.repeated;
    summary["late"] = counts.late;
    summary["customers"] = watch_.customers().size();
    summary["threshold"] = watch_.threshold();
    std::fputs(dump({{"summary", std::move(summary)}}).c_str(), stdout);
    if (problems_ > replay_problems_shown)
        std::fputs(
            fmt::format("tocsin: {} lines are no events; the first {} are named\n", problems_, replay_problems_shown)
                .c_str(),
            stderr);
    if (problems_ > 0) return exit_error;
    return counts.alarms > 0 ? exit_something_found : exit_nothing_found;
}

Result<int> replay(const WatchReplayCommand& command) {
    TimePoint from;
    if (!command.from.empty()) {
        const std::optional<TimePoint> moment = parse_moment(command.from);
        if (!moment)
            return fail(ErrorCode::invalid_input,
                        "--from " + command.from + ": a moment such as 2026-03-01 is expected");
        from = *moment;
    }
    const std::string lists = command.lists.empty() ? find_own_rules() + "/lists" : command.lists;
    // Without them every shortener would be a place like any other, and nobody would know.
    if (std::error_code error; !std::filesystem::is_directory(lists, error))
        return fail(ErrorCode::not_found, lists + " is no folder of lists: name one with --lists");
    watch::WatchRules rules = TRY(app::make_watch_rules(lists));
    rules.budget.alarms_per_thousand = command.alarms_per_thousand;
    const auto named = [](const std::string& path) {
        return path.empty() ? std::nullopt : std::optional<std::filesystem::path>(path);
    };
    app::NetworkDatabases networks =
        TRY(app::NetworkDatabases::open(named(command.asn_database), named(command.country_database)));
    Replay run(command, std::move(networks), std::move(rules), from);
    for (const std::string& path : command.paths) {
        if (path == "-") {
            TRY(run.read(std::cin, "standard input"));
            continue;
        }
        std::ifstream file(path);
        if (!file) return std::unexpected(errno_error(path, errno));
        TRY(run.read(file, path));
    }
    return run.finish();
}

}  // namespace

int run_watch_replay(const WatchReplayCommand& command) {
    const Result<int> done = replay(command);
    if (done) return *done;
    std::fputs(("tocsin: " + for_terminal(done.error().message) + "\n").c_str(), stderr);
    return exit_error;
}

}  // namespace tocsin::cli
