#include "share/text.hpp"

#include <algorithm>
#include <cstdint>

#include "base/ascii.hpp"
#include "base/limits/share.hpp"

namespace tocsin::share {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes of the character that begins `text`; 0: none does. RFC 3629 section 4: no overlong forms, no surrogates.
std::size_t character_bytes(std::string_view text) {
    const auto byte = [&](std::size_t at) {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : std::uint8_t{0};
    };
    const auto goes_on = [&](std::size_t at, unsigned from = 0x80, unsigned to = 0xBF) {
        return byte(at) >= from && byte(at) <= to;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return goes_on(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool second = goes_on(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
        return second && goes_on(2) ? 3 : 0;
    }
    if (first < 0xF0 || first > 0xF4) return 0;
    const bool second = goes_on(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
    return second && goes_on(2) && goes_on(3) ? 4 : 0;
}

/// Marks that make a text look like another one (Unicode 15 section 23.2: bidirectional ordering), and line separators.
bool turns_the_text(std::string_view character) {
    for (const std::string_view mark : {"\u200E", "\u200F", "\u2028", "\u2029", "\u202A", "\u202B", "\u202C",
                                        "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069", "\u0085"})
        if (character == mark) return true;
    return false;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t bytes = character_bytes(text);
        out += bytes == 0 ? replacement : text.substr(0, bytes);
        text.remove_prefix(std::max<std::size_t>(bytes, 1));
    }
    return out;
}

std::string one_line(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t bytes = character_bytes(text);
        const std::string_view character = text.substr(0, bytes);
        const auto byte = static_cast<unsigned char>(text.front());
        if (bytes == 0)
            out += replacement;
        else if (byte < 0x20 || byte == 0x7F)
            out += ' ';
        else if (!turns_the_text(character))
            out += character;
        text.remove_prefix(std::max<std::size_t>(bytes, 1));
    }
    return out;
}

std::string quote(std::string_view text) {
    std::string shown = one_line(text.substr(0, limits::share_quoted_bytes));
    return "\"" + shown + (text.size() > limits::share_quoted_bytes ? "…" : "") + "\"";
}

std::string to_base64(std::string_view bytes) {
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t group = 0;
        const std::size_t here = std::min<std::size_t>(3, bytes.size() - at);
        for (std::size_t index = 0; index < 3; ++index)
            group = group << 8U | (index < here ? static_cast<unsigned char>(bytes[at + index]) : 0U);
        for (std::size_t index = 0; index < 4; ++index)
            out += index <= here ? alphabet[group >> (18 - 6 * index) & 63U] : '=';
    }
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    while (text.ends_with('=')) text.remove_suffix(1);
    std::string out;
    std::uint32_t group = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const char usual = c == '-' ? '+' : c == '_' ? '/' : c;
        const std::size_t value = alphabet.find(usual);
        if (value == std::string_view::npos) return std::nullopt;
        group = group << 6U | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        out += static_cast<char>(group >> bits & 0xFFU);
    }
    if (bits >= 6) return std::nullopt;  // one character alone says nothing
    return out;
}

std::string percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const int high = text[at] == '%' && at + 2 < text.size() ? hex_value(text[at + 1]) : -1;
        const int low = high >= 0 ? hex_value(text[at + 2]) : -1;
        if (low < 0) {
            out += text[at];
            continue;
        }
        out += static_cast<char>(high * 16 + low);
        at += 2;
    }
    return out;
}

}  // namespace tocsin::share
