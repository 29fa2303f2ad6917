// What the trainer of the text model learns from and how: the table of texts, and logistic regression over the features of
// src/rules/text_features.cpp, by AdaGrad (Duchi et al. 2011) with L2, seeded: the same table gives the same weights.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "rules/text_features.hpp"
#include "rules/text_language.hpp"
#include "rules/text_weights.hpp"

namespace tocsin::training {

using namespace tocsin::rules;

inline constexpr std::uint32_t seed = 20240501;
inline constexpr int folds = 5;
inline constexpr std::array<std::string_view, 7> intent_names = {
    "cred_theft", "callback_scam", "bec", "advance_fee", "extortion", "steal_pii", "job_scam"};
/// Below this the model says nothing (limits of text_model.cpp), so it does not learn from such texts either.
inline constexpr std::uint32_t content_words_min = 5;

// ---- the table ----------------------------------------------------------------------------------------------------------

struct Example {
    std::string source, hand, date, subject, language;
    std::uint32_t group = 0;
    bool hostile = false;
    std::uint32_t intents = 0, unsure = 0;  ///< a bit per intent
    std::vector<std::uint32_t> buckets;
    std::uint32_t content_words = 0;
    int language_index = 0;
    float weight = 1;
    std::string excerpt;
};

inline std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        ++i;
        out += text[i] == 't' ? '\t' : text[i] == 'n' ? '\n' : text[i];
    }
    return out;
}

inline std::vector<std::string> fields_of(std::string_view line) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at <= line.size();) {
        const std::size_t end = std::min(line.find('\t', at), line.size());
        out.push_back(unescaped(line.substr(at, end - at)));
        at = end + 1;
    }
    return out;
}

inline std::uint32_t intent_bits_of(std::string_view names) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < intent_names.size(); ++i)
        if (names.find(intent_names[i]) != std::string_view::npos) bits |= 1U << i;
    return bits;
}

/// Robots that say the same thing a thousand times count less, kinds of mail of which there is little count more.
inline float source_weight(std::string_view source) {
    static const std::map<std::string_view, float> weights = {{"cip-testing", 0.05F},
                                                              {"tip-commits", 0.2F},
                                                              {"kasan-dev", 0.4F},
                                                              {"f2fs-devel", 0.4F},
                                                              {"nvdimm", 0.4F},
                                                              {"linux-mips", 0.4F},
                                                              {"bounces", 0.7F},
                                                              {"catalogues", 0.15F},
                                                              {"made-benign", 2.0F},
                                                              {"made-attack", 0.4F},
                                                              {"templates", 6.0F},
                                                              {"kitinerary", 6.0F},
                                                              {"fx-private-relay", 4.0F},
                                                              {"phishing_pot-legit", 10.0F},
                                                              {"spamassassin-corpus-hard", 8.0F},
                                                              {"spamassassin-corpus-spam", 0.5F},
                                                              {"lists01-list-spam-spam", 0.7F}};
    const auto found = weights.find(source);
    return found == weights.end() ? 1.0F : found->second;
}

inline std::vector<Example> read_table(const char* path, const Lexicon& lexicon) {
    std::ifstream file(path, std::ios::binary);
    std::vector<Example> out;
    std::map<std::uint32_t, int> group_sizes;
    std::map<std::string, int> languages;
    for (std::string line; std::getline(file, line);) {
        const std::vector<std::string> fields = fields_of(line);
        if (fields.size() != 9) continue;
        const ReadText read = read_text(fields[8], fields[7], lexicon);
        Example example;
        example.source = fields[0];
        example.hand = fields[3] == "-" ? "" : fields[3];
        example.date = fields[4];
        example.subject = fields[7];
        example.group = word_hash(fields[1]);
        example.hostile = fields[2] == "1";
        example.intents = intent_bits_of(fields[5]);
        example.unsure = intent_bits_of(fields[6]);
        example.content_words = read.content_words();
        for (const Feature& feature : text_features(read, lexicon)) example.buckets.push_back(feature.bucket);
        example.language = text_language(read, lexicon);
        example.language_index =
            languages.emplace(example.language, static_cast<int>(languages.size())).first->second;
        example.excerpt = fields[8].substr(0, 160);
        ++group_sizes[example.group];
        out.push_back(std::move(example));
    }
    for (Example& example : out) {
        const auto size = static_cast<float>(group_sizes[example.group]);
        // Twenty copies of one campaign are not twenty campaigns; two hundred mails of one person are nearly that many.
        example.weight = source_weight(example.source) * (example.hostile ? 1.0F / std::sqrt(size) : 1.0F);
    }
    return out;
}

