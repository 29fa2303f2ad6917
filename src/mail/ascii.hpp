// ASCII-only text helpers: locale plays no part in a protocol.
#pragma once

#include <string>
#include <string_view>

namespace tocsin::mail {

[[nodiscard]] constexpr char ascii_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
[[nodiscard]] constexpr bool is_space_or_tab(char c) {
    return c == ' ' || c == '\t';
}
[[nodiscard]] constexpr bool is_ascii_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
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

/// Position of the first CR or LF from `from` on, or the size. find_first_of() costs a call of memchr for every byte.
[[nodiscard]] constexpr std::size_t find_line_end(std::string_view text, std::size_t from = 0) {
    std::size_t at = from;
    while (at < text.size() && text[at] != '\r' && text[at] != '\n') ++at;
    return at;
}

[[nodiscard]] inline std::string to_lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = ascii_lower(c);
    return out;
}

[[nodiscard]] constexpr bool equals_ignoring_case(std::string_view left, std::string_view right) {
    if (left.size() != right.size()) return false;
    for (std::size_t index = 0; index < left.size(); ++index)
        if (ascii_lower(left[index]) != ascii_lower(right[index])) return false;
    return true;
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
[[nodiscard]] constexpr std::string_view trim(std::string_view text) {
    while (!text.empty() && is_ascii_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_ascii_space(text.back())) text.remove_suffix(1);
    return text;
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
