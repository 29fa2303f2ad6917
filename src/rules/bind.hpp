// Native structures as object types of the language: the type of each field follows from that of the member.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "rules/evaluation.hpp"
#include "rules/type.hpp"

namespace tocsin::rules::bind {

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <typename T>
struct IsMap : std::false_type {};
template <typename T>
struct IsMap<std::map<std::string, T>> : std::true_type {};

/// The name of T in the language; one specialisation for each bound structure.
template <typename T>
struct Name;

template <typename T>
const Type* type_of(Types& types) {
    if constexpr (IsOptional<T>::value)
        return type_of<typename T::value_type>(types);
    else if constexpr (IsVector<T>::value)
        return types.array_of(type_of<typename T::value_type>(types));
    else if constexpr (IsMap<T>::value)
        return types.map_of(type_of<typename T::mapped_type>(types));
    else if constexpr (std::is_same_v<T, bool>)
        return types.boolean();
    else if constexpr (std::is_integral_v<T>)
        return types.integer();
    else if constexpr (std::is_floating_point_v<T>)
        return types.real();
    else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>)
        return types.text();
    else
        return types.object(&types.named(Name<T>::value));
}

/// The value of a native one that outlives the evaluation.
template <typename T>
Value value_of(const T& native, Evaluation& evaluation) {
    if constexpr (IsOptional<T>::value) {
        return native ? value_of(*native, evaluation) : Value::null();
    } else if constexpr (IsVector<T>::value) {
        const std::span<Value> items = evaluation.arena().values(native.size());
        evaluation.spend(native.size());
        for (std::size_t at = 0; at < native.size(); ++at) items[at] = value_of(native[at], evaluation);
        return Value::of(std::span<const Value>(items));
    } else if constexpr (IsMap<T>::value) {
        const std::span<Entry> entries = evaluation.arena().entries(native.size());
        evaluation.spend(native.size());
        std::size_t at = 0;
        for (const auto& [key, value] : native) entries[at++] = {key, value_of(value, evaluation)};
        return Value::of(std::span<const Entry>(entries));
    } else if constexpr (std::is_same_v<T, bool>) {
        return Value::of(native);
    } else if constexpr (std::is_integral_v<T>) {
        return Value::of(static_cast<std::int64_t>(native));
    } else if constexpr (std::is_floating_point_v<T>) {
        return Value::of(static_cast<double>(native));
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
        return Value::of(std::string_view(native));
    } else {
        return Value::of_object(&native);
    }
}

template <typename Owner, typename T>
Owner owner_of(T Owner::*);
template <typename Owner, typename T>
T member_type_of(T Owner::*);

template <auto Member>
Value get(const void* object, Evaluation& evaluation) {
    using Owner = decltype(owner_of(Member));
    return value_of(static_cast<const Owner*>(object)->*Member, evaluation);
}

/// The same for a text that is null when it is empty.
template <auto Member>
Value get_unless_empty(const void* object, Evaluation&) {
    using Owner = decltype(owner_of(Member));
    const std::string& text = static_cast<const Owner*>(object)->*Member;
    return text.empty() ? Value::null() : Value::of(std::string_view(text));
}

/// A field that is a member.
template <auto Member>
Field field(Types& types, std::string name) {
    return {std::move(name), type_of<decltype(member_type_of(Member))>(types), get<Member>};
}
/// A text that is null when it is empty: the message does not have it.
template <auto Member>
Field field_or_null(Types& types, std::string name) {
    return {std::move(name), types.text(), get_unless_empty<Member>};
}

/// A field that is computed: `Compute` is Value(const Owner&, Evaluation&).
template <typename Owner, auto Compute>
Value get_computed(const void* object, Evaluation& evaluation) {
    return Compute(*static_cast<const Owner*>(object), evaluation);
}
template <typename Owner, auto Compute>
Field computed(std::string name, const Type* type) {
    return {std::move(name), type, get_computed<Owner, Compute>};
}

}  // namespace tocsin::rules::bind
