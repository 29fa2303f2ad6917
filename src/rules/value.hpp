// What an expression of a rule can be worth, and the memory that values stand in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::rules {

/// Names of what the running program could not tell, one bit each (missing.hpp). A value with any bit might have been another
/// one.
using Missing = std::uint64_t;

enum class Kind : std::uint8_t { null, boolean, integer, real, text, object, array, map };

struct Entry;

/// One value. Cheap to copy; texts, items and objects stand in the message, in the rules or in the Arena of one evaluation.
struct Value {
    Kind kind = Kind::null;
    std::uint32_t size = 0;  ///< bytes of a text, items of an array, entries of a map
    union {
        bool boolean;
        std::int64_t integer;
        double real;
        const char* characters;
        const void* object;
        const Value* first_item;
        const Entry* first_entry;
    };
    Missing missing = 0;

    Value() : integer(0) {}
    [[nodiscard]] static Value null(Missing missing = 0) {
        Value value;
        value.missing = missing;
        return value;
    }
    [[nodiscard]] static Value of(bool boolean, Missing missing = 0) {
        Value value = null(missing);
        value.kind = Kind::boolean;
        value.boolean = boolean;
        return value;
    }
    [[nodiscard]] static Value of(std::int64_t integer, Missing missing = 0) {
        Value value = null(missing);
        value.kind = Kind::integer;
        value.integer = integer;
        return value;
    }
    [[nodiscard]] static Value of(double real, Missing missing = 0) {
        Value value = null(missing);
        value.kind = Kind::real;
        value.real = real;
        return value;
    }
    /// The text must outlive the value. Longer than 4 GiB cannot be: messages are smaller.
    [[nodiscard]] static Value of(std::string_view text, Missing missing = 0) {
        Value value = null(missing);
        value.kind = Kind::text;
        value.characters = text.data();
        value.size = static_cast<std::uint32_t>(text.size());
        return value;
    }
    [[nodiscard]] static Value of(std::span<const Value> items, Missing missing = 0) {
        Value value = null(missing);
        value.kind = Kind::array;
        value.first_item = items.data();
        value.size = static_cast<std::uint32_t>(items.size());
        return value;
    }
    [[nodiscard]] static Value of(std::span<const Entry> entries, Missing missing = 0);
    [[nodiscard]] static Value of_object(const void* object, Missing missing = 0) {
        Value value = null(missing);
        value.kind = Kind::object;
        value.object = object;
        return value;
    }

    [[nodiscard]] bool is_null() const { return kind == Kind::null; }
    [[nodiscard]] bool is_true() const { return kind == Kind::boolean && boolean; }
    [[nodiscard]] bool is_false() const { return kind == Kind::boolean && !boolean; }
    [[nodiscard]] std::string_view text() const { return {characters, size}; }
    [[nodiscard]] std::span<const Value> items() const { return {first_item, size}; }
    [[nodiscard]] std::span<const Entry> entries() const;
    /// An integer or real number as a real one.
    [[nodiscard]] double number() const {
        return kind == Kind::integer ? static_cast<double>(integer) : real;
    }
    [[nodiscard]] Value with(Missing more) const {
        Value value = *this;
        value.missing |= more;
        return value;
    }
};

/// One entry of a map.
struct Entry {
    std::string_view key;
    Value value;
};

inline Value Value::of(std::span<const Entry> entries, Missing missing) {
    Value value = null(missing);
    value.kind = Kind::map;
    value.first_entry = entries.data();
    value.size = static_cast<std::uint32_t>(entries.size());
    return value;
}
inline std::span<const Entry> Value::entries() const {
    return {first_entry, size};
}

/// Memory of one evaluation: all of it is given back at once. Never fails; who fills it counts what it costs
/// (Evaluation::spend).
class Arena {
public:
    [[nodiscard]] std::span<Value> values(std::size_t count) { return array<Value>(count); }
    [[nodiscard]] std::span<Entry> entries(std::size_t count) { return array<Entry>(count); }
    [[nodiscard]] std::string_view copy(std::string_view text) {
        char* const bytes = static_cast<char*>(memory_.allocate(text.size() + 1, 1));
        text.copy(bytes, text.size());
        return {bytes, text.size()};
    }
    /// Keeps an object that owns memory until clear().
    template <typename T>
    [[nodiscard]] const T& keep(T&& object) {
        auto kept = std::make_shared<T>(std::forward<T>(object));
        const T& reference = *kept;
        kept_.push_back(std::move(kept));
        return reference;
    }
    void clear() {
        kept_.clear();
        memory_.release();
    }

private:
    template <typename T>
    std::span<T> array(std::size_t count) {
        T* const first = static_cast<T*>(memory_.allocate(sizeof(T) * count + 1, alignof(T)));
        std::uninitialized_value_construct_n(first, count);
        return {first, count};
    }

    std::pmr::monotonic_buffer_resource memory_;
    std::vector<std::shared_ptr<const void>> kept_;
};

}  // namespace tocsin::rules