// ---- logistic regression --------------------------------------------------------------------------------------------------

struct Linear {
    std::vector<float> weights;
    float bias = 0;
    std::map<int, float>
        language_bias;  ///< what belongs to the language and not to the words; not part of the score

    [[nodiscard]] float score(const Example& example) const {
        float sum = 0;
        for (const std::uint32_t bucket : example.buckets) sum += weights[bucket & (weights.size() - 1)];
        return bias + sum * weight_per_feature(example.buckets.size());
    }
};

struct Sample {
    const Example* example = nullptr;
    bool positive = false;
    float weight = 1;
};

/// AdaGrad for one weight.
struct Step {
    float rate = 0;
    float l2 = 2e-5F;
    void apply(float& weight, float& squares, float gradient) const {
        squares += gradient * gradient;
        weight -= rate * gradient / std::sqrt(squares + 1e-8F);
    }
};

/// Buckets that are left out: what stands nearly always in one source when it stands in good mail at all. It names a place, a
/// person, a product or a year, and would be learnt as a mark of that source and not of good mail. Made mail and catalogues are
/// there to say what others do not, so they name nothing.
inline std::vector<bool> marks_of_a_source(const std::vector<Sample>& samples, std::size_t buckets) {
    constexpr float nearly_always = 0.9F;
    std::map<std::string_view, std::vector<float>> by_source;
    std::vector<float> all(buckets), made(buckets);
    for (const Sample& sample : samples) {
        const Example& example = *sample.example;
        if (example.hostile) continue;
        const bool is_made = example.source == "made-benign" || example.source == "catalogues";
        std::vector<float>& counts = is_made ? made : by_source[example.source];
        counts.resize(buckets);
        for (const std::uint32_t bucket : example.buckets) {
            ++counts[bucket & (buckets - 1)];
            ++all[bucket & (buckets - 1)];
        }
    }
    std::vector<bool> marks(buckets);
    for (const auto& [source, counts] : by_source)
        for (std::size_t i = 0; i < buckets; ++i)
            if (counts[i] > nearly_always * all[i]) marks[i] = true;
    return marks;
}

inline Linear train_once(std::vector<Sample>& samples, std::size_t buckets, int epochs, float rate,
                         const std::vector<bool>& left_out, std::optional<float> bias, std::mt19937& random) {
    const Step step{.rate = rate};
    Linear model;
    model.weights.resize(buckets);
    model.bias = bias.value_or(0.0F);
    std::vector<float> squares(buckets);
    std::map<int, float> language_squares;
    float bias_squares = 0;
    for (int epoch = 0; epoch < epochs; ++epoch) {
        for (std::size_t i = samples.size(); i > 1; --i) std::swap(samples[i - 1], samples[random() % i]);
        for (const Sample& sample : samples) {
            const Example& example = *sample.example;
            float& language = model.language_bias[example.language_index];
            const float value = weight_per_feature(example.buckets.size());
            const float odds = model.score(example) + language;
            const float error =
                (1.0F / (1.0F + std::exp(-odds)) - (sample.positive ? 1.0F : 0.0F)) * sample.weight;
            for (const std::uint32_t bucket : example.buckets) {
                if (left_out[bucket & (buckets - 1)]) continue;
                float& weight = model.weights[bucket & (buckets - 1)];
                step.apply(weight, squares[bucket & (buckets - 1)], error * value + step.l2 * weight);
            }
            if (!bias) step.apply(model.bias, bias_squares, error);
            step.apply(language, language_squares[example.language_index], error);
        }
    }
    return model;
}

