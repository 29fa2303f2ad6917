#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "mail/header_block.hpp"
#include "support/exact_buffer.hpp"
#include "support/parsed_mail.hpp"

using namespace tocsin;
using namespace tocsin::mail;
using tocsin::testing::crlf;

namespace {

constexpr std::size_t npos = HeaderOddities::npos;

// "Name=raw value|Name=raw value" and where the body begins.
std::string shown(const HeaderBlock& block) {
    std::string out;
    for (const HeaderField& field : block.fields)
        out += std::string(field.name) + "=" + std::string(field.raw_value) + "|";
    return out + std::to_string(block.body_begin);
}

bool is_ordinary(const HeaderBlock& block) {
    const HeaderOddities& odd = block.odd;
    for (const std::size_t place : {odd.bare_cr, odd.malformed_line, odd.only_spaces_line, odd.lone_lf})
        if (place != npos) return false;
    return !odd.no_blank_line && !odd.over_limit;
}

}  // namespace

TEST_CASE("header block: fields, folding and where the body begins") {
    struct Row {
        const char* what;
        std::string text;
        std::string expected;
    };
    const std::vector<Row> rows = {
        {"two fields", "A: 1\r\nB: 2\r\n\r\nbody", "A= 1|B= 2|14"},
        {"bare LF", "A: 1\nB: 2\n\nbody", "A= 1|B= 2|11"},
        {"folded", "A: 1\r\n 2\r\n\t3\r\n\r\n", "A= 1\r\n 2\r\n\t3|16"},
        {"empty value", "A:\r\n\r\n", "A=|6"},
        {"colons in the value", "A: b: c\r\n\r\n", "A= b: c|11"},
        {"no white space after the colon", "A:1\r\n\r\n", "A=1|7"},
        {"white space before the colon", "A : 1\r\n\r\n", "A= 1|9"},
        {"mbox line", "From a@example.org Mon\r\nA: 1\r\n\r\nx", "A= 1|32"},
        {"no body", "A: 1\r\n\r\n", "A= 1|8"},
        {"no header", "\r\nbody", "2"},
        {"bytes above 127 in a name", "\xC3\xA4: 1\r\n\r\n", "\xC3\xA4= 1|9"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const ExactBuffer buffer(row.text);
        const HeaderBlock block = read_header_block(buffer.view());
        CHECK(shown(block) == row.expected);
        CHECK(is_ordinary(block));
        CHECK(header_alternatives(buffer.view(), block).empty());
    }
}

TEST_CASE("header block: the end of the bytes ends the headers, too") {
    for (const char* text : {"", "A: 1", "A: 1\r\n", "A", "A: 1\r\n B", "A: 1\r"}) {
        CAPTURE(text);
        const ExactBuffer buffer(text);
        const HeaderBlock block = read_header_block(buffer.view());
        CHECK(block.odd.no_blank_line);
        CHECK(block.body_begin == buffer.view().size());
    }
}

TEST_CASE("header block: offsets of names") {
    const ExactBuffer buffer("A: 1\r\n  2\r\nBee: 3\r\n\r\n");
    const HeaderBlock block = read_header_block(buffer.view());
    REQUIRE(block.fields.size() == 2);
    CHECK(block.fields[0].offset == 0);
    CHECK(block.fields[1].offset == 11);
    CHECK(find_field(block.fields, "bee") == &block.fields[1]);
    CHECK(find_field(block.fields, "be") == nullptr);
}

TEST_CASE("header block: oddities and the first place of each") {
    struct Row {
        const char* what;
        std::string text;
        std::size_t HeaderOddities::* place;
        std::size_t offset;
    };
    const std::vector<Row> rows = {
        {"bare CR", "A: 1\rB: 2\r\n\r\n", &HeaderOddities::bare_cr, 4},
        {"CR CR LF", "A: 1\r\r\nB: 2\r\n\r\n", &HeaderOddities::bare_cr, 4},
        {"line without a colon", "A: 1\r\nhello\r\n\r\n", &HeaderOddities::malformed_line, 6},
        {"name with a blank inside", "A: 1\r\nhe llo: x\r\n\r\n", &HeaderOddities::malformed_line, 6},
        {"continuation before any field", " x\r\nA: 1\r\n\r\n", &HeaderOddities::malformed_line, 0},
        {"only blanks", "A: 1\r\n \t\r\nB: 2\r\n\r\n", &HeaderOddities::only_spaces_line, 6},
        {"lone LF among CRLF", "A: 1\r\nB: 2\nC: 3\r\n\r\n", &HeaderOddities::lone_lf, 10},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const ExactBuffer buffer(row.text);
        CHECK(read_header_block(buffer.view()).odd.*row.place == row.offset);
    }
}

TEST_CASE("header block: other rules read other fields") {
    struct Row {
        const char* what;
        HeaderRules rules;
        std::string text;
        std::string expected;
    };
    const std::vector<Row> rows = {
        {"CR ends a line", {.line_ends = LineEnds::any_cr_or_lf}, "A: 1\rB: 2\r\n\r\nx", "A= 1|B= 2|13"},
        {"LF CR is one line end",
         {.line_ends = LineEnds::runs_collapsed},
         "A: 1\n\rB: 2\n\r\n\rx",
         "A= 1|B= 2|14"},
        {"only CRLF ends a line", {.line_ends = LineEnds::crlf_only}, "A: 1\nB: 2\r\n\r\nx", "A= 1\nB: 2|13"},
        {"junk ends the headers",
         {.malformed = OddLine::ends_headers},
         "A: 1\r\njunk\r\nB: 2\r\n\r\n",
         "A= 1|6"},
        {"blanks end the headers",
         {.only_spaces = OddLine::ends_headers},
         "A: 1\r\n \r\nB: 2\r\n\r\n",
         "A= 1|9"},
        {"a field behind the blank line",
         {.through_blank_line = true},
         "A: 1\r\n\r\nB: 2\r\n\r\nx",
         "A= 1|B= 2|16"},
        {"text behind the blank line",
         {.through_blank_line = true},
         "A: 1\r\n\r\nDear you\r\n\r\nx",
         "A= 1|8"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const ExactBuffer buffer(row.text);
        CHECK(shown(read_header_block(buffer.view(), row.rules)) == row.expected);
    }
}

TEST_CASE("header block: alternatives only where a MIME field differs") {
    struct Row {
        const char* what;
        std::string text;
        std::vector<AmbiguityKind> reasons;
    };
    using enum AmbiguityKind;
    const std::vector<Row> rows = {
        {"hidden behind CR", "A: 1\rContent-Type: text/html\r\n\r\n", {bare_cr_in_header}},
        {"CR, but nothing that matters", "A: 1\rX-B: 2\r\n\r\n", {}},
        {"junk before a MIME field",
         "A: 1\r\njunk\r\nContent-Type: text/html\r\n\r\n",
         {malformed_header_line}},
        {"junk before all fields", "junk\r\nContent-Type: text/html\r\n\r\n", {junk_before_headers}},
        {"junk behind all MIME fields", "Content-Type: text/html\r\njunk\r\nB: 2\r\n\r\n", {}},
        {"line of blanks", "A: 1\r\n \r\nContent-Type: text/html\r\n\r\n", {blank_line_with_spaces}},
        {"field below the blank line",
         "A: 1\r\n\r\nContent-Type: text/html\r\n\r\n",
         {header_after_blank_line}},
        {"field below, of no matter", "A: 1\r\n\r\nNote: this\r\n\r\n", {}},
        {"lone LF", "Content-Type: text/html\nContent-ID: <x>\r\nB: 3\r\n\r\n", {mixed_line_endings}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const ExactBuffer buffer(row.text);
        const auto found = header_alternatives(buffer.view(), read_header_block(buffer.view()));
        std::vector<AmbiguityKind> reasons;
        for (const HeaderAlternative& one : found) reasons.push_back(one.reason);
        CHECK(reasons == row.reasons);
    }
    const ExactBuffer digest(crlf("Subject: x\n\nContent-Type: text/html\n\n"));
    CHECK(header_alternatives(digest.view(), read_header_block(digest.view()), OwnHeadersBelow::yes).empty());
}

TEST_CASE("header block: limits") {
    SUBCASE("bytes") {
        const std::string text =
            "A: 1\r\nB: " + std::string(limits::header_block_bytes, 'x') + "\r\nC: 3\r\n\r\n";
        const ExactBuffer buffer(text);
        const HeaderBlock block = read_header_block(buffer.view());
        CHECK(block.odd.over_limit);
        CHECK(block.body_begin <= limits::header_block_bytes);
        CHECK(block.fields.size() == 2);
    }
    SUBCASE("fields") {
        std::string text;
        for (std::size_t i = 0; i <= limits::header_fields; ++i) text += "A: 1\r\n";
        const ExactBuffer buffer(text + "\r\n");
        const HeaderBlock block = read_header_block(buffer.view());
        CHECK(block.odd.over_limit);
        CHECK(block.fields.size() == limits::header_fields);
        CHECK(block.body_begin == 6 * limits::header_fields);
    }
    SUBCASE("just below") {
        std::string text;
        for (std::size_t i = 1; i < limits::header_fields; ++i) text += "A: 1\r\n";
        const ExactBuffer buffer(text + "\r\n");
        CHECK(!read_header_block(buffer.view()).odd.over_limit);
    }
}

TEST_CASE("header block: which fields are MIME fields") {
    for (const char* name :
         {"Content-Type", "content-transfer-encoding", "CONTENT-DISPOSITION", "Content-ID"})
        CHECK(is_mime_field(name));
    for (const char* name :
         {"", "Content-", "Content-Typ", "Content-Types", "X-Content-Type", "Content-Language"})
        CHECK(!is_mime_field(name));
}
