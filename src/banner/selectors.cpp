#include "banner/selectors.hpp"

#include <algorithm>
#include <array>

#include "mail/ascii.hpp"

namespace tocsin::banner {

namespace {

bool is_name_character(char c) {
    return mail::is_ascii_alphanumeric(c) || c == '-' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

/// Position behind the bracket that ends what begins at `at`; the size when it does not end.
std::size_t behind_brackets(std::string_view text, std::size_t at) {
    std::size_t depth = 0;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '(' || c == '[') ++depth;
        if ((c == ')' || c == ']') && --depth == 0) return at + 1;
        if (c == '"' || c == '\'') at = std::min(text.find(c, at + 1), text.size() - 1);
    }
    return text.size();
}

/// The last compound selector, and what stands in it outside of brackets.
struct Compound {
    std::string type;  ///< empty: any element
    std::vector<std::string> classes, ids;
};

/// Where the last compound begins: behind the last combinator outside of brackets.
std::size_t last_compound(std::string_view selector) {
    std::size_t begin = 0;
    for (std::size_t at = 0; at < selector.size(); ++at) {
        if (selector[at] == '(' || selector[at] == '[') {
            at = behind_brackets(selector, at) - 1;
            continue;
        }
        if (mail::is_ascii_space(selector[at]) ||
            std::string_view(">+~|").find(selector[at]) != std::string_view::npos)
            begin = at + 1;
    }
    return begin;
}

Compound read_compound(std::string_view selector) {
    selector = mail::trim(selector);
    const std::string_view text = selector.substr(last_compound(selector));
    Compound out;
    const auto name_at = [text](std::size_t at) {
        std::size_t end = at;
        while (end < text.size() && is_name_character(text[end])) ++end;
        return std::string(text.substr(at, end - at));
    };
    out.type = name_at(0);
    for (std::size_t at = out.type.size(); at < text.size(); ++at) {
        if (text[at] == '(' || text[at] == '[') {
            at = behind_brackets(text, at) - 1;
        } else if (text[at] == '.') {
            out.classes.push_back(name_at(at + 1));
        } else if (text[at] == '#') {
            out.ids.push_back(name_at(at + 1));
        }
    }
    return out;
}

bool all_in(const std::vector<std::string>& names, const std::vector<std::string>& known) {
    return std::ranges::all_of(
        names, [&](const std::string& name) { return std::ranges::find(known, name) != known.end(); });
}

}  // namespace

std::vector<std::string_view> split_selectors(std::string_view selectors) {
    std::vector<std::string_view> out;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < selectors.size(); ++at) {
        if (selectors[at] == '(' || selectors[at] == '[') {
            at = behind_brackets(selectors, at) - 1;
        } else if (selectors[at] == ',') {
            out.push_back(selectors.substr(begin, at - begin));
            begin = at + 1;
        }
    }
    out.push_back(selectors.substr(begin));
    return out;
}

bool may_match_page(std::string_view selector, const PageElements& page) {
    const Compound last = read_compound(selector);
    if (!last.type.empty() && last.type != "html" && last.type != "body") return false;
    return all_in(last.classes, page.classes) && all_in(last.ids, page.ids);
}

bool may_match_banner(std::string_view selector) {
    const Compound last = read_compound(selector);
    if (!last.type.empty() && last.type != "div" && last.type != "span") return false;
    return last.classes.empty() && last.ids.empty();
}

bool has_pseudo_element(std::string_view selector) {
    constexpr std::array<std::string_view, 4> old_names = {":before", ":after", ":first-line",
                                                           ":first-letter"};
    return selector.find("::") != std::string_view::npos ||
           std::ranges::any_of(old_names, [selector](std::string_view name) {
               return selector.find(name) != std::string_view::npos;
           });
}

}  // namespace tocsin::banner
