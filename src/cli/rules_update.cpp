// `tocsin rules update`: a folder of rules becomes what another one, or an archive, holds, as far as it loads.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/hash.hpp"
#include "cli/download.hpp"
#include "cli/output.hpp"
#include "cli/rule_archive.hpp"
#include "cli/rules_command.hpp"
#include "cli/rules_folder.hpp"
#include "cli/rules_origin.hpp"
#include "cli/rules_text.hpp"
#include "cli/scan_command.hpp"
#include "cli/scratch_folder.hpp"
#include "cli/verdict_text.hpp"

namespace tocsin::cli {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

/// What an update did, for people and for programs.
struct Told {
    std::string target;
    Json rejected = Json::array();  ///< path, line, column, message
    RulesChange change;
    std::size_t rules = 0;
    std::string archive_sha256;  ///< empty: it came from a folder
    std::string warnings;        ///< about lists, for standard error
    std::string kept;            ///< where the version before is; empty: there is none
};

/// Without a slash at its end and through links: the folder itself is what will be put aside.
fs::path real_place(const std::string& named) {
    std::error_code error;
    fs::path place = fs::absolute(named, error).lexically_normal();
    if (place.filename().empty()) place = place.parent_path();
    const fs::path real = fs::weakly_canonical(place, error);
    return error ? place : real;
}

/// One update on its way.
class Update {
public:
    Update(const RulesCommand& command, Log& log)
        : command_(command), log_(log), from_(command.update.from), target_(real_place(command.update.to)) {}
    Result<Told> run();

private:
    [[nodiscard]] bool is_url() const { return from_.contains("://"); }
    Result<void> check_places() const;
    Result<std::optional<std::string>> archive_bytes();
    Result<std::optional<std::string>> fetched_bytes();
    Result<RuleTexts> rules_of(const std::string& archive);
    Result<RuleTexts> those_that_load(RuleTexts rules, const fs::path& folder);
    [[nodiscard]] bool is_what_we_put_there(const RulesOrigin& origin) const;
    Result<Told> unchanged();

