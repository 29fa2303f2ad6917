// Character references of HTML, resolved as a browser resolves them in the value of an attribute.
#pragma once

#include <string>
#include <string_view>

namespace tocsin::mail {

/// HTML Living Standard, section 13.2.5.73 ("named character reference state") and the numeric ones behind it: "&colon;", "&#58;"
/// and "&#x3A" become ":". In an attribute a name without ";" counts only when no letter, digit or "=" follows. What is no
/// reference stays as it is.
[[nodiscard]] std::string resolve_attribute_references(std::string_view value);

}  // namespace tocsin::mail
