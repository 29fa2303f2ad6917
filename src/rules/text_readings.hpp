// The texts of one message about which the text model was asked, each read once.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/text_model.hpp"

namespace tocsin::rules {

/// One for each message. Texts are known by their place. They must stay there until begin(), and those of the message until all
/// is done.
class TextReadings {
public:
    /// `text` and `subject` are the message's own.
    TextReadings(const TextModel& model, std::string_view text, std::string_view subject)
        : model_(model), lasting_{piece(text), piece(subject), piece(bare_subject(subject)), piece({})} {}

    /// Forgets all but the message's own texts: where others stood, other ones may stand from now on.
    void begin() {
        std::erase_if(words_, [this](const auto& one) { return !lasts(one.first); });
        std::erase_if(entities_, [this](const auto& one) { return !lasts(one.first); });
        std::erase_if(
            known_, [this](const auto& one) { return !lasts(one.first.first) || !lasts(one.first.second); });
    }

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

    [[nodiscard]] bool lasts(const Piece& piece) const {
        return std::ranges::find(lasting_, piece) != lasting_.end();
    }

    const TextModel& model_;
    std::array<Piece, 4> lasting_;
    std::map<Piece, std::shared_ptr<const ReadWords>> words_;
    std::map<Place, TextReading> known_;
    std::map<Piece, std::vector<TextEntity>> entities_;
};

}  // namespace tocsin::rules
