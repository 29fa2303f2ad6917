#include <utility>

#include "base/limits.hpp"
#include "rules/base64_text.hpp"
#include "rules/confusables.hpp"
#include "rules/evaluation.hpp"
#include "rules/functions.hpp"
#include "rules/strings.hpp"

namespace tocsin::rules {

namespace {

Value texts_of(Evaluation& evaluation, const std::vector<std::string>& texts) {
    const std::span<Value> items = evaluation.arena().values(texts.size());
    for (std::size_t at = 0; at < texts.size(); ++at) {
        evaluation.spend_bytes(texts[at].size());
        items[at] = Value::of(evaluation.arena().copy(texts[at]));
    }
    return Value::of(std::span<const Value>(items));
}

bool are_texts(const Arguments& arguments, std::size_t first, std::size_t last) {
    for (std::size_t at = first; at <= last; ++at)
        if (arguments[at].kind != Kind::text) return false;
    return true;
}

// ---- strings ----

template <Case letters>
Value count_texts(Evaluation& evaluation, const Arguments& arguments) {
    if (!are_texts(arguments, 0, 1) || !evaluation.spend_bytes(arguments[0].size)) return Value::null();
    return Value::of(static_cast<std::int64_t>(count(arguments[0].text(), arguments[1].text(), letters)));
}

template <Case letters>
Value distance(Evaluation& evaluation, const Arguments& arguments) {
    if (!are_texts(arguments, 0, 1)) return Value::null();
    const std::uint64_t work = 1 + std::uint64_t{arguments[0].size} * arguments[1].size / 1024;
    if (!evaluation.spend(work)) return Value::null();
    const EditDistance found = levenshtein(arguments[0].text(), arguments[1].text(), letters);
    const Missing cut = found.kind == EditDistance::Kind::too_long ? bit(Capability::cut_off) : 0;
    return Value::of(static_cast<std::int64_t>(found.value), cut);
}

Value concat(Evaluation& evaluation, const Arguments& arguments) {
    std::string joined;
    for (const Value& value : arguments.values) {
        if (value.kind != Kind::text || !evaluation.spend_bytes(value.size)) return Value::null();
        joined += value.text();
    }
    return Value::of(evaluation.arena().copy(joined));
}

Value undo_confusables(Evaluation& evaluation, const Arguments& arguments) {
    if (!are_texts(arguments, 0, 0) || !evaluation.spend_bytes(8 * std::size_t{arguments[0].size}))
        return Value::null();
    return Value::of(
        evaluation.arena().copy(evaluation.surroundings().confusables.replace(arguments[0].text())));
}

Value find_base64(Evaluation& evaluation, const Arguments& arguments) {
    if (!are_texts(arguments, 0, 0) || !evaluation.spend_bytes(4 * std::size_t{arguments[0].size}))
        return Value::null();
    Base64Options options;
    if (arguments[1].kind == Kind::array) {
        options.ascii = options.utf8 = options.utf16_le = false;
        for (const Value& name : arguments[1].items()) {
            if (name.kind != Kind::text) continue;
            options.ascii |= name.text() == "ascii";
            options.utf8 |= name.text() == "utf8";
            options.utf16_le |= name.text() == "utf16-le";
        }
    }
    options.ignore_padding = arguments[2].is_true();
    if (arguments[3].kind == Kind::text && arguments[3].text() == "url") options.format = Base64Format::url;
    return texts_of(evaluation, scan_base64(arguments[0].text(), options));
}

Value decode_text(Evaluation& evaluation, const Arguments& arguments) {
    if (!are_texts(arguments, 0, 0) || !evaluation.spend_bytes(arguments[0].size)) return Value::null();
    const std::optional<std::string> decoded = decode_base64(arguments[0].text());
    return decoded ? Value::of(evaluation.arena().copy(*decoded)) : Value::null();
}

void add_matches(Functions& functions, const Types& types) {
    struct Matcher {
        const char* name;
        MatchMode mode;
        Case letters;
    };
    constexpr std::array matchers = {Matcher{"strings.contains", MatchMode::contains, Case::exact},
                                     Matcher{"strings.icontains", MatchMode::contains, Case::folded},
                                     Matcher{"strings.starts_with", MatchMode::starts_with, Case::exact},
                                     Matcher{"strings.istarts_with", MatchMode::starts_with, Case::folded},
                                     Matcher{"strings.ends_with", MatchMode::ends_with, Case::exact},
                                     Matcher{"strings.iends_with", MatchMode::ends_with, Case::folded},
                                     Matcher{"strings.like", MatchMode::glob, Case::exact},
                                     Matcher{"strings.ilike", MatchMode::glob, Case::folded},
                                     Matcher{"ilike", MatchMode::glob, Case::folded},
                                     Matcher{"regex.contains", MatchMode::regex_contains, Case::exact},
                                     Matcher{"regex.icontains", MatchMode::regex_contains, Case::folded},
                                     Matcher{"regex.match", MatchMode::regex_matches, Case::exact},
                                     Matcher{"regex.imatch", MatchMode::regex_matches, Case::folded}};
    for (const Matcher& one : matchers)
        functions.add({.name = one.name,
                       .parameters = {{"", {types.text()}}, {"", {types.text()}}},
                       .variadic = true,
                       .result = types.boolean(),
                       .match = one.mode,
                       .letters = one.letters});
}

void add_strings(Functions& functions, Types& types) {
    const Type* const text = types.text();
    const Type* const texts = types.array_of(text);
    const Parameter source{"", {text}};
    functions.add({.name = "strings.count",
                   .parameters = {source, source},
                   .result = types.integer(),
                   .body = count_texts<Case::exact>});
    functions.add({.name = "strings.icount",
                   .parameters = {source, source},
                   .result = types.integer(),
                   .body = count_texts<Case::folded>});
    functions.add({.name = "strings.levenshtein",
                   .parameters = {source, source},
                   .result = types.integer(),
                   .body = distance<Case::exact>});
    functions.add({.name = "strings.ilevenshtein",
                   .parameters = {source, source},
                   .result = types.integer(),
                   .body = distance<Case::folded>});
    functions.add(
        {.name = "strings.concat", .parameters = {source}, .variadic = true, .result = text, .body = concat});
    functions.add({.name = "strings.replace_confusables",
                   .parameters = {source},
                   .result = text,
                   .body = undo_confusables,
                   .cost = 300,
                   .worth_remembering = true});
    for (const char* name : {"strings.scan_base64", "beta.scan_base64"})
        functions.add({.name = name,
                       .parameters = {source,
                                      {"encodings", {texts}, true},
                                      {"ignore_padding", {types.boolean()}, true},
                                      {"format", {text}, true}},
                       .result = texts,
                       .body = find_base64,
                       .cost = 200,
                       .worth_remembering = true});
    functions.add(
        {.name = "strings.decode_base64", .parameters = {source}, .result = text, .body = decode_text});
}

}  // namespace

void add_text_functions(Functions& functions, Types& types) {
    add_matches(functions, types);
    add_strings(functions, types);
}

}  // namespace tocsin::rules
