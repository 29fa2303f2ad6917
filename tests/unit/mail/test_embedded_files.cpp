#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <zlib.h>

#include "base/limits.hpp"
#include "mail/transfer_decoding.hpp"
#include "support/encoders.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;
using namespace tocsin::testing;

namespace {

constexpr std::size_t files_max = 16;
const std::string payload = std::string("PK\3\4\0\x90\0", 7) + std::string(100, 'x') + "the end";

std::string text_of(const Bytes& bytes) {
    return std::string(as_text(bytes));
}

using Find = std::vector<EmbeddedFile> (*)(ByteView, EmbeddedScope, std::size_t);

std::vector<EmbeddedFile> search(Find find, std::string_view text,
                                 EmbeddedScope scope = EmbeddedScope::anywhere_in_text,
                                 std::size_t at_most = files_max) {
    const ExactBuffer buffer(text);
    return find(buffer.view(), scope, at_most);
}

std::string trimmed_lines(std::string text) {
    for (std::size_t at = text.find(" \n"); at != std::string::npos; at = text.find(" \n")) text.erase(at, 1);
    return text;
}

std::string yenc_part(int number, std::size_t from, std::size_t count) {
    return "=ybegin part=" + std::to_string(number) +
           " total=3 line=128 size=" + std::to_string(payload.size()) +
           " name=a b.zip\r\n=ypart begin=" + std::to_string(from + 1) +
           " end=" + std::to_string(from + count) + "\r\n" +
           yenc_lines(std::string_view(payload).substr(from, count)) + "=yend size=" + std::to_string(count) +
           "\r\n";
}

std::string gzip(std::string_view data) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string out(deflateBound(&stream, data.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

}  // namespace

TEST_CASE("uuencode: blocks in text") {
    struct Row {
        const char* what;
        std::string text;
        std::string name;
    };
    const std::string lines = uu_lines(payload);
    const std::vector<Row> rows = {
        {"plain", "begin 644 a.zip\n" + lines + "end\n", "a.zip"},
        {"inside text", "Hello,\n\nbegin 644 a.zip\n" + lines + "end\nbye\n", "a.zip"},
        {"blanks for zero", "begin 0644 a b.zip\n" + uu_lines(payload, ' ') + "end\n", "a b.zip"},
        {"blanks cut off", "begin 644 a.zip\n" + trimmed_lines(uu_lines(payload, ' ')) + "end\n", "a.zip"},
        {"no end", "begin 644 a.zip\n" + lines, "a.zip"},
        {"no end, text follows", "begin 644 a.zip\n" + lines + "and so on\n", "a.zip"},
        {"no name", "begin 644\n" + lines + "end\n", ""},
        {"CR LF",
         "begin 644 a.zip\r\n" +
             [&] {
                 std::string text = lines;
                 for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2))
                     text.insert(at, "\r");
                 return text;
             }() +
             "end\r\n",
         "a.zip"},
        {"base64", "begin-base64 644 a.zip\n" + base64_encode(payload, 60, "\n") + "====\n", "a.zip"},
        {"base64, no end", "begin-base64 644 a.zip\n" + base64_encode(payload, 60, "\n"), "a.zip"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const auto files = search(find_uuencoded, row.text);
        REQUIRE(files.size() == 1);
        CHECK(text_of(files[0].bytes) == payload);
        CHECK(files[0].name == row.name);
        CHECK(files[0].offset == row.text.find("begin"));
        CHECK(files[0].offset + files[0].length <= row.text.size());
    }
}

TEST_CASE("uuencode: ordinary text is none") {
    const std::vector<std::string> rows = {
        "begin 5 things\n",
        "begin 2024 with a smile\nYours\n",
        "begin 644 a.zip\nand this is no data\n",
        "begin 644 a.zip\n\nMy dear\n",
        "begin 644 a.zip\n",
        "begin 644",
        "beginning 644 a\n#86)C\n",
        "We begin 644 a.zip\n#86)C\nend\n",
        "begin 988 a.zip\n#86)C\nend\n",
        "begin-base64 644 x\nThis is prose.\n",
    };
    for (const std::string& text : rows) {
        CAPTURE(text);
        CHECK(search(find_uuencoded, text).empty());
    }
}

TEST_CASE("uuencode: several blocks, whole bodies, limits") {
    const std::string block = "begin 644 a\n" + uu_lines("one") + "end\n";
    CHECK(search(find_uuencoded, block + "text\n" + block + block).size() == 3);
    CHECK(search(find_uuencoded, block + block + block, EmbeddedScope::anywhere_in_text, 2).size() == 2);
    CHECK(search(find_uuencoded, block, EmbeddedScope::whole_body, 0).empty());
    const auto bare = search(find_uuencoded, uu_lines(payload), EmbeddedScope::whole_body);
    REQUIRE(bare.size() == 1);
    CHECK(text_of(bare[0].bytes) == payload);
    const auto without_end =
        search(find_uuencoded, "begin 644 b\n" + uu_lines(payload), EmbeddedScope::whole_body);
    REQUIRE(without_end.size() == 1);
    CHECK(without_end[0].name == "b");
    CHECK(search(find_uuencoded, "no such data\n", EmbeddedScope::whole_body).empty());
}

TEST_CASE("uuencode: lines of nothing but a length stay below the limit") {
    // Each pair of bytes stands for 63 zeros.
    std::string text = "begin 644 zeros\n" + uu_lines(std::string(45, 'x')).substr(0, 62);
    const std::size_t lines = limits::embedded_bytes / 63 + 1000;
    for (std::size_t i = 0; i < lines; ++i) text += "_\n";
    const auto files = find_uuencoded(as_bytes(text), EmbeddedScope::anywhere_in_text, files_max);
    REQUIRE(files.size() == 1);
    CHECK(files[0].bytes.size() <= limits::embedded_bytes);
    CHECK(files[0].bytes.size() > limits::embedded_bytes - 64);
}

TEST_CASE("yEnc: one part, several parts, whole bodies") {
    const std::string head = "=ybegin line=128 size=114 name=a b.zip\r\n";
    for (const std::string& text :
         {head + yenc_lines(payload) + "=yend size=114\r\n", head + yenc_lines(payload),
          "Hello\r\n" + head + yenc_lines(payload) + "=yend size=114\r\nbye\r\n"}) {
        const auto files = search(find_yencoded, text);
        REQUIRE(files.size() == 1);
        CHECK(text_of(files[0].bytes) == payload);
        CHECK(files[0].name == "a b.zip");
        CHECK(files[0].offset == text.find("=ybegin"));
    }
    const std::string first = yenc_part(1, 0, 40);
    const std::string second = yenc_part(2, 40, 40);
    const std::string third = yenc_part(3, 80, payload.size() - 80);
    const auto in_order = search(find_yencoded, first + second + "text\r\n" + third);
    REQUIRE(in_order.size() == 1);
    CHECK(text_of(in_order[0].bytes) == payload);
    const auto shuffled = search(find_yencoded, third + first + second);
    REQUIRE(shuffled.size() == 2);  // by position, and as the text has them
    CHECK(text_of(shuffled[0].bytes) == payload);
    CHECK(shuffled[0].offset == 0);
    CHECK(search(find_yencoded, third + first + second, EmbeddedScope::anywhere_in_text, 1).size() == 1);
    const auto alone = search(find_yencoded, second);
    REQUIRE(alone.size() == 1);
    CHECK(text_of(alone[0].bytes) == payload.substr(40, 40));
    const auto bare = search(find_yencoded, yenc_lines(payload), EmbeddedScope::whole_body);
    REQUIRE(bare.size() == 1);
    CHECK(text_of(bare[0].bytes) == payload);
    for (const char* text :
         {"=ybegin my day\n", "say =ybegin line=128 size=1 name=x\nabc\n", "=ybegin line=128 size=1 name=x",
          "=ybegin size=99999999999999999999 line=x\nabc\n"})
        CHECK(search(find_yencoded, text).empty());
}

TEST_CASE("BinHex 4.0") {
    const std::string announcement = "(This file must be converted with BinHex 4.0)\n\n";
    std::string escaped;
    for (const char c : payload) escaped.append(1, c).append(c == '\x90' ? 1 : 0, '\0');
    const auto size = static_cast<std::uint32_t>(payload.size());
    const std::string block = binhex_characters(binhex_stream("a.zip", escaped, size));
    for (const std::string& text :
         {announcement + block, "Hello\n" + announcement + block + "bye\n", block}) {
        const auto files = search(find_binhex, text);
        REQUIRE(files.size() == 1);
        CHECK(text_of(files[0].bytes) == payload);
        CHECK(files[0].name == "a.zip");
        CHECK(files[0].offset == text.find("\n:") + 1);
    }
    SUBCASE("a wrong checksum needs the announcement, or the declared encoding") {
        const std::string wrong = binhex_characters(binhex_stream("a.zip", escaped, size, false));
        CHECK(search(find_binhex, wrong).empty());
        CHECK(search(find_binhex, announcement + wrong).size() == 1);
        CHECK(search(find_binhex, wrong, EmbeddedScope::whole_body).size() == 1);
    }
    SUBCASE("runs") {
        const std::string runs("ab\x90\x05"
                               "c\x90\x00\x90\x03\x90\x01"
                               "d",
                               12);
        const std::string expected = "abbbbbc\x90\x90\x90"
                                     "d";
        const auto files = search(find_binhex, binhex_characters(binhex_stream("r", runs, 11)));
        REQUIRE(files.size() == 1);
        CHECK(text_of(files[0].bytes) == expected);
    }
    SUBCASE("a truncated file gives what is there") {
        const auto files = search(find_binhex, block.substr(0, block.size() / 2));
        REQUIRE(files.size() == 1);
        CHECK(payload.starts_with(text_of(files[0].bytes)));
    }
    SUBCASE("runs that unpack to more than the limit") {
        std::string runs = "x";
        for (std::size_t i = 0; i < limits::embedded_bytes / 254 + 1000; ++i) runs += "\x90\xff";
        const std::string bomb = binhex_characters(binhex_stream("b", runs, 0xFFFFFFFFU));
        const auto files = find_binhex(as_bytes(bomb), EmbeddedScope::anywhere_in_text, files_max);
        REQUIRE(files.size() == 1);
        CHECK(files[0].bytes.size() == limits::embedded_bytes);
    }
    SUBCASE("a million empty runs need no stack") {
        std::string runs = "x";
        for (int i = 0; i < 1'000'000; ++i) runs += "\x90\x01";
        CHECK(search(find_binhex, binhex_characters(binhex_stream("e", runs + "y", 2))).size() == 1);
    }
    SUBCASE("ordinary text") {
        for (const char* text :
             {":-)\n", ": a list\n: of things\n", ":::::\n", ":!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!:\n"})
            CHECK(search(find_binhex, text).empty());
        CHECK(search(find_binhex, announcement + ":-) no file\n").empty());
    }
}

TEST_CASE("gzip") {
    const ExactBuffer packed(gzip(payload));
    const auto size = payload.size();
    CHECK(text_of(gunzip(packed.view(), size).value()) == payload);
    CHECK(!gunzip(packed.view(), size - 1));
    const ExactBuffer twice(gzip("one") + gzip("two") + "junk");
    CHECK(text_of(gunzip(twice.view(), 100).value()) == "onetwo");
    const ExactBuffer large(gzip(std::string(1U << 20, 'a')));
    CHECK(gunzip(large.view(), 1U << 20).value().size() == 1U << 20);
    CHECK(!gunzip(large.view(), (1U << 20) - 1));
    const ExactBuffer half(packed.text().substr(0, packed.text().size() - 9));
    CHECK(text_of(gunzip(half.view(), 1000).value()).substr(0, 4) == payload.substr(0, 4));
    for (const char* text : {"", "x", "\x1f\x8b", "PK\3\4 no gzip"})
        CHECK(!gunzip(ExactBuffer(text).view(), 1000));
}

TEST_CASE("embedded files: properties") {
    CHECK(rc::check("encode, find, compare", [] {
        auto data = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
        data += 'x';  // an empty file is none
        const auto uu = search(find_uuencoded, "begin 644 f\n" + uu_lines(data) + "end\n");
        RC_ASSERT(uu.size() == 1U);
        RC_ASSERT(text_of(uu[0].bytes) == data);
        const auto yenc =
            search(find_yencoded, "=ybegin line=128 size=1 name=f\r\n" + yenc_lines(data) + "=yend\r\n");
        RC_ASSERT(yenc.size() == 1U);
        RC_ASSERT(text_of(yenc[0].bytes) == data);
        std::string escaped;
        for (const char c : data) escaped.append(1, c).append(c == '\x90' ? 1 : 0, '\0');
        const auto hex =
            search(find_binhex,
                   binhex_characters(binhex_stream("f", escaped, static_cast<std::uint32_t>(data.size()))));
        RC_ASSERT(hex.size() == 1U);
        RC_ASSERT(text_of(hex[0].bytes) == data);
    }));
}
