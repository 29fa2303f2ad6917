#include "cli/rules_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "cli/rules_sweep.hpp"
#include "cli/rules_text.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"

namespace tocsin::cli {

namespace {

using json = nlohmann::ordered_json;
namespace fs = std::filesystem;

void print(FILE* file, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), file);
}

int say_error(const Error& error) {
    print(stderr, "tocsin: " + error.message + "\n");
    return exit_error;
}

/// One message after the other.
ReaderOptions one_reader_for(const RulesCommand& command) {
    ReaderOptions readers = readers_for(command);
    readers.readers = 1;
    return readers;
}

/// What the reader says to one request without, or with, a message.
Result<json> ask(net::Fiber& fiber, pool::ReaderPool& readers, const pool::ScanRequest& request) {
    const pool::ScanOutcome outcome = readers.scan(fiber, request);
    if (outcome.outcome != sandbox::Outcome::verdict || !outcome.detail.empty())
        return fail(ErrorCode::unavailable, "the reader gave no answer (" +
                                                std::string(sandbox::to_string(outcome.outcome)) +
                                                "): " + outcome.detail);
    json answer = json::parse(outcome.output, nullptr, false);
    if (answer.is_discarded()) return fail(ErrorCode::corrupt, "the reader's answer is no JSON");
    return answer;
}

/// A mail that says how a rule must answer: NAME.match.eml or NAME.miss.eml, or NAME.match.2.eml and so on.
struct Golden {
    std::string path, rule;
    bool must_match = false;
};

std::vector<Golden> goldens_of(const std::vector<std::string>& folders) {
    std::vector<Golden> found;
    for (const std::string& folder : folders) {
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(folder, error)) {
            const std::string name = entry.path().filename().string();
            if (!name.ends_with(".eml")) continue;
            for (const auto& [word, must_match] : {std::pair(".match.", true), std::pair(".miss.", false)})
                if (const std::size_t at = name.find(word); at != std::string::npos)
                    found.push_back({entry.path().string(), name.substr(0, at), must_match});
        }
    }
    std::ranges::sort(found, {}, &Golden::path);
    return found;
}

/// nullptr: no rule's file has this name.
const json* find_rule(const json& answers, const std::string& name) {
    for (const json& rule : answers.at("rules"))
        if (fs::path(rule.value("path", "")).stem() == name) return &rule;
    return nullptr;
}

struct TestTally {
    std::size_t mails = 0, wrong = 0;
};

void test_one(const Golden& golden, const json& answers, const RulesCommand& command, TestTally& tally) {
    ++tally.mails;
    const json* const rule = find_rule(answers, golden.rule);
    const std::string answer = rule == nullptr ? "there is no such rule" : rule->value("answer", "");
    const bool right = rule != nullptr && (answer == "match") == golden.must_match && answer != "undecided";
    if (!right) ++tally.wrong;
    if (right && !command.all) return;
    print(stdout, fmt::format("{}: {}: {}\n", right ? "ok" : "WRONG", for_terminal(golden.path),
                              rule == nullptr ? answer
                                              : fmt::format("{} ({} is expected)", answer,
                                                            golden.must_match ? "match" : "no_match")));
    if (!right) print(stdout, rules_explain_text(answers, golden.rule, true));
}

/// Reads one message; the error names it.
Result<Bytes> read_message(const std::string& path) {
    Inputs inputs({path}, Folders::one_level);
    std::optional<Input> input = inputs.next();
    if (!input) return fail(ErrorCode::not_found, path + ": there is no message here");
    if (input->error) return fail(input->error->code, path + ": " + input->error->message);
    return std::move(input->bytes);
}

Result<json> explain(net::Fiber& fiber, pool::ReaderPool& readers, const std::string& path,
                     mail::Direction direction) {
    const Bytes bytes = TRY(read_message(path));
    pool::ScanRequest request;
    request.kind = reader::RequestKind::explain_rules;
    request.direction = direction;
    request.bytes = bytes;
    return ask(fiber, readers, request);
}

}  // namespace

