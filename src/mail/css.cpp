#include "mail/css.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/limits.hpp"
#include "mail/ascii.hpp"

namespace tocsin::mail {
namespace {

struct NamedColor {
    std::string_view name;
    Color color;
};
constexpr std::array<NamedColor, 27> named_colors = {{
    {"white", 0xFFFFFF},      {"black", 0x000000},      {"red", 0xFF0000},         {"green", 0x008000},
    {"blue", 0x0000FF},       {"yellow", 0xFFFF00},     {"gray", 0x808080},        {"grey", 0x808080},
    {"silver", 0xC0C0C0},     {"maroon", 0x800000},     {"purple", 0x800080},      {"fuchsia", 0xFF00FF},
    {"lime", 0x00FF00},       {"olive", 0x808000},      {"navy", 0x000080},        {"teal", 0x008080},
    {"aqua", 0x00FFFF},       {"orange", 0xFFA500},     {"snow", 0xFFFAFA},        {"ivory", 0xFFFFF0},
    {"whitesmoke", 0xF5F5F5}, {"ghostwhite", 0xF8F8FF}, {"floralwhite", 0xFFFAF0}, {"lightgray", 0xD3D3D3},
    {"lightgrey", 0xD3D3D3},  {"darkgray", 0xA9A9A9},   {"gainsboro", 0xDCDCDC},
}};

/// Pixels beyond which an element is outside every screen.
constexpr float off_screen_px = 500;

/// Rules for one class or id that differ in their tag alone; applying them must stay cheap.
constexpr std::size_t rules_per_key_max = 32;

template <typename T>
void take(std::optional<T>& mine, const std::optional<T>& later) {
    if (later) mine = later;
}

/// The first number of a text; what follows it stays in `text`.
std::optional<float> take_number(std::string_view& text) {
    text = trim(text);
    if (text.starts_with('+')) text.remove_prefix(1);
    float value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

/// A CSS length in pixels; relative units are taken at 16 px.
std::optional<float> pixels(std::string_view text) {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    const std::string unit = to_lower(text.substr(0, 4));
    if (unit.starts_with("em") || unit.starts_with("rem")) return *number * 16;
    if (unit.starts_with("pt")) return *number * 4 / 3;
    if (unit.starts_with("vw") || unit.starts_with("vh") || unit.starts_with("%")) return *number * 8;
    if (unit.starts_with("in")) return *number * 96;
    if (unit.starts_with("cm")) return *number * 38;
    return *number;
}

bool is_zero(std::string_view text) {
    const auto number = take_number(text);
    return number && *number == 0;
}

/// rgb(1, 2, 3), rgba(1 2 3 / 0.5); `alpha` is set when it is there.
std::optional<Color> parse_rgb(std::string_view text, std::optional<float>& alpha) {
    const std::size_t open = text.find('(');
    if (open == std::string_view::npos || !starts_with_ignoring_case(text, "rgb")) return std::nullopt;
    text.remove_prefix(open + 1);
    Color color = 0;
    for (int i = 0; i < 4; ++i) {
        const std::size_t separator = text.find_first_not_of(" ,/\t");
        if (separator == std::string_view::npos) return std::nullopt;
        text.remove_prefix(separator);
        const auto number = take_number(text);
        if (!number) return i == 3 ? std::optional(color) : std::nullopt;
        float value = *number;
        if (text.starts_with('%')) {
            value = i == 3 ? value / 100 : value * 2.55F;
            text.remove_prefix(1);
        }
        if (i == 3) {
            alpha = value;
        } else {
            color = (color << 8U) | static_cast<Color>(std::clamp(value, 0.0F, 255.0F));
        }
    }
    return color;
}

std::optional<Color> parse_hex(std::string_view digits) {
    if (digits.size() != 3 && digits.size() != 4 && digits.size() != 6 && digits.size() != 8)
        return std::nullopt;
    const bool is_short = digits.size() < 6;
    std::uint32_t value = 0;
    const std::string_view part = digits.substr(0, is_short ? 3 : 6);
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value, 16);
    if (error != std::errc{} || end != part.data() + part.size()) return std::nullopt;
    if (!is_short) return value;
    return ((value & 0xF00U) * 0x1100U) | ((value & 0xF0U) * 0x110U) | ((value & 0xFU) * 0x11U);
}

void read_background(std::string_view value, Style& style) {
    if (find_ignoring_case(value, "url(") != std::string_view::npos ||
        find_ignoring_case(value, "gradient") != std::string_view::npos) {
        style.background = Background{.comparable = false, .color = 0};
        return;
    }
    if (auto color = parse_color(value)) {
        style.background = Background{.comparable = true, .color = *color};
        return;
    }
    while (!value.empty()) {  // the shorthand: any of its words may be the colour
        const std::size_t end = std::min(value.find(' '), value.size());
        if (auto color = parse_color(value.substr(0, end)))
            style.background = Background{.comparable = true, .color = *color};
        value = trim(value.substr(end));
    }
}

void read_color(std::string_view value, Style& style) {
    std::optional<float> alpha;
    if (const auto rgb = parse_rgb(value, alpha)) {
        style.color = rgb;
        style.color_transparent = alpha && *alpha <= 0.05F;
    } else if (equals_ignoring_case(value, "transparent")) {
        style.color_transparent = true;
    } else if (auto color = parse_color(value)) {
        style.color = color;
        style.color_transparent = false;
    }
}

void read_font_size(std::string_view value, Style& style) {
    std::string_view unit = value;
    const auto number = take_number(unit);
    if (!number) return;
    const bool is_relative = unit.starts_with('%') || starts_with_ignoring_case(unit, "em");
    style.font_px.reset();
    style.font_factor.reset();
    if (is_relative) {
        style.font_factor = unit.starts_with('%') ? *number / 100 : *number;
    } else {
        style.font_px = pixels(value);
    }
}

void read_position(std::string_view value, Style& style) {
    if (const auto px = pixels(value); px && *px < -off_screen_px) style.off_screen = true;
}

/// `font: italic 0px/1 arial`
void read_font(std::string_view value, Style& style) {
    while (!value.empty()) {
        const std::size_t end = std::min(value.find_first_of(" /"), value.size());
        const std::string_view word = value.substr(0, end);
        const bool has_unit =
            word.ends_with("px") || word.ends_with("pt") || word.ends_with("em") || word.ends_with('%');
        if (has_unit || word == "0") {
            read_font_size(word, style);
            return;
        }
        value = end < value.size() ? trim(value.substr(end + 1)) : std::string_view();
    }
}

void read_background_image(std::string_view value, Style& style) {
    if (!equals_ignoring_case(value, "none")) read_background(value, style);
}

/// Shapes that leave nothing: rect(0 0 0 0), rect(1px, 1px, 1px, 1px), inset(50%), inset(100%).
void read_clip(std::string_view value, Style& style) {
    style.clipped =
        starts_with_ignoring_case(value, "rect(0") || starts_with_ignoring_case(value, "rect(1px") ||
        starts_with_ignoring_case(value, "inset(50%") || starts_with_ignoring_case(value, "inset(100%");
}

void read_transform(std::string_view value, Style& style) {
    style.clipped = find_ignoring_case(value, "scale(0)") != std::string_view::npos;
}

using Reader = void (*)(std::string_view value, Style& style);
struct Property {
    std::string_view name;
    Reader read;
};
constexpr std::array properties = std::to_array<Property>({
    {"display", [](std::string_view v, Style& s) { s.display_none = equals_ignoring_case(v, "none"); }},
    {"visibility",
     [](std::string_view v, Style& s) {
         s.visibility_hidden = equals_ignoring_case(v, "hidden") || equals_ignoring_case(v, "collapse");
     }},
    {"opacity",
     [](std::string_view v, Style& s) {
         const auto number = take_number(v);
         if (number) s.transparent = *number <= 0.05F;
     }},
    {"font-size", read_font_size},
    {"font", read_font},
    {"color", read_color},
    {"background", read_background},
    {"background-color", read_background},
    {"background-image", read_background_image},
    {"height", [](std::string_view v, Style& s) { s.no_height = is_zero(v); }},
    {"max-height", [](std::string_view v, Style& s) { s.no_max_height = is_zero(v); }},
    {"width", [](std::string_view v, Style& s) { s.no_width = is_zero(v); }},
    {"max-width", [](std::string_view v, Style& s) { s.no_width = is_zero(v); }},
    {"overflow",
     [](std::string_view v, Style& s) {
         s.overflow_hidden = starts_with_ignoring_case(v, "hidden") || starts_with_ignoring_case(v, "clip");
     }},
    {"left", read_position},
    {"top", read_position},
    {"margin-left", read_position},
    {"margin-top", read_position},
    {"text-indent", read_position},
    {"clip", read_clip},
    {"clip-path", read_clip},
    {"transform", read_transform},
    {"mso-hide", [](std::string_view v, Style& s) { s.mso_hide = equals_ignoring_case(v, "all"); }},
});

/// Cuts comments out; returns `text` itself when there are none.
std::string_view without_comments(std::string_view text, std::string& buffer) {
    if (text.find("/*") == std::string_view::npos) return text;
    while (true) {
        const std::size_t start = text.find("/*");
        buffer += text.substr(0, start);
        if (start == std::string_view::npos) break;
        const std::size_t end = text.find("*/", start + 2);
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 2);
    }
    return buffer;
}

/// The end of a block whose `{` stands at `open`: its `}`, or the end of the text. Nested blocks are inside.
std::size_t end_of_block(std::string_view text, std::size_t open) {
    std::size_t depth = 0;
    for (std::size_t at = open; at < text.size(); ++at) {
        if (text[at] == '{') ++depth;
        if (text[at] == '}' && --depth == 0) return at;
    }
    return text.size();
}

/// @media all, @media screen: no condition on the size of the window.
bool applies_everywhere(std::string_view media) {
    const std::string lower = to_lower(media);
    return lower.find('(') == std::string::npos && lower.find("print") == std::string::npos &&
           lower.find("not") == std::string::npos && lower.starts_with("@media");
}

}  // namespace

