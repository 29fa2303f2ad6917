// The texts of one message about which the text model was asked, each read once.
#pragma once

#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/text_model.hpp"

namespace tocsin::rules {

/// One for each message. Texts must stay where they are.
class TextReadings {
public:
    explicit TextReadings(const TextModel& model) : model_(model) {}

    /// What the model read in a text and its subject; its entities are empty.
    [[nodiscard]] const TextReading& of(std::string_view text, std::string_view subject) {
        const Place place{piece(text), piece(subject)};
        auto at = known_.find(place);
        if (at == known_.end())
            at = known_.emplace(place, model_.look_at({words(bare_subject(subject)), words(text)})).first;
        return at->second;
    }
    /// The entities of a text.
    [[nodiscard]] const std::vector<TextEntity>& entities(std::string_view text) {
        const auto [at, is_new] = entities_.try_emplace(piece(text));
        if (is_new) at->second = model_.entities(text, {words({}), words(text)});
        return at->second;
    }

private:
    using Piece = std::pair<const char*, std::size_t>;
    using Place = std::pair<Piece, Piece>;

    static Piece piece(std::string_view text) { return {text.data(), text.size()}; }
    /// The same text is asked about with its subject and without.
    std::shared_ptr<const ReadWords> words(std::string_view text) {
        std::shared_ptr<const ReadWords>& read = words_[piece(text)];
        if (read == nullptr) read = model_.read(text);
        return read;
    }

    const TextModel& model_;
    std::map<Piece, std::shared_ptr<const ReadWords>> words_;
    std::map<Place, TextReading> known_;
    std::map<Piece, std::vector<TextEntity>> entities_;
};

}  // namespace tocsin::rules
