// The way of a page to its <body> tag, followed only as far as every program that shows pages goes the same way.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "scan/banner_place.hpp"

namespace tocsin::banner {

/// The byte behind the `>` of the one <body> tag. nullopt: there is none, or it is not the only one, or something stands before
/// it that browsers may take for the begin of the body, or for something else than it looks like: text, elements that do not
/// belong into <head>, scripts, comments and tags that do not end in the ordinary way, attributes of <html> or <body> that
/// could hide all (`hidden`, `inert`). `page`: bytes in which ASCII means itself. Linear.
[[nodiscard]] std::optional<std::size_t> behind_body_tag(std::string_view page);

/// How browsers lay the page out (WHATWG HTML section 13.2.6.4.1, in short). A wrong answer costs looks, no more.
[[nodiscard]] scan::PageMode mode_of(std::string_view page);

}  // namespace tocsin::banner
