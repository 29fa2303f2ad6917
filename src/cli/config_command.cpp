#include "cli/config_command.hpp"

#include <cstdio>
#include <filesystem>
#include <set>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/response_files.hpp"
#include "app/webhook_check.hpp"
#include "cli/reader_setup.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"
#include "config/files.hpp"
#include "net/tls.hpp"
#include "scan/report.hpp"

namespace tocsin::cli {

namespace {

std::string file_or_default(const std::string& file) {
    return file.empty() ? default_config_file : file;
}

int complain(const Error& error) {
    std::fprintf(stderr, "tocsin: %s\n", for_terminal(error.message).c_str());
    return exit_error;
}

void print_problems(std::FILE* to, const std::string& file, const std::vector<config::Problem>& problems) {
    for (const config::Problem& problem : problems)
        std::fprintf(to, "%s\n", for_terminal(config::to_line(file, problem)).c_str());
}

/// Certificates and keys as `serve` will load them: readable, whole, made for each other.
bool check_certificates(const std::string& file, const config::Settings& settings) {
    bool good = true;
    for (const config::Listener& listener : settings.listeners) {
        if (!listener.tls_certificate && !listener.tls_key) continue;
        const auto loaded =
            net::TlsContext::server(listener.tls_certificate.value_or(""), listener.tls_key.value_or(""));
        if (loaded) continue;
        std::printf("%s: listener \"%s\": %s\n", for_terminal(file).c_str(),
                    for_terminal(listener.name).c_str(), for_terminal(loaded.error().message).c_str());
        good = false;
    }
    return good;
}

/// People, playbooks and notices as `serve` will read them. A webhook that only steps miss is told, and is no problem: our own
/// playbooks name more than any house has.
bool check_response(const std::string& file, const config::Settings& settings) {
    if (!settings.respond.people) return true;
    const config::RespondSetup read = app::load_response(settings, find_own_playbooks());
    for (const std::string& problem : read.problems) std::printf("%s\n", for_terminal(problem).c_str());
    const std::set<std::string> missing = app::missing_webhooks(settings, read.setup);
    if (!missing.empty())
        std::printf("%s: to know: steps of playbooks call webhooks that no [[webhook]] has, and would fail: %s\n",
                    for_terminal(file).c_str(),
                    for_terminal(fmt::format("{}", fmt::join(missing, ", "))).c_str());
    return read.problems.empty();
}

}  // namespace

config::KnownNames known_config_names() {
    config::KnownNames known;
    for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(scan::PartFlag::count_); ++i)
        known.part_flags.emplace_back(to_string(static_cast<scan::PartFlag>(i)));
    return known;
}

int run_config_check(const std::string& file) {
    const std::string path = file_or_default(file);
    config::ParseOptions options;
    options.known = known_config_names();
    options.path_check = config::look_at_path;
    const Result<config::Parsed> parsed = config::load(path, options);
    if (!parsed) return complain(parsed.error());
    print_problems(stdout, path, parsed->problems);
    bool good = parsed->settings.has_value();
    if (good) {
        const bool certificates = check_certificates(path, *parsed->settings);
        good = check_response(path, *parsed->settings) && certificates;
    }
    if (good) std::printf("%s: no problem found\n", for_terminal(path).c_str());
    return good ? exit_nothing_found : exit_something_found;
}

int run_config_show(const std::string& file) {
    const std::string path = file_or_default(file);
    config::ParseOptions options;
    options.known = known_config_names();
    std::error_code error;
    const bool defaults = file.empty() && !std::filesystem::exists(path, error);
    if (defaults) std::fprintf(stderr, "tocsin: there is no %s: these are the defaults\n", path.c_str());
    const Result<config::Parsed> parsed = defaults ? config::parse("", options) : config::load(path, options);
    if (!parsed) return complain(parsed.error());
    print_problems(stderr, path, parsed->problems);
    if (!parsed->settings) return exit_something_found;
    std::fputs(config::show(*parsed->settings).c_str(), stdout);
    return exit_nothing_found;
}

int run_config_manual() {
    std::fputs(config::manual().c_str(), stdout);
    return exit_nothing_found;
}

}  // namespace tocsin::cli
