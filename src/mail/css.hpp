// As much CSS as decides whether a person can see a text: display, visibility, size, colour, position.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mail/html_tree.hpp"

namespace tocsin::mail {

/// 0xRRGGBB.
using Color = std::uint32_t;

/// What a background is: a known colour, or something that no colour can be compared with (picture,
/// gradient).
struct Background {
    bool comparable = true;
    Color color = 0xFFFFFF;
};

/// Declarations that concern us; unset members say nothing.
struct Style {
    std::optional<bool> display_none;
    std::optional<bool> visibility_hidden;
    std::optional<bool> transparent;  ///< opacity 0
    std::optional<float> font_px;
    std::optional<float> font_factor;  ///< em, %: of the parent's
    std::optional<Color> color;
    std::optional<bool> color_transparent;
    std::optional<Background> background;
    std::optional<bool> no_height;  ///< height or max-height is 0
    std::optional<bool> no_max_height;
    std::optional<bool> no_width;
    std::optional<bool> overflow_hidden;
    std::optional<bool> off_screen;
    std::optional<bool> clipped;
    std::optional<bool> mso_hide;
    bool any = false;  ///< a member is set

    /// Declarations of `later` win.
    void override_with(const Style& later);
};

/// The declarations of a `style` attribute or of a rule, read into `normal`, those marked !important into
/// `important`.
void read_declarations(std::string_view text, Style& normal, Style& important);

/// A CSS or HTML colour: names of the web-safe basics, #rgb, #rrggbb, rgb(), rgba(); nullopt for anything
/// else.
[[nodiscard]] std::optional<Color> parse_color(std::string_view text);

/// The rules of a document's style elements whose selector is one tag, .class, #id, tag.class, tag#id or *.
/// Rules inside @media count only when the media are "all" or "screen" without a condition: responsive mail
/// hides things on phones alone.
class StyleSheet {
public:
    void read(std::string_view css);
    [[nodiscard]] bool empty() const { return rules_.empty(); }
    /// Adds what the rules say about an element, in order of specificity.
    void apply(std::string_view tag_name, HtmlAttributes attributes, Style& normal, Style& important) const;

private:
    struct Rule {
        std::string tag;  ///< empty: any
        Style normal;
        Style important;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };

    void read_rule(std::string_view selectors, std::string_view declarations);
    void add_rule(const std::string& key, const Rule& rule);
    void apply_key(std::string_view key, std::string_view tag_name, Style& normal, Style& important) const;

    std::unordered_map<std::string, std::vector<Rule>, Hash, std::equal_to<>>
        rules_;  ///< by "tag", ".class", "#id"
    std::size_t count_ = 0;
};

}  // namespace tocsin::mail