void Style::override_with(const Style& later) {
    if (!later.any) return;
    any = true;
    take(display_none, later.display_none);
    take(visibility_hidden, later.visibility_hidden);
    take(transparent, later.transparent);
    if (later.font_px || later.font_factor) {
        font_px = later.font_px;
        font_factor = later.font_factor;
    }
    take(color, later.color);
    take(color_transparent, later.color_transparent);
    take(background, later.background);
    take(no_height, later.no_height);
    take(no_max_height, later.no_max_height);
    take(no_width, later.no_width);
    take(overflow_hidden, later.overflow_hidden);
    take(off_screen, later.off_screen);
    take(clipped, later.clipped);
    take(mso_hide, later.mso_hide);
}

std::optional<Color> parse_color(std::string_view text) {
    text = trim(text);
    if (text.starts_with('#')) return parse_hex(text.substr(1));
    if (starts_with_ignoring_case(text, "rgb")) {
        std::optional<float> alpha;
        const auto color = parse_rgb(text, alpha);
        return alpha && *alpha < 0.5F ? std::nullopt : color;
    }
    for (const NamedColor& named : named_colors) {
        if (equals_ignoring_case(text, named.name)) return named.color;
    }
    return std::nullopt;
}

void read_declarations(std::string_view text, Style& normal, Style& important) {
    std::string buffer;
    text = without_comments(text, buffer);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(';'), text.size());
        const std::string_view declaration = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t colon = declaration.find(':');
        if (colon == std::string_view::npos) continue;
        const std::string_view name = trim(declaration.substr(0, colon));
        const auto property = std::ranges::find_if(properties, [name](const Property& p) {
            return p.name.size() == name.size() && equals_ignoring_case(p.name, name);
        });
        if (property == properties.end()) continue;
        std::string_view value = trim(declaration.substr(colon + 1));
        const std::size_t mark = value.rfind('!');
        const bool is_important =
            mark != std::string_view::npos && equals_ignoring_case(trim(value.substr(mark + 1)), "important");
        Style& style = is_important ? important : normal;
        property->read(is_important ? trim(value.substr(0, mark)) : value, style);
        style.any = true;
    }
}

