#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/limits.hpp"
#include "mail/decoded_alternatives.hpp"
#include "mail/transfer_decoding.hpp"
#include "support/encoders.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;
using tocsin::testing::base64_encode;

namespace {

constexpr std::size_t many = limits::alternatives_per_place;
// 48 bytes, so that its base64 has no padding; starts like a ZIP file, the kind of thing that is hidden.
const std::string payload("PK\3\4 the payload that some client somewhere sees", 48);

std::string text_of(const Bytes& bytes) {
    return std::string(as_text(bytes));
}

Decoded decode(std::string_view encoded, std::size_t alternatives_max = many) {
    const ExactBuffer buffer(encoded);
    return decode_base64(buffer.view(), alternatives_max);
}

bool has_alternative(const Decoded& decoded, std::string_view bytes) {
    return std::ranges::any_of(decoded.alternatives,
                               [&](const auto& one) { return as_text(one.bytes) == bytes; });
}

bool flagged(const Decoded& decoded, AmbiguityKind kind) {
    return std::ranges::any_of(decoded.ambiguities, [&](const auto& one) { return one.kind == kind; });
}

// `unit` after every `count` characters of `text`.
std::string woven(std::string_view text, std::size_t count, std::string_view unit) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += count) out.append(text.substr(i, count)).append(unit);
    return out;
}

// Encodes `count` bytes at a time, each piece with its own padding, joined by `glue`.
std::string pieces(std::string_view data, std::size_t count, std::string_view glue) {
    std::string out;
    for (std::size_t i = 0; i < data.size(); i += count)
        out.append(base64_encode(data.substr(i, count), 0)).append(glue);
    return out;
}

// Encodes `count` bytes at a time and changes each padded quad.
template <typename Change>
std::string cut_quads(std::string_view data, std::size_t count, Change change) {
    std::string out;
    for (std::size_t i = 0; i < data.size(); i += count)
        out += change(base64_encode(data.substr(i, count), 0));
    return out;
}

std::string without(std::string text, char c) {
    std::erase(text, c);
    return text;
}

}  // namespace

