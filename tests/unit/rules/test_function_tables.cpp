// Asks the rows of function_tables.hpp through the whole engine, and sees to it that every function has some.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "rules/explode_fixture.hpp"
#include "rules/function_tables.hpp"
#include "rules/language.hpp"
#include "rules/message_files.hpp"
#include "rules/protected_names.hpp"
#include "rules/zebra_model.hpp"
#include "support/encoders.hpp"

using namespace tocsin;
using namespace tocsin::rules;
using namespace tocsin::rules::test;

namespace {

/// Loops and coalesce() are no functions of the table: the compiler knows them by name (compiler_calls.cpp).
constexpr std::array built_in = {"any", "all", "filter", "map", "ratio", "distinct", "coalesce"};

std::string part(const std::string& type, const std::string& content) {
    return "--=-=\r\nContent-Type: " + type + "\r\n\r\n" + content + "\r\n";
}

std::string written(const Letter& letter) {
    std::string mail = letter.headers + "From: " + letter.from + "\r\nTo: " + letter.to +
                       "\r\nSubject: " + letter.subject +
                       "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=-=\"\r\n\r\n";
    if (!letter.text.empty() || letter.html.empty()) mail += part("text/plain; charset=utf-8", letter.text);
    if (!letter.html.empty()) mail += part("text/html; charset=utf-8", letter.html);
    if (!letter.file_name.empty())
        mail += "--=-=\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; "
                "filename=\"" +
                letter.file_name + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
                testing::base64_encode(letter.file) + "\r\n";
    return mail + "--=-=--\r\n";
}

/// What the daemon knows: the sender that calls itself "known".
History known_senders(const std::string& mail) {
    const bool known = mail.contains("From: known@");
    SenderProfile profile;
    profile.prevalence = known ? "common" : "new";
    profile.solicited = known;
    profile.days_known = known ? 400 : 0;
    History::Answer answer;
    for (const ProfileOf whom :
         {ProfileOf::sender, ProfileOf::sender_email, ProfileOf::sender_domain, ProfileOf::reply_to})
        answer.profiles[whom] = profile;
    History history;
    history.answered(std::move(answer));
    return history;
}

/// One expression about one letter, with everything that this program can have.
std::string answer_of(const std::string& expression, const Letter& letter) {
    static const TextModel model = zebra_model();
    const std::string mail = written(letter);
    History history = known_senders(mail);
    Asker ask(mail);
    ask.history = &history;
    ask.text_model = &model;
    ask.with_files = true;
    REQUIRE(ask.lists.set("free_email_providers", std::vector<std::string>{"gmail.com"}).has_value());
    REQUIRE(ask.lists.set("org_domains", std::vector<std::string>{"corp.example"}).has_value());
    REQUIRE(ask.lists.set("brand_domains", std::vector<std::string>{"paypal.com"}).has_value());
    REQUIRE(ask.lists.set("org_display_names", std::vector<std::string>{"Kim Park"}).has_value());
    mail::DomainNames domain_names;
    LoadNotices notices;
    const LookAlikes look_alikes = look_alikes_of(ask.lists, domain_names, confusables(), notices).value();
    ask.look_alikes = &look_alikes;
    return ask(expression);
}

std::string question_of(const CallRow& row) {
    std::string question(row.around);
    const std::size_t place = question.find("{}");
    REQUIRE(place != std::string::npos);
    return question.replace(place, 2, row.call);
}

std::vector<CallRow> all_calls() {
    std::vector<CallRow> rows = calls_about_texts();
    for (const auto& more : {calls_about_values(), calls_about_files(), calls_that_ask_others()})
        rows.insert(rows.end(), more.begin(), more.end());
    return rows;
}

/// `expression` calls `function`, and not only one whose name ends alike.
bool calls(std::string_view expression, std::string_view function) {
    const std::string call = std::string(function) + "(";
    for (std::size_t at = expression.find(call); at != std::string_view::npos;
         at = expression.find(call, at + 1))
        if (at == 0 || !(std::isalnum(static_cast<unsigned char>(expression[at - 1])) != 0 ||
                         std::string_view("._").contains(expression[at - 1])))
            return true;
    return false;
}

}  // namespace

TEST_CASE("functions as rules of the public feed call them: true of one message, false of another") {
    for (const CallRow& row : all_calls()) {
        const std::string question = question_of(row);
        CAPTURE(row.function);
        CAPTURE(question);
        CHECK(calls(question, row.function));
        CHECK(answer_of(question, row.yes) == row.yes_value);
        CHECK(answer_of(question, row.no) == row.no_value);
    }
}

TEST_CASE("functions over null, and where nothing is known") {
    Asker ask("Subject: nothing\r\n\r\n");
    const TextModel model = zebra_model();
    ask.text_model = &model;
    ask.with_files = true;
    for (const NullRow& row : calls_over_null()) {
        CAPTURE(row.expression);
        CHECK(calls(row.expression, row.function));
        CHECK(ask(row.expression) == row.value);
    }
}

TEST_CASE("every function that the checker knows has a row in both tables") {
    const Lists lists;
    const RuleSet set(lists);
    std::set<std::string> known(built_in.begin(), built_in.end());
    for (const auto& [name, function] : set.functions().all()) known.insert(name);
    std::set<std::string> called, called_over_null;
    for (const CallRow& row : all_calls()) called.emplace(row.function);
    for (const NullRow& row : calls_over_null()) called_over_null.emplace(row.function);
    CHECK(called == known);
    CHECK(called_over_null == known);
}
