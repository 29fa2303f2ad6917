// `tocsin rules backtest`: what rules would have said of mail that is there already.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include <nlohmann/json.hpp>

#include "cli/rules_command.hpp"
#include "cli/rules_text.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"

namespace tocsin::cli {

namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t progress_every = 50;

/// What somebody said of mails before: a path, its last parts, or the file's name alone, to whether it is hostile.
class Labels {
public:
    /// Lines "FILE<TAB>hostile" or "FILE<TAB>good". Errors: not_found; invalid_input with the line.
    static Result<Labels> read(const std::string& path) {
        Labels labels;
        if (path.empty()) return labels;
        std::ifstream file(path);
        if (!file) return fail(ErrorCode::not_found, path + ": cannot be read");
        std::size_t number = 0;
        for (std::string line; std::getline(file, line);) {
            ++number;
            const std::size_t tab = line.find('\t');
            const std::string word = tab == std::string::npos ? "" : line.substr(tab + 1);
            if (word != "hostile" && word != "good")
                return fail(ErrorCode::invalid_input,
                            fmt::format("{}:{}: FILE, a tab and hostile or good are expected", path, number));
            labels.hostile_[line.substr(0, tab)] = word == "hostile";
        }
        return labels;
    }
    [[nodiscard]] std::optional<bool> hostile(const std::string& path) const {
        for (std::string_view rest = path;;) {
            if (const auto known = hostile_.find(rest); known != hostile_.end()) return known->second;
            const std::size_t slash = rest.find('/');
            if (slash == std::string_view::npos) return std::nullopt;
            rest.remove_prefix(slash + 1);
        }
    }
    [[nodiscard]] bool empty() const { return hostile_.empty(); }

private:
    std::map<std::string, bool, std::less<>> hostile_;
};

struct RuleTally {
    std::size_t fired = 0, silent = 0, undecided = 0, right = 0, wrong = 0;
    std::uint64_t steps = 0;
    std::string name;
};

/// Answers of all rules over all messages.
class Sweep {
public:
    Sweep(const RulesCommand& command, Labels labels) : command_(command), labels_(std::move(labels)) {}

    void take(const std::string& name, const json& answers) {
        ++messages_;
        const std::optional<bool> hostile = labels_.hostile(name);
        for (const json& rule : answers.at("rules")) {
            if (!is_meant(rule, command_.rule)) continue;
            RuleTally& tally = rules_[rule.value("path", "")];
            tally.name = rule.value("name", "");
            tally.steps += rule.value("steps", std::uint64_t{0});
            const std::string answer = rule.value("answer", "");
            if (answer == "undecided") ++tally.undecided;
            if (answer == "no_match") ++tally.silent;
            if (answer != "match") continue;
            ++tally.fired;
            if (hostile) ++(*hostile ? tally.right : tally.wrong);
            if (command_.all)
                std::fputs(fmt::format("{}: {}\n", for_terminal(name), for_terminal(tally.name)).c_str(),
                           stdout);
        }
        if (command_.json) {
            json line{{"file", name}};
            line.update(answers);
            std::fputs((line.dump() + "\n").c_str(), stdout);
        }
    }
    void fail_one(const std::string& name, const std::string& why) {
        ++failed_;
        std::fputs(fmt::format("tocsin: {}: {}\n", for_terminal(name), for_terminal(why)).c_str(), stderr);
    }
    [[nodiscard]] std::size_t messages() const { return messages_; }

    [[nodiscard]] std::string text() const {
        std::vector<std::pair<std::string, RuleTally>> ordered(rules_.begin(), rules_.end());
        std::ranges::stable_sort(ordered, std::ranges::greater{},
                                 [](const auto& one) { return one.second.fired; });
        std::string out = fmt::format("{:>7} {:>7} {:>9}{} {:>9}  rule\n", "fired", "silent", "undecided",
                                      labels_.empty() ? "" : "  hostile    good", "steps");
        for (const auto& [path, tally] : ordered) {
            if (tally.fired == 0 && command_.rule.empty()) continue;
            const std::string labelled =
                labels_.empty() ? "" : fmt::format(" {:>8} {:>7}", tally.right, tally.wrong);
            out += fmt::format("{:>7} {:>7} {:>9}{} {:>9}  {}\n", tally.fired, tally.silent, tally.undecided,
                               labelled, tally.steps / std::max<std::size_t>(1, messages_),
                               for_terminal(tally.name));
        }
        return out + fmt::format("{} messages, {} could not be read\n", messages_, failed_);
    }

private:
    const RulesCommand& command_;
    Labels labels_;
    std::map<std::string, RuleTally> rules_;
    std::size_t messages_ = 0, failed_ = 0;
};

void sweep_one(net::Fiber& fiber, pool::ReaderPool& readers, const RulesCommand& command, const Input& input,
               Sweep& sweep) {
    if (input.error) return sweep.fail_one(input.name, input.error->message);
    pool::ScanRequest request;
    request.kind = reader::RequestKind::explain_rules;
    request.direction = command.direction;
    request.bytes = input.bytes;
    const pool::ScanOutcome outcome = readers.scan(fiber, request);
    const json answers = json::parse(outcome.output, nullptr, false);
    if (outcome.outcome != sandbox::Outcome::verdict || answers.is_discarded())
        return sweep.fail_one(input.name,
                              std::string(sandbox::to_string(outcome.outcome)) + " " + outcome.detail);
    sweep.take(input.name, answers);
}

}  // namespace

int run_rules_backtest(const RulesCommand& command, Log& log) {
    Result<Labels> labels = Labels::read(command.labels);
    if (!labels) {
        std::fputs(("tocsin: " + labels.error().message + "\n").c_str(), stderr);
        return exit_error;
    }
    Sweep sweep(command, std::move(*labels));
    Inputs inputs(command.paths, command.inside);
    ReaderOptions options = command.readers;
    options.rules = command.folders;
    if (!command.folders.empty() && options.own_rules == OwnRules::asked)
        options.own_rules = OwnRules::data_only;
    const bool progress = ::isatty(STDERR_FILENO) == 1;
    const Result<pool::PoolConfig> config = make_pool_config(options);
    const std::size_t workers = config ? std::max<std::size_t>(1, config->readers_max) : 1;
    const Result<void> done = with_readers(
        options, log, [&](net::Fiber& fiber, net::Loop& loop, pool::ReaderPool& readers) -> Result<void> {
            const auto work = [&](net::Fiber& own) {
                while (!own.stop_requested()) {
                    const std::optional<Input> input = inputs.next();
                    if (!input) return;
                    sweep_one(own, readers, command, *input, sweep);
                    if (progress && sweep.messages() % progress_every == 0)
                        std::fputs(fmt::format("\r\033[K{} messages", sweep.messages()).c_str(), stderr);
                }
            };
            net::TaskGroup group(loop, workers);
            for (std::size_t index = 0; index < workers; ++index)
                if (!group.spawn(work)) return fail(ErrorCode::unavailable, "no fiber is left");
            while (group.live() > 0 && !fiber.stop_requested())
                (void)group.join(fiber, net::deadline_in_ms(100));
            group.stop_and_join(fiber, net::deadline_in_ms(1'000));
            return {};
        });
    if (progress) std::fputs("\r\033[K", stderr);
    if (!done) {
        std::fputs(("tocsin: " + done.error().message + "\n").c_str(), stderr);
        return exit_error;
    }
    if (!command.json) std::fputs(sweep.text().c_str(), stdout);
    return exit_nothing_found;
}

}  // namespace tocsin::cli
