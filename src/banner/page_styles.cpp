#include "banner/page_styles.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "banner/selectors.hpp"
#include "base/limits.hpp"
#include "mail/ascii.hpp"

namespace tocsin::banner {

namespace {

/// Digits of a z-index that is surely below the banner's 2147483647, and of a length that does not push it off the screen.
constexpr std::size_t z_index_digits_max = 9, length_digits_max = 3;
/// Rules inside @media inside @supports; deeper is doubtful.
constexpr std::size_t at_rule_depth_max = 8;
constexpr std::size_t page_names_max = 64;

/// Properties of <html> and <body> that change how their own text looks: the banner's is set by itself.
constexpr std::array<std::string_view, 34> looks = {"color",
                                                    "color-scheme",
                                                    "supported-color-schemes",
                                                    "line-height",
                                                    "letter-spacing",
                                                    "word-spacing",
                                                    "text-align",
                                                    "text-rendering",
                                                    "text-size-adjust",
                                                    "text-decoration",
                                                    "text-transform",
                                                    "white-space",
                                                    "word-wrap",
                                                    "word-break",
                                                    "overflow-wrap",
                                                    "hyphens",
                                                    "direction",
                                                    "quotes",
                                                    "tab-size",
                                                    "box-sizing",
                                                    "cursor",
                                                    "caret-color",
                                                    "accent-color",
                                                    "orphans",
                                                    "widows",
                                                    "line-break",
                                                    "border-collapse",
                                                    "border-spacing",
                                                    "list-style",
                                                    "list-style-type",
                                                    "tap-highlight-color",
                                                    "nbsp-mode",
                                                    "font-smoothing",
                                                    "osx-font-smoothing"};
/// ... whose names begin so.
constexpr std::array<std::string_view, 4> look_families = {"background", "font", "text-size-adjust", "--"};
/// Lengths: no negative one, none that is long.
constexpr std::array<std::string_view, 4> length_families = {"margin", "padding", "border", "outline"};
constexpr std::array<std::string_view, 6> lengths = {"width",  "min-width",  "max-width",
                                                     "height", "min-height", "max-height"};
constexpr std::array<std::string_view, 4> conditional_rules = {"@media", "@supports", "@container",
                                                               "@document"};
constexpr std::array<std::string_view, 8> rules_without_elements = {
    "@font-face",    "@page",     "@keyframes",      "@-webkit-keyframes",
    "@-ms-viewport", "@viewport", "@-moz-keyframes", "@font-feature-values"};
constexpr std::array<std::string_view, 5> vendor_prefixes = {"-webkit-", "-moz-", "-ms-", "-o-", "mso-"};

template <std::size_t size>
bool is_one_of(std::string_view text, const std::array<std::string_view, size>& names) {
    return std::ranges::find(names, text) != names.end();
}
template <std::size_t size>
bool begins_with_one_of(std::string_view text, const std::array<std::string_view, size>& names) {
    return std::ranges::any_of(names, [text](std::string_view name) { return text.starts_with(name); });
}

bool has_long_number(std::string_view value, std::size_t digits_max) {
    std::size_t digits = 0;
    for (const char c : value) {
        digits = mail::is_ascii_digit(c) ? digits + 1 : 0;
        if (digits > digits_max) return true;
    }
    return false;
}

/// Neither negative nor computed nor in powers of ten.
bool is_short_length(std::string_view value) {
    for (std::size_t at = 0; at + 1 < value.size(); ++at) {
        const char next = value[at + 1];
        if (value[at] == '-' && (mail::is_ascii_digit(next) || next == '.')) return false;
        if (value[at] == 'e' && at > 0 && (mail::is_ascii_digit(value[at - 1]) || value[at - 1] == '.') &&
            (mail::is_ascii_digit(next) || next == '+'))
            return false;
    }
    const bool computed =
        value.find("calc") != std::string_view::npos || value.find("var(") != std::string_view::npos ||
        value.find("env(") != std::string_view::npos || value.find("min(") != std::string_view::npos ||
        value.find("max(") != std::string_view::npos || value.find("clamp(") != std::string_view::npos;
    return !computed && !has_long_number(value, length_digits_max);
}

bool is_small_z_index(std::string_view value) {
    if (value.starts_with('-')) value.remove_prefix(1);
    return value == "auto" || value == "inherit" || value == "initial" ||
           (!value.empty() && value.size() <= z_index_digits_max &&
            std::ranges::all_of(value, mail::is_ascii_digit));
}

struct Declaration {
    std::string_view name, value;  ///< without !important
};

/// The declarations of a block without blocks inside. Semicolons in brackets and strings do not end one.
template <typename Each>
void for_each_declaration(std::string_view block, Each each) {
    std::size_t begin = 0, depth = 0;
    const auto take = [&](std::size_t end) {
        const std::string_view one = block.substr(begin, end - begin);
        begin = end + 1;
        const std::size_t colon = one.find(':');
        if (colon == std::string_view::npos) return;
        std::string_view value = one.substr(colon + 1);
        value = mail::trim(value.substr(0, value.find('!')));
        each(Declaration{mail::trim(one.substr(0, colon)), value});
    };
    for (std::size_t at = 0; at < block.size(); ++at) {
        const char c = block[at];
        if (c == '"' || c == '\'') at = std::min(block.find(c, at + 1), block.size());
        if (c == '(') ++depth;
        if (c == ')' && depth > 0) --depth;
        if (c == ';' && depth == 0) take(at);
    }
    take(block.size());
}

/// Lower case, without comments and the marks that once hid styles from old browsers; nullopt: an escape, or a comment without
/// end.
std::optional<std::string> plain_css(std::string_view css) {
    if (css.find('\\') != std::string_view::npos) return std::nullopt;
    std::string out;
    for (std::size_t at = 0; at < css.size();) {
        const std::string_view rest = css.substr(at);
        if (rest.starts_with("/*")) {
            const std::size_t end = css.find("*/", at + 2);
            if (end == std::string_view::npos) return std::nullopt;
            at = end + 2;
        } else if (rest.starts_with("<!--")) {
            at += 4;
        } else if (rest.starts_with("-->")) {
            at += 3;
        } else {
            out += mail::ascii_lower(css[at++]);
        }
    }
    return out;
}

/// Whether text in quotes, or in brackets, could be taken for a block's end or beginning: then no simple reader can be sure.
bool has_braces_in_strings(std::string_view css) {
    for (std::size_t at = 0; at < css.size(); ++at) {
        if (css[at] != '"' && css[at] != '\'') continue;
        const std::size_t end = css.find(css[at], at + 1);
        if (end == std::string_view::npos) return true;
        if (css.substr(at, end - at).find_first_of("{}\n;") != std::string_view::npos) return true;
        at = end;
    }
    return false;
}

class Doubts {
public:
    [[nodiscard]] bool any() const { return any_; }
    void raise() { any_ = true; }
    [[nodiscard]] PageElements& page() { return page_; }