void StyleSheet::read(std::string_view css) {
    std::string buffer;
    css = without_comments(css, buffer);
    while (count_ < limits::style_rules) {
        const std::size_t open = css.find('{');
        if (open == std::string_view::npos) return;
        std::string_view selectors = css.substr(0, open);
        if (const std::size_t semicolon = selectors.rfind(';'); semicolon != std::string_view::npos) {
            selectors.remove_prefix(semicolon + 1);  // @import "x"; @charset "y";
        }
        for (const std::string_view mark : {"<!--", "-->"}) {
            if (const std::size_t at = selectors.find(mark); at != std::string_view::npos)
                selectors.remove_prefix(at + mark.size());
        }
        selectors = trim(selectors);
        while (selectors.starts_with('}')) selectors = trim(selectors.substr(1));
        if (selectors.starts_with('@') && applies_everywhere(selectors)) {
            css.remove_prefix(
                open +
                1);  // its rules are read as if they stood outside; the closing brace goes into a selector
            continue;
        }
        const std::size_t end = end_of_block(css, open);
        if (!selectors.starts_with('@')) read_rule(selectors, css.substr(open + 1, end - open - 1));
        css.remove_prefix(std::min(end + 1, css.size()));
    }
}

void StyleSheet::read_rule(std::string_view selectors, std::string_view declarations) {
    Rule rule;
    read_declarations(declarations, rule.normal, rule.important);
    if (!rule.normal.any && !rule.important.any) return;
    while (!selectors.empty() && count_ < limits::style_rules) {
        const std::size_t end = std::min(selectors.find(','), selectors.size());
        std::string_view selector = trim(selectors.substr(0, end));
        selectors.remove_prefix(std::min(end + 1, selectors.size()));
        if (selector.empty() || selector.find_first_of(" >+~:[()\t\r\n{}") != std::string_view::npos)
            continue;
        const std::size_t mark = selector.find_first_of(".#");
        if (mark != std::string_view::npos &&
            selector.find_first_of(".#", mark + 1) != std::string_view::npos)
            continue;
        rule.tag = mark == std::string_view::npos ? "" : to_lower(selector.substr(0, mark));
        if (rule.tag == "*") rule.tag.clear();
        const std::string key =
            mark == std::string_view::npos ? to_lower(selector) : std::string(selector.substr(mark));
        add_rule(key, rule);
    }
}

