// Copies of one mailing are judged whole a few times, and then by what differs (docs/design/campaigns.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/copy_form.hpp"
#include "rules/judgement.hpp"
#include "rules/pattern_book.hpp"
#include "rules/text_model.hpp"

namespace tocsin::rules {

/// What one child remembers of mailings. It lives in the child that judges, as long as that does.
class JudgedCopies {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// `model`: nullptr where there is none. Both outlive this.
    JudgedCopies(const PatternBook& patterns, const TextModel* model) : patterns_(patterns), model_(model) {}

    /// What is known about a copy.
    struct Place {
        Hash256 mailing{};
        /// Stands for everything about the copy that rules could tell from other copies; nullopt: it differs from the remembered
        /// copy by more than may be, and is neither remembered nor answered.
        std::optional<std::string> differing;
        bool is_first = false;
    };
    [[nodiscard]] Place place_of(const CopyForm& copy);
    /// The answer that limits::judged_alike_min other copies have had; nullptr: judge it.
    [[nodiscard]] const Judgement* answer_for(const Place& place, Time now);
    /// What the copy's judgement as a whole was. Compares it with what is remembered.
    void learn(const Place& place, const CopyForm& copy, const Judgement& judgement, Time now);
    /// Something was found in this copy, or could not be told: its mailing is judged whole from the beginning.
    void forget(const Place& place) { mailings_.erase(place.mailing); }

private:
    /// A copy that was judged whole, with which others are compared.
    struct Kept {
        std::vector<std::pair<OwnField, std::string>> fields;
        std::vector<scan::CampaignBody> texts;
        Judgement judgement;
    };
    struct Answer {
        Judgement judgement;
        std::uint32_t alike = 0;  ///< copies that were judged whole and had it
        Time since{};             ///< when the newest of them was
    };
    struct Mailing {
        std::unique_ptr<Kept> kept;
        std::map<std::string, Answer> answers;
        std::uint32_t surprises = 0;
        std::uint64_t used = 0;
    };

    [[nodiscard]] std::optional<std::string> differing(const Kept& kept, const CopyForm& copy) const;
    [[nodiscard]] std::string constants_of(std::string_view text) const;
    [[nodiscard]] std::string intents_of(std::string_view text) const;
    void keep(Mailing& mailing, const CopyForm& copy, const Judgement& judgement) const;
    void make_room();

    const PatternBook& patterns_;
    const TextModel* model_;
    std::map<Hash256, Mailing> mailings_;
    std::uint64_t uses_ = 0;
};

}  // namespace tocsin::rules
