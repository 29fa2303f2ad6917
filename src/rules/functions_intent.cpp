#include "rules/functions.hpp"
#include "rules/message_bindings.hpp"

namespace tocsin::rules {

namespace {

constexpr const char* declarations = R"(
    Intent: name text, confidence text;
    Topic: name text, confidence text;
    Entity: name text, text text;
    IntentTag: name text, confidence text;
    Intents: intents [Intent], topics [Topic], entities [Entity], tags [IntentTag], language text
)";

}  // namespace

void add_intent_functions(Functions& functions, Types& types) {
    types.declare(declarations);
    const Type* const text = types.text();
    const Type* const result = types.object(&types.named("Intents"));
    functions.add({.name = "ml.nlu_classifier",
                   .parameters = {{"", {text}}, {"subject", {text}, true}},
                   .result = result,
                   .missing = Capability::text_intent,
                   .worth_remembering = true});
    functions.add({.name = "beta.ml_topic",
                   .parameters = {{"", {text}}},
                   .result = result,
                   .missing = Capability::text_intent,
                   .worth_remembering = true});
}

}  // namespace tocsin::rules
