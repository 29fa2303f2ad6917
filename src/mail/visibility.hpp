// Whether the text of an element can be seen, from its styles and those of the elements around it.
#pragma once

#include <string_view>
#include <vector>

#include "mail/css.hpp"
#include "mail/html_tree.hpp"

namespace tocsin::mail {

/// What an element inherits or has, as far as it decides whether its text shows.
struct Look {
    bool gone =
        false;  ///< not shown, and nothing inside can undo it: display:none, opacity 0, no size, outside the screen
    bool visibility_hidden = false;
    bool color_transparent = false;
    float font_px = 16;
    Color color = 0x000000;
    Background background;

    /// Text directly inside can be read.
    [[nodiscard]] bool shows_text() const;
    /// Pictures directly inside can be seen.
    [[nodiscard]] bool shows_pictures() const { return !gone && !visibility_hidden; }
};

/// Keeps the looks of the elements that are open during a walk.
class Visibility {
public:
    Visibility() : looks_(1) {}
    void add_style_sheet(std::string_view css) { sheet_.read(css); }
    void enter(HtmlTag tag, std::string_view name, HtmlAttributes attributes);
    void leave() {
        if (looks_.size() > 1) looks_.pop_back();
    }
    [[nodiscard]] const Look& look() const { return looks_.back(); }

private:
    StyleSheet sheet_;
    std::vector<Look> looks_;
};

}  // namespace tocsin::mail