TEST_CASE("base64: ordinary forms have one reading and no ambiguity") {
    struct Row {
        const char* what;
        std::string encoded;
        std::string decoded;
    };
    const std::vector<Row> rows = {
        {"nothing", "", ""},
        {"only line ends", "\r\n\r\n", ""},
        {"one quad", "QUJD", "ABC"},
        {"one pad", "QUI=\r\n", "AB"},
        {"two pads", "QQ==\n", "A"},
        {"no padding", "QUI", "AB"},
        {"half the padding", "QQ=", "A"},
        {"surplus padding at the end", "QUJD=\r\n", "ABC"},
        {"padding on a line of its own", "QQ\r\n==\r\n", "A"},
        {"bare LF", "QUJD\nREVG\n", "ABCDEF"},
        {"mixed line ends", "QUJD\r\nREVG\nR0hJ", "ABCDEFGHI"},
        {"CR CR LF", "QUJD\r\r\nREVG\r\r\n", "ABCDEF"},
        {"blanks at line ends", "QUJD  \r\nREVG\t\r\n  \r\n", "ABCDEF"},
        {"indented lines", "  QUJD\r\n  REVG\r\n", "ABCDEF"},
        {"blank lines after the data", "QUJD\r\n\r\n \r\n", "ABC"},
        {"blank lines before the data", "\r\n \r\nQUJD\r\n", "ABC"},
        {"one line of 75 characters", base64_encode(std::string(56, 'x'), 0).substr(0, 75),
         std::string(56, 'x')},
        {"lines of 4 characters", base64_encode("abcdefgh", 4), "abcdefgh"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const Decoded decoded = decode(row.encoded);
        CHECK(text_of(decoded.bytes) == row.decoded);
        CHECK(decoded.alternatives.empty());
        CHECK(decoded.ambiguities.empty());
    }
}

TEST_CASE("base64: every disputed form gives the payload in some reading, and is flagged") {
    struct Row {
        const char* what;
        std::string encoded;
        AmbiguityKind kind;
    };
    const std::string clean = base64_encode(payload, 0);
    const std::string lines = base64_encode(payload, 16, "\n");
    const std::string short_file(payload.substr(0, 47));
    using enum AmbiguityKind;
    std::vector<Row> rows;
    // F1: foreign characters after each symbol, after each quad, and one with junk up to the line's end.
    for (const char* foreign : {".", "-", "#", "%", "_", ":", " ", "\t", "\v", "\r", "@", "\x80"}) {
        rows.push_back({"F1 after each symbol", woven(clean, 1, foreign), base64_foreign_characters});
        rows.push_back({"F1 after each quad", woven(clean, 4, foreign), base64_foreign_characters});
    }
    rows.push_back({"F1 junk up to the line end", woven(clean, 16, "#Zm9v\n"), base64_foreign_characters});
    rows.push_back({"F1 junk quads", woven(clean, 4, "Zm9#"), base64_foreign_characters});
    // F2: padding that is early, doubled, missing, at line starts and ends, alone on a line.
    rows.push_back({"F2 after each quad", woven(clean, 4, "="), base64_padding});
    rows.push_back(
        {"F2 inside quads", clean.substr(0, 2) + "=" + woven(clean.substr(2), 4, "="), base64_padding});
    rows.push_back({"F2 at line ends", woven(clean, 16, "=\n"), base64_padding});
    rows.push_back({"F2 at line starts", woven(clean, 16, "\n="), base64_padding});
    rows.push_back({"F2 four at line starts", "====" + woven(clean, 16, "\n===="), base64_padding});
    rows.push_back({"F2 alone on the first line", "=\n" + lines, base64_padding});
    rows.push_back({"F2 four on the first line", "====\n" + lines, base64_padding});
    rows.push_back({"F2 one of two pads", cut_quads(payload, 1, [](std::string q) { return q.substr(0, 3); }),
                    base64_padding});
    for (const std::size_t place : {0U, 1U, 2U})
        rows.push_back({"F2 pad early in the quad",
                        cut_quads(payload, 2,
                                  [&](const std::string& q) {
                                      return q.substr(0, place) + "=" + q.substr(place, 3 - place);
                                  }),
                        base64_padding});
    // F3: lines that hold more than whole quads.
    rows.push_back({"F3 4X", woven(clean, 4, "X\n"), base64_length});
    rows.push_back({"F3 4XX", woven(clean, 4, "XX\n"), base64_length});
    rows.push_back({"F3 4XXX", woven(clean, 4, "XXX\n"), base64_length});
    // Whole lines with one, two or three letters more, however long the lines are.
    for (const char* more : {"X", "XX", "XXX"}) {
        rows.push_back({"F3 16 and more", woven(clean, 16, std::string(more) + "\n"), base64_length});
        rows.push_back({"F3 32 and more", woven(clean, 32, std::string(more) + "\r\n"), base64_length});
    }
    rows.push_back({"F3 lines without their padding", without(pieces(payload, 2, "\n"), '='), base64_length});
    // F4: concatenated streams.
    rows.push_back({"F4 two streams, one pad",
                    base64_encode(short_file, 0) + "\n" + base64_encode(payload.substr(47), 0),
                    base64_padding});
    rows.push_back({"F4 a stream for each byte", pieces(payload, 1, ""), base64_padding});
    rows.push_back({"F4 a line for each two bytes", pieces(payload, 2, "\n"), base64_padding});
    // F5: text before the data, blank line inside.
    rows.push_back({"F5 one symbol, blank line", "A\n\n" + lines, base64_preceded_by_text});
    rows.push_back({"F5 two symbols, blank line", "AB\n\n" + lines, base64_preceded_by_text});
    rows.push_back({"F5 a quad, blank line", "ABCD\n\n" + lines, base64_preceded_by_text});
    rows.push_back({"F5 two blank lines", "ABCD\n\nABCD\n\n" + lines, base64_preceded_by_text});
    rows.push_back({"F5 padded line, blank line", "ABC=\n \n" + lines, base64_preceded_by_text});
    rows.push_back({"F5 data up to a blank line", lines + "\nQUJDREVG\n", base64_preceded_by_text});
    rows.push_back(
        {"F5 begin-base64", "begin-base64 744 a.pdf\n" + lines + "====\n", base64_foreign_characters});
    rows.push_back({"F5 a word on the first line", "Hello\n" + lines, base64_preceded_by_text});
    // F6: junk after the padding.
    rows.push_back({"F6 padding, then other data", lines + "====\nQUJDREVG\n", base64_padding});
    rows.push_back({"F6 padded end, then prose",
                    base64_encode(payload + "!", 16, "\n") + "___\nA mailing list of ours\n",
                    base64_padding});
    for (const Row& row : rows) {
        CAPTURE(row.what);
        CAPTURE(row.encoded);
        const Decoded decoded = decode(row.encoded);
        const bool found = text_of(decoded.bytes).starts_with(payload) ||
                           std::ranges::any_of(decoded.alternatives, [&](const auto& one) {
                               return as_text(one.bytes).starts_with(payload);
                           });
        CHECK(found);
        CHECK(flagged(decoded, row.kind));
        CHECK(decoded.alternatives.size() <= many);
    }
}

TEST_CASE("base64: lines of one to six symbols lose nothing") {
    for (std::size_t width = 1; width <= 6; ++width) {
        CAPTURE(width);
        CHECK(text_of(decode(base64_encode(payload, width)).bytes) == payload);
    }
}

TEST_CASE("base64: the readings of one input, exactly") {
    SUBCASE("padding inside") {
        const Decoded decoded = decode("QUI=Q0RF");
        CHECK(text_of(decoded.bytes) == "AB");
        CHECK(has_alternative(decoded, "ABCDE"));
        REQUIRE(!decoded.alternatives.empty());
        CHECK(decoded.alternatives[0].reason == AmbiguityKind::base64_padding);
        CHECK(decoded.alternatives[0].offset == 3);
    }
    SUBCASE("zero bits for padding") {
        CHECK(has_alternative(decode("Q=JDREVG"), std::string("@\x02"
                                                              "CDEF")));
    }
    SUBCASE("foreign character") {
        const Decoded decoded = decode("QUJD\r\nRE*VG");
        CHECK(text_of(decoded.bytes) == "ABCDEF");
        CHECK(has_alternative(decoded, "ABCD"));
        REQUIRE(decoded.ambiguities.size() == 1);
        CHECK(decoded.ambiguities[0].kind == AmbiguityKind::base64_foreign_characters);
        CHECK(decoded.ambiguities[0].offset == 8);
        CHECK(decoded.ambiguities[0].detail == "'*' inside the data");
    }
    SUBCASE("URL-safe alphabet") {
        CHECK(has_alternative(decode("-_-_"), "\xfb\xff\xbf"));
    }
    SUBCASE("one symbol left over") {
        const Decoded decoded = decode("QUJDR");
        CHECK(text_of(decoded.bytes) == "ABC");
        CHECK(flagged(decoded, AmbiguityKind::base64_length));
    }
}

TEST_CASE("base64: bounds") {
    const std::string hostile = "A\n\nA=B\n" + woven(base64_encode(payload, 0), 3, "=-\n\n");
    SUBCASE("no alternatives wanted") {
        const Decoded decoded = decode(hostile, 0);
        CHECK(decoded.alternatives.empty());
    }
    SUBCASE("few alternatives wanted") {
        const Decoded decoded = decode(hostile, 3);
        CHECK(decoded.alternatives.size() == 3);
        CHECK(flagged(decoded, AmbiguityKind::too_many_readings));
    }
    SUBCASE("work: a large body is not decoded in every way") {
        Decoded decoded;
        AlternativeCollector collector(decoded, limits::alternative_work_bytes / 2, many);
        CHECK(collector.may_try(7));
        CHECK(collector.may_try(7));
        CHECK(decoded.ambiguities.empty());
        CHECK(!collector.may_try(7));
        REQUIRE(flagged(decoded, AmbiguityKind::too_many_readings));
        CHECK(decoded.ambiguities[0].offset == 7);
    }
}

TEST_CASE("base64: properties") {
    CHECK(rc::check("decode(encode(x)) is x, in one reading, for lines of any number of quads", [] {
        const auto data = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
        const auto quads = *rc::gen::inRange<std::size_t>(0, 30);
        const auto width = quads * 4;
        const auto line_end = *rc::gen::element<std::string>("\r\n", "\n");
        const Decoded decoded = decode(base64_encode(data, width, line_end));
        RC_ASSERT(text_of(decoded.bytes) == data);
        RC_ASSERT(decoded.alternatives.empty());
        RC_ASSERT(decoded.ambiguities.empty());
    }));
    CHECK(rc::check("any input: outputs are distinct and bounded, offsets inside", [] {
        const auto text = *rc::gen::container<std::string>(rc::gen::element(
            'A', 'Q', 'z', '0', '/', '+', '=', '=', '-', '_', ' ', '\n', '\n', '\r', '.', '\x80'));
        const Decoded decoded = decode(text);
        std::vector<std::string> outputs{text_of(decoded.bytes)};
        for (const auto& one : decoded.alternatives) {
            outputs.push_back(text_of(one.bytes));
            RC_ASSERT(one.offset <= text.size());
        }
        for (const auto& output : outputs) RC_ASSERT(output.size() <= text.size() / 4 * 3 + 3);
        std::ranges::sort(outputs);
        RC_ASSERT(std::ranges::adjacent_find(outputs) == outputs.end());
        RC_ASSERT(decoded.alternatives.size() <= many);
    }));
}
