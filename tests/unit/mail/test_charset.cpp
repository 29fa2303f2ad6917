#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/limits.hpp"
#include "mail/charset.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;

TEST_CASE("charset: bytes become UTF-8 as clients show them") {
    struct Case {
        std::string charset, bytes, expected;
    };
    const std::vector<Case> cases = {
        {"us-ascii", "plain", "plain"},
        {"utf-8", "caf\xC3\xA9", "café"},
        {"UTF8", "\xEF\xBB\xBFx", "x"},
        {"utf-8",
         "a\xFF"
         "b",
         "a\uFFFDb"},
        {"utf-8", "\xE2\x82", "\uFFFD"},                  // cut character: one replacement
        {"utf-8", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},  // surrogate: each byte
        {"utf-8", "\xC0\xAF", "\uFFFD\uFFFD"},            // overlong slash
        {"iso-8859-1", "\x93quoted\x94", "“quoted”"},     // windows-1252 in truth
        {"\"windows-1252\"", "\x80", "€"},
        {"", "caf\xE9", "café"},
        {"", "caf\xC3\xA9", "café"},
        {"x-no-such-charset", "caf\xE9", "café"},
        {"../../etc/passwd", "x\xE9", "xé"},
        {"koi8-r", "\xF0\xD2\xC9\xD7\xC5\xD4", "Привет"},
        {"gb2312", "\xD6\xD0\xB9\xFA", "中国"},
        {"iso-2022-jp", "\x1B$BF|K\\\x1B(B", "日本"},
        {"shift_jis", "\x93\xFA\x96\x7B", "日本"},
        {"utf-16le", std::string("h\0i\0", 4), "hi"},
        {"", std::string("\xFF\xFEh\0i\0", 6), "hi"},
        {"utf-7", "+AGgAaQ-", "hi"},
    };
    CharsetConverters converters;
    for (const Case& c : cases) {
        CAPTURE(c.charset);
        const ExactBuffer bytes(c.bytes);
        CHECK(converters.to_utf8(bytes.text(), c.charset) == c.expected);
    }
}

TEST_CASE("charset: more names than the cache holds still convert, and a very long name is unknown") {
    CharsetConverters converters;
    for (int round = 0; round < 2; ++round) {
        for (int number = 1; number <= 16; ++number) {
            if (number == 12) continue;
            (void)converters.to_utf8("\xE9", "iso-8859-" + std::to_string(number));
        }
        for (std::size_t i = 0; i < limits::charset_converters + 4; ++i)
            (void)converters.to_utf8("\xE9", "x-" + std::to_string(i));
        CHECK(converters.to_utf8("\xCF", "koi8-r") == "о");
    }
    CHECK(converters.to_utf8("\xE9", std::string(limits::charset_name_bytes + 1, 'k')) == "é");
}

TEST_CASE("charset: whatever comes in, valid UTF-8 comes out") {
    rc::check([] {
        const auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
        const ExactBuffer buffer(bytes);
        RC_ASSERT(is_valid_utf8(repair_utf8(buffer.text())));
        RC_ASSERT(is_valid_utf8(utf8_or_windows_1252(buffer.text())));
        CharsetConverters converters;
        for (const char* name : {"", "utf-8", "gbk", "iso-2022-kr", "utf-7", "utf-16", "hz"})
            RC_ASSERT(is_valid_utf8(converters.to_utf8(buffer.text(), name)));
        if (is_valid_utf8(buffer.text())) RC_ASSERT(repair_utf8(buffer.text()) == bytes);
    });
}
