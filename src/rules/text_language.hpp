// In which language a text is written.
#pragma once

#include <string_view>

#include "rules/text_features.hpp"

namespace tocsin::rules {

/// "english", "german", ... (ISO names in small letters, as rules compare them), by the script or by the words that every
/// sentence has. "unknown" when there are too few of them to tell.
[[nodiscard]] std::string_view text_language(const ReadText& read, const Lexicon& lexicon);

}  // namespace tocsin::rules
