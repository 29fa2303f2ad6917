// `tocsin rules backtest`: what rules would have said of mail that is there already.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>

#include <nlohmann/json.hpp>

#include "cli/rules_command.hpp"
#include "cli/rules_sweep.hpp"
#include "cli/rules_text.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"

namespace tocsin::cli {

namespace {

using json = nlohmann::ordered_json;

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

/// Answers of all rules over all messages.
class Backtest final : public RulesSweep {
public:
    Backtest(const RulesCommand& command, Labels labels)
        : command_(command), labels_(std::move(labels)), inputs_(command.paths, command.inside) {}

    std::optional<AskedMail> next() override {
        std::optional<Input> input = inputs_.next();
        if (!input) return std::nullopt;
        AskedMail mail;
        mail.name = std::move(input->name);
        mail.bytes = std::move(input->bytes);
        mail.direction = command_.direction;
        mail.error = std::move(input->error);
        return mail;
    }
    void take(const AskedMail& mail, const json& answers) override {
        ++messages_;
        const std::optional<bool> hostile = labels_.hostile(mail.name);
        for (const json& rule : answers.at("rules")) {
            if (!is_meant(rule, command_.rule)) continue;
            RuleTally& tally = rules_[rule.at("path").get<std::string>()];
            if (!count_answer(tally, rule)) continue;
            if (hostile) ++(*hostile ? tally.right : tally.wrong);
            if (command_.all)
                std::fputs(fmt::format("{}: {}\n", for_terminal(mail.name), for_terminal(tally.name)).c_str(),
                           stdout);
        }
        if (command_.json) {
            json line{{"file", mail.name}};
            line.update(answers);
            std::fputs((line.dump() + "\n").c_str(), stdout);
        }
    }
    void fail_one(const AskedMail& mail, const std::string& why) override {
        ++failed_;
        std::fputs(fmt::format("tocsin: {}: {}\n", for_terminal(mail.name), for_terminal(why)).c_str(),
                   stderr);
    }
    [[nodiscard]] std::string progress() const override { return fmt::format("{} messages", messages_); }

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
    Inputs inputs_;
    std::map<std::string, RuleTally> rules_;
    std::size_t messages_ = 0, failed_ = 0;
};

}  // namespace

int run_rules_backtest(const RulesCommand& command, Log& log) {
    Result<Labels> labels = Labels::read(command.labels);
    if (!labels) {
        std::fputs(("tocsin: " + labels.error().message + "\n").c_str(), stderr);
        return exit_error;
    }
    Backtest backtest(command, std::move(*labels));
    const Result<SweepEnd> end = sweep_rules(readers_for(command), log, backtest);
    if (!end) {
        std::fputs(("tocsin: " + end.error().message + "\n").c_str(), stderr);
        return exit_error;
    }
    if (!command.json) std::fputs(backtest.text().c_str(), stdout);
    return exit_nothing_found;
}

}  // namespace tocsin::cli
