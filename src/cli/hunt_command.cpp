#include "cli/hunt_command.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "app/serve.hpp"
#include "app/settings_lists.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "base/moment.hpp"
#include "base/time_units.hpp"
#include "cli/config_command.hpp"
#include "cli/daemon_client.hpp"
#include "cli/hunt_sweep.hpp"
#include "cli/places.hpp"
#include "cli/scan_command.hpp"
#include "cli/serve_command.hpp"
#include "cli/verdict_text.hpp"
#include "store/evidence_file.hpp"

namespace tocsin::cli {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

/// A mail is in a file that began when it came, or shortly afterwards.
constexpr std::int64_t written_within_us = 60'000'000;
constexpr const char* hunts_file = "hunts.log";

/// Where the daemon keeps what, and the readers that it would ask.
struct HuntPlaces {
    fs::path data;
    ReaderOptions readers;
};

Result<config::Settings> read_settings(const std::string& file) {
    config::ParseOptions options;
    options.known = known_config_names();
    config::Parsed parsed = TRY(config::load(file, options));
    if (parsed.settings) return std::move(*parsed.settings);
    return fail(ErrorCode::invalid_input, config::to_line(file, parsed.problems.front()) +
                                              "; tocsin config check --config " + file + " says all");
}

/// Rules and lists of the configuration, and on top of them what the command names. Rules look at no signature of ClamAV.
ReaderOptions readers_of(const HuntCommand& command, const config::Settings& settings) {
    ReaderOptions readers = reader_options(settings);
    const ReaderOptions& named = command.rules.readers;
    readers.lists.insert(readers.lists.end(), named.lists.begin(), named.lists.end());
    if (!named.reader_program.empty()) readers.reader_program = named.reader_program;
    if (named.own_rules == OwnRules::left_out) readers.own_rules = OwnRules::left_out;
    if (!command.rules.folders.empty()) {
        readers.rules = command.rules.folders;
        if (readers.own_rules == OwnRules::asked) readers.own_rules = OwnRules::data_only;
    }
    readers.readers = named.readers;
    readers.clamav_databases.clear();
    readers.without.emplace_back("clamav");
    return readers;
}

Result<HuntPlaces> find_places(const HuntCommand& command) {
    const std::string file = !command.configuration.empty() ? command.configuration
                             : command.data_folder.empty()  ? installed_config()
                                                            : std::string();
    config::Settings settings;
    settings.daemon.data = default_data_folder;
    if (!file.empty()) settings = TRY(read_settings(file));
    if (!command.data_folder.empty()) settings.daemon.data = command.data_folder;
    HuntPlaces places{settings.daemon.data, readers_of(command, settings)};
    const std::string lists = app::settings_lists_folder(settings.daemon.data);
    std::error_code error;
    if (fs::exists(lists, error)) places.readers.settings_lists = lists;
    return places;
}

/// Whoever else made files here would lock the daemon out of them.
Result<void> check_owner(const fs::path& data) {
    struct stat found{};
    if (::stat(data.c_str(), &found) != 0)
        return std::unexpected(errno_error("data folder " + data.string(), errno));
    if (found.st_uid == ::geteuid()) return {};
    return fail(
        ErrorCode::permission,
        fmt::format("data folder {}: it belongs to another user (uid {}); run this as that user: sudo -u "
                    "'#{}' tocsin rules hunt …",
                    data.string(), found.st_uid, found.st_uid));
}

Result<TimePoint> begin_of(const HuntCommand& command, TimePoint now, std::optional<TimePoint> oldest_file) {
    if (command.days > 0) return TimePoint{now.microseconds - std::int64_t{command.days} * day_us};
    if (command.since.empty())
        return oldest_file ? TimePoint{oldest_file->microseconds - written_within_us} : now;
    const std::optional<TimePoint> moment = parse_moment(command.since);
    if (!moment)
        return fail(ErrorCode::invalid_input,
                    "--since " + command.since +
                        ": a moment such as 2026-03-01 or 2026-03-01T12:00:00Z is expected");
    if (*moment <= now) return *moment;
    return fail(ErrorCode::invalid_input, "--since " + command.since +
                                              ": this is in the future; here it is " + to_rfc3339(now) +
                                              " now, and no mail is newer");
}

/// What was asked of whom, by whom: one line when a hunt begins, one when it ends, in whatever way.
class HuntLog {
public:
    HuntLog(const fs::path& kept, const Clock& clock)
        : path_(kept / hunts_file), clock_(clock), id_(make_id(clock.now().microseconds)) {}

