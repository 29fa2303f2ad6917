#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/subject.hpp"
#include "mail/threads.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

std::vector<std::string> split(const std::string& text, const std::vector<std::size_t>& marks = {}) {
    const ExactBuffer buffer(text);
    std::vector<std::string> out;
    for (const TextPart& part : split_threads(buffer.text(), marks)) {
        CHECK(part.preamble_begin <= part.begin);
        CHECK(part.begin <= part.end);
        CHECK(part.end <= text.size());
        const std::string_view content = buffer.text().substr(part.begin, part.end - part.begin);
        out.push_back(part.quoted ? without_quote_marks(content) : std::string(trim(content)));
    }
    return out;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("threads: where quotations begin") {
    struct Case {
        std::string text;
        Texts parts;
    };
    const std::vector<Case> cases = {
        {"just text\nmore", {"just text\nmore"}},
        {"", {""}},
        {"new\n\nOn Mon, 1 Sep 2026, Ann <a@x.com> wrote:\n> old\n> two", {"new", "old\ntwo"}},
        {"new\nOn Monday,\nAnn wrote:\nold", {"new", "old"}},
        {"new\nAm 01.09.26 um 10:00 schrieb Ann:\n> alt", {"new", "alt"}},
        {"neu\nAm Montag schrieb Ann <a@x.com>:\nalt", {"neu", "alt"}},
        {"nouveau\nLe lun. 1 sept. 2026, Ann a écrit :\nvieux", {"nouveau", "vieux"}},
        {"nuevo\nEl lun, 1 sept 2026, Ann escribió:\nviejo", {"nuevo", "viejo"}},
        {"new\n-----Original Message-----\nFrom: Ann\nSent: Monday\nTo: Bob\nSubject: Re: x\n\nold",
         {"new", "old"}},
        {"new\n________________________________\nFrom: Ann <a@x.com>\nSent: Monday\nTo: Bob\nSubject: "
         "x\n\nold",
         {"new\n________________________________", "old"}},
        {"neu\nVon: Ann\nGesendet: Montag\nAn: Bob\nBetreff: x\n\nalt", {"neu", "alt"}},
        {"new\n---------- Forwarded message ---------\nFrom: Ann\nDate: Mon\nSubject: x\nTo: b\n\nold",
         {"new", "old"}},
        {"new\n> one quoted line is no quotation\nmore", {"new\n> one quoted line is no quotation\nmore"}},
        {"new\n> two\n> lines\nafter", {"new", "two\nlines\nafter"}},
        {"Trip\nFrom: Paris\nTo: Rome\nDate: Monday", {"Trip\nFrom: Paris\nTo: Rome\nDate: Monday"}},
        {"a\nOn 1 Sep B wrote:\nb\nOn 2 Sep C wrote:\nc", {"a", "b", "c"}},
        {"Begin forwarded message:\n\nFrom: Ann\nSubject: x\nDate: Mon\n\nold", {"old"}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.text);
        CHECK(split(c.text) == c.parts);
    }
}

TEST_CASE("threads: marks from HTML, and the preamble") {
    const std::string text = "new\nfrom html\nold";
    CHECK(split(text, {14}) == Texts{"new\nfrom html", "old"});
    CHECK(split(text, {999}) == Texts{text});
    const std::string quoted = "-- \nFrom: Ann <a@x.com>\nSent: Monday\nTo: Bob <b@x.com>; c@x.com\nCc: "
                               "d@x.com\nSubject: RE: Pay\n\nold";
    const auto parts = split_threads(quoted, {});
    REQUIRE(parts.size() == 2);
    const QuotedHeaders headers = read_quoted_headers(
        std::string_view(quoted).substr(parts[1].preamble_begin, parts[1].begin - parts[1].preamble_begin));
    CHECK(headers.from == "Ann <a@x.com>");
    CHECK(headers.to == "Bob <b@x.com>; c@x.com");
    CHECK(headers.cc == "d@x.com");
    CHECK(headers.subject == "RE: Pay");
}

TEST_CASE("threads: the author of a quotation stands before its address") {
    struct Case {
        std::string preamble, author;
    };
    const std::vector<Case> cases = {
        {"On Mon, Jan 1, 2026 at 1:00 PM Carl Quoted <carl@quoted.example> wrote:",
         "\"Carl Quoted\" <carl@quoted.example>"},
        {"On Jan 1, 2026, at 1:00 PM, Carl <carl@quoted.example> wrote:", "\"Carl\" <carl@quoted.example>"},
        {"> On Monday, 1 January 2026,\n> Carl Quoted <carl@quoted.example>\n> wrote:",
         "\"Carl Quoted\" <carl@quoted.example>"},
        {"Am Mo., 1. Jan. 2026 um 13:00 Uhr schrieb Carl Quoted <carl@quoted.example>:",
         "\"Carl Quoted\" <carl@quoted.example>"},
        {"Le lun. 1 janv. 2026 à 13:00, Carl <carl@quoted.example> a écrit :",
         "\"Carl\" <carl@quoted.example>"},
        {"On Mon, Carl <carl@quoted.example<mailto:carl@quoted.example>> wrote:",
         "\"Carl\" <carl@quoted.example>"},
        {"On Mon, carl@quoted.example wrote:", "carl@quoted.example"},
        {"On Mon, Carl wrote:", ""},
        {"-----Original Message-----", ""},
        {"", ""},
    };
    for (const Case& c : cases) {
        CAPTURE(c.preamble);
        CHECK(quoted_author(c.preamble) == c.author);
    }
}

TEST_CASE("threads: bounded, in linear time") {
    for (const std::string unit : {"On x wrote:\n", "From: a\n", "> a\n", ">\n\n", "On \n",
                                   "From: a\nTo: b\nSubject: c\n", "-----Original Message-----\n", "\n"}) {
        std::string text;
        while (text.size() < 500'000) text += unit + (text.size() % 3 == 0 ? "x\n" : "");
        CHECK(split_threads(text, {}).size() <= limits::threads + 1);
    }
}

TEST_CASE("subject: prefixes and tags") {
    struct Case {
        std::string text, base;
        bool is_reply, is_forward;
    };
    const std::vector<Case> cases = {
        {"Hello", "Hello", false, false},
        {"RE: Hello", "Hello", true, false},
        {"Re[2]: Hello", "Hello", true, false},
        {"FW: Hello", "Hello", false, true},
        {"Fwd: Re: Hello", "Hello", true, true},
        {"[EXTERNAL] Re: Hello", "Hello", true, false},
        {"Re: [EXTERNAL] Hello", "Hello", true, false},
        {"AW: WG: Hallo", "Hallo", true, true},
        {"回复：你好", "你好", true, false},
        {"Invoice: 12", "Invoice: 12", false, false},
        {"Re Hello", "Re Hello", false, false},
        {"[only]", "[only]", false, false},
        {"", "", false, false},
        {"Re:", "", true, false},
    };
    for (const Case& c : cases) {
        CAPTURE(c.text);
        const Subject subject = parse_subject(c.text);
        CHECK(subject.subject == c.text);
        CHECK(subject.base == c.base);
        CHECK(subject.is_reply == c.is_reply);
        CHECK(subject.is_forward == c.is_forward);
    }
}
