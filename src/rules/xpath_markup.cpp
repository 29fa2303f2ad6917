#include "rules/xpath_markup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "mail/charset.hpp"
#include "mail/visible_text.hpp"

namespace tocsin::rules {
namespace {

constexpr char32_t no_break_space = 0xA0;
constexpr char32_t first_odd_blank = 0x2000, last_odd_blank = 0x200A;

/// The reference for an ASCII character; empty when it stands for itself.
std::string_view reference(char c, Escaping escaping) {
    if (c == '&') return "&amp;";
    if (escaping == Escaping::attribute) return c == '"' ? "&quot;" : "";
    if (c == '<') return "&lt;";
    return c == '>' ? "&gt;" : "";
}

void append_character(std::string& markup, char32_t code_point, std::string_view bytes) {
    if (code_point == no_break_space) {
        markup += "&nbsp;";
    } else if ((code_point >= first_odd_blank && code_point <= last_odd_blank) ||
               mail::has_invisible_characters(bytes)) {
        markup += fmt::format("&#{};", static_cast<std::uint32_t>(code_point));
    } else {
        markup += bytes;
    }
}

}  // namespace

Escaping escaping_inside(std::string_view name) {
    constexpr auto raw = std::to_array<std::string_view>(
        {"style", "script", "xmp", "iframe", "noembed", "noframes", "plaintext"});
    return std::ranges::find(raw, name) != raw.end() ? Escaping::none : Escaping::text;
}

bool is_void_element(std::string_view name) {
    constexpr auto names = std::to_array<std::string_view>(
        {"area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen",
         "link", "meta", "param", "source", "track", "wbr"});
    return std::ranges::find(names, name) != names.end();
}

void append_escaped(std::string& markup, std::string_view text, Escaping escaping) {
    if (escaping == Escaping::none) {
        markup += text;
        return;
    }
    for (std::size_t at = 0; at < text.size();) {
        if (static_cast<unsigned char>(text[at]) >= 0x80) {
            const std::size_t begin = at;
            const char32_t code_point = mail::next_code_point(text, at);
            append_character(markup, code_point, text.substr(begin, at - begin));
            continue;
        }
        const std::string_view referred = reference(text[at], escaping);
        if (referred.empty()) {
            markup += text[at];
        } else {
            markup += referred;
        }
        ++at;
    }
}

}  // namespace tocsin::rules
