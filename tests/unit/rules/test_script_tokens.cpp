#include <doctest/doctest.h>

#include <algorithm>

#include "base/limits.hpp"
#include "rules/script_tokens.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("A script is taken into names, texts and keywords, each once and in order") {
    struct Row {
        const char* source;
        Words identifiers, strings, keywords;
    };
    const std::vector<Row> rows = {
        {"var a = atob('x'); document['write'](a);", {"a", "atob", "document"}, {"x", "write"}, {"var"}},
        {"document.write(atob(\"aGk=\"))", {"document", "write", "atob"}, {"aGk="}, {}},
        {"unescape('%u9090'); unescape(\"%u9090\")", {"unescape"}, {"%u9090"}, {}},
        {"function decodeROT13(s){return s.replace(/[a-z]/gi, rot13)}",
         {"decodeROT13", "s", "replace", "rot13"},
         {},
         {"function", "return"}},
        // Escapes stay as they are written: a rule looks for them.
        {"window['x'] = ato\\u0062('eA=='); \\u{61}b()",
         {"window", "ato\\u0062", "\\u{61}b"},
         {"x", "eA=="},
         {}},
        {"if (true) x = null; else y = false", {"x", "y"}, {}, {"if", "else"}},
        {"let $ = _0x1f2a, #private = 1, é = 2", {"$", "_0x1f2a", "#private", "é"}, {}, {"let"}},
        // Comments and numbers are no words.
        {"// var a\n/* b 'c' */ d /* e", {"d"}, {}, {}},
        {"<!-- x\ny\n--> ", {"y"}, {}, {}},
        {"0x1F + 1e3 + 5n + a1", {"a1"}, {}, {}},
        // Escaped quotes; a text that is not closed ends with its line.
        {"a='it\\'s'; b=\"x\\\"y\"", {"a", "b"}, {"it\\'s", "x\\\"y"}, {}},
        {"a='open\nb='closed'", {"a", "b"}, {"open", "closed"}, {}},
        {"a='one\\\r\ntwo'", {"a"}, {"one\\\r\ntwo"}, {}},
        // Template texts hold expressions, and expressions template texts.
        {"`a${b + `c${d}e`}f` + g", {"b", "d", "g"}, {"a", "c", "e", "f"}, {}},
        {"`${ {k: '}'} }`", {"k"}, {"}"}, {}},
        {"", {}, {}, {}},
        {"\\", {"\\"}, {}, {}},
        {"'", {}, {""}, {}},
        {"`", {}, {}, {}},
        {"`${", {}, {}, {}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.source);
        const JavascriptScan scan = tokenize_script(row.source);
        CHECK(scan.identifiers == row.identifiers);
        CHECK(scan.strings == row.strings);
        CHECK(scan.keywords == row.keywords);
        CHECK_FALSE(scan.cut);
    }
}

TEST_CASE("A slash begins a regular expression where an expression may begin, else it divides") {
    struct Row {
        const char* source;
        Words expressions, identifiers;
    };
    const std::vector<Row> rows = {
        {"a = /b'c/gi", {"/b'c/gi"}, {"a"}}, {"a / b / c", {}, {"a", "b", "c"}},
        {"f(x) / y", {}, {"f", "x", "y"}},   {"return /[/'\"]/.test(s)", {"/[/'\"]/"}, {"test", "s"}},
        {"x = /a\\/b/", {"/a\\/b/"}, {"x"}}, {"= /never closed\nz", {}, {"never", "closed", "z"}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.source);
        const JavascriptScan scan = tokenize_script(row.source);
        CHECK(scan.regular_expressions == row.expressions);
        CHECK(scan.identifiers == row.identifiers);
    }
}

TEST_CASE("Scripts of one page add up") {
    JavascriptScan scan;
    tokenize_more("var a", scan);
    tokenize_more("var b; a", scan);
    CHECK(scan.identifiers == Words{"a", "b"});
    CHECK(scan.keywords == Words{"var"});
}

TEST_CASE("Hostile scripts end at named limits and take linear time") {
    std::string many;
    for (std::size_t i = 0; i <= limits::script_words; ++i) many += "n" + std::to_string(i) + ";";
    const JavascriptScan names = tokenize_script(many);
    CHECK(names.cut);
    CHECK(names.identifiers.size() == limits::script_words);

    std::string deep;
    for (std::size_t i = 0; i <= limits::script_template_depth; ++i) deep += "`${";
    CHECK(tokenize_script(deep).cut);

    CHECK(tokenize_script(std::string(limits::exploded_text_bytes + 1, ' ')).cut);

    // Each of these would take quadratic time if the search for an end began anew each time.
    constexpr std::size_t repeats = 400'000;
    for (const char* piece : {"/[", "/(", "'", "\\u{", "`${", "/*", "<!--"}) {
        CAPTURE(piece);
        std::string text;
        for (std::size_t i = 0; i < repeats; ++i) text += piece;
        (void)tokenize_script(text);
    }
    CHECK(tokenize_script("\xFF\xFE\x80 a \xC3").identifiers.size() >= 1);  // no UTF-8: replaced, not refused
}
