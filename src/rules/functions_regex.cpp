// regex.count and regex.extract: regular expressions whose hits are wanted.
#include <algorithm>
#include <memory>
#include <utility>

#include "base/limits.hpp"
#include "rules/functions.hpp"
#include "rules/record.hpp"
#include "rules/regex_hits.hpp"

namespace tocsin::rules {

namespace {

using Expressions = std::vector<Regex>;

/// Steps of a call, beside those of its text.
constexpr float counting = 200, extracting = 300;

template <Case letters>
Result<std::shared_ptr<const void>> prepare_expressions(std::span<const std::optional<Value>> constants) {
    auto expressions = std::make_shared<Expressions>();
    for (const auto& constant : constants.subspan(1)) {
        if (!constant || constant->kind != Kind::text)
            return fail(ErrorCode::invalid_input, "the pattern must be a text that stands in the rule");
        expressions->push_back(TRY(Regex::compile(constant->text(), letters)));
    }
    return expressions;
}

Value count_matches(Evaluation& evaluation, const Arguments& arguments) {
    if (arguments[0].kind != Kind::text) return Value::null();
    std::size_t count = 0;
    for (const Regex& expression : *static_cast<const Expressions*>(arguments.prepared)) {
        RegexHits hits(expression, arguments[0].text(), Groups::left_out, evaluation);
        while (count < limits::regex_hits && hits.next()) ++count;
        if (hits.stopped()) return Value::null();
    }
    const Missing cut = count >= limits::regex_hits ? bit(Capability::cut_off) : 0;
    return Value::of(static_cast<std::int64_t>(count), cut);
}

Value hit_of(Evaluation& evaluation, const Regex& expression, const RegexMatch& hit) {
    const std::span<Value> groups = evaluation.arena().values(hit.groups.size());
    for (std::size_t at = 0; at < groups.size(); ++at) groups[at] = Value::of(hit.groups[at]);
    const auto& names = expression.group_names();
    const std::span<Entry> named = evaluation.arena().entries(names.size());
    for (std::size_t at = 0; at < named.size(); ++at)
        named[at] = {names[at].first, Value::of(hit.groups[static_cast<std::size_t>(names[at].second) - 1])};
    return make_record(evaluation, {Value::of(hit.full_match), Value::of(std::span<const Value>(groups)),
                                    Value::of(std::span<const Entry>(named))});
}

Value extract(Evaluation& evaluation, const Arguments& arguments) {
    if (arguments[0].kind != Kind::text) return Value::null();
    std::vector<Value> found;
    for (const Regex& expression : *static_cast<const Expressions*>(arguments.prepared)) {
        RegexHits hits(expression, arguments[0].text(), Groups::kept, evaluation);
        while (found.size() < limits::regex_hits) {
            const std::optional<RegexMatch> hit = hits.next();
            if (!hit) break;
            found.push_back(hit_of(evaluation, expression, *hit));
        }
        if (hits.stopped()) return Value::null();
    }
    const std::span<Value> items = evaluation.arena().values(found.size());
    std::ranges::copy(found, items.begin());
    const Missing cut = found.size() >= limits::regex_hits ? bit(Capability::cut_off) : 0;
    return Value::of(std::span<const Value>(items), cut);
}

}  // namespace

void add_regex_functions(Functions& functions, Types& types) {
    const Type* const text = types.text();
    const Type* const texts = types.array_of(text);
    ObjectType& match = types.named("RegexMatch");
    match.fields = {slot<0>("full_match", text), slot<1>("groups", texts),
                    slot<2>("named_groups", types.map_of(text))};
    const Type* const matches = types.array_of(types.object(&match));
    const Value no_hits = Value::of(std::int64_t{0}), no_matches = Value::of(std::span<const Value>());
    const auto add = [&](const char* name, Case letters, const Type* result, FunctionBody body) {
        const bool counts = body == count_matches;
        const Parameter source{"", {text}};
        functions.add({.name = name,
                       .parameters = {source, source},
                       .variadic = true,
                       .result = result,
                       .body = body,
                       .cost = counts ? counting : extracting,
                       .prepare = letters == Case::exact ? prepare_expressions<Case::exact>
                                                         : prepare_expressions<Case::folded>,
                       .expressions = letters,
                       .without_hit = counts ? no_hits : no_matches,
                       .arguments_passed = 1});
    };
    add("regex.count", Case::exact, types.integer(), count_matches);
    add("regex.icount", Case::folded, types.integer(), count_matches);
    add("regex.extract", Case::exact, matches, extract);
    add("regex.iextract", Case::folded, matches, extract);
}

}  // namespace tocsin::rules
