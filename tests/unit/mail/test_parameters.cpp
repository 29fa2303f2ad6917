#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "mail/parameters.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

// "head|name=value|name=value"; a `!` after values that are not well formed.
std::string shown(const StructuredValue& value) {
    std::string out = value.head;
    for (const Parameter& one : value.parameters)
        out += "|" + one.name + "=" + one.value + (one.well_formed ? "" : "!");
    return out;
}

std::vector<std::string> values(const std::vector<ValueCandidate>& candidates) {
    std::vector<std::string> out;
    for (const ValueCandidate& one : candidates) out.push_back(one.value);
    return out;
}

std::vector<ValueCandidate> boundaries(std::string_view text) {
    const ExactBuffer buffer(text);
    return boundary_candidates(buffer.text(), read_structured_value(buffer.text()));
}

std::vector<std::string> names(std::string_view text) {
    const ExactBuffer buffer(text);
    return values(name_candidates(read_structured_value(buffer.text()), "name"));
}

}  // namespace

TEST_CASE("parameters: structured values") {
    struct Row {
        const char* text;
        const char* expected;
    };
    const std::vector<Row> rows = {
        {"", ""},
        {"text/plain", "text/plain"},
        {" text/plain ; charset=utf-8", "text/plain|charset=utf-8"},
        {"a; B = c ; d=\"e f\"", "a|b=c|d=e f"},
        {"a; b=\"c\\\"d\"", "a|b=c\"d"},
        {"a; b=\"c;d\"; e=f", "a|b=c;d|e=f"},
        {"a (comment (nested) \\) still); b=c (x)", "a|b=c"},
        {"a; b=\"not (a) comment\"", "a|b=not (a) comment"},
        {"a;;; b=c;", "a|b=c"},
        {"a; b", "a"},
        {"a; b=", "a|b=!"},
        {"a; b=\"open", "a|b=open!"},
        {"a; b=\"c\"d", "a|b=c!"},
        {"a; b=c d", "a|b=c d!"},
        {"a; b=c\\", "a|b=c\\!"},
        {"a; b=\"c\\", "a|b=c\\!"},
        {"a (open", "a"},
        {"a; b=c (open", "a|b=c"},
        {"; b=c", "|b=c"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const ExactBuffer buffer(row.text);
        CHECK(shown(read_structured_value(buffer.text())) == row.expected);
    }
    CHECK(shown(read_structured_value("a (b); c=d", Comments::literal)) == "a (b)|c=d");
}

TEST_CASE("parameters: unfolding") {
    CHECK(unfold_value(" a\r\n b") == " a b");
    CHECK(unfold_value("a\r\n\t b", Folds::to_nothing) == "ab");
    CHECK(unfold_value("a\n") == "a");
    CHECK(unfold_value("").empty());
}

TEST_CASE("parameters: a well-written boundary is the only one") {
    for (const char* text : {"multipart/mixed; boundary=abc", "multipart/mixed; boundary=\"abc\"",
                             "multipart/mixed; charset=x; boundary=abc", "multipart/mixed; BOUNDARY=abc",
                             "multipart/mixed; boundary=\"abc\"; type=\"text/html\""}) {
        CAPTURE(text);
        CHECK(values(boundaries(text)) == std::vector<std::string>{"abc"});
    }
    CHECK(values(boundaries("m/m; boundary=\"----=_Part_1.2?x/y:z\"")) ==
          std::vector<std::string>{"----=_Part_1.2?x/y:z"});
}

TEST_CASE("parameters: disputed boundaries, with the reason of the second") {
    struct Row {
        const char* text;
        const char* first;
        const char* second;
        AmbiguityKind reason;
    };
    using enum AmbiguityKind;
    const std::vector<Row> rows = {
        {"m/m; boundary=a; boundary=b", "a", "b", duplicate_boundary},
        {"m/m; boundary=\"a \"", "a ", "a", boundary_whitespace},
        {"m/m; boundary=\"a b\"", "a b", "a", boundary_whitespace},
        {"m/m; boundary=a\"b", "a\"b", "ab", boundary_quoting},
        {"m/m; boundary=\"a\\b\"", "ab", "\"a\\b\"", boundary_quoting},
        {"m/m; boundary=a,b", "a,b", "a", boundary_illegal_character},
        {"m/m; boundary*=us-ascii''a%62", "ab", "us-ascii''a%62", boundary_encoded},
        {"m/m; boundary*0=a; boundary*1=b", "ab", "a", boundary_encoded},
        {"m/m; boundary=\"=?us-ascii?q?ab?=\"", "=?us-ascii?q?ab?=", "ab", encoded_word_in_parameter},
        {"m/m; x=\"boundary=b\"; boundary=a", "a", "b", boundary_in_other_field},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const auto found = boundaries(row.text);
        REQUIRE(found.size() >= 2);
        CHECK(found[0].value == row.first);
        const auto second = std::ranges::find(found, row.second, &ValueCandidate::value);
        REQUIRE(second != found.end());
        CHECK(second->reason == row.reason);
    }
    CHECK(values(boundaries("m/m; boundary=\"\"")) == std::vector<std::string>{""});
    CHECK(boundaries("m/m; charset=x").empty());
}

TEST_CASE("parameters: names") {
    struct Row {
        const char* text;
        std::vector<std::string> expected;
    };
    const std::vector<Row> rows = {
        {"a/b; name=x.txt", {"x.txt"}},
        {"a/b; name=\"x y.txt\"", {"x y.txt"}},
        {"a/b; name=\"=?utf-8?q?=C3=A4.txt?=\"", {"\xC3\xA4.txt"}},
        {"a/b; name*=utf-8''%C3%A4.txt", {"\xC3\xA4.txt", "utf-8''%C3%A4.txt"}},
        {"a/b; name=a.txt; name=b.exe", {"a.txt", "b.exe"}},
        {"a/b; name=\"a\".exe", {"a", "a.exe"}},
        {"a/b; name='a.exe'", {"'a.exe'", "a.exe"}},
        {"a/b; name=a;.exe", {"a", "a;.exe"}},
        {"a/b; name=a\\;.exe", {"a\\", "a;.exe"}},
        {"a/b; name=a; ; x=y", {"a"}},
        {"a/b; na()me=a.exe", {"a.exe"}},
        {"a/b; charset=x", {}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(names(row.text) == row.expected);
    }
    // UTF-16 without a byte order mark: "a.b", least significant byte first.
    const auto utf16 = names("a/b; name=\"=?utf-16?B?YQAuAGIA?=\"");
    CHECK(std::ranges::find(utf16, "a.b") != utf16.end());
}

TEST_CASE("parameters: pieces of RFC 2231 in any order") {
    CHECK(names("a/b; name*1=.txt; name*0=x").front() == "x.txt");
    CHECK(names("a/b; name*0*=utf-8''%C3; name*1*=%A4").front() == "\xC3\xA4");
    const auto doubled = names("a/b; name*0=x; name*0=y; name*1=.txt");
    for (const char* wanted : {"x.txt", "y.txt"}) CHECK(std::ranges::find(doubled, wanted) != doubled.end());
    CHECK(names("a/b; name*99999999999999999999=x").empty());
}

TEST_CASE("parameters: limits") {
    std::string text = "a/b";
    for (std::size_t i = 0; i < limits::parameters + 10; ++i) text += "; p" + std::to_string(i) + "=v";
    CHECK(read_structured_value(text).parameters.size() == limits::parameters);
    std::string many = "m/m";
    for (int i = 0; i < 100; ++i) many += "; boundary=b" + std::to_string(i);
    CHECK(boundaries(many).size() <= 16);
    // RFC 2046 section 5.1.1 allows 70 characters; what is absurdly long is no boundary.
    CHECK(boundaries("m/m; boundary=" + std::string(1000, 'x')).empty());
}
