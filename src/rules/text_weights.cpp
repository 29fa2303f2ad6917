#include "rules/text_weights.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/hash.hpp"
#include "base/limits.hpp"

namespace tocsin::rules {

namespace {

constexpr std::string_view magic = "tocsin-text-model";
constexpr std::uint32_t version = 2;  // 2: beginnings of words in place of their pieces
constexpr std::size_t digest_bytes = sizeof(Hash256);
constexpr std::size_t name_bytes = 32;

void write_float(ByteWriter& out, float value) {
    out.u32(std::bit_cast<std::uint32_t>(value));
}
void write_steps(ByteWriter& out, const ConfidenceSteps& steps) {
    for (const float step : {steps.low, steps.medium, steps.high}) write_float(out, step);
}
void write_weights(ByteWriter& out, const std::vector<std::int8_t>& weights) {
    out.string({reinterpret_cast<const char*>(weights.data()), weights.size()});
}
std::string digest_of(std::string_view data) {
    const Hash256 digest = sha256(as_bytes(data));
    return {digest.begin(), digest.end()};
}

/// Reads numbers and remembers whether one of them was infinite or none.
class WeightReader {
public:
    explicit WeightReader(std::string_view data) : in_(data) {}
    float number() {
        const auto value = std::bit_cast<float>(in_.u32());
        finite_ = finite_ && std::isfinite(value);
        return value;
    }
    ConfidenceSteps steps() {
        ConfidenceSteps out;
        out.low = number();
        out.medium = number();
        out.high = number();
        return out;
    }
    std::vector<std::int8_t> weights(std::size_t count) {
        const std::string_view bytes = in_.string(count);
        if (bytes.size() != count) in_.set_failed();
        std::vector<std::int8_t> out(bytes.size());
        std::ranges::transform(bytes, out.begin(), [](char c) { return static_cast<std::int8_t>(c); });
        return out;
    }
    std::uint32_t whole() { return in_.u32(); }
    std::string_view text(std::size_t size_max) { return in_.string(size_max); }
    [[nodiscard]] bool good() const { return finite_ && !in_.failed() && in_.at_end(); }

private:
    ByteReader in_;
    bool finite_ = true;
};

std::unexpected<Error> damaged(std::string_view what) {
    return fail(ErrorCode::corrupt,
                "text model: " + std::string(what) + "; install the file again or train it anew");
}

TextWeights read_body(WeightReader& in) {
    TextWeights out;
    out.hostility_bias = in.number();
    out.hostility_scale = in.number();
    out.calibration_slope = in.number();
    out.calibration_offset = in.number();
    out.benign = in.steps();
    const std::uint32_t heads = std::min<std::uint32_t>(in.whole(), intents_max + 1);
    for (std::uint32_t i = 0; i < heads; ++i) {
        IntentHead head;
        head.name = in.text(name_bytes);
        head.bias = in.number();
        head.scale = in.number();
        head.steps = in.steps();
        out.intents.push_back(std::move(head));
    }
    out.hostility = in.weights(feature_buckets);
    out.intent_weights = in.weights(intent_buckets * intents_max);
    return out;
}

/// Adds rows of eight signed bytes, all eight at a time: as bytes above 0, in lanes of 16 bits that are emptied before they
/// overflow.
class RowSums {
public:
    void add(const std::int8_t* row) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, row, sizeof eight);
        eight ^= above_zero;
        even_ += eight & lanes;
        odd_ += eight >> 8U & lanes;
        if (++rows_ % 256 == 0) empty();
    }
    [[nodiscard]] std::array<std::int32_t, intents_max> take() {
        empty();
        for (std::int32_t& sum : sums_) sum -= 128 * rows_;
        return sums_;
    }

private:
    static_assert(intents_max == 8 && std::endian::native == std::endian::little);
    static constexpr std::uint64_t above_zero = 0x8080808080808080ULL, lanes = 0x00FF00FF00FF00FFULL;
    void empty() {
        for (std::size_t i = 0; i < intents_max; ++i)
            sums_[i] += static_cast<std::int32_t>((i % 2 == 0 ? even_ : odd_) >> (16 * (i / 2)) & 0xFFFFU);
        even_ = odd_ = 0;
    }
    std::uint64_t even_ = 0, odd_ = 0;
    std::array<std::int32_t, intents_max> sums_{};
    std::int32_t rows_ = 0;
};

}  // namespace

std::string encode_weights(const TextWeights& weights) {
    ByteWriter out;
    out.string(magic);
    for (const std::uint32_t value : {version, std::uint32_t{feature_bits}, std::uint32_t{intent_bits}})
        out.u32(value);
    for (const float value : {weights.hostility_bias, weights.hostility_scale, weights.calibration_slope,
                              weights.calibration_offset})
        write_float(out, value);
    write_steps(out, weights.benign);
    out.u32(static_cast<std::uint32_t>(weights.intents.size()));
    for (const IntentHead& head : weights.intents) {
        out.string(head.name);
        write_float(out, head.bias);
        write_float(out, head.scale);
        write_steps(out, head.steps);
    }
    write_weights(out, weights.hostility);
    write_weights(out, weights.intent_weights);
    std::string file = out.take();
    return file + digest_of(file);
}

Result<TextWeights> decode_weights(ByteView file) {
    if (file.size() > limits::text_model_file_bytes)
        return fail(ErrorCode::limit, "text model: the file is larger than " +
                                          std::to_string(limits::text_model_file_bytes) + " bytes");
    if (file.size() < digest_bytes) return damaged("the file is too short");
    const std::string_view body = as_text(file.first(file.size() - digest_bytes));
    WeightReader in(body);
    if (in.text(magic.size()) != magic) return damaged("this is no text model");
    if (const std::uint32_t found = in.whole(); found != version)
        return damaged("version " + std::to_string(found) + ", this program reads version " +
                       std::to_string(version));
    if (as_text(file.last(digest_bytes)) != digest_of(body)) return damaged("the checksum does not match");
    if (in.whole() != feature_bits || in.whole() != intent_bits)
        return damaged("made for other sizes of tables");
    TextWeights out = read_body(in);
    if (!in.good() || out.intents.size() > intents_max) return damaged("the content does not decode");
    return out;
}

float weight_per_feature(std::size_t features) {
    constexpr float few = 100;
    return 1.0F / std::sqrt(static_cast<float>(features) + few);
}

float hostility_score(const TextWeights& weights, std::span<const Feature> features) {
    std::int32_t sum = 0;
    for (const Feature& feature : features) sum += weights.hostility[feature.bucket];
    return weights.hostility_bias +
           weights.hostility_scale * static_cast<float>(sum) * weight_per_feature(features.size());
}

std::array<float, intents_max> intent_scores(const TextWeights& weights, std::span<const Feature> features) {
    RowSums rows;
    for (const Feature& feature : features)
        rows.add(weights.intent_weights.data() + (feature.bucket & (intent_buckets - 1)) * intents_max);
    const std::array<std::int32_t, intents_max> sums = rows.take();
    std::array<float, intents_max> out{};
    for (std::size_t i = 0; i < weights.intents.size(); ++i)
        out[i] = weights.intents[i].bias +
                 weights.intents[i].scale * static_cast<float>(sums[i]) * weight_per_feature(features.size());
    return out;
}

double calibrated(const TextWeights& weights, float score) {
    return 1.0 / (1.0 + std::exp(-static_cast<double>(weights.calibration_slope * score +
                                                      weights.calibration_offset)));
}

}  // namespace tocsin::rules
