// ASCII-only text helpers: locale plays no part in a protocol.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/ascii.hpp"

namespace tocsin::mail {

using tocsin::ascii_lower;
using tocsin::equals_ignoring_case;
using tocsin::hex_value;
using tocsin::is_ascii_space;
using tocsin::trim;

[[nodiscard]] constexpr bool is_space_or_tab(char c) {
    return c == ' ' || c == '\t';
}
[[nodiscard]] constexpr bool is_ascii_digit(char c) {
    return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_ascii_alphanumeric(char c) {
    char lower = ascii_lower(c);
    return is_ascii_digit(c) || (lower >= 'a' && lower <= 'z');
}
[[nodiscard]] constexpr bool is_control(char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
}
/// RFC 2045 section 5.1: any printable ASCII but space and tspecials.
[[nodiscard]] constexpr bool is_token_character(char c) {
    return c > ' ' && c < 0x7F && std::string_view("()<>@,;:\\\"/[]?=").find(c) == std::string_view::npos;
}

/// Position of the first byte below a blank (a control byte) from `from` on, or the size. Eight bytes at a time: this runs
/// over all headers and bodies, and find_first_of() costs a call of memchr for every byte.
[[nodiscard]] inline std::size_t find_control(std::string_view text, std::size_t from = 0) {
    constexpr std::uint64_t ones = 0x0101010101010101ULL;
    std::size_t at = from;
    for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, sizeof word);
        // The top bit of a byte is set when the byte is below 0x20 ("Bit Twiddling Hacks", hasless). It may also be set behind a
        // byte that is, never before one.
        if (((word - ones * 0x20U) & ~word & ones * 0x80U) != 0) break;
    }
    while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x20) ++at;
    return std::min(at, text.size());
}

/// Position of the first CR or LF from `from` on, or the size.
[[nodiscard]] inline std::size_t find_line_end(std::string_view text, std::size_t from = 0) {
    std::size_t at = find_control(text, from);
    while (at < text.size() && text[at] != '\r' && text[at] != '\n') at = find_control(text, at + 1);
    return at;
}

/// Whether `needle` stands in `text`. `rare` is the place in the needle of the letter that mail holds least often: find()
/// stops at every occurrence of the first one.
[[nodiscard]] inline bool contains(std::string_view text, std::string_view needle, std::size_t rare) {
    for (std::size_t at = text.find(needle[rare], rare); at != std::string_view::npos;
         at = text.find(needle[rare], at + 1))
        if (text.substr(at - rare).starts_with(needle)) return true;
    return false;
}

[[nodiscard]] inline std::string to_lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = ascii_lower(c);
    return out;
}

[[nodiscard]] constexpr bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() && equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}
/// Position of `needle` (given in lower case) in `text` from `from` on, without regard to ASCII case; npos when absent.
[[nodiscard]] constexpr std::size_t find_ignoring_case(std::string_view text, std::string_view needle,
                                                       std::size_t from = 0) {
    for (std::size_t index = from; needle.size() <= text.size() && index <= text.size() - needle.size();
         ++index)
        if (ascii_lower(text[index]) == needle.front() &&
            equals_ignoring_case(text.substr(index, needle.size()), needle))
            return index;
    return std::string_view::npos;
}
/// As contains(), without regard to ASCII case; `needle` is given in lower case.
[[nodiscard]] inline bool contains_ignoring_case(std::string_view text, std::string_view needle, std::size_t rare) {
    const char lower = needle[rare];
    const char upper = lower >= 'a' && lower <= 'z' ? static_cast<char>(lower - 'a' + 'A') : lower;
    const auto holds = [&](char wanted) {
        for (std::size_t at = text.find(wanted, rare); at != std::string_view::npos; at = text.find(wanted, at + 1))
            if (starts_with_ignoring_case(text.substr(at - rare), needle)) return true;
        return false;
    };
    return holds(lower) || (upper != lower && holds(upper));
}
/// `text` with everything but printable ASCII shown as '?', cut to `size_max`: safe for logs, details and terminals.
[[nodiscard]] inline std::string printable(std::string_view text, std::size_t size_max = 60) {
    std::string out(text.substr(0, size_max));
    for (char& c : out)
        if (c < ' ' || c >= 0x7F) c = '?';
    if (text.size() > size_max) out += "...";
    return out;
}

}  // namespace tocsin::mail
