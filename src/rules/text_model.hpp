// What a text wants of its reader: intents, topics, tags, entities, language, and how likely it is an attack or spam. The local
// means behind `ml.nlu_classifier` and `beta.ml_topic` of the rule language (reference, 7.2 and 7.5).
//
// A linear model over hashed words, pairs of words and beginnings of words (text_features.hpp), trained by
// tools/train-text-model; rules/text-model.md says on what, and what is not known of it. It judges words alone: a real notice and
// its forgery may say the same words, and only sender and links tell them apart.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "rules/text_entities.hpp"
#include "rules/text_features.hpp"
#include "rules/text_lexicon.hpp"
#include "rules/text_topics.hpp"
#include "rules/text_weights.hpp"

namespace tocsin::rules {

struct TextIntents {
    /// cred_theft callback_scam bec advance_fee extortion steal_pii job_scam benign, the surest first. Names point into the
    /// model.
    std::vector<NamedConfidence> intents;
    std::vector<NamedConfidence> topics;    ///< names of the reference, 7.5
    std::vector<NamedConfidence> tags;      ///< invoice payment purchase_order
    std::vector<TextEntity> entities;       ///< of the text, not of the subject
    std::string_view language = "unknown";  ///< "english", "german", ...; see text_language()
    double hostility =
        0;  ///< calibrated probability, 0 to 1, that the text is an attack or spam; 0 with too_little_text
    bool too_little_text =
        false;  ///< fewer than five words in subject and text together: an image, a link alone; nothing is guessed
    bool truncated = false;  ///< longer than limits::text_model_bytes: only the beginning was read
};

/// A word and what it added to the odds; above 0 speaks for an attack.
struct WeighedWord {
    std::string word;  ///< as it stands in the text
    double weight = 0;
};

/// A text and its subject, read once for all that is asked about them.
struct TextReading {
    ReadText read;
    std::vector<Feature> features;  ///< none with too little text
    TextIntents intents;
};

/// Loaded once; read-only afterwards, so any number of threads may ask it.
class TextModel {
public:
    /// Reads a model file; errors as decode_weights().
    [[nodiscard]] static Result<TextModel> load(ByteView file);

    /// Linear in the text, of which limits::text_model_bytes are read. Any bytes are some text; an empty one gives empty lists.
    [[nodiscard]] TextIntents classify(std::string_view text, std::string_view subject) const;

    /// A text, or bare_subject() of one, for look_at() below.
    [[nodiscard]] std::shared_ptr<const ReadWords> read(std::string_view text) const;
    /// What classify() and why() are made of, without the entities: those cost as much again, and few ask for them.
    [[nodiscard]] TextReading look_at(ReadText words) const;
    /// Of the text that `read` was read from.
    [[nodiscard]] std::vector<TextEntity> entities(std::string_view text, const ReadText& read) const;
    /// All of that together.
    [[nodiscard]] TextReading look_at(std::string_view text, std::string_view subject) const;
    /// The same as why() below, of what was read already.
    [[nodiscard]] std::vector<WeighedWord> why(const TextReading& reading, std::string_view text,
                                               std::string_view subject) const;

    /// The few different words that spoke most for an attack, the strongest first: for a person who asks why.
    [[nodiscard]] std::vector<WeighedWord> why(std::string_view text, std::string_view subject) const;

private:
    explicit TextModel(TextWeights weights) : weights_(std::move(weights)) {}
    void add_intents(TextIntents& out, const std::vector<Feature>& features) const;

    TextWeights weights_;
    Lexicon lexicon_;
};

}  // namespace tocsin::rules
