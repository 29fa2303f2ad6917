// The texts of one message about which the text model was asked, each read once.
#pragma once

#include <map>
#include <string_view>
#include <utility>

#include "rules/text_model.hpp"

namespace tocsin::rules {

/// One for each message.
class TextReadings {
public:
    explicit TextReadings(const TextModel& model) : model_(model) {}

    /// What the model read in a text and its subject, which must stay where they are.
    [[nodiscard]] const TextReading& of(std::string_view text, std::string_view subject) {
        const Place place{{text.data(), text.size()}, {subject.data(), subject.size()}};
        auto at = known_.find(place);
        if (at == known_.end()) at = known_.emplace(place, model_.look_at(text, subject)).first;
        return at->second;
    }

private:
    using Piece = std::pair<const char*, std::size_t>;
    using Place = std::pair<Piece, Piece>;

    const TextModel& model_;
    std::map<Place, TextReading> known_;
};

}  // namespace tocsin::rules
