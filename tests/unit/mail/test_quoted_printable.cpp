#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/limits.hpp"
#include "mail/transfer_decoding.hpp"
#include "support/encoders.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;
using tocsin::testing::quoted_printable_encode;

namespace {

constexpr std::size_t many = limits::alternatives_per_place;

std::string text_of(const Bytes& bytes) {
    return std::string(as_text(bytes));
}

Decoded decode(std::string_view encoded, std::size_t alternatives_max = many) {
    const ExactBuffer buffer(encoded);
    return decode_quoted_printable(buffer.view(), alternatives_max);
}

bool has_alternative(const Decoded& decoded, std::string_view bytes) {
    return std::ranges::any_of(decoded.alternatives,
                               [&](const auto& one) { return as_text(one.bytes) == bytes; });
}

bool flagged(const Decoded& decoded, AmbiguityKind kind) {
    return std::ranges::any_of(decoded.ambiguities, [&](const auto& one) { return one.kind == kind; });
}

}  // namespace

TEST_CASE("quoted-printable: ordinary forms have one reading and no ambiguity") {
    struct Row {
        const char* what;
        std::string encoded;
        std::string decoded;
    };
    const std::vector<Row> rows = {
        {"nothing", "", ""},
        {"plain text", "plain\r\ntext\n", "plain\r\ntext\n"},
        {"escapes", "=41=4B=7E=FF", "AK~\xff"},
        {"equals sign", "a=3Db", "a=b"},
        {"soft line breaks", "on=\r\ne li=\nne", "one line"},
        {"`=` at the end", "end=", "end"},
        {"`=` CR at the end", "end=\r", "end"},
        {"lower-case decimal digits only", "=20=09", " \t"},
        {"a tab", "a\tb", "a\tb"},
        {"a line of 5,000 characters", std::string(5000, 'x') + "=3D", std::string(5000, 'x') + "="},
        {"soft break, blank line", "a=\r\n\r\nb", "a\r\nb"},
        {"encoded blank before a line end", "a=20\r\nb", "a \r\nb"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const Decoded decoded = decode(row.encoded);
        CHECK(text_of(decoded.bytes) == row.decoded);
        CHECK(decoded.alternatives.empty());
        CHECK(decoded.ambiguities.empty());
    }
}

TEST_CASE("quoted-printable: disputed forms") {
    struct Row {
        const char* what;
        std::string encoded;
        std::string primary;
        std::string other;  // what another decoder gives
        AmbiguityKind kind;
    };
    using enum AmbiguityKind;
    constexpr auto escape = quoted_printable_illegal_escape;
    constexpr auto soft = quoted_printable_soft_break;
    const std::vector<Row> rows = {
        {"G1 =XX", "=XX=50=XXK", "=XXP=XXK", "PK", escape},
        {"G1 =W", "= =50= K", "= P= K", "PK", escape},
        {"G1 = and two blanks", "=  =50=  K", "=  P=  K", "PK", escape},
        {"G1 =H", "=0=50=0K", "=0P=0K", "PK", escape},
        {"G1 =HX", "=0X=50=0XK", "=0XP=0XK", "PK", escape},
        {"G1 =Hh among upper case", "=0a=50=0a=4B", "\nP\nK", "PK", escape},
        {"G1 = before letters", "=P=K==03", "=P=K=\3", "PK\3", escape},
        {"G1 a pass that removes them first", "=0P=0K=0=03=0==0\nx", "=0P=0K=0\3=0==0\nx", "PK\3x", escape},
        {"G1 a strict pass first", "P==a4B==a4A=4F",
         "P=\xa4"
         "B=\xa4"
         "AO",
         "PKJO", escape},
        {"G2 blanks in the break", "P= \r\nK=\t\nX", "PKX", "P= \r\nK=\t\nX", soft},
        {"G2 CR only", "P=\rK", "PK", "P=\rK", soft},
        {"G2 CR CR LF", "P=\r\r\nK", "PK", "P\r\nK", soft},
        {"G2 CR, text lost up to LF", "P=\rjunk\nK", "Pjunk\nK", "PK", soft},
        {"G3 == at the end: an escape, then a soft break", "a==", "a=", "a", escape},
        {"G3 one digit at the end", "a=4", "a=4", "a", escape},
        {"G5 control characters", "P\x01K\x7f", "P\x01K\x7f", "PK", quoted_printable_raw_bytes},
        {"G5 NUL", std::string("P\0K", 3), std::string("P\0K", 3), "PK", quoted_printable_raw_bytes},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const Decoded decoded = decode(row.encoded);
        CHECK(text_of(decoded.bytes) == row.primary);
        CHECK(has_alternative(decoded, row.other));
        CHECK(flagged(decoded, row.kind));
    }
}

TEST_CASE("quoted-printable: what sloppy honest mail does is scanned in both forms but not flagged") {
    struct Row {
        const char* what;
        std::string encoded;
        std::string primary;
        std::string other;
    };
    const std::vector<Row> rows = {
        {"lower-case digits throughout", "=4a=4b=e9", "JK\xe9", "=4a=4b=e9"},
        {"bytes above 126", "caf\xc3\xa9=20x", "caf\xc3\xa9 x", "caf x"},
        {"blanks before a line end", "-- \r\nme\t\n", "-- \r\nme\t\n", "--\r\nme\n"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const Decoded decoded = decode(row.encoded);
        CHECK(text_of(decoded.bytes) == row.primary);
        CHECK(has_alternative(decoded, row.other));
        CHECK(decoded.ambiguities.empty());
    }
}

TEST_CASE("quoted-printable: offsets stand in the encoded input") {
    const Decoded decoded = decode("=41=42 =ZZ");
    REQUIRE(decoded.ambiguities.size() == 1);
    CHECK(decoded.ambiguities[0].offset == 7);
    REQUIRE(!decoded.alternatives.empty());
    CHECK(decoded.alternatives[0].offset == 7);
}

TEST_CASE("quoted-printable: bounds") {
    const std::string hostile = "=ZZ=0a=4B= \n=\rx \r\n\x01\x80==";
    CHECK(decode(hostile, 0).alternatives.empty());
    const Decoded few = decode(hostile, 2);
    CHECK(few.alternatives.size() == 2);
    CHECK(flagged(few, AmbiguityKind::too_many_readings));
}

TEST_CASE("quoted-printable: properties") {
    CHECK(rc::check("decode(encode(x)) is x, in one reading, for any line length", [] {
        const auto data = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
        const auto width = *rc::gen::inRange<std::size_t>(5, 200);
        const auto line_end = *rc::gen::element<std::string>("\r\n", "\n");
        const Decoded decoded = decode(quoted_printable_encode(data, width, line_end));
        RC_ASSERT(text_of(decoded.bytes) == data);
        RC_ASSERT(decoded.alternatives.empty());
        RC_ASSERT(decoded.ambiguities.empty());
    }));
    CHECK(rc::check("any input: outputs are distinct and no longer than it", [] {
        const auto text = *rc::gen::container<std::string>(
            rc::gen::element('=', '=', '=', '0', '4', 'A', 'f', 'Z', ' ', '\t', '\r', '\n', '\x01', '\x80'));
        const Decoded decoded = decode(text);
        std::vector<std::string> outputs{text_of(decoded.bytes)};
        for (const auto& one : decoded.alternatives) {
            outputs.push_back(text_of(one.bytes));
            RC_ASSERT(one.offset < text.size());
        }
        for (const auto& output : outputs) RC_ASSERT(output.size() <= text.size());
        std::ranges::sort(outputs);
        RC_ASSERT(std::ranges::adjacent_find(outputs) == outputs.end());
    }));
}
