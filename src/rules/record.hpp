// Objects that a function makes of values: the fields stand side by side.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>

#include "rules/evaluation.hpp"
#include "rules/type.hpp"

namespace tocsin::rules {

template <std::size_t Slot>
Value get_slot(const void* object, Evaluation&) {
    return static_cast<const Value*>(object)[Slot];
}

/// A field of a record: the value in this place.
template <std::size_t Slot>
Field slot(std::string name, const Type* type) {
    return {std::move(name), type, get_slot<Slot>};
}

/// A record with these values, in the order of its slots.
inline Value make_record(Evaluation& evaluation, std::initializer_list<Value> values) {
    const std::span<Value> slots = evaluation.arena().values(values.size());
    std::copy(values.begin(), values.end(), slots.begin());
    return Value::of_object(slots.data());
}

}  // namespace tocsin::rules
