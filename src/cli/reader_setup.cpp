#include "cli/reader_setup.hpp"

#include <csignal>
#include <filesystem>
#include <thread>

#include "base/limits.hpp"
#include "cli/scratch_folder.hpp"

namespace tocsin::cli {

namespace {

constexpr const char* system_clamav_folder = "/var/lib/clamav";

std::filesystem::path own_folder() {
    std::error_code error;
    std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::filesystem::path{} : self.parent_path();
}

Result<std::string> find_reader(const std::string& named) {
    if (!named.empty()) return named;
    std::filesystem::path here = own_folder();
    std::error_code error;
    for (const std::filesystem::path& place :
         {here / "tocsin-reader", here / "../libexec/tocsin/tocsin-reader"})
        if (std::filesystem::exists(place, error)) return place.lexically_normal().string();
    return fail(ErrorCode::not_found, "tocsin-reader is not beside " + here.string() +
                                          "/tocsin; build it with `make build` or name it with --reader");
}

/// What the system brings may be missing, and then the log says so; what somebody named must be there.
Result<void> check_places(const ReaderOptions& options) {
    namespace fs = std::filesystem;
    std::error_code error;
    for (const auto& [named, is_folder] :
         {std::pair(&options.clamav_databases, false), std::pair(&options.yara_rules, false),
          std::pair(&options.rules, true), std::pair(&options.lists, true)})
        for (const std::string& path : *named) {
            const fs::file_status status = fs::status(path, error);
            if (!fs::exists(status)) return fail(ErrorCode::not_found, path + ": no such file or folder");
            if (is_folder && !fs::is_directory(status))
                return fail(ErrorCode::invalid_input,
                            path + ": this is no folder; name the folder that holds it");
        }
    return {};
}

/// Own rules that are asked for and are not there are an error: their silence would look like "clean". Errors: not_found.
Result<void> add_judge_arguments(const ReaderOptions& options, std::vector<std::string>& arguments) {
    const auto add = [&arguments](const char* flag, const std::string& value) {
        if (!value.empty()) arguments.insert(arguments.end(), {flag, value});
    };
    const std::string own = options.own_rules == OwnRules::left_out ? "" : find_own_rules();
    if (options.own_rules != OwnRules::left_out) {
        if (own.empty())
            return fail(
                ErrorCode::not_found,
                "Tocsin's own rules are neither in ../share/tocsin/rules nor in ../rules beside the folder "
                "of "
                "the program; install them there, or do without: --no-own-rules, judge.own_rules = false");
        if (options.own_rules == OwnRules::asked) add("--rules", own);
        add("--lists", own + "/lists");
        add("--text-model", own + "/text-model.bin");
    }
    add("--lists", options.settings_lists);
    for (const std::string& folder : options.rules) add("--rules", folder);
    for (const std::string& folder : options.lists) add("--lists", folder);
    for (const std::string& name : options.may_do_without) add("--may-do-without", name);
    for (const std::string& name : options.trusted_servers) add("--trusted-server", name);
    for (const std::string& name : options.trusted_sealers) add("--trusted-sealer", name);
    add("--points-inbound", options.points_inbound);
    add("--points-outbound", options.points_outbound);
    if (options.keep_clauses) add("--clauses", "kept");
    return {};
}

}  // namespace

namespace {

/// A folder that Tocsin brings, told by a file that is in it.
std::string find_own_folder(const std::string& name, const char* file) {
    std::error_code error;
    for (const char* place : {"../share/tocsin", ".."}) {
        const std::filesystem::path folder = own_folder() / place / name;
        if (std::filesystem::exists(folder / file, error)) return folder.lexically_normal().string();
    }
    return {};
}

}  // namespace

std::string find_own_rules() {
    return find_own_folder("rules", "text-model.bin");
}

std::string find_own_playbooks() {
    return find_own_folder("playbooks", "notices.toml");
}

Result<pool::PoolConfig> make_pool_config(const ReaderOptions& options) {
    pool::PoolConfig config;
    config.reader_program = TRY(find_reader(options.reader_program));
    std::vector<std::string> databases = options.clamav_databases;
    if (databases.empty() && !options.no_system_database) databases.emplace_back(system_clamav_folder);
    TRY(check_places(options));
    auto add = [&](const char* flag, const std::vector<std::string>& values) {
        for (const std::string& value : values) {
            config.reader_arguments.emplace_back(flag);
            config.reader_arguments.push_back(value);
        }
    };
    add("--clamav", databases);
    add("--yara", options.yara_rules);
    add("--without", options.without);
    TRY(add_judge_arguments(options, config.reader_arguments));
    config.reader_arguments.insert(config.reader_arguments.end(), {"--log-level", options.log_level});
    config.readers_max =
        options.readers > 0 ? options.readers : std::max(1U, std::thread::hardware_concurrency());
    if (options.deadline_ms > 0) config.deadline_ms = options.deadline_ms;
    if (options.no_cache) config.cache_entries = 0;
    return config;
}

Result<void>
with_readers(const ReaderOptions& options, Log& log,
             const std::function<Result<void>(net::Fiber&, net::Loop&, pool::ReaderPool&)>& body) {
    pool::PoolConfig config = TRY(make_pool_config(options));
    ScratchFolder scratch = TRY(ScratchFolder::make());
    config.scratch_folder = scratch.path();
    net::Loop loop;
    TRY(loop.on_signals({SIGINT, SIGTERM}, [&](int) { loop.stop(); }));
    Result<void> outcome;
    loop.spawn([&](net::Fiber& fiber) {
        auto readers = pool::ReaderPool::start(fiber, loop, config, log);
        if (!readers) {
            outcome = std::unexpected(readers.error());
            return;
        }
        outcome = body(fiber, loop, **readers);
        (*readers)->stop(fiber);
    });
    loop.run();
    return outcome;
}

}  // namespace tocsin::cli
