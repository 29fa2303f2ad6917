#include "mail/html_quotes.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "mail/ascii.hpp"
#include "mail/html_facts.hpp"

namespace tocsin::mail {
namespace {

/// Classes and ids of the containers of quoted mail, as the clients name them. A prefix such as "x_" comes
/// from Outlook on the web.
constexpr std::array<std::string_view, 13> containers = {
    "gmail_quote",    "gmail_quote_container", "gmail_extra",          "yahoo_quoted",     "moz-cite-prefix",
    "divrplyfwdmsg",  "appendonsend",          "outlookmessageheader", "protonmail_quote", "zmail_extra",
    "tutanota_quote", "isforwardcontent",      "replysplit",
};

bool names_container(std::string_view value) {
    for (std::size_t words = 0; !value.empty() && words < 16; ++words) {
        value = trim(value);
        const std::size_t end = std::min(value.find(' '), value.size());
        std::string_view word = value.substr(0, end);
        if (word.starts_with("x_")) word.remove_prefix(2);
        if (std::ranges::any_of(containers,
                                [word](std::string_view name) { return equals_ignoring_case(word, name); }))
            return true;
        value.remove_prefix(end);
    }
    return false;
}

/// Outlook for Windows draws a thin line above the headers of the message that it quotes.
bool is_outlook_rule(std::string_view style) {
    const std::size_t border = find_ignoring_case(style, "border-top:solid #");
    if (border == std::string_view::npos) return false;
    const std::string_view color = style.substr(border + 18, 6);
    return equals_ignoring_case(color, "e1e1e1") || equals_ignoring_case(color, "b5c4df");
}

}  // namespace

bool begins_quotation(HtmlTag tag, HtmlAttributes attributes) {
    if (tag == HtmlTag::blockquote && equals_ignoring_case(attribute(attributes, "type"), "cite"))
        return true;
    if (tag != HtmlTag::div && tag != HtmlTag::blockquote && tag != HtmlTag::hr && tag != HtmlTag::table &&
        tag != HtmlTag::other)
        return false;
    return names_container(attribute(attributes, "class")) || names_container(attribute(attributes, "id")) ||
           (tag == HtmlTag::div && is_outlook_rule(attribute(attributes, "style")));
}

std::string declared_html_charset(std::string_view bytes) {
    bytes = bytes.substr(0, 1024);
    for (std::size_t at = find_ignoring_case(bytes, "<meta"); at != std::string_view::npos;
         at = find_ignoring_case(bytes, "<meta", at + 5)) {
        const std::string_view element = bytes.substr(at, bytes.find('>', at) - at);
        std::size_t mark = find_ignoring_case(element, "charset");
        if (mark == std::string_view::npos) continue;
        mark = element.find_first_not_of(" \t", mark + 7);
        if (mark == std::string_view::npos || element[mark] != '=') continue;
        const std::size_t start = element.find_first_not_of(" \t\"'", mark + 1);
        if (start == std::string_view::npos) continue;
        std::string name = to_lower(element.substr(start, element.find_first_of(" \t\"';/>", start) - start));
        if (name.starts_with("utf-16")) name = "utf-8";  // it was read as ASCII, so it cannot be UTF-16
        return name;
    }
    return {};
}

std::string without_tags(std::string_view html) {
    std::string out;
    for (std::size_t at = 0; at < html.size();) {
        const std::size_t open = std::min(html.find('<', at), html.size());
        out += html.substr(at, open - at);
        out += ' ';
        const std::size_t close = html.find('>', open);
        if (close == std::string_view::npos) break;
        at = close + 1;
    }
    return out;
}

}  // namespace tocsin::mail