/// The mean of three runs in other orders and at other rates: what one of them learnt by chance counts a third. With a `bias`,
/// that is the score of a text that says nothing, and it is not learnt.
inline Linear train(std::vector<Sample> samples, std::size_t buckets, int epochs,
                    std::optional<float> bias = {}) {
    constexpr std::array rates = {0.25F, 0.5F, 1.0F};
    std::mt19937 random(seed);
    Linear mean;
    mean.weights.resize(buckets);
    const std::vector<bool> left_out = marks_of_a_source(samples, buckets);
    for (const float rate : rates) {
        const Linear model = train_once(samples, buckets, epochs, rate, left_out, bias, random);
        for (std::size_t i = 0; i < buckets; ++i) mean.weights[i] += model.weights[i] / rates.size();
        mean.bias += model.bias / rates.size();
    }
    return mean;
}

using Choice = std::function<bool(const Example&)>;

/// Good text of a language counts as much as hostile text of it, as far as a few texts can bear that: else the commonest words of
/// a language in which there is much hostile and little good text would be learnt as signs of an attack.
inline void balance_languages(std::vector<Sample>& samples) {
    constexpr float most = 5;
    std::map<int, float> hostile, good;
    for (const Sample& sample : samples)
        (sample.positive ? hostile : good)[sample.example->language_index] += sample.weight;
    for (Sample& sample : samples) {
        const int language = sample.example->language_index;
        if (!sample.positive) sample.weight *= std::clamp(hostile[language] / good[language], 1.0F, most);
    }
}

inline Linear train_hostility(const std::vector<Example>& examples, const Choice& use) {
    std::vector<Sample> samples;
    double hostile = 0, good = 0;
    for (const Example& example : examples) {
        if (!use(example) || example.content_words < content_words_min) continue;
        samples.push_back({&example, example.hostile, example.weight});
    }
    balance_languages(samples);
    for (const Sample& sample : samples)
        (sample.positive ? hostile : good) += static_cast<double>(sample.weight);
    for (Sample& sample : samples)  // as much weight on both sides
        if (!sample.positive) sample.weight *= static_cast<float>(hostile / std::max(good, 1.0));
    constexpr int epochs = 10;
    return train(std::move(samples), feature_buckets, epochs);
}

/// As much weight as texts with an intent have beside all others, and so the score of a text that says nothing.
inline constexpr float positive_share = 0.25F;
inline float intent_silence() {
    return std::log(positive_share);
}

/// One intent against everything else. Hostile text without a label may well have the intent, so it counts little against it.
inline Linear train_intent(const std::vector<Example>& examples, std::size_t intent, const Choice& use) {
    constexpr float unlabelled = 0.2F;
    const std::uint32_t bit = 1U << intent;
    std::vector<Sample> samples;
    double yes = 0, no = 0;
    for (const Example& example : examples) {
        if (!use(example) || example.content_words < content_words_min || (example.unsure & bit) != 0)
            continue;
        const bool positive = (example.intents & bit) != 0;
        const float weight =
            example.weight *
            (example.hostile && example.intents == 0 && example.hand.empty() ? unlabelled : 1.0F);
        samples.push_back({&example, positive, weight});
        (positive ? yes : no) += static_cast<double>(weight);
    }
    for (Sample& sample : samples)
        if (sample.positive) sample.weight *= static_cast<float>(positive_share * no / std::max(yes, 1.0));
    constexpr int epochs = 5;
    return train(std::move(samples), intent_buckets, epochs, intent_silence());
}

}  // namespace tocsin::training