    void sheet(std::string_view text) {
        const std::optional<std::string> css = plain_css(text);
        if (!css || has_braces_in_strings(*css)) return raise();
        rules(*css, 0);
    }

    /// The `style` attribute of <html> or <body>.
    void page_style(std::string_view text) {
        const std::optional<std::string> css = plain_css(text);
        if (!css) return raise();
        for_each_declaration(*css, [this](const Declaration& one) { on_page(one); });
    }

    /// The `style` attribute of any element.
    void element_style(std::string_view text) {
        const std::optional<std::string> css = plain_css(text);
        if (!css) return raise();
        for_each_declaration(*css, [this](const Declaration& one) { anywhere(one); });
    }

private:
    void rules(std::string_view css, std::size_t depth) {
        if (depth > at_rule_depth_max) return raise();
        for (std::size_t at = 0; at < css.size() && !any_;) {
            const std::size_t mark = css.find_first_of("{;}", at);
            const std::string_view head = mail::trim(
                css.substr(at, mark == std::string_view::npos ? std::string_view::npos : mark - at));
            if (mark == std::string_view::npos) return head.empty() ? void() : raise();
            at = mark + 1;
            if (css[mark] == ';') {
                if (!head.starts_with("@charset") && !head.starts_with("@namespace") && !head.empty())
                    raise();
                continue;
            }
            if (css[mark] == '}') return raise();
            const std::size_t end = block_end(css, at);
            block(head, css.substr(at, end - at), depth);
            at = end + 1;
        }
    }

    /// Of the block whose first byte is at `at`. One that is never closed ends with the sheet, as browsers have it.
    static std::size_t block_end(std::string_view css, std::size_t at) {
        std::size_t open = 1;
        for (; at < css.size(); ++at) {
            if (css[at] == '{') ++open;
            if (css[at] == '}' && --open == 0) return at;
        }
        return css.size();
    }

    void block(std::string_view head, std::string_view inside, std::size_t depth) {
        if (head.starts_with('@')) {
            const std::string_view name = head.substr(0, head.find_first_of(" \t\r\n\f("));
            if (is_one_of(name, conditional_rules)) return rules(inside, depth + 1);
            if (!is_one_of(name, rules_without_elements)) raise();
            return;
        }
        if (inside.find('{') != std::string_view::npos) return raise();
        bool styles_page = false;
        for (const std::string_view selector : split_selectors(head)) {
            const bool page = may_match_page(selector, page_);
            if (has_pseudo_element(selector) && (page || may_match_banner(selector))) return raise();
            styles_page = styles_page || page;
        }
        for_each_declaration(inside, [&](const Declaration& one) {
            anywhere(one);
            if (styles_page) on_page(one);
        });
    }

