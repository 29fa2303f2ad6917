#include "cli/rules_sweep.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "cli/rules_command.hpp"

namespace tocsin::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t progress_every = 50;

/// A reader that was taken over may say anything.
bool is_understood(const Json& answers) {
    const auto rules = answers.find("rules");
    if (!answers.is_object() || rules == answers.end() || !rules->is_array()) return false;
    return std::ranges::all_of(*rules, [](const Json& rule) {
        return std::ranges::all_of(std::initializer_list<const char*>{"path", "name", "type", "answer"},
                                   [&](const char* name) {
                                       const auto found = rule.find(name);
                                       return found != rule.end() && found->is_string();
                                   }) &&
               rule.contains("steps") && rule["steps"].is_number_unsigned();
    });
}

void ask_about(net::Fiber& fiber, pool::ReaderPool& readers, const AskedMail& mail, RulesSweep& sweep) {
    if (mail.error) return sweep.fail_one(mail, mail.error->message);
    pool::ScanRequest request;
    request.kind = reader::RequestKind::explain_rules;
    request.direction = mail.direction;
    request.bytes = mail.bytes;
    request.envelope_recipient = mail.recipient;
    const pool::ScanOutcome outcome = readers.scan(fiber, request);
    const Json answers = Json::parse(outcome.output, nullptr, false);
    if (outcome.outcome != sandbox::Outcome::verdict || answers.is_discarded() || !is_understood(answers))
        return sweep.fail_one(mail, std::string(sandbox::to_string(outcome.outcome)) + " " + outcome.detail);
    sweep.take(mail, answers);
}

bool shows_progress() {
    return ::isatty(STDERR_FILENO) == 1;
}

}  // namespace

ReaderOptions readers_for(const RulesCommand& command) {
    ReaderOptions readers = command.readers;
    readers.rules = command.folders;
    if (!command.folders.empty() && readers.own_rules == OwnRules::asked)
        readers.own_rules = OwnRules::data_only;
    return readers;
}

void clear_progress() {
    if (shows_progress()) std::fputs("\r\033[K", stderr);
}

bool count_answer(RuleTally& tally, const Json& rule) {
    tally.name = rule.at("name").get<std::string>();
    tally.steps += rule.at("steps").get<std::uint64_t>();
    const std::string answer = rule.at("answer").get<std::string>();
    if (answer == "undecided") ++tally.undecided;
    if (answer == "no_match") ++tally.silent;
    if (answer != "match") return false;
    ++tally.fired;
    return true;
}

Result<SweepEnd> sweep_rules(const ReaderOptions& options, Log& log, RulesSweep& sweep) {
    const bool progress = shows_progress();
    const std::size_t workers = std::max<std::size_t>(1, TRY(make_pool_config(options)).readers_max);
    SweepEnd end = SweepEnd::interrupted;
    std::size_t asked = 0;
    bool all_taken = false;
    Result<void> done = with_readers(
        options, log, [&](net::Fiber& fiber, net::Loop& loop, pool::ReaderPool& readers) -> Result<void> {
            const auto work = [&](net::Fiber& own) {
                // The caller's own stop counts at once: a group hears of it only at its next look.
                while (!own.stop_requested() && !fiber.stop_requested()) {
                    const std::optional<AskedMail> mail = sweep.next();
                    if (!mail) {
                        all_taken = true;
                        return;
                    }
                    ask_about(own, readers, *mail, sweep);
                    if (progress && ++asked % progress_every == 0)
                        std::fputs(("\r\033[K" + sweep.progress()).c_str(), stderr);
                }
            };
            net::TaskGroup group(loop, workers);
            for (std::size_t index = 0; index < workers; ++index)
                if (!group.spawn(work)) return fail(ErrorCode::unavailable, "no fiber is left");
            while (group.live() > 0 && !fiber.stop_requested())
                (void)group.join(fiber, net::deadline_in_ms(100));
            if (group.live() == 0 && all_taken) end = SweepEnd::whole;
            group.stop_and_join(fiber, net::deadline_in_ms(1'000));
            return {};
        });
    clear_progress();
    TRY(std::move(done));
    return end;
}

}  // namespace tocsin::cli
