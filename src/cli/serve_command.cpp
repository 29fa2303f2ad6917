#include "cli/serve_command.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "app/serve.hpp"
#include "app/settings_lists.hpp"
#include "base/ascii.hpp"
#include "cli/config_command.hpp"
#include "cli/places.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"
#include "config/config.hpp"

namespace tocsin::cli {

namespace {

/// The options of the command line as settings, so that one table checks both.
std::vector<config::Override> overrides_of(const ServeWords& words) {
    std::vector<config::Override> out;
    auto add = [&](const char* key, const std::string& text) {
        if (!text.empty()) out.push_back({key, text});
    };
    auto add_all = [&](const char* key, const std::vector<std::string>& texts) {
        for (const std::string& text : texts) add(key, text);
    };
    const ReaderOptions& readers = words.readers;
    add("daemon.data", !words.data.empty() ? words.data : words.config.empty() ? default_data_folder : "");
    add("daemon.host_name", words.host_name);
    add("daemon.next_hop", words.next_hop);
    add("daemon.outbound_next_hop", words.outbound_next_hop);
    add("daemon.readers", readers.readers > 0 ? std::to_string(readers.readers) : "");
    add("scan.reader", readers.reader_program);
    add_all("scan.databases", readers.clamav_databases);
    add("scan.system_database", readers.no_system_database ? "false" : "");
    add_all("scan.yara", readers.yara_rules);
    add_all("scan.without", readers.without);
    add_all("judge.rules", readers.rules);
    add_all("judge.lists", readers.lists);
    add("judge.own_rules", readers.own_rules == OwnRules::left_out ? "false" : "");
    add("scan.deadline_ms", readers.deadline_ms > 0 ? std::to_string(readers.deadline_ms) : "");
    add("scan.remember_parts", readers.no_cache ? "false" : "");
    return out;
}

Result<config::Settings> read_settings(const ServeWords& words) {
    config::ParseOptions options;
    options.known = known_config_names();
    options.overrides = overrides_of(words);
    options.listen = words.listen;
    std::error_code error;
    options.folder = std::filesystem::current_path(error);
    config::Parsed parsed =
        words.config.empty() ? config::parse("", options) : TRY(config::load(words.config, options));
    if (!parsed.settings) {
        std::string all;
        for (const config::Problem& problem : parsed.problems)
            all += (all.empty() ? "" : "\ntocsin: ") +
                   config::to_line(words.config.empty() ? "command line" : words.config, problem);
        return fail(ErrorCode::invalid_input, all);
    }
    return std::move(*parsed.settings);
}

Result<app::ServeOptions> serve_options(const ServeWords& words) {
    app::ServeOptions options;
    options.settings = TRY(read_settings(words));
    std::error_code error;
    options.data_folder =
        std::filesystem::absolute(options.settings.daemon.data, error).lexically_normal().string();
    if (error)
        return fail(ErrorCode::io, "data folder " + options.settings.daemon.data + ": " + error.message());
    ReaderOptions readers = reader_options(options.settings);
    readers.settings_lists = app::settings_lists_folder(options.data_folder);
    const pool::PoolConfig pool = TRY(make_pool_config(readers));
    options.reader_program = pool.reader_program;
    options.reader_arguments = pool.reader_arguments;
    options.reader_arguments.insert(
        options.reader_arguments.end(),
        {"--log-format", std::string(config::to_string(options.settings.daemon.log_format))});
    // One more than processors: while the daemon writes down what one reader answered, that reader has nothing to do.
    options.readers =
        readers.readers > 0 ? pool.readers_max : std::min(pool.readers_max + 1, limits::template_children);
    options.deadline_ms = pool.deadline_ms;
    options.cache_entries = pool.cache_entries;
    options.lists_folder = find_own_rules() + "/lists";
    options.playbooks_folder = find_own_playbooks();
    options.required_paths = readers.clamav_databases;
    options.required_paths.insert(options.required_paths.end(), readers.yara_rules.begin(),
                                  readers.yara_rules.end());
    options.required_paths.insert(options.required_paths.end(), readers.rules.begin(), readers.rules.end());
    options.required_paths.insert(options.required_paths.end(), readers.lists.begin(), readers.lists.end());
    options.read_settings = [words] { return read_settings(words); };
    return options;
}

}  // namespace

ReaderOptions reader_options(const config::Settings& settings) {
    ReaderOptions out;
    out.clamav_databases = settings.scan.databases;
    out.no_system_database = !settings.scan.system_database;
    out.yara_rules = settings.scan.yara;
    for (config::Engine engine : settings.scan.without) out.without.emplace_back(config::to_string(engine));
    out.rules = settings.judge.rules;
    out.lists = settings.judge.lists;
    out.own_rules = settings.judge.own_rules ? OwnRules::asked : OwnRules::left_out;
    out.may_do_without = settings.judge.may_do_without;
    if (out.may_do_without.empty()) out.may_do_without.emplace_back("none");
    const auto lower = [](std::vector<std::string> names) {
        for (std::string& name : names) std::ranges::transform(name, name.begin(), ascii_lower);
        return names;
    };
    out.trusted_servers = lower(settings.authentication.trusted_servers);
    out.trusted_sealers = lower(settings.authentication.trusted_sealers);
    const auto points = [](std::uint32_t suspicious, std::uint32_t phish) {
        return std::to_string(suspicious) + "," + std::to_string(phish);
    };
    out.points_inbound =
        points(settings.judge.inbound_suspicious_points, settings.judge.inbound_phish_points);
    out.points_outbound =
        points(settings.judge.outbound_suspicious_points, settings.judge.outbound_phish_points);
    out.readers = settings.daemon.readers;
    out.reader_program = settings.scan.reader.value_or("");
    out.deadline_ms = settings.scan.deadline_ms;
    out.no_cache = !settings.scan.remember_parts;
    return out;
}

int run_serve(const ServeWords& asked) {
    ServeWords words = asked;
    if (words.config.empty() && words.data.empty()) words.config = installed_config();
    if (asked.config != words.config) std::printf("%-18s %s\n", "configuration", words.config.c_str());
    auto complain = [](const Error& error) {
        std::fprintf(stderr, "tocsin: %s\n", error.message.c_str());
        return exit_error;
    };
    Result<app::ServeOptions> options = serve_options(words);
    if (!options) return complain(options.error());
    const bool proxies =
        std::ranges::any_of(options->settings.listeners, [](const config::Listener& listener) {
            return listener.kind == config::ListenerKind::smtp;
        });
    if (!proxies)
        std::fprintf(
            stderr,
            "tocsin: no SMTP proxy: it needs to know where mail goes on to; give --next-hop IP:PORT\n");
    StderrLog log(options->settings.daemon.log_level, options->settings.daemon.log_format);
    Result<void> served = app::serve(*options, log);
    return served ? exit_nothing_found : complain(served.error());
}

}  // namespace tocsin::cli
