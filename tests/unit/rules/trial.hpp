// Rules of one set asked about one message with the budgets of the house, and mails to ask about.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "rules/explode_fixture.hpp"
#include "rules/language.hpp"
#include "rules/message_files.hpp"
#include "scan/scan_fixture.hpp"
#include "support/encoders.hpp"
#include "support/temporary_folder.hpp"

namespace tocsin::rules::trial {

inline constexpr Budget usual{limits::rule_steps, limits::message_rule_steps};

inline std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    out.reserve(text.size() * times);
    for (std::size_t at = 0; at < times; ++at) out += text;
    return out;
}

inline std::vector<std::string> numbered(std::string_view word, std::size_t count) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < count; ++at) out.push_back(std::string(word) + std::to_string(at));
    return out;
}

/// "'w0', 'w1', …"
inline std::string quoted(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "'" : ", '") + word + "'";
    return out;
}

inline std::string text_mail(std::string_view body) {
    return "From: a@sender.example\r\nTo: bob@example.net\r\nSubject: hello\r\nMIME-Version: 1.0\r\n"
           "Content-Type: text/plain; charset=utf-8\r\n\r\n" +
           std::string(body) + "\r\n";
}

inline std::string page_mail(std::string_view page) {
    return "From: a@sender.example\r\nSubject: hello\r\nMIME-Version: 1.0\r\n"
           "Content-Type: text/html; charset=utf-8\r\n\r\n" +
           std::string(page) + "\r\n";
}

inline std::string file_mail(std::string_view name, std::string_view content) {
    return "From: a@sender.example\r\nSubject: hello\r\nMIME-Version: 1.0\r\n"
           "Content-Type: application/octet-stream; name=\"" +
           std::string(name) + "\"\r\nContent-Disposition: attachment; filename=\"" + std::string(name) +
           "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + testing::base64_encode(content) + "\r\n";
}

inline std::string rule_of(const std::string& source) {
    std::string yaml = "name: rule\nsource: |\n  ";
    for (const char letter : source) yaml += letter == '\n' ? std::string("\n  ") : std::string(1, letter);
    return yaml + "\n";
}

/// The rules of one set asked about one message with the usual budget.
class Trial {
public:
    explicit Trial(std::string mail = text_mail("hello")) : mail_(std::move(mail)) {
        tree_ = mail::parse_mime(as_bytes(mail_));
        message_ = mail::build_message(tree_, 0, {}, tools_);
    }

    Lists lists;

    /// Answers of `sources` in their order, with a rule that always matches before and behind them, and checks those two.
    std::vector<RuleAnswer> ask(std::vector<std::string> sources) {
        sources.insert(sources.begin(), "sender.email.domain.domain == 'sender.example'");
        sources.emplace_back("subject.subject == 'hello' and type.inbound");
        std::vector<RuleAnswer> answers = ask_alone(sources);
        if (!message_.truncated) {
            CHECK(answers.front().answer == Answer::match);
            CHECK(answers.back().answer == Answer::match);
        }
        answers.erase(answers.begin());
        answers.pop_back();
        return answers;
    }
    /// Without rules around them, which are undecided when the message's budget is spent.
    std::vector<RuleAnswer> ask_alone(const std::vector<std::string>& sources) {
        set_ = std::make_unique<RuleSet>(lists);
        for (const std::string& source : sources) set_->add(rule_of(source), "rule.yml");
        for (const Rejected& one : set_->rejected()) FAIL(one.problem.message);
        REQUIRE(set_->rules().size() == sources.size());
        REQUIRE(set_->finish().has_value());
        HtmlPages pages(tools_.html_trees, {});
        const ExplodeTools explode{rules::test::typer(), rules::test::inspection_tools(), {}, tools_};
        MessageFiles files(explode, std::chrono::steady_clock::now() + std::chrono::minutes(5));
        files.add(message_, tree_);
        Surroundings surroundings{
            .tools = tools_, .confusables = rules::test::confusables(), .pages = &pages, .files = &files};
        Evaluation evaluation(set_->graph(), set_->patterns());
        evaluation.begin(message_, surroundings, usual);
        std::vector<RuleAnswer> answers;
        for (const Rule& rule : set_->rules()) {
            answers.push_back(set_->ask(rule, evaluation));
            CHECK(answers.back().steps <= limits::message_rule_steps);
        }
        return answers;
    }
    /// "match", "no_match", or "undecided: budget".
    std::string operator()(const std::string& source) { return words_of(ask({source}).front()); }

    [[nodiscard]] std::string words_of(const RuleAnswer& answer) const {
        std::string out(to_string(answer.answer));
        for (const std::string& name : set_->names_of(answer.missing))
            out += (out.contains(':') ? ", " : ": ") + name;
        return out;
    }

private:
    std::string mail_;
    mail::MailTools tools_;
    mail::MimeTree tree_;
    mail::Message message_;
    std::unique_ptr<RuleSet> set_;
};

/// What is wrong with a rule: "line:column: message", of the file; empty: it was loaded.
inline std::string problem_of(const std::string& source) {
    const Lists lists;
    RuleSet set(lists);
    set.add(rule_of(source), "rule.yml");
    if (set.rejected().empty()) return {};
    const Problem& problem = set.rejected().front().problem;
    return std::to_string(problem.line) + ":" + std::to_string(problem.column) + ": " + problem.message;
}

/// A zip that holds a zip that holds a zip, so many of them.
inline std::string nested_zip(std::size_t depth) {
    std::string inner = "the innermost file";
    for (std::size_t at = 0; at < depth; ++at)
        inner = scan::test::make_zip({{.name = "level" + std::to_string(at) + ".zip", .content = inner}});
    return inner;
}

}  // namespace tocsin::rules::trial
