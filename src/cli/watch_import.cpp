#include "cli/watch_import.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <unordered_set>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "app/api_token.hpp"
#include "app/watch_snapshot_file.hpp"
#include "app/watch_world.hpp"
#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/short_hash.hpp"
#include "cli/daemon_call.hpp"
#include "cli/places.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"
#include "store/database.hpp"
#include "store/watch_store.hpp"
#include "watch/event_json.hpp"

namespace tocsin::cli {

namespace {

constexpr std::uint64_t problems_shown = 10;

/// "message issue-7": what makes an event the same as another one.
std::string name_of(const watch::Event& event) {
    return std::visit([&](const auto& one) { return std::to_string(event.index()) + " " + one.id; }, event);
}

class Import {
public:
    Import(store::WatchStore& store, std::uint64_t last_number) : store_(store), number_(last_number) {}

    /// What is there already is not imported again.
    Result<void> look_at_what_is_there() {
        TRY(store_.visit_after(
            0, [&](std::uint64_t, const watch::Event& event) { known_.insert(hash_of(event)); }));
        return {};
    }

    Result<void> read(std::istream& lines, const std::string& name) {
        std::string line;
        for (std::uint64_t at = 1; std::getline(lines, line); ++at) {
            if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
            const Result<std::optional<watch::Event>> event = watch::parse_event(line);
            if (!event)
                problem(fmt::format("{}:{}: {}", name, at, event.error().message));
            else if (*event && is_ahead(**event))
                problem(fmt::format(
                    "{}:{}: it is more than an hour ahead of our clock: mail of today would count as late",
                    name, at));
            else if (*event && std::holds_alternative<watch::AnswerEvent>(**event))
                ++passed_over_;  // it answers an alarm of another watch
            else if (*event)
                TRY(add(std::move(**event)));
            else
                ++passed_over_;
        }
        if (lines.bad()) return fail(ErrorCode::io, name + ": cannot be read");
        return write();
    }
    [[nodiscard]] int finish() const {
        fmt::print(
            "{} events are imported; {} were there already; {} were about no outgoing mail; {} lines are "
            "no events or of the future.\nThe daemon reads them at its next start.\n",
            imported_, repeated_, passed_over_, problems_);
        return problems_ > 0 ? exit_error : exit_nothing_found;
    }

private:
    void problem(const std::string& what) {
        if (++problems_ <= problems_shown) fmt::print(stderr, "tocsin: {}\n", for_terminal(what));
    }
    [[nodiscard]] bool is_ahead(const watch::Event& event) const {
        const TimePoint time = std::visit([](const auto& one) { return one.time; }, event);
        return time.microseconds > now_.microseconds + limits::watch_clock_ahead_us;
    }
    [[nodiscard]] static std::uint64_t hash_of(const watch::Event& event) {
        return short_hash(HashKey{}, name_of(event));
    }
    Result<void> add(watch::Event event) {
        if (!known_.insert(hash_of(event)).second) {
            ++repeated_;
            return {};
        }
        batch_.push_back({++number_, std::move(event)});
        if (batch_.size() < limits::journal_batch) return {};
        return write();
    }
    Result<void> write() {
        TRY(store_.append(batch_));
        imported_ += batch_.size();
        batch_.clear();
        return {};
    }
    store::WatchStore& store_;
    TimePoint now_ = Clock{}.now();
    std::uint64_t number_, imported_ = 0, passed_over_ = 0, problems_ = 0, repeated_ = 0;
    std::unordered_set<std::uint64_t> known_;  ///< short hashes of names
    std::vector<store::WatchEntry> batch_;
};

/// One that the daemon will not use has no number either.
Result<app::WatchSnapshot> read_snapshot(const std::string& folder) {
    const std::string secret = TRY(app::read_or_make_secret(folder + "/watch-key", "the watch's key"));
    Result<app::WatchSnapshot> snapshot =
        app::read_watch_snapshot(folder + "/watch.snapshot", app::watch_key(secret));
    return snapshot ? std::move(*snapshot) : app::WatchSnapshot{};
}

Result<int> import(const WatchImportCommand& command) {
    const std::string folder = command.data_folder.empty() ? daemon_data_folder() : command.data_folder;
    ClientOptions client;
    client.data_folder = folder;
    if (call_daemon(client, "GET", "/v1/status"))
        return fail(ErrorCode::conflict,
                    "a daemon serves " + folder + ": stop it first, it would number its own events alike");
    store::Database database = TRY(store::Database::open(folder + "/tocsin.sqlite", Clock{}.now()));
    store::WatchStore store(database);
    // Behind what a snapshot has seen, too: the daemon reads only what comes after it.
    const app::WatchSnapshot snapshot = TRY(read_snapshot(folder));
    Import run(store, std::max(TRY(store.last_number()), snapshot.number));
    TRY(run.look_at_what_is_there());
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

int run_watch_import(const WatchImportCommand& command) {
    const Result<int> done = import(command);
    if (done) return *done;
    fmt::print(stderr, "tocsin: {}\n", for_terminal(done.error().message));
    return exit_error;
}

}  // namespace tocsin::cli
