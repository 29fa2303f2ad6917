// What a CSS selector may match, judged generously: a "no" is sure, a "yes" may be wrong.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::banner {

/// The elements around a banner behind <body>: their names and what a page says of them.
struct PageElements {
    std::vector<std::string> classes;  ///< of <html> and <body>, lower case
    std::vector<std::string> ids;      ///< the same
};

/// Selectors (Selectors Level 4) of one rule, apart at their commas. Brackets and strings are kept together.
[[nodiscard]] std::vector<std::string_view> split_selectors(std::string_view selectors);

/// `selector` (lower case) may match <html> or <body>.
[[nodiscard]] bool may_match_page(std::string_view selector, const PageElements& page);
/// It may match an element of the banner: a <div> or <span> without class or id, or anything at all.
[[nodiscard]] bool may_match_banner(std::string_view selector);
/// It styles what is no element: ::before, ::after, ::first-line, ::first-letter and whatever else there is.
[[nodiscard]] bool has_pseudo_element(std::string_view selector);

}  // namespace tocsin::banner
