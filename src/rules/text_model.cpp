#include "rules/text_model.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "rules/text_language.hpp"

namespace tocsin::rules {

namespace {

/// Fewer words say too little; the trainer leaves such texts out, too.
constexpr std::uint32_t content_words_min = 5;
constexpr std::size_t words_told = 6;

std::optional<Confidence> step_of(float score, const ConfidenceSteps& steps) {
    if (score >= steps.high) return Confidence::high;
    if (score >= steps.medium) return Confidence::medium;
    if (score >= steps.low) return Confidence::low;
    return {};
}

/// The steps of "benign" are hostilities: the lower, the surer.
std::optional<Confidence> benign_step(double hostility, const ConfidenceSteps& steps) {
    return step_of(static_cast<float>(-hostility), {-steps.low, -steps.medium, -steps.high});
}

}  // namespace

Result<TextModel> TextModel::load(ByteView file) {
    return TextModel(TRY(decode_weights(file)));
}

TextReading TextModel::look_at(std::string_view text, std::string_view subject) const {
    TextReading reading = look_at(read_text(text, subject, lexicon_));
    reading.intents.entities = entities(text, reading.read);
    return reading;
}

std::shared_ptr<const ReadWords> TextModel::read(std::string_view text) const {
    return read_words(text, lexicon_);
}

std::vector<TextEntity> TextModel::entities(std::string_view text, const ReadText& read) const {
    return text_entities(text, read, lexicon_);
}

TextReading TextModel::look_at(ReadText words) const {
    TextReading reading{.read = std::move(words), .features = {}, .intents = {}};
    const ReadText& read = reading.read;
    TextIntents& out = reading.intents;
    out.truncated = read.text->truncated || read.subject->truncated;
    out.topics = lexicon_names(ConceptKind::topic, read, lexicon_);
    out.tags = lexicon_names(ConceptKind::tag, read, lexicon_);
    out.language = text_language(read, lexicon_);
    out.too_little_text = read.content_words() < content_words_min;
    if (out.too_little_text) return reading;
    reading.features = text_features(read, lexicon_);
    add_intents(out, reading.features);
    return reading;
}

TextIntents TextModel::classify(std::string_view text, std::string_view subject) const {
    return look_at(text, subject).intents;
}

void TextModel::add_intents(TextIntents& out, const std::vector<Feature>& features) const {
    out.hostility = calibrated(weights_, hostility_score(weights_, features));
    const std::array<float, intents_max> scores = intent_scores(weights_, features);
    for (std::size_t i = 0; i < weights_.intents.size(); ++i)
        if (const auto confidence = step_of(scores[i], weights_.intents[i].steps))
            out.intents.push_back({weights_.intents[i].name, *confidence});
    const bool attack = std::ranges::any_of(
        out.intents, [](const NamedConfidence& intent) { return intent.confidence != Confidence::low; });
    if (const auto confidence = benign_step(out.hostility, weights_.benign); confidence && !attack)
        out.intents.push_back({"benign", *confidence});
    std::ranges::stable_sort(out.intents, std::greater{}, &NamedConfidence::confidence);
}

std::vector<WeighedWord> TextModel::why(std::string_view text, std::string_view subject) const {
    return why(look_at(text, subject), text, subject);
}

std::vector<WeighedWord> TextModel::why(const TextReading& reading, std::string_view text,
                                        std::string_view subject) const {
    const auto& [read, features, intents] = reading;
    if (features.empty()) return {};
    const std::string_view bare = bare_subject(subject);
    const double part =
        static_cast<double>(weights_.hostility_scale) / std::sqrt(static_cast<double>(features.size()));

    std::vector<std::pair<std::string_view, double>> weights;  // by the word as written
    weights.reserve(features.size());
    for (const Feature& feature : features) {
        if (feature.word == Feature::no_word) continue;
        const bool in_text = feature.word < read.text->words.size();
        const NormalWord& word = in_text ? read.text->words[feature.word]
                                         : read.subject->words[feature.word - read.text->words.size()];
        const std::string_view source = in_text ? text : bare;
        weights.emplace_back(source.substr(word.source_at, word.source_end - word.source_at),
                             part * weights_.hostility[feature.bucket]);
    }
    // Sums are made in the order of the text, and equals stand in the order of the alphabet: the same on every machine.
    std::ranges::stable_sort(weights, {}, &std::pair<std::string_view, double>::first);
    std::vector<std::pair<std::string_view, double>> sums;
    for (const auto& [word, weight] : weights) {
        if (sums.empty() || sums.back().first != word) sums.emplace_back(word, 0);
        sums.back().second += weight;
    }
    std::erase_if(sums, [](const auto& sum) { return sum.second <= 0; });
    std::ranges::stable_sort(sums, std::greater{}, &std::pair<std::string_view, double>::second);
    std::vector<WeighedWord> out;
    for (const auto& [word, weight] : sums) {
        if (out.size() >= words_told) break;
        out.push_back({std::string(word), weight});
    }
    return out;
}

}  // namespace tocsin::rules
