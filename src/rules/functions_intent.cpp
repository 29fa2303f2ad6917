#include <algorithm>

#include "base/limits.hpp"
#include "rules/functions.hpp"
#include "rules/known_words.hpp"
#include "rules/record.hpp"
#include "rules/text_readings.hpp"

namespace tocsin::rules {

namespace {

/// Reading a text takes about a step per byte, and a step pays for 64 of them (Evaluation::spend_bytes).
constexpr std::size_t work_per_byte = 64;
constexpr float reading = 2000;  // steps, for the text of an ordinary mail

std::string_view text_or_nothing(const Value& value) {
    return value.kind == Kind::text ? value.text() : std::string_view();
}

/// An array with a record for each item.
template <typename Item, typename MakeRecord>
Value array_of(Evaluation& evaluation, const std::vector<Item>& items, Missing cut, MakeRecord make) {
    const std::span<Value> records = evaluation.arena().values(items.size());
    for (std::size_t at = 0; at < items.size(); ++at) records[at] = make(items[at]);
    return Value::of(std::span<const Value>(records), cut);
}

/// The text model about argument 0, with argument 1, if there is one, as its subject. Names point into the model, which lives as
/// long as the surroundings; entities are kept in the arena. A text that says too little gives empty arrays, never null: what
/// rules do with null is another thing (reference, 5.1).
Value classify(Evaluation& evaluation, const Arguments& arguments) {
    TextReadings* const readings = evaluation.surroundings().readings;
    if (readings == nullptr) return Value::null(bit(Capability::text_intent));
    const std::string_view text = text_or_nothing(arguments[0]);
    const std::string_view subject = arguments.values.size() > 1 ? text_or_nothing(arguments[1]) : "";
    const std::size_t read =
        std::min(text.size(), limits::text_model_bytes) + std::min(subject.size(), limits::text_model_bytes);
    if (!evaluation.spend_bytes(work_per_byte * read)) return Value::null(bit(Capability::budget));

    const TextIntents& found = readings->of(text, subject).intents;
    const Missing cut = found.truncated ? bit(Capability::cut_off) : 0;
    const auto named = [&](const NamedConfidence& one) {
        return make_record(evaluation, {Value::of(one.name), Value::of(to_string(one.confidence))});
    };
    const auto entity = [&](const TextEntity& one) {
        return make_record(evaluation, {Value::of(one.name), Value::of(std::string_view(one.text))});
    };
    return make_record(evaluation, {array_of(evaluation, found.intents, cut, named),
                                    array_of(evaluation, found.topics, cut, named),
                                    array_of(evaluation, readings->entities(text), cut, entity),
                                    array_of(evaluation, found.tags, cut, named), Value::of(found.language)});
}

using Words = std::span<const std::string_view>;

/// A name, one of these, and how sure that is.
const Type* named_type(Types& types, const char* type_name, Words names) {
    ObjectType& type = types.named(type_name);
    type.fields = {one_of(slot<0>("name", types.text()), names),
                   one_of(slot<1>("confidence", types.text()), known_words::confidences)};
    return types.array_of(types.object(&type));
}

const Type* entity_type(Types& types) {
    ObjectType& type = types.named("Entity");
    type.fields = {one_of(slot<0>("name", types.text()), known_words::entities),
                   slot<1>("text", types.text())};
    return types.array_of(types.object(&type));
}

}  // namespace

void add_intent_functions(Functions& functions, Types& types, bool at_hand) {
    const Type* const text = types.text();
    ObjectType& intents = types.named("Intents");
    intents.fields = {slot<0>("intents", named_type(types, "Intent", known_words::intents)),
                      slot<1>("topics", named_type(types, "Topic", known_words::topics)),
                      slot<2>("entities", entity_type(types)),
                      slot<3>("tags", named_type(types, "IntentTag", known_words::tags)),
                      one_of(slot<4>("language", text), known_words::languages)};
    const auto add = [&](const char* name, std::vector<Parameter> parameters) {
        Function function{.name = name,
                          .parameters = std::move(parameters),
                          .result = types.object(&intents),
                          .cost = reading,
                          .worth_remembering = true};
        if (at_hand)
            function.body = classify;
        else
            function.missing = Capability::text_intent;
        functions.add(std::move(function));
    };
    add("ml.nlu_classifier", {{"", {text}}, {"subject", {text}, true}});
    add("beta.ml_topic", {{"", {text}}});
}

}  // namespace tocsin::rules
