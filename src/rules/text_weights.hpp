// The weights of the text model: what the trainer writes and the model reads.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "rules/text_features.hpp"

namespace tocsin::rules {

/// Intents share buckets of a smaller table, eight weights side by side: one look-up per feature for all of them.
inline constexpr unsigned intent_bits = 16;
inline constexpr std::size_t intent_buckets = std::size_t{1} << intent_bits;
inline constexpr std::size_t intents_max = 8;

/// From which score on something is said, and how sure that is.
struct ConfidenceSteps {
    float low = 0, medium = 0, high = 0;
};

struct IntentHead {
    std::string name;  ///< as rules write it: "cred_theft"
    float bias = 0;
    float scale = 0;        ///< of one step of its weights
    ConfidenceSteps steps;  ///< of the score
};

struct TextWeights {
    float hostility_bias = 0;
    float hostility_scale = 0;
    /// Hostility is 1 / (1 + exp(-(slope * score + offset))): Platt's calibration on texts that were held back.
    float calibration_slope = 1, calibration_offset = 0;
    ConfidenceSteps benign;                   ///< a hostility at or below this is the intent "benign"
    std::vector<std::int8_t> hostility;       ///< one per bucket
    std::vector<IntentHead> intents;          ///< intents_max at most
    std::vector<std::int8_t> intent_weights;  ///< intents_max per intent bucket
};

/// The file: magic, version, sizes, the heads, the weights, and the SHA-256 of all that. Errors: `corrupt` for what is cut,
/// altered, of another version, or holds a number that is none; `limit` above limits::text_model_file_bytes.
[[nodiscard]] Result<TextWeights> decode_weights(ByteView file);
[[nodiscard]] std::string encode_weights(const TextWeights& weights);

/// How much one of so many features counts: the more there are, the less. A text of a few words does not reach the ends of the
/// scale, which is what the constant is for.
[[nodiscard]] float weight_per_feature(std::size_t features);

/// Sum of the weights of the features, each times weight_per_feature(), and the bias: the log of the odds before calibration.
[[nodiscard]] float hostility_score(const TextWeights& weights, std::span<const Feature> features);
[[nodiscard]] std::array<float, intents_max> intent_scores(const TextWeights& weights,
                                                           std::span<const Feature> features);
[[nodiscard]] double calibrated(const TextWeights& weights, float score);

}  // namespace tocsin::rules
