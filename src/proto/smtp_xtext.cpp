#include "proto/smtp_xtext.hpp"

#include <cstddef>

#include "base/ascii.hpp"

namespace tocsin::proto {
namespace {

/// RFC 3461 section 4: xchar.
bool stands_for_itself(char c) {
    return c > 0x20 && c < 0x7F && c != '+' && c != '=';
}

}  // namespace

std::optional<std::string> decode_xtext(std::string_view xtext) {
    std::string text;
    for (std::size_t at = 0; at < xtext.size(); ++at) {
        if (stands_for_itself(xtext[at])) {
            text += xtext[at];
            continue;
        }
        if (xtext[at] != '+' || xtext.size() - at < 3) return std::nullopt;
        // Small letters are let through: some programs write them.
        const int high = hex_value(xtext[at + 1]), low = hex_value(xtext[at + 2]);
        if (high < 0 || low < 0) return std::nullopt;
        text += static_cast<char>(high * 16 + low);
        at += 2;
    }
    return text;
}

std::string encode_xtext(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string xtext;
    for (const char c : text) {
        if (stands_for_itself(c)) {
            xtext += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        xtext += '+';
        xtext += digits[byte / 16U];
        xtext += digits[byte % 16U];
    }
    return xtext;
}

}  // namespace tocsin::proto
