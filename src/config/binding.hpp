// Ties a setting of the table to a member of Settings: bound<&Settings::daemon, &DaemonSettings::readers>.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "base/assert.hpp"
#include "config/setting_table.hpp"

namespace tocsin::config {

template <typename T>
inline constexpr bool is_vector = false;
template <typename T>
inline constexpr bool is_vector<std::vector<T>> = true;

/// How one member type travels as a Value. from() is only called with what the loader has checked.
template <typename T>
struct Codec;

template <>
struct Codec<bool> {
    static bool from(const Value& value) { return std::get<bool>(value); }
    static Value to(bool value) { return value; }
};

template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
struct Codec<T> {
    static T from(const Value& value) { return static_cast<T>(std::get<std::int64_t>(value)); }
    static Value to(T value) { return static_cast<std::int64_t>(value); }
};

template <>
struct Codec<std::string> {
    static std::string from(const Value& value) { return std::get<std::string>(value); }
    static Value to(const std::string& value) { return value; }
};

template <typename E>
    requires std::is_enum_v<E>
struct Codec<E> {
    static E from(const Value& value) {
        std::optional<E> found = from_word<E>(std::get<std::string>(value));
        ASSERT(found, "the loader checks words");
        return *found;
    }
    static Value to(E value) { return std::string(to_string(value)); }
};

template <>
struct Codec<Address> {
    static Address from(const Value& value) {
        std::optional<Address> address = parse_address(std::get<std::string>(value));
        ASSERT(address, "the loader checks addresses");
        return *address;
    }
    static Value to(const Address& value) { return to_text(value); }
};

template <>
struct Codec<Network> {
    static Network from(const Value& value) {
        std::optional<Network> network = parse_network(std::get<std::string>(value));
        ASSERT(network, "the loader checks networks");
        return *network;
    }
    static Value to(const Network& value) { return value.text; }
};

template <typename T>
struct Codec<std::vector<T>> {
    static std::vector<T> from(const Value& value) {
        std::vector<T> out;
        for (const std::string& element : std::get<std::vector<std::string>>(value))
            out.push_back(Codec<T>::from(element));
        return out;
    }
    static Value to(const std::vector<T>& value) {
        std::vector<std::string> out;
        out.reserve(value.size());
        for (const T& element : value) out.push_back(std::get<std::string>(Codec<T>::to(element)));
        return out;
    }
};

template <typename T>
struct Codec<std::optional<T>> {
    static std::optional<T> from(const Value& value) { return Codec<T>::from(value); }
    static Value to(const std::optional<T>& value) { return value ? Codec<T>::to(*value) : Value{}; }
};

template <typename T>
struct Choices {
    static constexpr std::span<const std::string_view> value{};
};
template <typename E>
    requires std::is_enum_v<E>
struct Choices<E> {
    static constexpr std::span<const std::string_view> value = words<E>;
};
template <typename T>
struct Choices<std::vector<T>> : Choices<T> {};
template <typename T>
struct Choices<std::optional<T>> : Choices<T> {};

/// `settings`.section.member, or `settings`.section[row].member.
template <auto section, auto member, typename S>
auto& member_of(S& settings, [[maybe_unused]] std::size_t row) {
    if constexpr (is_vector<std::remove_cvref_t<decltype(settings.*section)>>)
        return (settings.*section).at(row).*member;
    else
        return (settings.*section).*member;
}

template <auto section, auto member>
struct Binding {
    using Member = std::remove_cvref_t<decltype(member_of<section, member>(std::declval<Settings&>(), 0))>;
    static void store(Settings& settings, std::size_t row, const Value& value) {
        member_of<section, member>(settings, row) = Codec<Member>::from(value);
    }
    static Value read(const Settings& settings, std::size_t row) {
        return Codec<Member>::to(member_of<section, member>(settings, row));
    }
};

template <auto section, auto member>
inline constexpr Access bound{Binding<section, member>::store, Binding<section, member>::read,
                              Choices<typename Binding<section, member>::Member>::value};

}  // namespace tocsin::config
