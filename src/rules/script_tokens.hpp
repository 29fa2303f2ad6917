// JavaScript taken into words (ECMA-262 section 12), without parsing it: names, texts, keywords and regular expressions.
#pragma once

#include <string_view>

#include "rules/exploded.hpp"

namespace tocsin::rules {

/// Each word once, in order, as it stands in the source: escapes are kept, so that a rule sees "ato\u0062". Texts come without
/// their quotes. Linear time; what is cut off or broken is read as far as it goes. Bounded by limits::script_words and
/// limits::exploded_text_bytes.
[[nodiscard]] JavascriptScan tokenize_script(std::string_view source);

/// Adds the words of a further script to `scan`: a page has several.
void tokenize_more(std::string_view source, JavascriptScan& scan);

}  // namespace tocsin::rules
