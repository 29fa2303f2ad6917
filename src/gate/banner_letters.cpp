#include "gate/banner_letters.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace tocsin::gate {

namespace {

/// U+00C0 to U+00FF as ASCII.
constexpr std::array<std::string_view, 64> latin_1_letters = {
    "A", "A", "A", "A", "Ae", "A", "AE", "C", "E", "E", "E", "E", "I",  "I", "I",  "I",
    "D", "N", "O", "O", "O",  "O", "Oe", "x", "O", "U", "U", "U", "Ue", "Y", "Th", "ss",
    "a", "a", "a", "a", "ae", "a", "ae", "c", "e", "e", "e", "e", "i",  "i", "i",  "i",
    "d", "n", "o", "o", "o",  "o", "oe", "/", "o", "u", "u", "u", "ue", "y", "th", "y"};
/// Letters of other Latin alphabets, and what typography has.
constexpr std::pair<char32_t, std::string_view> other_letters[] = {
    {0x00A0, " "},  {0x00AB, "\""},  {0x00BB, "\""},  {0x0104, "A"}, {0x0105, "a"},  {0x0106, "C"},
    {0x0107, "c"},  {0x010C, "C"},   {0x010D, "c"},   {0x010E, "D"}, {0x010F, "d"},  {0x0118, "E"},
    {0x0119, "e"},  {0x011A, "E"},   {0x011B, "e"},   {0x0131, "i"}, {0x0141, "L"},  {0x0142, "l"},
    {0x0143, "N"},  {0x0144, "n"},   {0x0147, "N"},   {0x0148, "n"}, {0x0150, "O"},  {0x0151, "o"},
    {0x0152, "OE"}, {0x0153, "oe"},  {0x0158, "R"},   {0x0159, "r"}, {0x015A, "S"},  {0x015B, "s"},
    {0x015E, "S"},  {0x015F, "s"},   {0x0160, "S"},   {0x0161, "s"}, {0x0164, "T"},  {0x0165, "t"},
    {0x016E, "U"},  {0x016F, "u"},   {0x0170, "U"},   {0x0171, "u"}, {0x0179, "Z"},  {0x017A, "z"},
    {0x017B, "Z"},  {0x017C, "z"},   {0x017D, "Z"},   {0x017E, "z"}, {0x2010, "-"},  {0x2013, "-"},
    {0x2014, "-"},  {0x2018, "'"},   {0x2019, "'"},   {0x201A, "'"}, {0x201C, "\""}, {0x201D, "\""},
    {0x201E, "\""}, {0x2026, "..."}, {0x20AC, "EUR"}, {0x26A0, "!"}};

std::optional<std::string> in_ascii(char32_t code) {
    if (code < 0x80) return std::string(1, static_cast<char>(code));
    if (code >= 0xC0 && code <= 0xFF) return std::string(latin_1_letters[code - 0xC0]);
    for (const auto& [letter, ascii] : other_letters)
        if (letter == code) return std::string(ascii);
    return std::nullopt;
}

}  // namespace

std::optional<char32_t> next_character(std::string_view text, std::size_t& at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t width = lead < 0x80   ? 1
                              : lead < 0xC2 ? 0
                              : lead < 0xE0 ? 2
                              : lead < 0xF0 ? 3
                              : lead < 0xF5 ? 4
                                            : 0;
    if (width == 0 || text.size() - at < width) return std::nullopt;
    char32_t code = width == 1 ? lead : lead & (0xFFU >> (width + 1));
    for (std::size_t i = 1; i < width; ++i) {
        const auto byte = static_cast<unsigned char>(text[at + i]);
        if ((byte & 0xC0U) != 0x80) return std::nullopt;
        code = code << 6U | (byte & 0x3FU);
    }
    at += width;
    return code;
}

std::optional<std::string> in_letters(std::string_view text, scan::BannerLetters letters) {
    if (letters == scan::BannerLetters::utf8) return std::string(text);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::optional<char32_t> code = next_character(text, at);
        if (!code) return std::nullopt;
        if (letters == scan::BannerLetters::latin1 && *code >= 0xA0 && *code <= 0xFF) {
            out += static_cast<char>(*code);
            continue;
        }
        const std::optional<std::string> ascii = in_ascii(*code);
        if (!ascii) return std::nullopt;
        out += *ascii;
    }
    return out;
}

}  // namespace tocsin::gate
