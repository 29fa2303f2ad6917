// `tocsin rules test`: mails that say by their names how a rule must answer.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/ascii.hpp"
#include "cli/output.hpp"
#include "cli/rule_names.hpp"
#include "cli/rules_ask.hpp"
#include "cli/rules_command.hpp"
#include "cli/rules_text.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"

namespace tocsin::cli {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

/// A mail that says how a rule must answer: NAME.match.eml or NAME.miss.eml, or NAME.match.2.eml and so on.
struct Golden {
    std::string path, rule;
    bool must_match = false;
};

/// What the mails of some folders expect.
struct Goldens {
    std::vector<Golden> mails;  ///< sorted by path
    std::vector<std::string>
        misnamed;  ///< mails that expect nothing, and what expects something and is no mail
};

constexpr std::string_view must_match_word = ".match.", must_miss_word = ".miss.", mail_ending = ".eml";

void sort_in(const fs::path& path, Goldens& found) {
    const std::string name = path.filename().string();
    const std::size_t match = name.find(must_match_word), miss = name.find(must_miss_word);
    const std::size_t rule_ends = std::min(match, miss);  // npos is the largest of all
    const bool says_one = (match == std::string::npos) != (miss == std::string::npos);
    if (says_one && rule_ends > 0 && name.ends_with(mail_ending))
        return found.mails.push_back({path.string(), name.substr(0, rule_ends), rule_ends == match});
    const bool looks_like_mail = equals_ignoring_case(path.extension().native(), mail_ending);
    if (looks_like_mail || rule_ends != std::string::npos) found.misnamed.push_back(path.string());
}

/// Errors: no such folder; a mail that says nothing, which is mostly a slip of the pen; no mail at all.
Result<std::vector<Golden>> goldens_of(const std::vector<std::string>& folders) {
    Goldens found;
    for (const std::string& folder : folders) {
        std::error_code error;
        fs::directory_iterator at(folder, error);
        for (const fs::directory_iterator end; !error && at != end; at.increment(error))
            if (std::error_code ignored; !at->is_directory(ignored)) sort_in(at->path(), found);
        if (error) return fail(ErrorCode::io, folder + ": " + error.message());
    }
    std::ranges::sort(found.misnamed);
    std::ranges::sort(found.mails, {}, &Golden::path);
    if (found.misnamed.empty() && !found.mails.empty()) return std::move(found.mails);
    if (found.misnamed.empty())
        return fail(ErrorCode::not_found,
                    folders.front() + ": there is no NAME.match.eml and no NAME.miss.eml here");
    return fail(ErrorCode::invalid_input,
                first_of(found.misnamed) +
                    ": a mail is named NAME.match.eml or NAME.miss.eml, after the rule "
                    "NAME.yml; nothing was asked");
}

/// nullptr: no rule's file has this name.
const Json* find_rule(const Json& rules, const std::string& name) {
    for (const Json& rule : rules)
        if (fs::path(rule.value("path", "")).stem() == name) return &rule;
    return nullptr;
}

/// Takes out the mails whose rule is not meant by --rule. A mail for a rule that is not there counts by that rule's name.
void keep_meant_goldens(std::vector<Golden>& goldens, const Json& rules, const std::string& only) {
    std::erase_if(goldens, [&](const Golden& golden) {
        const Json* const rule = find_rule(rules, golden.rule);
        return rule != nullptr ? !is_meant(*rule, only) : !golden.rule.contains(only);
    });
}

/// Asks one mail after the other, and tells.
class GoldenTest {
public:
    GoldenTest(const RulesCommand& command, std::vector<Golden> goldens)
        : command_(command), goldens_(std::move(goldens)) {}

    Result<void> run(net::Fiber& fiber, pool::ReaderPool& readers);
    [[nodiscard]] bool is_good() const { return wrong_ == 0; }
    void print_summary() const;

private:
    void take(const Golden& golden, const Json& answers);
    void print_text(const Golden& golden, const Json& answers, const Json* rule, bool right) const;

    const RulesCommand& command_;
    std::vector<Golden> goldens_;
    std::size_t wrong_ = 0;
};

void print_json(const Json& line) {
    write_text(stdout, line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

const char* expected_of(const Golden& golden) {
    return golden.must_match ? "match" : "no_match";
}

Result<void> GoldenTest::run(net::Fiber& fiber, pool::ReaderPool& readers) {
    const Json described = TRY(ask_for_rules(fiber, readers));
    const Json& rules = described.at("rules");
    TRY(check_named(rules, command_.rule));
    keep_meant_goldens(goldens_, rules, command_.rule);
    if (goldens_.empty())
        return fail(ErrorCode::not_found,
                    "--rule " + command_.rule + ": no mail here is named after such a rule");
    for (const Golden& golden : goldens_) {
        if (fiber.stop_requested()) return fail(ErrorCode::closed, "interrupted");
        // What speaks of mail that leaves is asked about mail that leaves.
        const Json* const rule = find_rule(rules, golden.rule);
        const bool leaves = rule != nullptr && rule->value("type", "") == "dlp";
        take(golden, TRY(ask_about_message(fiber, readers, golden.path,
                                           leaves ? mail::Direction::outbound : command_.direction)));
    }
    return {};
}

void GoldenTest::take(const Golden& golden, const Json& answers) {
    const Json* const rule = find_rule(answers.at("rules"), golden.rule);
    const std::string answer = rule == nullptr ? "no_rule" : rule->value("answer", "");
    const bool right = answer == expected_of(golden);
    if (!right) ++wrong_;
    if (!command_.json) return print_text(golden, answers, rule, right);
    Json line{{"file", golden.path},
              {"rule", golden.rule},
              {"expected", expected_of(golden)},
              {"answer", answer},
              {"right", right}};
    for (const char* why : {"missing", "clauses"})
        if (rule != nullptr && !right && rule->contains(why)) line[why] = rule->at(why);
    print_json(line);
}

void GoldenTest::print_text(const Golden& golden, const Json& answers, const Json* rule, bool right) const {
    if (right && !command_.all) return;
    const std::string answer =
        rule == nullptr ? "no rule of this name was loaded; if its file is there, an error above says why"
                        : fmt::format("{} ({} is expected)", for_terminal(rule->value("answer", "")),
                                      expected_of(golden));
    write_text(stdout,
               fmt::format("{}: {}: {}\n", right ? "ok" : "WRONG", for_terminal(golden.path), answer));
    if (!right) write_text(stdout, rules_explain_text(answers, golden.rule, true));
}

void GoldenTest::print_summary() const {
    const std::size_t mails = goldens_.size();
    if (command_.json)
        return print_json({{"summary", {{"mails", mails}, {"right", mails - wrong_}, {"wrong", wrong_}}}});
    write_text(stdout, fmt::format("{} mails, {} as expected, {} wrong\n", mails, mails - wrong_, wrong_));
}

}  // namespace

int run_rules_test(const RulesCommand& command, Log& log) {
    Result<std::vector<Golden>> goldens = goldens_of(command.paths);
    if (!goldens) return say_error(goldens.error());
    GoldenTest test(command, std::move(*goldens));
    ReaderOptions options = one_reader_for(command);
    options.keep_clauses = true;
    const Result<void> done =
        with_readers(options, log, [&](net::Fiber& fiber, net::Loop&, pool::ReaderPool& readers) {
            return test.run(fiber, readers);
        });
    if (!done) return say_error(done.error());
    test.print_summary();
    return test.is_good() ? exit_nothing_found : exit_something_found;
}

}  // namespace tocsin::cli
