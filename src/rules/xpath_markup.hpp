// A page written as HTML again (WHATWG HTML section 13.3, "Serializing HTML fragments").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::rules {

enum class Escaping : std::uint8_t { text, attribute, none };

/// How text directly inside an element of that name (lower case) is written.
[[nodiscard]] Escaping escaping_inside(std::string_view name);

/// Whether such an element has no end tag.
[[nodiscard]] bool is_void_element(std::string_view name);

/// Appends `text` (valid UTF-8). Characters that take no visible space, and the blanks U+2000 to U+200A, become decimal
/// references, whatever they were in the source.
void append_escaped(std::string& markup, std::string_view text, Escaping escaping);

}  // namespace tocsin::rules
