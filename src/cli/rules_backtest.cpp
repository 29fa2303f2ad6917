// `tocsin rules backtest`: what rules would have said of mail that is there already.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>

#include <nlohmann/json.hpp>

#include "cli/output.hpp"
#include "cli/rule_names.hpp"
#include "cli/rules_command.hpp"
#include "cli/rules_sweep.hpp"
#include "cli/rules_text.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"

namespace tocsin::cli {

namespace {

using Json = nlohmann::ordered_json;

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
            const auto [known, is_new] =
                labels.labels_.try_emplace(line.substr(0, tab), Label{number, word == "hostile"});
            if (known->second.hostile != (word == "hostile"))
                return fail(ErrorCode::invalid_input,
                            fmt::format("{}:{}: {} has another label on line {}", path, number, known->first,
                                        known->second.line));
        }
        return labels;
    }
    /// The label of a message, which is then used.
    std::optional<bool> take(const std::string& path) {
        for (std::string_view rest = path;;) {
            if (const auto known = labels_.find(rest); known != labels_.end()) {
                known->second.used = true;
                return known->second.hostile;
            }
            const std::size_t slash = rest.find('/');
            if (slash == std::string_view::npos) return std::nullopt;
            rest.remove_prefix(slash + 1);
        }
    }
    /// Those that fitted no message, with their lines.
    [[nodiscard]] std::vector<std::string> unused() const {
        std::vector<std::string> out;
        for (const auto& [name, label] : labels_)
            if (!label.used) out.push_back(fmt::format("{} (line {})", name, label.line));
        return out;
    }
    [[nodiscard]] bool empty() const { return labels_.empty(); }

private:
    struct Label {
        std::size_t line = 0;
        bool hostile = false;
        bool used = false;
    };
    std::map<std::string, Label, std::less<>> labels_;
};

/// Answers of all rules over all messages.
class Backtest final : public RulesSweep {
public:
    Backtest(const RulesCommand& command, Labels labels)
        : command_(command), labels_(std::move(labels)), inputs_(command.paths, command.inside) {}

    std::optional<AskedMail> next() override {
        if (!named_) return std::nullopt;
        std::optional<Input> input = inputs_.next();
        if (!input) return std::nullopt;
        AskedMail mail;
        mail.name = std::move(input->name);
        mail.bytes = std::move(input->bytes);
        mail.direction = command_.direction;
        mail.error = std::move(input->error);
        return mail;
    }
    void take(const AskedMail& mail, const Json& answers) override {
        // All answers are about the same rules.
        if (messages_++ == 0) named_ = check_named(answers.at("rules"), command_.rule);
        const std::optional<bool> hostile = labels_.take(mail.name);
        for (const Json& rule : answers.at("rules")) {
            if (!is_meant(rule, command_.rule)) continue;
            RuleTally& tally = rules_[rule.at("path").get<std::string>()];
            if (!count_answer(tally, rule)) continue;
            if (hostile) ++(*hostile ? tally.right : tally.wrong);
            if (command_.all && !command_.json)
                std::fputs(fmt::format("{}: {}\n", for_terminal(mail.name), for_terminal(tally.name)).c_str(),
                           stdout);
        }
        if (command_.json) {
            Json line{{"file", mail.name}};
            line.update(answers);
            keep_meant(line.at("rules"), command_.rule);
            std::fputs((line.dump() + "\n").c_str(), stdout);
        }
    }
    void fail_one(const AskedMail& mail, const std::string& why) override {
        ++failed_;
        (void)labels_.take(mail.name);
        std::fputs(fmt::format("tocsin: {}: {}\n", for_terminal(mail.name), for_terminal(why)).c_str(),
                   stderr);
    }
    [[nodiscard]] std::string progress() const override { return fmt::format("{} messages", messages_); }

    /// Error: --rule means no rule, or a label fits no message.
    [[nodiscard]] Result<void> complaint() const {
        TRY(Result<void>(named_));
        const std::vector<std::string> unused = labels_.unused();
        if (unused.empty()) return {};
        return fail(ErrorCode::not_found, fmt::format("{}: {} of its labels fit no message: {}",
                                                      command_.labels, unused.size(), first_of(unused)));
    }

    [[nodiscard]] bool is_named() const { return named_.has_value(); }

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
    Result<void> named_;  ///< whether there is a rule that --rule means
    std::map<std::string, RuleTally> rules_;
    std::size_t messages_ = 0, failed_ = 0;
};

}  // namespace

int run_rules_backtest(const RulesCommand& command, Log& log) {
    Result<Labels> labels = Labels::read(command.labels);
    if (!labels) return say_error(labels.error());
    Backtest backtest(command, std::move(*labels));
    const Result<SweepEnd> end = sweep_rules(readers_for(command), log, backtest);
    if (!end) return say_error(end.error());
    if (!command.json && backtest.is_named()) std::fputs(backtest.text().c_str(), stdout);
    if (*end == SweepEnd::interrupted)
        return say_error({ErrorCode::closed, "interrupted: the rest was not asked"});
    if (const Result<void> complaint = backtest.complaint(); !complaint) return say_error(complaint.error());
    return exit_nothing_found;
}

}  // namespace tocsin::cli
