// Any bytes as a model file: refused, or a model whose every number is one. Any bytes as a text: a probability, names from the
// model, entities within their bounds.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "mail/charset.hpp"
#include "rules/text_model.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

/// Bytes in front of the weights, which are as good as any others.
constexpr std::size_t altered_max = 400;

TextWeights tiny_weights() {
    TextWeights weights;
    weights.hostility.assign(feature_buckets, 0);
    weights.intent_weights.assign(intent_buckets * intents_max, 0);
    for (std::size_t at = 0; at < feature_buckets; at += 3)
        weights.hostility[at] = static_cast<std::int8_t>(at % 255 - 127);
    for (std::size_t at = 0; at < weights.intent_weights.size(); at += 5)
        weights.intent_weights[at] = static_cast<std::int8_t>(at % 251 - 125);
    weights.hostility_scale = 0.5F;
    weights.benign = {0.6F, 0.5F, 0.01F};
    weights.intents.push_back({"cred_theft", -1.0F, 0.25F, {0, 1, 2}});
    weights.intents.push_back({"bec", 0.5F, 1.0F, {0, 1, 2}});
    return weights;
}

void check(const TextModel& model, std::string_view text, std::string_view subject) {
    const TextIntents found = model.classify(text, subject);
    require(std::isfinite(found.hostility) && found.hostility >= 0 && found.hostility <= 1);
    require(!found.too_little_text || (found.hostility == 0 && found.intents.empty()));
    require(found.entities.size() <= limits::text_entities);
    for (const TextEntity& entity : found.entities) {
        require(!entity.name.empty() && entity.text.size() <= limits::text_entity_bytes);
        if (mail::is_valid_utf8(text)) require(mail::is_valid_utf8(entity.text));
    }
    require(!found.language.empty());
    for (const WeighedWord& word : model.why(text, subject)) require(std::isfinite(word.weight));
}

void check_file(std::string_view bytes) {
    const Result<TextWeights> weights = decode_weights(as_bytes(bytes));
    if (!weights) return;
    require(weights->hostility.size() == feature_buckets && weights->intents.size() <= intents_max);
    require(decode_weights(as_bytes(encode_weights(*weights))).has_value());
    const Result<TextModel> model = TextModel::load(as_bytes(bytes));
    require(model.has_value());
    check(*model, "Please confirm your password today or the account will be closed", "Your account");
}

/// The bytes written over the beginning of a good model, with the right sum at its end: past the first check.
void check_altered(std::string_view bytes) {
    static const std::string good = encode_weights(tiny_weights());
    std::string file = good;
    constexpr std::size_t sum_bytes = sizeof(Hash256);
    const std::size_t room = file.size() - sum_bytes;
    file.replace(0, std::min(bytes.size(), room), bytes.substr(0, room));
    const Hash256 sum = sha256(as_bytes(std::string_view(file).substr(0, room)));
    file.replace(room, sum_bytes, reinterpret_cast<const char*>(sum.data()), sum_bytes);
    check_file(file);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const TextModel model = *TextModel::load(as_bytes(encode_weights(tiny_weights())));
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check(model, text, {});
    const std::size_t end = std::min(text.find('\n'), text.size());
    check(model, text.substr(end), text.substr(0, end));
    check_file(text);
    if (size <= altered_max && size % 8 == 0) check_altered(text);
    return 0;
}
