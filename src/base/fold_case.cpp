#include "base/fold_case.hpp"

namespace tocsin {

namespace {

/// Unicode simple case folding (CaseFolding.txt, status C) of the characters of two bytes that alphabets of Europe use.
char32_t lower(char32_t c) {
    auto pairs = [c](char32_t first_is_capital) { return c % 2 == first_is_capital % 2 ? c + 1 : c; };
    if (c >= 0xC0 && c <= 0xDE) return c == 0xD7 ? c : c + 0x20;  // Latin-1, not the times sign
    if (c >= 0x100 && c <= 0x137) return c == 0x130 || c == 0x131 ? c : pairs(0x100);  // not the Turkish i
    if (c >= 0x139 && c <= 0x148) return pairs(0x139);
    if (c >= 0x14A && c <= 0x177) return pairs(0x14A);
    if (c == 0x178) return 0xFF;
    if (c >= 0x179 && c <= 0x17E) return pairs(0x179);
    if (c == 0x386) return 0x3AC;  // Greek letters with tonos
    if (c >= 0x388 && c <= 0x38A) return c + 0x25;
    if (c == 0x38C) return 0x3CC;
    if (c == 0x38E || c == 0x38F) return c + 0x3F;
    if (c >= 0x391 && c <= 0x3AB) return c == 0x3A2 ? c : c + 0x20;
    if (c >= 0x400 && c <= 0x40F) return c + 0x50;  // Cyrillic
    if (c >= 0x410 && c <= 0x42F) return c + 0x20;
    if (c >= 0x460 && c <= 0x480) return pairs(0x460);
    if (c >= 0x48A && c <= 0x4BF) return pairs(0x48A);
    if (c >= 0x4D0 && c <= 0x52F) return pairs(0x4D0);
    return c;
}

}  // namespace

std::string ascii_lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = ascii_lower(c);
    return out;
}

std::string ascii_upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = ascii_upper(c);
    return out;
}

std::string fold_case(std::string_view text) {
    std::string out = ascii_lower(text);
    for (std::size_t at = 0; at + 1 < out.size(); ++at) {
        auto first = static_cast<unsigned char>(out[at]), second = static_cast<unsigned char>(out[at + 1]);
        // RFC 3629 section 3: 110xxxxx 10xxxxxx.
        if (first < 0xC2 || first > 0xDF || (second & 0xC0U) != 0x80) continue;
        char32_t folded = lower((static_cast<char32_t>(first & 0x1FU) << 6) | (second & 0x3FU));
        out[at] = static_cast<char>(0xC0U | (folded >> 6));
        out[++at] = static_cast<char>(0x80U | (folded & 0x3FU));
    }
    return out;
}

}  // namespace tocsin
