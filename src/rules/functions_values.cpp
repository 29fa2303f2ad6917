#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "mail/addresses.hpp"
#include "mail/urls.hpp"
#include "rules/functions.hpp"
#include "rules/ip_set.hpp"
#include "rules/json_value.hpp"
#include "rules/message_bindings.hpp"
#include "rules/strings.hpp"

namespace tocsin::rules {

namespace {

Value length_of(Evaluation& evaluation, const Arguments& arguments) {
    const Value& value = arguments[0];
    switch (value.kind) {
        case Kind::text:
            if (!evaluation.spend_bytes(value.size)) return Value::null();
            return Value::of(static_cast<std::int64_t>(length(value.text())));
        case Kind::array:
        case Kind::map: return Value::of(std::int64_t{value.size});
        default: return Value::null();
    }
}

// Nulls in it count nothing; the sum over null is 0 (docs/manual/rules.md, "Null").
Value sum_of(Evaluation& evaluation, const Arguments& arguments) {
    if (arguments[0].kind != Kind::array) return Value::of(std::int64_t{0});
    if (!evaluation.spend(arguments[0].size)) return Value::null();
    std::int64_t integers = 0;
    double reals = 0;
    bool real = false, overflow = false;
    Missing missing = 0;
    for (const Value& item : arguments[0].items()) {
        missing |= item.missing;
        if (item.kind == Kind::integer) overflow |= __builtin_add_overflow(integers, item.integer, &integers);
        if (item.kind == Kind::real) reals += item.real;
        real |= item.kind == Kind::real;
    }
    if (overflow) return Value::null(missing);
    return real ? Value::of(reals + static_cast<double>(integers), missing) : Value::of(integers, missing);
}

// All nesting goes; over null it is empty.
Value flatten(Evaluation& evaluation, const Arguments& arguments) {
    std::vector<Value> flat, waiting{arguments[0]};
    while (!waiting.empty()) {
        const Value value = waiting.back();
        waiting.pop_back();
        if (value.kind != Kind::array) {
            flat.push_back(value);
            continue;
        }
        if (!evaluation.spend(1 + std::uint64_t{value.size})) return Value::null();
        for (std::size_t at = value.size; at > 0; --at)
            waiting.push_back(value.items()[at - 1].with(value.missing));
    }
    if (arguments[0].kind != Kind::array) flat.clear();
    const std::span<Value> items = evaluation.arena().values(flat.size());
    std::ranges::copy(flat, items.begin());
    return Value::of(std::span<const Value>(items));
}

template <bool keys>
Value side_of_map(Evaluation& evaluation, const Arguments& arguments) {
    if (arguments[0].kind != Kind::map || !evaluation.spend(arguments[0].size)) return Value::null();
    const std::span<Value> items = evaluation.arena().values(arguments[0].size);
    for (std::size_t at = 0; at < items.size(); ++at) {
        const Entry& entry = arguments[0].entries()[at];
        items[at] = keys ? Value::of(entry.key) : entry.value;
    }
    return Value::of(std::span<const Value>(items));
}

bool is_text(Evaluation& evaluation, const Arguments& arguments) {
    return arguments[0].kind == Kind::text && evaluation.spend_bytes(4 * std::size_t{arguments[0].size});
}

// ---- texts that are something ----

Value parse_url(Evaluation& evaluation, const Arguments& arguments) {
    if (!is_text(evaluation, arguments)) return Value::null();
    auto& names = evaluation.surroundings().tools.domain_names;
    std::optional<mail::Url> url = mail::parse_url(arguments[0].text(), names);
    // Not strict: as people type it, without a scheme.
    if (!url && arguments[1].is_false()) url = mail::parse_typed_url(arguments[0].text(), names);
    return url ? Value::of_object(&evaluation.arena().keep(std::move(*url))) : Value::null();
}

Value parse_domain(Evaluation& evaluation, const Arguments& arguments) {
    if (!is_text(evaluation, arguments)) return Value::null();
    mail::Domain domain = evaluation.surroundings().tools.domain_names.parse(arguments[0].text());
    return domain.valid ? Value::of_object(&evaluation.arena().keep(std::move(domain))) : Value::null();
}

Value parse_email(Evaluation& evaluation, const Arguments& arguments) {
    if (!is_text(evaluation, arguments)) return Value::null();
    mail::EmailAddress email =
        mail::parse_email(arguments[0].text(), evaluation.surroundings().tools.domain_names);
    if (email.local_part.empty() || !email.domain.valid) return Value::null();
    return Value::of_object(&evaluation.arena().keep(std::move(email)));
}

Value parse_json(Evaluation& evaluation, const Arguments& arguments) {
    return is_text(evaluation, arguments) ? json_value(arguments[0].text(), evaluation) : Value::null();
}

Value sha256_of(Evaluation& evaluation, const Arguments& arguments) {
    if (!is_text(evaluation, arguments)) return Value::null();
    const Hash256 hash = sha256(as_bytes(arguments[0].text()));
    return Value::of(evaluation.arena().copy(to_hex(std::as_bytes(std::span(hash)))));
}

// ---- ip_in ----

Result<std::shared_ptr<const void>> prepare_networks(std::span<const std::optional<Value>> constants) {
    std::vector<std::string_view> texts;
    for (const auto& constant : constants.subspan(1)) {
        if (!constant || constant->kind != Kind::text)
            return fail(ErrorCode::invalid_input, "the networks must be texts that stand in the rule");
        texts.push_back(constant->text());
    }
    IpSet set = TRY(IpSet::build(texts));
    if (!set.invalid().empty())
        return fail(ErrorCode::invalid_input,
                    "'" + set.invalid().front().text + "' is no address and no network");
    return std::make_shared<const IpSet>(std::move(set));
}

Value ip_in(Evaluation&, const Arguments& arguments) {
    if (arguments[0].kind != Kind::text) return Value::null();
    return Value::of(static_cast<const IpSet*>(arguments.prepared)->contains(arguments[0].text()));
}

// ---- types that follow from the argument ----

const Type* flat_type(Types& types, const Type* type) {
    while (type->kind == TypeKind::array) type = type->element;
    return type->kind == TypeKind::dynamic ? type : types.array_of(type);
}
const Type* keys_type(Types& types, const Type* type) {
    const bool keyed =
        type->kind == TypeKind::map || type->kind == TypeKind::dynamic || type->kind == TypeKind::null;
    return keyed ? types.array_of(types.text()) : nullptr;
}
const Type* values_type(Types& types, const Type* type) {
    if (type->kind == TypeKind::map) return types.array_of(type->element);
    return type->kind == TypeKind::dynamic || type->kind == TypeKind::null ? types.dynamic() : nullptr;
}
const Type* sum_type(Types& types, const Type* type) {
    const Type* const element = type->kind == TypeKind::array ? type->element : types.dynamic();
    if (element->kind == TypeKind::integer || element->kind == TypeKind::real) return element;
    return element->kind == TypeKind::dynamic || element->kind == TypeKind::null ? types.dynamic() : nullptr;
}
const Type* length_type(Types& types, const Type* type) {
    const bool countable = type->kind == TypeKind::text || type->kind == TypeKind::array ||
                           type->kind == TypeKind::map || type->kind == TypeKind::dynamic ||
                           type->kind == TypeKind::null;
    return countable ? types.integer() : nullptr;
}

}  // namespace

void add_value_functions(Functions& functions, Types& types) {
    using bind::type_of;
    const Type* const text = types.text();
    const Parameter anything{"", {}}, source{"", {text}};
    functions.add({.name = "length", .parameters = {anything}, .result_of = length_type, .body = length_of});
    functions.add({.name = "sum",
                   .parameters = {anything},
                   .result_of = sum_type,
                   .body = sum_of,
                   .null_argument = NullArgument::given});
    functions.add({.name = "flatten",
                   .parameters = {anything},
                   .result_of = flat_type,
                   .body = flatten,
                   .null_argument = NullArgument::given});
    functions.add(
        {.name = "keys", .parameters = {anything}, .result_of = keys_type, .body = side_of_map<true>});
    functions.add(
        {.name = "values", .parameters = {anything}, .result_of = values_type, .body = side_of_map<false>});
    functions.add({.name = "strings.parse_url",
                   .parameters = {source, {"strict", {types.boolean()}, true}},
                   .result = type_of<mail::Url>(types),
                   .body = parse_url,
                   .worth_remembering = true});
    functions.add({.name = "strings.parse_domain",
                   .parameters = {source},
                   .result = type_of<mail::Domain>(types),
                   .body = parse_domain,
                   .worth_remembering = true});
    functions.add({.name = "strings.parse_email",
                   .parameters = {source},
                   .result = type_of<mail::EmailAddress>(types),
                   .body = parse_email,
                   .worth_remembering = true});
    functions.add({.name = "strings.parse_json",
                   .parameters = {source},
                   .result = types.dynamic(),
                   .body = parse_json,
                   .worth_remembering = true});
    functions.add({.name = "hash.sha256",
                   .parameters = {source},
                   .result = text,
                   .body = sha256_of,
                   .worth_remembering = true});
    functions.add({.name = "beta.ip_in",
                   .parameters = {source, source},
                   .variadic = true,
                   .result = types.boolean(),
                   .body = ip_in,
                   .prepare = prepare_networks,
                   .arguments_passed = 1});
}

}  // namespace tocsin::rules
