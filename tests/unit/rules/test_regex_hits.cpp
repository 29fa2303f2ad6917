// One hit after the other: which they are, and what they cost.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/limits.hpp"
#include "rules/language.hpp"
#include "rules/regex_hits.hpp"

using namespace tocsin;
using namespace tocsin::rules;
using tocsin::rules::test::Asker;

namespace {

std::string text_mail(std::string_view body) {
    return "Subject: hello\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + std::string(body) + "\r\n";
}

std::string hits(std::string_view text, std::string_view pattern) {
    Asker ask;
    return ask("map(regex.extract('" + std::string(text) + "', '" + std::string(pattern) +
               "'), .full_match)");
}

}  // namespace

TEST_CASE("hits are those that Go finds") {
    struct {
        std::string text, pattern, found;
    } const table[] = {
        {"a1b22c", "\\d+", "[\"1\", \"22\"]"},
        {"abc", "x*", "[\"\", \"\", \"\", \"\"]"},
        {"baaac", "a*", "[\"\", \"aaa\", \"\"]"},      // no empty hit right behind another
        {"\u00e4\u00f6", "x*", "[\"\", \"\", \"\"]"},  // between characters, not inside them
        {"", "x*", "[\"\"]"},
        {"", "x", "[]"},
        {"aaa", "^a", "[\"a\"]"},
        {"ab ab", "\\bab", "[\"ab\", \"ab\"]"},
        {"xab", "\\bab|b$", "[\"b\"]"},
        {"a.b.", "[^.]*\\.", "[\"a.\", \"b.\"]"},
        {"aab", "a.*b|a", "[\"aab\"]"},
    };
    for (const auto& row : table) {
        CAPTURE(row.text);
        CAPTURE(row.pattern);
        CHECK(hits(row.text, row.pattern) == row.found);
    }
}

TEST_CASE("where the pieces that an expression needs do not stand, there is no hit, and nothing but the text "
          "is paid for") {
    struct {
        std::string expression, value;
    } const table[] = {
        {"regex.count('abc def', 'nowhere[0-9]+')", "0"},
        {"regex.extract('abc def', 'nowhere[0-9]+')", "[]"},
        {"regex.count('abc nowhere12', 'absent[a-z]', 'nowhere[0-9]+')", "1"},  // one of two is enough
        {"regex.count('abc NOWHERE12', 'nowhere[0-9]+')", "0"},
        {"regex.icount('abc NOWHERE12', 'nowhere[0-9]+')", "1"},
        {"regex.icount('\u00c4RGER, \u212aELVIN', '\u00e4rger', 'kelvin')",
         "2"},  // the sign of the kelvin is a k
        {"regex.count('abc', '^$|absent')", "0"},
        {"regex.count('', '^$|absent')", "1"},  // an empty hit needs no piece
        {"regex.count(headers.in_reply_to, 'absent')", "null"},
    };
    Asker ask("Content-Type: text/plain\r\n\r\nbody\r\n");
    for (const auto& row : table) {
        CAPTURE(row.expression);
        CHECK(ask(row.expression) == row.value);
    }
    const std::size_t bytes = 100'000;
    Asker once(text_mail(std::string(bytes, 'x')));
    once.budget = {.rule_steps = bytes / 50, .message_steps = limits::message_rule_steps};
    CHECK(once("regex.count(body.plain.raw, 'nowhere[0-9]+')") == "0");
}

TEST_CASE("a long hit, and one that stands far away, are found as short ones are") {
    const std::size_t far = 10 * limits::regex_hit_margin_bytes;
    Asker ask(
        text_mail("begin" + std::string(far, 'x') + "end " + std::string(far, 'y') + "begin of the end"));
    ask.budget = {limits::rule_steps, limits::message_rule_steps};
    CHECK(ask("regex.count(body.plain.raw, 'begin.*?end')") == "2");
    CHECK(ask("regex.count(body.plain.raw, 'begin.*?(?:end|$)')") == "2");
    CHECK(ask("length(regex.extract(body.plain.raw, 'begin(x*)')[0].groups[0])") == std::to_string(far));
    CHECK(ask("regex.extract(body.plain.raw, 'of (the) end')[0].groups[0]") == "\"the\"");
    CHECK(ask("regex.count(body.plain.raw, '(?i)THE end\\s*$')") == "1");
}

TEST_CASE("where a hit ends, a longer one is looked for over a limited stretch") {
    const auto longest = [](std::size_t gap) {
        Asker ask(text_mail("a" + std::string(gap, '-') + "b"));
        return ask("length(regex.extract(body.plain.raw, 'a.*b|a')[0].full_match)");
    };
    CHECK(longest(limits::regex_hit_margin_bytes / 2) ==
          std::to_string(limits::regex_hit_margin_bytes / 2 + 2));
    CHECK(longest(4 * limits::regex_hit_margin_bytes) == "1");
}

// For each of the hits, all the rest of the text could be looked at: hours for a megabyte.
TEST_CASE("texts that make every hit look at the whole rest cost what they take, and the budget ends that") {
    const std::string row(1'000'000, 'a');
    Asker ask(text_mail(row));
    ask.budget = {limits::rule_steps, limits::message_rule_steps};
    for (const std::string pattern :
         {"a.*b|a", "a[^x]*x|a", "a(?:.{0,900}b)?", "(?:a|aa)+?(?:.*c)?", "a.*$"}) {
        CAPTURE(pattern);
        for (const std::string& call :
             {"regex.count(body.plain.raw, '" + pattern + "') > 20000",
              "length(regex.iextract(body.plain.raw, '(" + pattern + ")')) > 20000"}) {
            CAPTURE(call);
            const std::string answer = ask(call);
            const bool ended = answer == "null ? budget" || answer == "false ? cut_off" || answer == "false";
            CHECK_MESSAGE(ended, answer);
        }
    }
    // Hits cost by their number, too.
    CHECK(ask("regex.count(body.plain.raw, 'a') + regex.count(body.plain.raw, 'a|b') + "
              "regex.count(body.plain.raw, "
              "'a|c') > 1") == "null ? budget");
}

TEST_CASE("ordinary counting stays far below the budget") {
    std::string words;
    for (int at = 0; at < 5'000; ++at) words += "word" + std::to_string(at) + " ";
    Asker ask(text_mail(words));
    ask.budget = {limits::rule_steps / 4, limits::message_rule_steps};
    CHECK(ask("regex.count(body.plain.raw, '\\S+') < 3000") == "false");
    CHECK(ask("regex.count(body.plain.raw, '\\S+')") == "5000");
}

TEST_CASE("a long text behind the last hit is paid for once") {
    // A step pays for limits::bytes_per_step bytes; a budget of half as much again as one reading is enough.
    const std::string mail = text_mail("xx y z " + std::string(2'000'000, '.'));
    Asker ask(mail);
    ask.budget.rule_steps = 3 * (2'000'000 / limits::bytes_per_step) * 3 / 2;
    CHECK(ask("regex.icount(body.plain.raw, 'xx') + regex.icount(body.plain.raw, 'y') + "
              "regex.icount(body.plain.raw, 'z')") == "3");
    CHECK(ask("regex.icount(body.plain.raw, 'x+') + regex.icount(body.plain.raw, '[y]') + "
              "regex.icount(body.plain.raw, 'q|[w]')") == "2");
}
