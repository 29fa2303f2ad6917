#include "cli/rules_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "cli/output.hpp"
#include "cli/rule_names.hpp"
#include "cli/rules_ask.hpp"
#include "cli/rules_text.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"

namespace tocsin::cli {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

/// Reads one message; the error names it.
Result<Bytes> read_message(const std::string& path) {
    Inputs inputs({path}, Folders::one_level);
    std::optional<Input> input = inputs.next();
    if (!input) return fail(ErrorCode::not_found, path + ": there is no message here");
    if (input->error) return fail(input->error->code, path + ": " + input->error->message);
    return std::move(input->bytes);
}

}  // namespace

ReaderOptions one_reader_for(const RulesCommand& command) {
    ReaderOptions readers = readers_for(command);
    readers.readers = 1;
    return readers;
}

Result<Json> ask(net::Fiber& fiber, pool::ReaderPool& readers, const pool::ScanRequest& request) {
    const pool::ScanOutcome outcome = readers.scan(fiber, request);
    if (outcome.outcome != sandbox::Outcome::verdict || !outcome.detail.empty())
        return fail(ErrorCode::unavailable, "the reader gave no answer (" +
                                                std::string(sandbox::to_string(outcome.outcome)) +
                                                "): " + outcome.detail);
    Json answer = Json::parse(outcome.output, nullptr, false);
    if (answer.is_discarded()) return fail(ErrorCode::corrupt, "the reader's answer is no JSON");
    return answer;
}

Result<Json> ask_about_message(net::Fiber& fiber, pool::ReaderPool& readers, const std::string& path,
                               mail::Direction direction) {
    const Bytes bytes = TRY(read_message(path));
    pool::ScanRequest request;
    request.kind = reader::RequestKind::explain_rules;
    request.direction = direction;
    request.bytes = bytes;
    return ask(fiber, readers, request);
}

Result<Json> ask_for_rules(net::Fiber& fiber, pool::ReaderPool& readers) {
    pool::ScanRequest request;
    request.kind = reader::RequestKind::describe_rules;
    request.bytes = as_bytes(std::string_view("\n"));
    return ask(fiber, readers, request);
}

Result<Json> describe_rules(const RulesCommand& command, Log& log) {
    Json described;
    ReaderOptions options = one_reader_for(command);
    // Nothing is scanned: signatures need not be loaded. Rules that ask YARA are checked all the same.
    options.without = {"clamav", "yara"};
    TRY(with_readers(options, log,
                     [&](net::Fiber& fiber, net::Loop&, pool::ReaderPool& readers) -> Result<void> {
                         Result<Json> answer = ask_for_rules(fiber, readers);
                         if (!answer) return std::unexpected(std::move(answer).error());
                         described = std::move(*answer);
                         return {};
                     }));
    return described;
}

namespace {

/// The rules that are meant; the error says that there is none.
Result<Json> describe_meant(const RulesCommand& command, Log& log) {
    Json rules = TRY(describe_rules(command, log));
    Json all = rules.at("rules");
    for (const Json& rejected : rules.at("rejected")) all.push_back(rejected);
    TRY(check_named(all, command.rule));
    for (const char* name : {"rules", "rejected"}) keep_meant(rules.at(name), command.rule);
    return rules;
}

/// Insights say what they see, and count for nothing.
bool any_meant_matches(const Json& rules, const std::string& only) {
    return std::ranges::any_of(rules, [&](const Json& rule) {
        return is_meant(rule, only) && rule.value("answer", "") == "match" &&
               rule.value("type", "") != "query";
    });
}

}  // namespace

int run_rules_check(const RulesCommand& command, Log& log) {
    RulesCommand quiet = command;
    quiet.readers.log_level = "error";  // what is wrong with rules and lists is told below
    const Result<Json> rules = describe_meant(quiet, log);
    if (!rules) return say_error(rules.error());
    write_text(stdout, command.json ? rules->dump() + "\n" : rules_check_text(*rules, command.all));
    const bool good = rules->at("rejected").empty() && rules->at("bad_list_lines").empty();
    return good ? exit_nothing_found : exit_something_found;
}

int run_rules_list(const RulesCommand& command, Log& log) {
    const Result<Json> rules = describe_meant(command, log);
    if (!rules) return say_error(rules.error());
    write_text(stdout, command.json ? rules->dump() + "\n" : rules_list_text(*rules));
    return exit_nothing_found;
}

int run_rules_explain(const RulesCommand& command, Log& log) {
    std::error_code error;
    if (command.paths.size() != 1 || fs::is_directory(command.paths.front(), error))
        return say_error({ErrorCode::invalid_input,
                          "explain takes one message; `tocsin rules backtest` takes folders and many"});
    Json answers;
    ReaderOptions options = one_reader_for(command);
    options.keep_clauses = true;
    const Result<void> done = with_readers(
        options, log, [&](net::Fiber& fiber, net::Loop&, pool::ReaderPool& readers) -> Result<void> {
            answers = TRY(ask_about_message(fiber, readers, command.paths.front(), command.direction));
            return check_named(answers.at("rules"), command.rule);
        });
    if (!done) return say_error(done.error());
    if (command.json) keep_meant(answers.at("rules"), command.rule);
    write_text(stdout,
               command.json ? answers.dump() + "\n" : rules_explain_text(answers, command.rule, command.all));
    const bool matched = command.rule.empty() ? answers.value("matched", 0) > 0
                                              : any_meant_matches(answers.at("rules"), command.rule);
    return matched ? exit_something_found : exit_nothing_found;
}

}  // namespace tocsin::cli
