#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <random>
#include <string>

#include "rules/regex_choices.hpp"
#include "rules/regexes.hpp"

using namespace tocsin;
using namespace tocsin::rules;

TEST_CASE("what may be absent between letters is written as a choice") {
    struct Row {
        const char* pattern;
        const char* written;
    };
    const Row rows[] = {
        {"send ?grid", "send(?: |)grid"},
        {"e-?mail", "e(?:-|)mail"},
        {"two[- ]?factor", "two(?:[- ]|)factor"},
        {"colou?r", "colo(?:u|)r"},
        {"a ?b ?c", "a(?: |)b(?: |)c"},
        {"(?P<n>a ?b)", "(?P<n>a(?: |)b)"},
        // No letter behind it, or not one character.
        {"users? ", "users? "},
        {"(?:ab)?c", "(?:ab)?c"},
        {"[a-c]?d", "[a-c]?d"},
        {"a??b", "a??b"},
        {"a ??b", "a ??b"},
        {"a{0,2}?b", "a{0,2}?b"},
        {"a*?b", "a*?b"},
        {".?b", ".?b"},
        {"a?", "a?"},
        {"", ""},
        {"?b", "?b"},
        // Part of an escape, or in a class.
        {R"(\d?5)", R"(\d?5)"},
        {R"(\pL?x)", R"(\pL?x)"},
        {R"(\p{Greek}?x)", R"(\p{Greek}?x)"},
        {R"(\x41?B)", R"(\x41?B)"},
        {R"(\x{41}?B)", R"(\x{41}?B)"},
        {R"(\012?3)", R"(\012?3)"},
        {R"(\ ?b)", R"(\ ?b)"},
        {R"([a ?b])", R"([a ?b])"},
        {R"([]a ?b])", R"([]a ?b])"},
        {R"([^]a ?b])", R"([^]a ?b])"},
        {R"([\]a ?b])", R"([\]a ?b])"},
        {R"([[:alpha:] ?b])", R"([[:alpha:] ?b])"},
        {R"([[:alpha:]]a ?b)", R"([[:alpha:]]a ?b)"},
        {R"([[:]x[]a ?b])", R"([[:]x[]a ?b])"},
        {R"([[:]x[^]a ?b])", R"([[:]x[^]a ?b])"},
        {R"([+-[:a:]x[]a ?b])", R"([+-[:a:]x[]a ?b])"},
        {R"(\[a ?b)", R"(\[a(?: |)b)"},
        // Flags and quotes that make it mean something else.
        {R"(\Qa ?b\E)", R"(\Qa ?b\E)"},
        {"(?U)a ?b", "(?U)a ?b"},
        {"(?is-U:a ?b)", "(?is-U:a ?b)"},
        // Broken ones end, whatever they become.
        {"[a ?b", "[a ?b"},
        {"a ?b\\", "a(?: |)b\\"},
        {"\\p{a ?b", "\\p{a ?b"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.pattern);
        CHECK(with_choices(row.pattern) == row.written);
    }
}

TEST_CASE("an expression with choices matches what it matched") {
    constexpr unsigned seed = 20261201;
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const auto draw = [&random](std::string_view from) { return from[random() % from.size()]; };
    for (int round = 0; round < 3000; ++round) {
        std::string pattern;
        for (int i = 0; i < 8; ++i) {
            constexpr std::string_view pieces[] = {"a",         "b",     " ", "-", "?",    "?a", "?b",
                                                   "(?:a ?b)?", "[- ]?", "|", ".", "\\s?", "b+"};
            pattern += pieces[random() % std::size(pieces)];
        }
        const auto before = Regex::compile(pattern, Case::folded),
                   after = Regex::compile(with_choices(pattern), Case::folded);
        CAPTURE(pattern);
        REQUIRE(before.has_value() == after.has_value());
        if (!before) continue;
        for (int text_number = 0; text_number < 20; ++text_number) {
            std::string text;
            for (int i = 0; i < 7; ++i) text += draw("abA -");
            CAPTURE(text);
            const auto hit_before = before->find(text, 0, text.size(), Groups::kept),
                       hit_after = after->find(text, 0, text.size(), Groups::kept);
            REQUIRE(hit_before.has_value() == hit_after.has_value());
            if (hit_before) CHECK(hit_before->full_match == hit_after->full_match);
        }
    }
}

TEST_CASE("a word that may be parted is asked for as a whole") {
    Regexes regexes;
    const auto number = regexes.add("send ?grid|mail ?chimp", Case::folded);
    REQUIRE(number.has_value());
    const auto& pieces = regexes.pieces(*number);
    CHECK(std::ranges::find(pieces, "sendgrid") != pieces.end());
    CHECK(std::ranges::find(pieces, "send grid") != pieces.end());
    CHECK(std::ranges::find(pieces, "grid") == pieces.end());
}

TEST_CASE("an expression that just fits without choices is taken") {
    Regexes regexes;
    std::string pattern = "(?:";
    for (int i = 0; i < 200; ++i) pattern += "a?b";
    pattern += "){1000}";
    REQUIRE(Regex::compile(pattern, Case::exact).has_value());
    CHECK_FALSE(Regex::compile(with_choices(pattern), Case::exact).has_value());
    CHECK(regexes.add(pattern, Case::exact).has_value());
}
