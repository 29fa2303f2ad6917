#include "mail/visibility.hpp"

#include <algorithm>
#include <cstdlib>

#include "mail/ascii.hpp"

namespace tocsin::mail {
namespace {

/// Text smaller than this cannot be read.
constexpr float readable_px = 2;
/// Channels may differ by this much and still look the same to a person.
constexpr int same_channel = 10;

bool looks_the_same(Color left, Color right) {
    for (unsigned shift = 0; shift <= 16; shift += 8) {
        const int difference =
            static_cast<int>((left >> shift) & 0xFFU) - static_cast<int>((right >> shift) & 0xFFU);
        if (std::abs(difference) > same_channel) return false;
    }
    return true;
}

/// HTML attributes that style: color, bgcolor, background (WHATWG HTML "presentational hints").
void read_presentational_hints(HtmlTag tag, HtmlAttributes attributes, Style& style) {
    for (const HtmlAttribute& attr : attributes) {
        if (attr.name == "bgcolor") {
            if (auto color = parse_color(attr.value))
                style.background = Background{.comparable = true, .color = *color};
        } else if (attr.name == "background" && !attr.value.empty()) {
            style.background = Background{.comparable = false, .color = 0};
        } else if ((attr.name == "color" && tag == HtmlTag::font) ||
                   (attr.name == "text" && tag == HtmlTag::body)) {
            style.color = parse_color(attr.value);
        } else if (attr.name == "hidden") {
            style.display_none = !equals_ignoring_case(attr.value, "until-found");
        } else {
            continue;
        }
        style.any = true;
    }
}

bool may_have_style(HtmlAttributes attributes) {
    return std::ranges::any_of(attributes, [](const HtmlAttribute& attr) {
        return attr.name == "style" || attr.name == "bgcolor" || attr.name == "color" ||
               attr.name == "hidden" || attr.name == "background" || attr.name == "text";
    });
}

/// Elements whose content is never rendered where scripts do not run and plug-ins do not exist.
bool is_never_shown(HtmlTag tag) {
    return tag == HtmlTag::head || tag == HtmlTag::script || tag == HtmlTag::style || tag == HtmlTag::title ||
           tag == HtmlTag::template_ || tag == HtmlTag::noscript || tag == HtmlTag::noframes ||
           tag == HtmlTag::iframe;
}

bool takes_no_room(const Style& style) {
    const bool overflow = style.overflow_hidden.value_or(false);
    return style.no_max_height.value_or(false) ||
           (overflow && (style.no_height.value_or(false) || style.no_width.value_or(false)));
}

void apply(const Style& style, const Look& parent, Look& look) {
    if (!style.any) return;
    look.gone = look.gone || style.display_none.value_or(false) || style.transparent.value_or(false) ||
                takes_no_room(style) || style.off_screen.value_or(false) || style.clipped.value_or(false) ||
                style.mso_hide.value_or(false);
    look.visibility_hidden = style.visibility_hidden.value_or(look.visibility_hidden);
    look.color_transparent = style.color_transparent.value_or(style.color ? false : look.color_transparent);
    if (style.font_px) look.font_px = *style.font_px;
    if (style.font_factor) look.font_px = parent.font_px * *style.font_factor;
    if (style.color) look.color = *style.color;
    if (style.background) look.background = *style.background;
}

}  // namespace

bool Look::shows_text() const {
    return !gone && !visibility_hidden && font_px >= readable_px && !color_transparent &&
           !(background.comparable && looks_the_same(color, background.color));
}

void Visibility::enter(HtmlTag tag, std::string_view name, HtmlAttributes attributes) {
    const Look parent = looks_.back();
    Look look = parent;
    if (is_never_shown(tag)) look.gone = true;
    if (tag == HtmlTag::a && has_attribute(attributes, "href"))
        look.color = 0x0000EE;  // WHATWG HTML "phrasing content"
    if (!sheet_.empty() || may_have_style(attributes)) {
        Style normal;
        Style important;
        read_presentational_hints(tag, attributes, normal);
        sheet_.apply(name, attributes, normal, important);
        read_declarations(attribute(attributes, "style"), normal, important);
        normal.override_with(important);
        apply(normal, parent, look);
    }
    looks_.push_back(look);
}

}  // namespace tocsin::mail