Result<json> describe_rules(const RulesCommand& command, Log& log) {
    json described;
    ReaderOptions options = one_reader_for(command);
    // Nothing is scanned: signatures need not be loaded. Rules that ask YARA are checked all the same.
    options.without = {"clamav", "yara"};
    TRY(with_readers(options, log,
                     [&](net::Fiber& fiber, net::Loop&, pool::ReaderPool& readers) -> Result<void> {
                         pool::ScanRequest request;
                         request.kind = reader::RequestKind::describe_rules;
                         request.bytes = as_bytes(std::string_view("\n"));
                         Result<json> answer = ask(fiber, readers, request);
                         if (!answer) return std::unexpected(std::move(answer).error());
                         described = std::move(*answer);
                         return {};
                     }));
    return described;
}

int run_rules_check(const RulesCommand& command, Log& log) {
    Result<json> rules = describe_rules(command, log);
    if (!rules) return say_error(rules.error());
    print(stdout, command.json ? rules->dump() + "\n" : rules_check_text(*rules, command.rule, command.all));
    return rules->at("rejected").empty() ? exit_nothing_found : exit_something_found;
}

int run_rules_list(const RulesCommand& command, Log& log) {
    Result<json> rules = describe_rules(command, log);
    if (!rules) return say_error(rules.error());
    print(stdout, command.json ? rules->dump() + "\n" : rules_list_text(*rules, command.rule));
    return exit_nothing_found;
}

int run_rules_test(const RulesCommand& command, Log& log) {
    const std::vector<Golden> goldens = goldens_of(command.paths);
    if (goldens.empty())
        return say_error({ErrorCode::not_found,
                          command.paths.front() + ": there is no NAME.match.eml and no NAME.miss.eml here"});
    TestTally tally;
    ReaderOptions options = one_reader_for(command);
    options.keep_clauses = true;
    const Result<void> done = with_readers(
        options, log, [&](net::Fiber& fiber, net::Loop&, pool::ReaderPool& readers) -> Result<void> {
            for (const Golden& golden : goldens) {
                if (fiber.stop_requested()) return fail(ErrorCode::closed, "interrupted");
                json answers = TRY(explain(fiber, readers, golden.path, command.direction));
                // What speaks of mail that leaves is asked about mail that leaves.
                const json* const rule = find_rule(answers, golden.rule);
                if (rule != nullptr && rule->value("type", "") == "dlp")
                    answers = TRY(explain(fiber, readers, golden.path, mail::Direction::outbound));
                test_one(golden, answers, command, tally);
            }
            return {};
        });
    if (!done) return say_error(done.error());
    print(stdout, fmt::format("{} mails, {} as expected, {} wrong\n", tally.mails, tally.mails - tally.wrong,
                              tally.wrong));
    return tally.wrong == 0 ? exit_nothing_found : exit_something_found;
}

int run_rules_explain(const RulesCommand& command, Log& log) {
    std::error_code error;
    if (command.paths.size() != 1 || fs::is_directory(command.paths.front(), error))
        return say_error({ErrorCode::invalid_input,
                          "explain takes one message; `tocsin rules backtest` takes folders and many"});
    json answers;
    ReaderOptions options = one_reader_for(command);
    options.keep_clauses = true;
    const Result<void> done = with_readers(
        options, log, [&](net::Fiber& fiber, net::Loop&, pool::ReaderPool& readers) -> Result<void> {
            answers = TRY(explain(fiber, readers, command.paths.front(), command.direction));
            return {};
        });
    if (!done) return say_error(done.error());
    print(stdout,
          command.json ? answers.dump() + "\n" : rules_explain_text(answers, command.rule, command.all));
    return answers.value("matched", 0) > 0 ? exit_something_found : exit_nothing_found;
}

}  // namespace tocsin::cli
