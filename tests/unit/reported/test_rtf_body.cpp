// Compressed RTF ([MS-OXRTFCP]) and the HTML hidden in it ([MS-OXRTFEX]).
#include <doctest/doctest.h>

#include "base/limits/report.hpp"
#include "reported/rtf_body.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::reported;

namespace {

std::string from_hex(std::string_view hex) {
    std::string out;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2)
        out += static_cast<char>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16));
    return out;
}

std::string text_of(std::string_view rtf) {
    mail::CharsetConverters converters;
    const ExactBuffer exact(rtf);
    return read_rtf_text(exact.text(), converters).text;
}

}  // namespace

TEST_CASE("compressed RTF: the examples of the specification, and the uncompressed form") {
    // [MS-OXRTFCP] sections 4.1.1, 4.1.2 (its text repeats itself beyond what was written) and 4.2.
    const std::string simple = from_hex("2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232"
                                        "0af32068656c090020627705b06c647d0a800fa0");
    const std::string crossing = from_hex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0");
    CHECK(unpack_rtf(ExactBuffer(simple).view())->text ==
          "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
    CHECK(unpack_rtf(ExactBuffer(crossing).view())->text == "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
    const std::string plain = std::string("\0\0\0\0\0\0\0\0MELA\0\0\0\0", 16) + "{\\rtf1 x}";
    CHECK(unpack_rtf(ExactBuffer(plain).view())->text == "{\\rtf1 x}");
    for (std::size_t size = 0; size < simple.size(); ++size) {
        const ExactBuffer cut(std::string_view(simple).substr(0, size));
        const std::optional<UnpackedRtf> unpacked = unpack_rtf(cut.view());
        CHECK(unpacked.has_value() == (size >= 16));
        if (unpacked) CHECK(unpacked->cut);
    }
    CHECK_FALSE(unpack_rtf(as_bytes(std::string(64, 'x'))));
}

TEST_CASE("a compressed text that repeats itself without end stops at the limit") {
    // One literal, then references of 17 bytes into what was written.
    std::string bomb = std::string("\0\0\0\0\0\0\0\0LZFu\0\0\0\0", 16);
    constexpr unsigned dictionary_bytes = 4096, length = 17;
    unsigned write = 207;
    for (int i = 0; i < 80'000; ++i) {
        bomb += '\xFF';
        for (int token = 0; token < 8; ++token) {
            const unsigned reference = ((write + 1) % dictionary_bytes) << 4U | (length - 2);
            bomb += {static_cast<char>(reference >> 8U), static_cast<char>(reference)};
            write = (write + length) % dictionary_bytes;
        }
    }
    const std::optional<UnpackedRtf> unpacked = unpack_rtf(as_bytes(bomb));
    REQUIRE(unpacked);
    CHECK(unpacked->text.size() <= limits::rtf_text_bytes);
    CHECK(unpacked->cut);
}

TEST_CASE("what a person reads of RTF") {
    struct Case {
        std::string_view rtf, text;
    };
    const std::vector<Case> cases = {
        {"{\\rtf1\\ansi hello\\par world}", "hello\r\nworld"},
        {"{\\rtf1{\\fonttbl{\\f0 Arial;}}{\\colortbl;\\red0;}x}", "x"},
        {"{\\rtf1{\\*\\unknown hidden}{\\pict 0102}shown}", "shown"},
        {"{\\rtf1\\ansicpg1251 \\'cf\\'f0}", "\xD0\x9F\xD1\x80"},
        {"{\\rtf1\\ansicpg932 \\'82\\'a0}", "\xE3\x81\x82"},
        {"{\\rtf1 \\u228 ?\\u-10179 ?\\u-8704 ?!}", "\xC3\xA4\xF0\x9F\x98\x80!"},
        {"{\\rtf1\\uc2 \\u228 ab\\uc0 \\u228 c}", "\xC3\xA4\xC3\xA4"
                                                  "c"},
        {"{\\rtf1 a\\{b\\}c\\\\d\\~e\\_f}", "a{b}c\\d e-f"},
        {"{\\rtf1\\bin5 {{{{{x}", "x"},
        {"{\\rtf1\\fromhtml1{\\*\\htmltag64 <p>}\\htmlrtf \\b\\htmlrtf0 Hi{\\*\\htmltag72 </p>}}",
         "<p>Hi</p>"},
        {"{\\rtf1\\fromhtml1{\\*\\mhtmltag84 <a href=\"x\">}{\\*\\htmltag84 <a href=\"y\">}z}",
         "<a href=\"y\">z"},
        {"{\\rtf1\\fromhtml1 a\\htmlrtf {not}\\htmlrtf0 b}", "ab"},
        {"}}}}x", "x"},
        {"\\", ""},
        {"{\\rtf1\\u99999999999999999999 x}", "x"},
        {"", ""}};
    for (const Case& one : cases) {
        CAPTURE(one.rtf);
        CHECK(text_of(one.rtf) == one.text);
    }
}

TEST_CASE("groups deeper than are read are left out, and the text behind them is not") {
    const std::string deep(limits::rtf_depth + 10, '{');
    CHECK(text_of("{" + deep + "hidden" + std::string(deep.size(), '}') + "shown}") == "shown");
}
