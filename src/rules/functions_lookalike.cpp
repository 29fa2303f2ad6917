// tocsin.lookalike and tocsin.impersonates: functions of our own, beside those of the language.
#include <algorithm>
#include <optional>
#include <utility>

#include "base/limits.hpp"
#include "base/limits/lookalike.hpp"
#include "mail/addresses.hpp"
#include "rules/functions.hpp"
#include "rules/lookalike.hpp"
#include "rules/message_bindings.hpp"

namespace tocsin::rules {

namespace bind {
TOCSIN_RULES_NAME(LookAlike, "LookAlike");
}  // namespace bind

namespace {

bool spend_look_up(Evaluation& evaluation, std::size_t bytes) {
    return evaluation.spend(1 + limits::lookalike_steps_per_byte * std::uint64_t{bytes});
}

/// null: nobody is imitated.
Value found(Evaluation& evaluation, std::optional<LookAlike> found) {
    return found ? Value::of_object(&evaluation.arena().keep(std::move(*found))) : Value::null();
}

Value lookalike(Evaluation& evaluation, const Arguments& arguments) {
    const LookAlikes* const names = evaluation.surroundings().look_alikes;
    const Value& argument = arguments[0];
    if (names == nullptr) return Value::null();
    if (argument.kind == Kind::object) {
        const auto& domain = *static_cast<const mail::Domain*>(argument.object);
        if (!spend_look_up(evaluation, domain.domain.size())) return Value::null();
        return found(evaluation, names->of_domain(domain));
    }
    if (argument.kind != Kind::text || !spend_look_up(evaluation, argument.size)) return Value::null();
    return found(evaluation,
                 names->of_domain(evaluation.surroundings().tools.domain_names.parse(argument.text())));
}

Value impersonates(Evaluation& evaluation, const Arguments& arguments) {
    const LookAlikes* const names = evaluation.surroundings().look_alikes;
    const Value &name = arguments[0], &from = arguments[1];
    if (names == nullptr || name.kind != Kind::text) return Value::null();
    if (!spend_look_up(evaluation, std::min<std::size_t>(name.size, limits::display_name_bytes)))
        return Value::null();
    if (from.kind == Kind::object)
        return found(evaluation, names->of_display_name(
                                     name.text(), *static_cast<const mail::EmailAddress*>(from.object)));
    // No address at all belongs to nobody; the name is then somebody else's all the same.
    mail::EmailAddress address;
    if (from.kind == Kind::text) {
        if (!evaluation.spend_bytes(4 * std::size_t{from.size})) return Value::null();
        address = mail::parse_email(from.text(), evaluation.surroundings().tools.domain_names);
    }
    return found(evaluation, names->of_display_name(name.text(), address));
}

template <auto Member>
Value word_for(const LookAlike& found, Evaluation&) {
    return Value::of(to_string(found.*Member));
}

}  // namespace

void add_lookalike_functions(Functions& functions, Types& types) {
    using bind::computed;
    using bind::field;
    const Type* const text = types.text();
    types.named("LookAlike").fields = {
        computed<LookAlike, word_for<&LookAlike::imitation>>("imitation", text),
        computed<LookAlike, word_for<&LookAlike::kind>>("kind", text),
        field<&LookAlike::protected_name>(types, "name"), field<&LookAlike::distance>(types, "distance"),
        field<&LookAlike::words>(types, "words")};
    const Type* const result = bind::type_of<LookAlike>(types);
    constexpr float cost = 150;
    functions.add({.name = "tocsin.lookalike",
                   .parameters = {{"", {bind::type_of<mail::Domain>(types), text}}},
                   .result = result,
                   .body = lookalike,
                   .cost = cost,
                   .worth_remembering = true});
    functions.add({.name = "tocsin.impersonates",
                   .parameters = {{"", {text}}, {"", {bind::type_of<mail::EmailAddress>(types), text}}},
                   .result = result,
                   .body = impersonates,
                   .cost = cost,
                   .worth_remembering = true});
}

}  // namespace tocsin::rules
