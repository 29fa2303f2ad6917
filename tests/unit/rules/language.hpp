// Expressions of the rule language asked about a message, in a line each.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mail/message.hpp"
#include "mail/mime.hpp"
#include "rules/confusables.hpp"
#include "rules/explode_fixture.hpp"
#include "rules/html_pages.hpp"
#include "rules/message_files.hpp"
#include "rules/rule_set.hpp"
#include "rules/show_value.hpp"
#include "rules/text_readings.hpp"

namespace tocsin::rules::test {

/// Built once for all tests: it costs a tenth of a second.
inline const Confusables& confusables() {
    static const Confusables table = *Confusables::build();
    return table;
}

inline constexpr Budget ample{.rule_steps = 1'000'000, .message_steps = 100'000'000};

/// A mail in which most things that rules ask for stand once.
inline constexpr std::string_view sample_mail =
    "Received: from out.sender.example (out.sender.example [192.0.2.7]) by mx.example.net with ESMTPS; "
    "Mon, 2 Mar 2026 10:00:00 +0000\r\n"
    "Authentication-Results: mx.example.net; dmarc=pass header.from=sender.example; spf=pass "
    "smtp.mailfrom=bounce@sender.example; dkim=pass header.d=sender.example\r\n"
    "From: \"Anna Smith\" <anna@mail.sender.example>\r\n"
    "To: Bob <bob@example.net>, carol@example.org\r\n"
    "Reply-To: anna@elsewhere.example\r\n"
    "Subject: Re: [EXTERNAL] Your Invoice\r\n"
    "Message-ID: <1@sender.example>\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: text/html; charset=utf-8\r\n"
    "\r\n"
    "<html><head><title>Invoice</title></head><body><p>Please pay <a "
    "href=\"https://pay.evil.example/login?id=7\">"
    "https://bank.example/</a> now.</p><p style=\"display:none\">hidden words</p>"
    "<a href=\"https://www.sender.example/\">our site</a></body></html>\r\n";

/// Asks one expression; what it is worth in words, with "?" and the names of what is missing behind it. A problem is shown as
/// "line:column: message".
class Asker {
public:
    explicit Asker(std::string_view mail = sample_mail, mail::Direction direction = mail::Direction::inbound)
        : mail_(mail) {
        tree_ = mail::parse_mime(as_bytes(mail_));
        message_ = mail::build_message(
            tree_, 0, {.direction = direction, .envelope_recipient = "bob@example.net"}, tools_);
    }

    Lists lists;
    View view = View::own;
    History* history = nullptr;
    const LookAlikes* look_alikes = nullptr;
    const TextModel* text_model = nullptr;
    Budget budget = ample;
    bool with_files = false;  ///< attachments are taken apart when they are asked for

    std::string operator()(std::string_view expression) {
        RuleSet set(lists, {.text_model = text_model != nullptr});
        std::string yaml = "name: test\ntype: query\nsource: |\n";
        for (std::size_t at = 0; at <= expression.size();) {
            const std::size_t end = std::min(expression.find('\n', at), expression.size());
            yaml += "  " + std::string(expression.substr(at, end - at)) + "\n";
            at = end + 1;
        }
        set.add(yaml, "test.yml");
        if (!set.rejected().empty()) {
            const Problem& problem = set.rejected().front().problem;
            return std::to_string(problem.line - 3) + ":" + std::to_string(problem.column - 2) + ": " +
                   problem.message;
        }
        if (!set.finish()) return "cannot be finished";
        Evaluation evaluation(set.graph(), set.patterns());
        HtmlPages pages(tools_.html_trees, {});
        std::optional<TextReadings> readings;
        if (text_model != nullptr) readings.emplace(*text_model, message_.body.current_thread.text, message_.subject.subject);
        std::optional<ExplodeTools> explode;
        std::optional<MessageFiles> files;
        if (with_files) {
            explode.emplace(ExplodeTools{typer(), inspection_tools(), {}, tools_});
            files.emplace(*explode, std::chrono::steady_clock::now() + std::chrono::minutes(5));
            files->add(message_, tree_);
        }
        Surroundings surroundings{.tools = tools_,
                                  .confusables = confusables(),
                                  .view = view,
                                  .pages = &pages,
                                  .files = files ? &*files : nullptr,
                                  .history = history,
                                  .readings = readings ? &*readings : nullptr,
                                  .look_alikes = look_alikes};
        evaluation.begin(message_, surroundings, budget);
        const Rule& rule = set.rules().front();
        const Value value = evaluation.value_of(rule.root);
        std::string out = show(value, *rule.type);
        if (value.missing != 0) out += " ?";
        for (const std::string& name : set.names_of(value.missing)) out += " " + name;
        return out;
    }

private:
    std::string mail_;
    mail::MailTools tools_;
    mail::MimeTree tree_;
    mail::Message message_;
};

}  // namespace tocsin::rules::test