    Result<void> begin(const HuntCommand& command, const HuntPlaces& places, const HuntQuestion& question) {
        return write({{"act", "begun"},
                      {"by", calling_user()},
                      {"uid", ::getuid()},
                      {"since", to_rfc3339(question.since)},
                      {"until", to_rfc3339(question.until)},
                      {"direction", command.direction},
                      {"own_rules", places.readers.own_rules == OwnRules::asked},
                      {"rules", places.readers.rules},
                      {"lists", places.readers.lists},
                      {"rule", command.rules.rule}});
    }
    Result<void> end(const HuntReport& report) {
        return write({{"act", report.end == SweepEnd::whole ? "ended" : "interrupted"},
                      {"looked_at", report.looked_at},
                      {"found", report.found},
                      {"delivered", report.delivered}});
    }
    /// Whoever reads the log must not wait for the end of a hunt that has none.
    Result<void> failed(const Error& error) {
        return write({{"act", "failed"}, {"reason", error.message.substr(0, limits::hunt_reason_bytes)}});
    }

private:
    Result<void> write(const Json& what) {
        Json line{{"time", to_rfc3339(clock_.now())}, {"hunt", id_}};
        line.update(what);
        return store::append_and_sync(path_,
                                      line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
    }

    fs::path path_;
    const Clock& clock_;
    std::string id_;
};

Result<store::KeptMailReader> open_kept(const fs::path& folder, TimePoint since) {
    Result<store::KeptMailReader> kept = store::KeptMailReader::open(folder, since);
    if (!kept && kept.error().code == ErrorCode::not_found)
        return fail(ErrorCode::not_found,
                    folder.string() +
                        ": no mail is kept here; is this the daemon's data folder, did it run with "
                        "hunt.keep_days above 0, and did a mail come since?");
    return kept;
}

/// Asks and counts; what is found is shown on the way.
Result<HuntReport> sweep(const HuntQuestion& question, const HuntPlaces& places, store::KeptMailReader& kept,
                         store::Database& database, Log& log) {
    HuntSweep sweep(question, kept, database);
    const SweepEnd end = TRY(sweep_rules(places.readers, log, sweep));
    HuntReport report = TRY(sweep.report(end));
    if (report.looked_at == 0 || !report.rules.empty()) return report;
    return fail(
        ErrorCode::not_found,
        "no rule was asked: none of them loads, or they are queries and exclusions; see tocsin rules check");
}

Result<HuntReport> hunt(const HuntCommand& command, Log& log) {
    const Clock clock;
    const TimePoint now = clock.now();
    const HuntPlaces places = TRY(find_places(command));
    TRY(check_owner(places.data));
    const fs::path folder = places.data / app::kept_mail_folder;
    const std::optional<TimePoint> oldest = TRY(open_kept(folder, TimePoint{})).oldest();
    const TimePoint since = TRY(begin_of(command, now, oldest));
    store::KeptMailReader kept = TRY(open_kept(folder, since));
    store::Database database = TRY(store::Database::open_read_only(places.data / "tocsin.sqlite"));
    const HuntQuestion question{
        .rules = command.rules, .since = since, .until = now, .direction = command.direction};
    HuntLog hunts(folder, clock);
    // Nothing is shown before it is written down who sees it (law 6).
    TRY(hunts.begin(command, places, question));
    // It cannot fail for who asks for less; its result may be -1 all the same.
    [[maybe_unused]] const int niceness = ::nice(limits::hunt_niceness);
    Result<HuntReport> report = sweep(question, places, kept, database, log);
    const Result<void> written = report ? hunts.end(*report) : hunts.failed(report.error());
    if (report && !written) return std::unexpected(written.error());
    return report;
}

}  // namespace

int run_rules_hunt(const HuntCommand& command, Log& log) {
    const Result<HuntReport> report = hunt(command, log);
    if (!report) {
        std::fputs(("tocsin: " + for_terminal(report.error().message) + "\n").c_str(), stderr);
        return exit_error;
    }
    const std::string text =
        command.rules.json ? hunt_json(*report).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"
                           : hunt_text(*report, command.rules.all);
    std::fputs(text.c_str(), stdout);
    if (report->end == SweepEnd::interrupted) return exit_error;
    if (report->delivered > 0) return exit_something_found;
    return report->unread + report->damaged > 0 ? exit_error : exit_nothing_found;
}

}  // namespace tocsin::cli
