#include "mail/html_entities.hpp"

#include <myhtml/charef.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "mail/charset.hpp"

namespace tocsin::mail {

namespace {

/// Longest name in the standard's table, with its ";".
constexpr std::size_t name_bytes_max = 33;
constexpr char32_t replacement = 0xFFFD;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_alphanumeric(char c) {
    const char lower = static_cast<char>(c | 0x20);
    return is_digit(c) || (lower >= 'a' && lower <= 'z');
}

int hexadecimal_digit(char c) {
    const char lower = static_cast<char>(c | 0x20);
    return is_digit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// "Numeric character reference end state": what Windows-1252 has at 0x80 to 0x9F is meant; what is none is replaced.
char32_t meant_by(std::uint32_t number) {
    constexpr std::array<char16_t, 32> windows_1252 = {
        0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
    if (number >= 0x80 && number <= 0x9F) return windows_1252.at(number - 0x80);
    const bool surrogate = number >= 0xD800 && number <= 0xDFFF;
    return number == 0 || number > 0x10FFFF || surrogate ? replacement : static_cast<char32_t>(number);
}

/// `text` begins with "&#". Appends the character and returns how many bytes it took; 0: this is no reference.
std::size_t take_number(std::string_view text, std::string& out) {
    const bool hexadecimal = text.size() > 2 && (text[2] | 0x20) == 'x';
    const std::size_t begin = hexadecimal ? 3 : 2;
    std::size_t at = begin;
    std::uint32_t number = 0;
    for (; at < text.size(); ++at) {
        const int digit = hexadecimal          ? hexadecimal_digit(text[at])
                          : is_digit(text[at]) ? text[at] - '0'
                                               : -1;
        if (digit < 0) break;
        // Beyond the last character it stays so, however many digits follow.
        number = std::min<std::uint32_t>(number * (hexadecimal ? 16 : 10) + static_cast<std::uint32_t>(digit),
                                         0x110000);
    }
    if (at == begin) return 0;
    append_utf8(out, meant_by(number));
    return at < text.size() && text[at] == ';' ? at + 1 : at;
}

/// The same for "&name".
std::size_t take_name(std::string_view text, std::string& out) {
    const std::string_view name = text.substr(1, name_bytes_max);
    std::size_t offset = 0, found_bytes = 0;
    const charef_entry_t* found = myhtml_charef_find(name.data(), &offset, name.size(), &found_bytes);
    if (found == nullptr || found->codepoints_len == 0) return 0;
    // The table is walked letter by letter: what was found is the longest name that the text begins with.
    std::size_t bytes = 1;
    while (bytes <= name.size()) {
        std::size_t again = 0, size = 0;
        if (myhtml_charef_find(name.data(), &again, bytes, &size) == found) break;
        ++bytes;
    }
    if (bytes > name.size()) return 0;
    const bool closed = name[bytes - 1] == ';';
    if (!closed && bytes < name.size() && (is_alphanumeric(name[bytes]) || name[bytes] == '=')) return 0;
    for (std::size_t point = 0; point < found->codepoints_len; ++point)
        append_utf8(out, static_cast<char32_t>(found->codepoints[point]));
    return 1 + bytes;
}

}  // namespace

std::string resolve_attribute_references(std::string_view value) {
    std::string out;
    while (!value.empty()) {
        const std::size_t plain = std::min(value.find('&'), value.size());
        out += value.substr(0, plain);
        value.remove_prefix(plain);
        if (value.empty()) break;
        const bool number = value.size() > 1 && value[1] == '#';
        std::size_t taken = number ? take_number(value, out) : value.size() > 1 ? take_name(value, out) : 0;
        if (taken == 0) {
            out += '&';
            taken = 1;
        }
        value.remove_prefix(taken);
    }
    return out;
}

}  // namespace tocsin::mail
