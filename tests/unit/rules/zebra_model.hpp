// A text model for tests, so that they do not hang on a training.
#pragma once

#include <doctest/doctest.h>

#include <string_view>

#include "rules/text_features.hpp"
#include "rules/text_model.hpp"

namespace tocsin::rules::test {

/// Says cred_theft with high confidence of a text with the word "zebra", bec with low confidence of every text that is long
/// enough, and takes every text without the zebra for harmless with medium confidence.
inline TextModel zebra_model() {
    constexpr std::string_view plain_text = "one two three four five six seven";
    const auto features_of = [](std::string_view text) {
        const Lexicon lexicon;
        return text_features(read_text(text, "", lexicon), lexicon);
    };
    TextWeights weights;
    weights.hostility.assign(feature_buckets, 0);
    weights.intent_weights.assign(intent_buckets * intents_max, 0);
    weights.hostility_scale = 100;
    weights.hostility_bias = -1;
    weights.benign = {0.6F, 0.5F, 0.01F};
    weights.intents.push_back({"cred_theft", 0.0F, 100.0F, {1, 2, 3}});
    weights.intents.push_back({"bec", 1.5F, 0.0F, {1, 2, 3}});
    for (const Feature& feature : features_of("zebra")) {
        weights.hostility[feature.bucket] = 1;
        weights.intent_weights[(feature.bucket & (intent_buckets - 1)) * intents_max] = 1;
    }
    REQUIRE_FALSE(features_of(plain_text).empty());
    return *TextModel::load(as_bytes(encode_weights(weights)));
}

}  // namespace tocsin::rules::test
