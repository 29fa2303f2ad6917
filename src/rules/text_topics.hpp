// Topics and tags of a text, by the phrases of the lexicon.
#pragma once

#include <string_view>
#include <vector>

#include "rules/text_features.hpp"

namespace tocsin::rules {

enum class Confidence : std::uint8_t { low, medium, high };
/// "low", "medium", "high": exactly what rules compare with.
[[nodiscard]] std::string_view to_string(Confidence confidence);

struct NamedConfidence {
    std::string_view name;
    Confidence confidence = Confidence::low;
};

/// The topics (`kind` topic) or tags (tag) whose phrases stand in the subject and the text, the surest first. The longer the
/// text, the more of them it takes. A lexicon, no trained model: there are no texts with known topics to train one with.
[[nodiscard]] std::vector<NamedConfidence> lexicon_names(ConceptKind kind, const ReadText& read,
                                                         const Lexicon& lexicon);

}  // namespace tocsin::rules
