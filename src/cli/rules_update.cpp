// `tocsin rules update`: a folder of rules becomes what another one holds, as far as it loads.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "cli/rules_command.hpp"
#include "cli/rules_text.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"

namespace tocsin::cli {

namespace {

using json = nlohmann::ordered_json;
namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Rule files below a folder, by their path inside it.
std::map<std::string, fs::path> rules_below(const fs::path& folder) {
    std::map<std::string, fs::path> out;
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        const fs::path& path = at->path();
        if (at->is_regular_file(error) && (path.extension() == ".yml" || path.extension() == ".yaml"))
            out.emplace(path.lexically_relative(folder).string(), path);
    }
    return out;
}

/// The new folder is complete beside the old one before it takes its place: a reload never sees half of it.
Result<void> replace(const std::map<std::string, fs::path>& rules, const fs::path& target) {
    const fs::path fresh = target.string() + ".new", old = target.string() + ".old";
    std::error_code error;
    fs::remove_all(fresh, error);
    fs::remove_all(old, error);
    const auto failed = [](const char* what, const fs::path& path, const std::error_code& why) {
        return fail(ErrorCode::io, fmt::format("{} {}: {}", what, path.string(), why.message()));
    };
    if (!fs::create_directories(fresh, error) && error) return failed("make", fresh, error);
    for (const auto& [name, path] : rules) {
        fs::create_directories((fresh / name).parent_path(), error);
        if (!fs::copy_file(path, fresh / name, error)) return failed("copy", path, error);
    }
    if (fs::exists(target, error)) {
        fs::rename(target, old, error);
        if (error) return failed("put aside", target, error);
    }
    fs::rename(fresh, target, error);
    if (error) return failed("put in its place", target, error);
    fs::remove_all(old, error);
    return {};
}

/// What is new, changed and gone, one line each.
void tell(const std::map<std::string, fs::path>& before, const std::map<std::string, fs::path>& after) {
    const auto line = [](const char* word, const std::string& name) {
        std::fputs(fmt::format("{:<9} {}\n", word, for_terminal(name)).c_str(), stdout);
    };
    for (const auto& [name, path] : after) {
        const auto known = before.find(name);
        if (known == before.end())
            line("new", name);
        else if (content_of(known->second) != content_of(path))
            line("changed", name);
    }
    for (const auto& [name, path] : before)
        if (!after.contains(name)) line("gone", name);
}

}  // namespace

int run_rules_update(const RulesCommand& command, Log& log) {
    const auto say_error = [](const std::string& message) {
        std::fputs(("tocsin: " + message + "\n").c_str(), stderr);
        return exit_error;
    };
    if (command.paths.size() != 2) return say_error("rules update takes two folders: FROM TO");
    const fs::path source = command.paths[0], target = fs::path(command.paths[1]).lexically_normal();
    if (command.paths[0].contains("://"))
        return say_error(command.paths[0] + ": nothing is fetched here; git clone it, then name the folder");
    RulesCommand described = command;
    described.folders = {command.paths[0]};
    const Result<json> rules = describe_rules(described, log);
    if (!rules) return say_error(rules.error().message);
    std::map<std::string, fs::path> wanted = rules_below(source);
    std::size_t rejected = 0;
    for (const json& problem : rules->at("rejected")) {
        const std::string path = problem.value("path", "");
        rejected += wanted.erase(fs::path(path).lexically_relative(source).string());
        std::fputs(fmt::format("rejected  {}:{}:{}: {}\n", for_terminal(path), problem.value("line", 0),
                               problem.value("column", 0), for_terminal(problem.value("message", "")))
                       .c_str(),
                   stdout);
    }
    if (wanted.empty())
        return say_error(command.paths[0] + ": no rule in it can be used; nothing was changed");
    tell(rules_below(target), wanted);
    if (const Result<void> done = replace(wanted, target); !done) return say_error(done.error().message);
    std::fputs(fmt::format("{} rules are in {}, {} were rejected; reload the daemon to use them\n",
                           wanted.size(), for_terminal(target.string()), rejected)
                   .c_str(),
               stdout);
    return rejected == 0 ? exit_nothing_found : exit_something_found;
}

}  // namespace tocsin::cli
