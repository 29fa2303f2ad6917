#include "rules/show_value.hpp"

#include <fmt/core.h>

#include "base/limits.hpp"

namespace tocsin::rules {

namespace {

/// Nothing when the type is that of JSON, whose items are JSON too.
const Type& element_of(const Type& type) {
    return type.element == nullptr ? type : *type.element;
}

void append(std::string& out, const Value& value, const Type& type, std::size_t depth) {
    if (out.size() > limits::shown_value_bytes || depth > limits::rule_json_depth) return;
    const auto list = [&](char open, char close, auto&& items, auto&& one) {
        out += open;
        bool first = true;
        for (const auto& item : items) {
            if (!first) out += ", ";
            first = false;
            one(item);
        }
        out += close;
    };
    switch (value.kind) {
        case Kind::null: out += "null"; break;
        case Kind::boolean: out += value.boolean ? "true" : "false"; break;
        case Kind::integer: out += std::to_string(value.integer); break;
        case Kind::real: out += fmt::format("{}", value.real); break;
        case Kind::text:
            out.append("\"").append(value.text().substr(0, limits::shown_value_bytes)).append("\"");
            break;
        case Kind::object: out += (type.object == nullptr ? "object" : type.object->name) + "{…}"; break;
        case Kind::array:
            list('[', ']', value.items(),
                 [&](const Value& item) { append(out, item, element_of(type), depth + 1); });
            break;
        case Kind::map:
            list('{', '}', value.entries(), [&](const Entry& entry) {
                out.append("\"").append(entry.key).append("\": ");
                append(out, entry.value, element_of(type), depth + 1);
            });
            break;
    }
}

}  // namespace

std::string show(const Value& value, const Type& type) {
    std::string out;
    append(out, value, type, 0);
    if (out.size() <= limits::shown_value_bytes) return out;
    std::size_t end = limits::shown_value_bytes;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U)
        --end;  // between two characters
    out.resize(end);
    return out + "…";
}

}  // namespace tocsin::rules
