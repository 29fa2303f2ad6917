// Whether the styles of a page could hide, cover or rewrite a banner that stands first behind its <body> tag.
#pragma once

#include <cstdint>
#include <string_view>

#include "mail/html_tree.hpp"

namespace tocsin::banner {

enum class Styles : std::uint8_t {
    harmless,  ///< for sure
    doubtful,
};

/// The banner's own elements carry all of their style, with !important, in `style` attributes, which no rule of the page beats
/// (CSS Cascading and Inheritance Level 5 section 6.1), and the largest z-index. What is left to a page is to style <html> and
/// <body> around it, to put pseudo-elements into it, to have that z-index too, or to fetch styles that nobody saw. Doubtful is
/// all of that and whatever this reader of CSS does not understand: escapes, unknown at-rules, nesting. `page`: valid UTF-8, no
/// longer than limits::html_bytes and limits::html_nodes allow, else doubtful. Linear.
[[nodiscard]] Styles styles_of(std::string_view page, mail::HtmlTrees& trees);

/// One style sheet around elements without class and id; for tests.
[[nodiscard]] Styles styles_of_sheet(std::string_view sheet);

}  // namespace tocsin::banner
