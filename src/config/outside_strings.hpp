// What stands outside strings and comments of a TOML text, looked at before toml++ sees it.
#pragma once

#include <string_view>

#include "config/problem.hpp"

namespace tocsin::config {

/// Whether toml++ 3.3 may have the text; if not, `problems` says why:
/// - Dotted keys nest tables, which it takes down by recursion without a bound (later versions have one). No setting needs more
///   than one dot in a line.
/// - Letters beyond ASCII are no TOML there; mostly they are quotation marks of a word processor, and it has no words for that.
[[nodiscard]] bool check_outside_strings(std::string_view text, Problems& problems);

}  // namespace tocsin::config