void StyleSheet::add_rule(const std::string& key, const Rule& rule) {
    ++count_;
    std::vector<Rule>& rules = rules_[key];
    const auto same = std::ranges::find(rules, rule.tag, &Rule::tag);
    if (same != rules.end()) {
        same->normal.override_with(rule.normal);
        same->important.override_with(rule.important);
    } else if (rules.size() < rules_per_key_max) {
        rules.push_back(rule);
    }
}

void StyleSheet::apply_key(std::string_view key, std::string_view tag_name, Style& normal,
                           Style& important) const {
    const auto found = rules_.find(key);
    if (found == rules_.end()) return;
    for (const Rule& rule : found->second) {
        if (!rule.tag.empty() && rule.tag != tag_name) continue;
        normal.override_with(rule.normal);
        important.override_with(rule.important);
    }
}

void StyleSheet::apply(std::string_view tag_name, HtmlAttributes attributes, Style& normal,
                       Style& important) const {
    if (rules_.empty()) return;
    apply_key("*", tag_name, normal, important);
    apply_key(tag_name, tag_name, normal, important);
    std::string key;
    std::string_view classes = attribute(attributes, "class");
    for (std::size_t words = 0; !classes.empty() && words < 64; ++words) {
        classes = trim(classes);
        const std::size_t end = std::min(classes.find_first_of(" \t\r\n\f"), classes.size());
        key.assign(1, '.').append(classes.substr(0, end));
        apply_key(key, tag_name, normal, important);
        classes.remove_prefix(end);
    }
    if (const std::string_view id = attribute(attributes, "id"); !id.empty()) {
        key.assign(1, '#').append(id);
        apply_key(key, tag_name, normal, important);
    }
}

}  // namespace tocsin::mail