    void anywhere(const Declaration& one) {
        if (one.name == "z-index" && !is_small_z_index(one.value)) raise();
    }

    void on_page(const Declaration& one) {
        std::string_view name = one.name;
        if (name == "mso-hide") return raise();
        for (const std::string_view prefix : vendor_prefixes)
            if (name.starts_with(prefix)) {
                if (prefix == "mso-") return;
                name.remove_prefix(prefix.size());
                break;
            }
        if (is_one_of(name, looks) || begins_with_one_of(name, look_families)) return;
        const bool length = is_one_of(name, lengths) || begins_with_one_of(name, length_families);
        if (length && is_short_length(one.value)) return;
        if (name == "display" && one.value == "block") return;
        raise();
    }

    PageElements page_;
    bool any_ = false;
};

void add_names(std::string_view words, std::vector<std::string>& names) {
    while (names.size() < page_names_max) {
        words = mail::trim(words);
        if (words.empty()) return;
        std::size_t end = 0;
        while (end < words.size() && !mail::is_ascii_space(words[end])) ++end;
        names.push_back(mail::to_lower(words.substr(0, end)));
        words.remove_prefix(end);
    }
}

/// First walk: names of the elements around the banner.
class NameFinder final : public mail::HtmlVisitor {
public:
    explicit NameFinder(PageElements& page) : page_(page) {}
    void style_sheet(std::string_view) override {}
    void leave(mail::HtmlTag) override {}
    void text(std::string_view) override {}
    void comment(std::string_view) override {}
    void enter(mail::HtmlTag tag, std::string_view, mail::HtmlAttributes attributes) override {
        if (tag != mail::HtmlTag::html && tag != mail::HtmlTag::body) return;
        add_names(mail::attribute(attributes, "class"), page_.classes);
        add_names(mail::attribute(attributes, "id"), page_.ids);
    }

private:
    PageElements& page_;
};

/// Second walk: all styles.
class StyleFinder final : public mail::HtmlVisitor {
public:
    explicit StyleFinder(Doubts& doubts) : doubts_(doubts) {}
    void style_sheet(std::string_view text) override { doubts_.sheet(text); }
    void leave(mail::HtmlTag) override {}
    void text(std::string_view) override {}
    /// Word reads what stands in conditional comments: each style element there is a sheet.
    void comment(std::string_view text) override {
        for (std::size_t at = mail::find_ignoring_case(text, "<style"); at != std::string_view::npos;
             at = mail::find_ignoring_case(text, "<style", at + 1)) {
            const std::size_t begin = text.find('>', at);
            if (begin == std::string_view::npos) return;
            const std::size_t end = mail::find_ignoring_case(text, "</style", begin);
            doubts_.sheet(text.substr(begin + 1, end == std::string_view::npos ? std::string_view::npos
                                                                               : end - begin - 1));
        }
    }
    void enter(mail::HtmlTag tag, std::string_view, mail::HtmlAttributes attributes) override {
        const std::string_view style = mail::attribute(attributes, "style");
        if (!style.empty()) doubts_.element_style(style);
        const bool page = tag == mail::HtmlTag::html || tag == mail::HtmlTag::body;
        if (page && !style.empty()) doubts_.page_style(style);
        if (tag == mail::HtmlTag::link && mail::find_ignoring_case(mail::attribute(attributes, "rel"),
                                                                   "stylesheet") != std::string_view::npos)
            doubts_.raise();
    }

private:
    Doubts& doubts_;
};

}  // namespace

Styles styles_of(std::string_view page, mail::HtmlTrees& trees) {
    if (page.empty()) return Styles::harmless;
    Doubts doubts;
    NameFinder names(doubts.page());
    if (trees.walk(page, names).bytes != page.size()) return Styles::doubtful;
    const PageElements& around = doubts.page();
    if (around.classes.size() >= page_names_max || around.ids.size() >= page_names_max)
        return Styles::doubtful;
    StyleFinder styles(doubts);
    (void)trees.walk(page, styles);
    return doubts.any() ? Styles::doubtful : Styles::harmless;
}

Styles styles_of_sheet(std::string_view sheet) {
    Doubts doubts;
    doubts.sheet(sheet);
    return doubts.any() ? Styles::doubtful : Styles::harmless;
}

}  // namespace tocsin::banner
