// What a text asks for, how urgently, of whom and in whose name: pieces of the text with a name each (reference, 7.2).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/text_features.hpp"

namespace tocsin::rules {

struct TextEntity {
    std::string_view name;  ///< request urgency financial org sender recipient disclaimer greeting salutation
    std::string text;       ///< as it stands in the text, limits::text_entity_bytes at most
};

/// By phrases and by place: a greeting begins a line and the recipient follows it; a salutation ends the text and the sender
/// stands below it; a disclaimer is its whole paragraph. In the order of the text, limits::text_entities at most. Linear.
[[nodiscard]] std::vector<TextEntity> text_entities(std::string_view text, const ReadText& read,
                                                    const Lexicon& lexicon);

}  // namespace tocsin::rules
