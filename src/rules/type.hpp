// What kind of value an expression has, known before any message is seen.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "rules/value.hpp"

namespace tocsin::rules {

class Evaluation;
struct ObjectType;

enum class TypeKind : std::uint8_t {
    null,  ///< of the literal `null` alone
    boolean,
    integer,
    real,
    text,
    object,
    array,
    map,      ///< from texts to `element`
    dynamic,  ///< JSON: anything; compared with another kind it is null
};

struct Type {
    TypeKind kind = TypeKind::null;
    const ObjectType* object = nullptr;
    const Type* element = nullptr;
};

/// Field::text_steps in the median of real mail: a page's source has 8 kB, what is read of it less than one.
inline constexpr float page_steps = 120, letter_steps = 12;

/// "text", "[Link]", "map of [text]"
[[nodiscard]] std::string to_string(const Type& type);

/// Reads one field of a native object.
using Getter = Value (*)(const void* object, Evaluation& evaluation);

struct Field {
    std::string name;
    const Type* type = nullptr;
    Getter get = nullptr;  ///< nullptr: objects of this type never exist in this program, so nobody asks
    Missing needs = 0;     ///< what this program never tells of it: it is null with these bits
    float text_steps = 1;  ///< of a text: about how many steps a function takes to read it in ordinary mail
    std::span<const std::string_view> words{};  ///< all that such a text may be; empty: anything
};

/// A text that is one of a few words.
[[nodiscard]] inline Field one_of(Field field, std::span<const std::string_view> words) {
    field.words = words;
    return field;
}

/// A text that is longer than a name or a subject, so that what is asked of those is asked first.
[[nodiscard]] inline Field long_text(Field field, float steps = letter_steps) {
    field.text_steps = steps;
    return field;
}

struct ObjectType {
    std::string name;
    std::vector<Field> fields;

    [[nodiscard]] const Field* find(std::string_view field) const;
};

/// All types of one rule set. Types are made once and compared by address. Not to be changed once rules were compiled.
class Types {
public:
    Types();
    Types(const Types&) = delete;
    Types& operator=(const Types&) = delete;

    [[nodiscard]] const Type* null() const { return null_; }
    [[nodiscard]] const Type* boolean() const { return boolean_; }
    [[nodiscard]] const Type* integer() const { return integer_; }
    [[nodiscard]] const Type* real() const { return real_; }
    [[nodiscard]] const Type* text() const { return text_; }
    [[nodiscard]] const Type* dynamic() const { return dynamic_; }
    [[nodiscard]] const Type* array_of(const Type* element);
    [[nodiscard]] const Type* map_of(const Type* element);
    [[nodiscard]] const Type* object(const ObjectType* object);

    /// The object type with this name; made empty if there is none yet.
    [[nodiscard]] ObjectType& named(const std::string& name);
    [[nodiscard]] const ObjectType* find(const std::string& name) const;

    /// Object types without native objects, in a small language: "Brand: name text, confidence text; Logos: brands [Brand]".
    /// Element words: text, integer, real, boolean, dynamic, the name of an object type; [T] is an array, {T} a map.
    void declare(std::string_view declarations);

private:
    const Type* made(TypeKind kind);
    const Type* parse_type(std::string_view words);

    std::deque<Type> types_;
    std::map<std::string, ObjectType, std::less<>> objects_;
    std::map<const ObjectType*, const Type*> object_types_;
    std::map<const Type*, const Type*> arrays_, maps_;
    const Type *null_, *boolean_, *integer_, *real_, *text_, *dynamic_;
};

}  // namespace tocsin::rules
