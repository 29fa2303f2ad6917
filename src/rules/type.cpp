#include "rules/type.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace tocsin::rules {

namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \n");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \n") - begin + 1);
}

/// Up to `separator`, which is taken away too.
std::string_view take_until(std::string_view& text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view piece = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return piece;
}

}  // namespace

std::string to_string(const Type& type) {
    switch (type.kind) {
        case TypeKind::null: return "null";
        case TypeKind::boolean: return "boolean";
        case TypeKind::integer: return "integer";
        case TypeKind::real: return "real number";
        case TypeKind::text: return "text";
        case TypeKind::object: return type.object->name;
        case TypeKind::array: return "[" + to_string(*type.element) + "]";
        case TypeKind::map: return "map of " + to_string(*type.element);
        case TypeKind::dynamic: break;
    }
    return "JSON";
}

const Field* ObjectType::find(std::string_view field) const {
    const auto found = std::ranges::find(fields, field, &Field::name);
    return found == fields.end() ? nullptr : &*found;
}

Types::Types()
    : null_(made(TypeKind::null)), boolean_(made(TypeKind::boolean)), integer_(made(TypeKind::integer)),
      real_(made(TypeKind::real)), text_(made(TypeKind::text)), dynamic_(made(TypeKind::dynamic)) {}

const Type* Types::made(TypeKind kind) {
    return &types_.emplace_back(Type{.kind = kind});
}

const Type* Types::array_of(const Type* element) {
    const Type*& known = arrays_[element];
    if (known == nullptr) known = &types_.emplace_back(Type{.kind = TypeKind::array, .element = element});
    return known;
}

const Type* Types::map_of(const Type* element) {
    const Type*& known = maps_[element];
    if (known == nullptr) known = &types_.emplace_back(Type{.kind = TypeKind::map, .element = element});
    return known;
}

const Type* Types::object(const ObjectType* object) {
    const Type*& known = object_types_[object];
    if (known == nullptr) known = &types_.emplace_back(Type{.kind = TypeKind::object, .object = object});
    return known;
}

ObjectType& Types::named(const std::string& name) {
    const auto [at, made_now] = objects_.try_emplace(name);
    if (made_now) at->second.name = name;
    return at->second;
}

const ObjectType* Types::find(const std::string& name) const {
    const auto at = objects_.find(name);
    return at == objects_.end() ? nullptr : &at->second;
}

const Type* Types::parse_type(std::string_view words) {
    words = trimmed(words);
    if (words.starts_with('[')) return array_of(parse_type(words.substr(1, words.size() - 2)));
    if (words.starts_with('{')) return map_of(parse_type(words.substr(1, words.size() - 2)));
    if (words == "text") return text_;
    if (words == "integer") return integer_;
    if (words == "real") return real_;
    if (words == "boolean") return boolean_;
    if (words == "dynamic") return dynamic_;
    return object(&named(std::string(words)));
}

void Types::declare(std::string_view declarations) {
    while (!trimmed(declarations).empty()) {
        std::string_view fields = take_until(declarations, ';');
        ObjectType& type = named(std::string(take_until(fields, ':')));
        while (!fields.empty()) {
            std::string_view field = take_until(fields, ',');
            const std::string_view name = take_until(field, ' ');
            ASSERT(!name.empty() && !field.empty() && type.find(name) == nullptr, "a declaration of our own");
            type.fields.push_back({.name = std::string(name), .type = parse_type(field)});
        }
    }
}

}  // namespace tocsin::rules