    const RulesCommand& command_;
    Log& log_;
    std::string from_;
    fs::path target_;
    RuleTexts before_;
    std::optional<RulesOrigin> known_;  ///< of the same source, if the folder is still as it was left
    RulesOrigin origin_;
    Told told_;
};

Result<void> Update::check_places() const {
    TRY(check_only_rules(target_));
    if (is_url()) return check_download_url(from_);
    std::error_code error;
    const fs::path source = real_place(from_);
    if (!fs::exists(source, error)) return fail(ErrorCode::not_found, from_ + ": no such folder or archive");
    const auto holds = [](const fs::path& outer, const fs::path& inner) {
        return std::ranges::mismatch(outer, inner).in1 == outer.end();
    };
    if (holds(source, target_) || holds(target_, source))
        return fail(ErrorCode::invalid_input,
                    "one of the two folders is inside the other; name another one for the copy");
    return {};
}

/// Changes by hand are noticed: then the folder is not what the server's entity tag stands for. Another version of Tocsin may
/// understand rules that this one rejected.
bool Update::is_what_we_put_there(const RulesOrigin& origin) const {
    return origin.tocsin == TOCSIN_VERSION && origin.from == from_ &&
           origin.folder == command_.update.folder && origin.rules_sha256 == digest_of(before_);
}

/// nullopt: what is there is what the server has.
Result<std::optional<std::string>> Update::fetched_bytes() {
    const UpdateWords& words = command_.update;
    if (known_ && !words.sha256.empty() && known_->archive_sha256 == words.sha256) return std::nullopt;
    DownloadRequest request{from_, known_ ? known_->etag : "", words.ca_file, words.timeout_s};
    Download got = TRY(download(request));
    if (got.end == DownloadEnd::not_modified) return std::nullopt;
    origin_.etag = std::move(got.etag);
    return std::move(got.body);
}

/// nullopt: nothing new.
Result<std::optional<std::string>> Update::archive_bytes() {
    std::optional<std::string> bytes;
    if (is_url()) {
        bytes = TRY(fetched_bytes());
        if (!bytes) return std::nullopt;
    } else {
        std::ifstream file(from_, std::ios::binary);
        bytes.emplace(limits::download_bytes + 1, '\0');
        file.read(bytes->data(), static_cast<std::streamsize>(bytes->size()));
        bytes->resize(static_cast<std::size_t>(file.gcount()));
        if (!file.is_open() || file.bad()) return std::unexpected(errno_error("read " + from_, errno));
        if (bytes->size() > limits::download_bytes)
            return fail(ErrorCode::limit,
                        fmt::format("{} is larger than {} bytes", from_, limits::download_bytes));
    }
    const Hash256 digest = sha256(as_bytes(*bytes));
    origin_.archive_sha256 = to_hex(std::as_bytes(std::span(digest)));
    const std::string& pinned = command_.update.sha256;
    if (!pinned.empty() && pinned != origin_.archive_sha256)
        return fail(
            ErrorCode::conflict,
            fmt::format("{} has the SHA-256 {}, not {}; find out which one is right before you use it", from_,
                        origin_.archive_sha256, pinned));
    return bytes;
}

Result<RuleTexts> Update::rules_of(const std::string& archive) {
    Result<RuleTexts> rules =
        read_rule_archive(as_bytes(archive), command_.update.folder, command_.readers, log_);
    if (rules) return rules;
    const bool page = archive.substr(0, archive.find_first_not_of(" \t\r\n") + 1).ends_with('<');
    return fail(rules.error().code,
                from_ + ": " + rules.error().message +
                    (page ? "; it looks like a web page: is this the address of the archive itself?" : ""));
}

/// `folder` holds `rules`; what a confined reader rejects of them is taken out, and told.
Result<RuleTexts> Update::those_that_load(RuleTexts rules, const fs::path& folder) {
    RulesCommand described = command_;
    described.folders = {folder.string()};
    described.readers.log_level = "error";  // what is rejected is told below, by its name in the archive
    const Json answer = TRY(describe_rules(described, log_));
    told_.warnings = bad_list_lines_text(answer);
    for (const Json& problem : answer.at("rejected")) {
        const std::string path = fs::path(problem.value("path", "")).lexically_relative(folder).string();
        rules.erase(path);
        told_.rejected.push_back({{"path", path},
                                  {"line", problem.value("line", 0)},
                                  {"column", problem.value("column", 0)},
                                  {"message", problem.value("message", "")}});
    }
    if (rules.empty() && told_.rejected.empty())
        return fail(ErrorCode::not_found, from_ + ": there is no .yml or .yaml file in it");
    return rules;
}

Result<Told> Update::unchanged() {
    told_.rules = before_.size();
    if (known_) told_.archive_sha256 = known_->archive_sha256;
    return told_;
}

Result<Told> Update::run() {
    told_.target = target_.string();
    TRY(check_places());
    before_ = TRY(read_rules_below(target_));
    if (std::optional<RulesOrigin> origin = read_origin(target_); origin && is_what_we_put_there(*origin))
        known_ = std::move(origin);
    origin_.tocsin = TOCSIN_VERSION;
    origin_.from = from_;
    origin_.folder = command_.update.folder;
    std::error_code error;
    const bool from_folder = !is_url() && fs::is_directory(from_, error);
    const ScratchFolder scratch = TRY(ScratchFolder::make());
    fs::path folder = from_;
    RuleTexts rules;
    if (from_folder) {
        if (!command_.update.sha256.empty() || !command_.update.folder.empty())
            return fail(ErrorCode::invalid_input, "--sha256 and --folder are about archives, and " + from_ +
                                                      " is a folder; name the folder inside it");
        rules = TRY(read_rules_below(folder));
    } else {
        const std::optional<std::string> archive = TRY(archive_bytes());
        if (!archive || (known_ && known_->archive_sha256 == origin_.archive_sha256)) return unchanged();
        folder = scratch.path();
        rules = TRY(rules_of(*archive));
        TRY(write_rules(rules, folder));
        told_.archive_sha256 = origin_.archive_sha256;
    }
    rules = TRY(those_that_load(std::move(rules), folder));
    if (rules.empty()) return told_;
    told_.rules = rules.size();
    told_.change = change_between(before_, rules);
    origin_.rules_sha256 = digest_of(rules);
    // What was rejected is told again by every run, until it is mended there, or a list is given that it lacked here: the
    // archive is not passed over as known.
    if (!told_.rejected.empty()) origin_.etag = origin_.archive_sha256 = "";
    const std::string origin = from_folder ? std::string() : origin_text(origin_);
    if (!told_.change.none())
        TRY(replace_rules(rules, origin, target_));
    else if (!from_folder)
        TRY(replace_origin(origin, target_));
    if (fs::is_directory(previous_of(target_), error)) told_.kept = previous_of(target_).string();
    return told_;
}

std::string lines_of(const RulesChange& change) {
    std::string text;
    for (const auto& [word, paths] : {std::pair("new", &change.added), std::pair("changed", &change.changed),
                                      std::pair("gone", &change.gone)})
        for (const std::string& path : *paths) text += fmt::format("{:<9} {}\n", word, for_terminal(path));
    return text;
}

std::string rejected_lines(const Json& rejected) {
    std::string text;
    for (const Json& problem : rejected)
        text += fmt::format("rejected  {}:{}:{}: {}\n", for_terminal(problem.value("path", "")),
                            problem.value("line", 0), problem.value("column", 0),
                            for_terminal(problem.value("message", "")));
    return text;
}

std::string text_of(const Told& told) {
    std::string text = rejected_lines(told.rejected) + lines_of(told.change);
    if (!told.archive_sha256.empty()) text += fmt::format("archive   sha256 {}\n", told.archive_sha256);
    const std::string where = for_terminal(told.target);
    if (told.change.none()) {
        const std::size_t rejected = told.rejected.size();
        return text + fmt::format("unchanged: {} rules are in {}{}\n", told.rules, where,
                                  rejected == 0 ? "" : fmt::format(", {} were rejected", rejected));
    }
    text += fmt::format("{} rules are in {}, {} were rejected; reload the daemon to use them\n", told.rules,
                        where, told.rejected.size());
    if (!told.kept.empty())
        text += fmt::format("the version before is in {}; to go back: tocsin rules update --undo {}\n",
                            for_terminal(told.kept), where);
    return text;
}

Json json_of(const Told& told) {
    return {{"folder", told.target},           {"rules", told.rules},
            {"unchanged", told.change.none()}, {"new", told.change.added},
            {"changed", told.change.changed},  {"gone", told.change.gone},
            {"rejected", told.rejected},       {"archive_sha256", told.archive_sha256},
            {"version_before", told.kept}};
}

std::string dumped(const Json& object) {
    return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

int undo(const RulesCommand& command) {
    if (!command.update.to.empty()) return say_error("rules update --undo takes one folder: the copy");
    const fs::path target = real_place(command.update.from);
    const Result<RuleTexts> before = read_rules_below(target);
    if (!before) return say_error(before.error().message);
    if (const Result<void> done = swap_with_previous(target); !done) return say_error(done.error().message);
    const Result<RuleTexts> after = read_rules_below(target);
    if (!after) return say_error(after.error().message);
    Told told{.target = target.string(),
              .rejected = Json::array(),
              .change = change_between(*before, *after),
              .rules = after->size(),
              .archive_sha256 = {},
              .kept = previous_of(target).string()};
    write_text(stdout, command.json ? dumped(json_of(told)) : text_of(told));
    return exit_nothing_found;
}

}  // namespace

int run_rules_update(const RulesCommand& command, Log& log) {
    if (command.update.way == UpdateWay::back) return undo(command);
    if (command.update.to.empty())
        return say_error(
            "rules update takes where rules come from (a folder, an archive or its https address) and "
            "the folder that becomes their copy");
    const Result<Told> told = Update(command, log).run();
    if (!told) return say_error(told.error().message + "; nothing was changed");
    write_text(stderr, told->warnings);
    const bool nothing = told->rules == 0;
    write_text(stdout, command.json ? dumped(json_of(*told))
                       : nothing    ? rejected_lines(told->rejected)
                                    : text_of(*told));
    if (nothing) return say_error(command.update.from + ": no rule in it can be used; nothing was changed");
    return told->rejected.empty() ? exit_nothing_found : exit_something_found;
}

}  // namespace tocsin::cli
