#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "mail/charset.hpp"
#include "mail/encoded_words.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;

TEST_CASE("header text: folding and encoded words") {
    struct Case {
        std::string raw, expected;
    };
    const std::vector<Case> cases = {
        {"  plain text ", "plain text"},
        {"folded\r\n text", "folded text"},
        {"folded\r\n\ttext", "folded text"},
        {"bare\ntext", "bare text"},
        {"=?utf-8?Q?Hello=20W=C3=B6rld?=", "Hello Wörld"},
        {"=?ISO-8859-1?q?a=E9_b?= c", "aé b c"},
        {"=?utf-8?B?w6k=?=\r\n =?utf-8?B?w6k=?=", "éé"},  // white space between words goes
        {"=?utf-8?B?w6k=?= x =?utf-8?B?w6k=?=", "é x é"},
        {"=?utf-8?Q?=C3?= =?utf-8?Q?=A9?=", "é"},  // a character cut in half
        {"=?utf-8*en?Q?lang?=", "lang"},           // RFC 2231 section 5
        {"pre=?utf-8?q?fix?=post", "prefixpost"},  // no white space around: clients decode it
        {"=?utf-8?Q?Really?=20yes?= no", "Really? yes no"},
        {"=?utf-8?Q?with blanks inside?=", "with blanks inside"},
        {"=?utf-8?B?aGVsbG8?=", "hello"},  // no padding
        {"=?utf-8?B?aGVs!bG8=?=", "hello"},
        {"=?utf-8?Q?broken =?= end", "broken = end"},
        {"=?utf-8?X?abc?=", "=?utf-8?X?abc?="},
        {"=?utf-8?Q?never ends", "=?utf-8?Q?never ends"},
        {"=?", "=?"},
        {"=?utf-8?Q?"
         "?=",
         ""},
        {"caf\xE9", "café"},
        {"caf\xC3\xA9", "café"},
        {"=?utf-8?Q?a=0D=0ABcc:_x?=", "a  Bcc: x"},  // no line end can be smuggled in
        {std::string("a\0b", 3), "ab"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.raw);
        const ExactBuffer raw(c.raw);
        CHECK(decode_header_text(raw.text()) == c.expected);
    }
}

TEST_CASE("header text: hostile input takes linear time") {
    for (const std::string unit : {"=?a =?a ", "=?a?q?", "=?u?q?a?=20", "=?u?q?=", "=?", "?="}) {
        std::string text;
        while (text.size() < 1'000'000) text += unit;
        CHECK(is_valid_utf8(decode_header_text(text + "?=")));
    }
}
