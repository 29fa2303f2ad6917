#include "respond/variables.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/bytes.hpp"
#include "base/contains.hpp"
#include "base/hash.hpp"
#include "base/limits/respond.hpp"
#include "respond/event.hpp"

namespace tocsin::respond {

namespace {

/// Values that a list in a notice shows.
constexpr std::size_t shown_values = 5;
/// Bytes of a target's hash, and the longest target that stands in a key as it is.
constexpr std::size_t target_hash_bytes = 16, plain_target_bytes = 32;

/// Variables that are words of the house, and so never hostile.
bool is_ours(std::string_view variable) {
    constexpr std::array<std::string_view, 4> ours = {"incident", "number", "severity", "step"};
    return contains(ours, variable);
}

/// Copies `text` with `value_of(name)` in the place of each {name}.
template <typename ValueOf>
std::string replace_variables(std::string_view text, ValueOf value_of) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool brace = text[at] == '{';
        if (brace && at + 1 < text.size() && text[at + 1] == '{') {
            out += text[at++];
            continue;
        }
        const std::size_t end = brace ? text.find('}', at) : std::string_view::npos;
        if (end == std::string_view::npos) {
            out += text[at];
            continue;
        }
        out += value_of(text.substr(at + 1, end - at - 1));
        at = end;
    }
    return out;
}

const std::vector<std::string>& values_of(const Variables& variables, std::string_view name) {
    static const std::vector<std::string> none;
    const auto found = variables.find(name);
    return found == variables.end() ? none : found->second;
}

}  // namespace

Variables variables_of(const Incident& incident, const Values& values,
                       const std::vector<std::string>& reporters) {
    Variables out;
    out["incident"] = {incident.id};
    out["number"] = {fmt::format("{}", incident.number)};
    out["title"] = {incident.title};
    out["severity"] = {std::string(to_string(incident.severity))};
    out["customer"] = values.customers;
    out["sender"] = values.senders;
    out["url"] = values.urls;
    out["host"] = values.hosts;
    out["credential"] = values.credentials;
    out["file"] = values.files;
    out["text"] = values.texts;
    out["list"] = values.lists;
    out["reporter"] = reporters;
    return out;
}

std::vector<std::map<std::string, std::string>> fill_in(const std::map<std::string, std::string>& parameters,
                                                        const Variables& variables, std::string& missing) {
    std::string many;
    for (const auto& [name, text] : parameters)
        for (const std::string& variable : variables_in(text)) {
            if (values_of(variables, variable).empty())
                return missing = variable, std::vector<std::map<std::string, std::string>>{};
            if (has_many_values(variable)) many = variable;
        }
    const std::size_t rounds =
        many.empty() ? 1 : std::min(values_of(variables, many).size(), limits::respond_values);
    std::vector<std::map<std::string, std::string>> out(rounds);
    for (std::size_t round = 0; round < rounds; ++round)
        for (const auto& [name, text] : parameters)
            out[round][name] = replace_variables(text, [&](std::string_view variable) {
                return values_of(variables, variable)[variable == many ? round : 0];
            });
    return out;
}

std::string for_people(std::string_view text, const Variables& variables) {
    return replace_variables(text, [&](std::string_view name) -> std::string {
        const std::vector<std::string>& values = values_of(variables, name);
        if (values.empty()) return "(unknown)";
        std::vector<std::string> shown;
        for (const std::string& value : values) {
            if (shown.size() == shown_values) break;
            shown.push_back(is_ours(name) ? value : defanged(value));
        }
        const std::size_t more = values.size() - shown.size();
        return fmt::format("{}{}", fmt::join(shown, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
    });
}

std::string first_of(const std::vector<std::string>& texts) {
    constexpr std::size_t shown = 3;
    std::vector<std::string> first = texts;
    first.resize(std::min(texts.size(), shown));
    return fmt::format("{}{}", fmt::join(first, "; "),
                       texts.size() > shown ? fmt::format("; and {} more", texts.size() - shown) : "");
}

std::string defanged(std::string_view value) {
    constexpr std::string_view scheme = "http";
    std::string out;
    for (std::size_t at = 0; at < value.size(); ++at) {
        const bool begins = at == 0 || !is_id(value.substr(at - 1, 1));
        std::string word(value.substr(at, scheme.size()));
        std::ranges::transform(word, word.begin(), [](char c) { return static_cast<char>(c | 0x20); });
        const auto byte = static_cast<unsigned char>(value[at]);
        if (begins && word == scheme) {
            out += "hxxp";
            at += scheme.size() - 1;
        } else if (value[at] == '.') {
            out += "[.]";
        } else if (value[at] == '<' || value[at] == '>' || byte < 0x20 || byte == 0x7F) {
            out += ' ';
        } else {
            out += value[at];
        }
    }
    return out;
}

EffectKey make_key(std::string_view incident, std::uint32_t run, std::string_view step,
                   std::string_view purpose, std::string_view target) {
    std::string end(target);
    if (!end.empty() && (!is_id(end) || end.size() > plain_target_bytes)) {
        const Hash256 hash = sha256(as_bytes(end));
        end = to_hex(std::as_bytes(std::span(hash)).first(target_hash_bytes));
    }
    return fmt::format("{}.{}.{}.{}{}{}", incident, run, step, purpose, end.empty() ? "" : ".", end);
}

}  // namespace tocsin::respond
