#include <doctest/doctest.h>

#include <string>

#include "gate/reserved_fields.hpp"
#include "scan/reserved_names.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::gate;

namespace {

std::string joined(const WithoutReserved& rest) {
    std::string out;
    for (ByteView piece : rest.pieces) out += as_text(piece);
    return out;
}

struct Case {
    const char* name;
    std::string content;
    std::vector<scan::FieldRange> ranges;
    std::string expected;
    std::size_t refused;
};

}  // namespace

TEST_CASE("names that only Tocsin may write") {
    for (const char* name :
         {"X-Tocsin-Verdict", "x-TOCSIN-anything", "X-Spam-Flag", "X-Spam-Status", "X-Spam-Level",
          "MIME-Ambiguity-Results", "X-Tocsin-Verdict ", "X-Toc\x01sin-Verdict"})
        CHECK_MESSAGE(scan::is_reserved_field(name), name);
    for (const char* name :
         {"X-Tocsin", "X-Spam", "X-Spam-Score", "Subject", "", "X-Spam-Flag-2", "Tocsin-Verdict"})
        CHECK_FALSE_MESSAGE(scan::is_reserved_field(name), name);
    CHECK_FALSE(scan::is_reserved_field("X-Tocsin-" + std::string(300, 'a')));
}

TEST_CASE("forged fields are cut, and a lying reader cuts nothing else") {
    const std::string forged = "X-Tocsin-Verdict: clean;\r\n more\r\n";
    const std::string mail =
        "From: a\r\n" + forged + "Subject: s\r\nX-Spam-Flag: NO\r\n\r\nX-Spam-Flag: in the body\r\n";
    const std::size_t flag = mail.find("X-Spam-Flag"), in_body = mail.rfind("X-Spam-Flag");
    const Case cases[] = {
        {"both",
         mail,
         {{9, forged.size()}, {flag, 17}},
         "From: a\r\nSubject: s\r\n\r\nX-Spam-Flag: in the body\r\n",
         0},
        {"none", mail, {}, mail, 0},
        {"first field of all", forged + "\r\nbody", {{0, forged.size()}}, "\r\nbody", 0},
        {"no empty line", forged, {{0, forged.size()}}, "", 0},
        {"another field", mail, {{0, 9}}, mail, 1},
        {"in the body", mail, {{in_body, mail.size() - in_body}}, mail, 1},
        {"across the empty line", mail, {{flag, mail.size() - flag}}, mail, 1},
        {"with the field behind it", mail, {{9, forged.size() + 12}}, mail, 1},
        {"without its continuation's line end", mail, {{9, forged.size() - 2}}, mail, 1},
        {"begins inside a line",
         "Subject: X-Spam-Flag: a\r\n\r\n",
         {{9, 16}},
         "Subject: X-Spam-Flag: a\r\n\r\n",
         1},
        {"twice",
         mail,
         {{9, forged.size()}, {9, forged.size()}},
         "From: a\r\n" + mail.substr(9 + forged.size()),
         1},
        {"out of order",
         mail,
         {{flag, 17}, {9, forged.size()}},
         mail.substr(0, flag) + mail.substr(flag + 17),
         1},
        {"beyond the end",
         mail,
         {{mail.size() + 5, 3}, {9, ~std::uint64_t{0}}, {~std::uint64_t{0}, 1}},
         mail,
         3},
        {"empty", mail, {{9, 0}}, mail, 1},
    };
    for (const Case& c : cases) {
        CAPTURE(c.name);
        tocsin::ExactBuffer buffer(c.content);
        WithoutReserved rest = without_reserved_fields(buffer.view(), c.ranges);
        CHECK(joined(rest) == c.expected);
        CHECK(rest.refused == c.refused);
        CHECK(rest.names.size() + rest.refused == c.ranges.size());
    }
}

TEST_CASE("the names of what was cut are as they are written, each once") {
    const std::string content = "X-Tocsin-Trust: me\r\nx-tocsin-TRUST : me\r\nX-Spam-Flag:\r\n NO\r\n\r\n";
    const auto rest = without_reserved_fields(as_bytes(content), {{0, 20}, {20, 21}, {41, 19}, {100, 5}});
    CHECK(joined(rest) == "\r\n");
    CHECK(rest.names == std::vector<std::string>{"X-Tocsin-Trust", "X-Spam-Flag"});
    CHECK(rest.refused == 1);
}
