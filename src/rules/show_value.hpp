// Values in words, for insights, explanations and tests.
#pragma once

#include <string>

#include "rules/type.hpp"
#include "rules/value.hpp"

namespace tocsin::rules {

/// `"text"`, `12`, `0.5`, `true`, `null`, `[1, null]`, `{"key": 1}`, `Link{…}`; at most limits::shown_value_bytes, then cut
/// with "…".
[[nodiscard]] std::string show(const Value& value, const Type& type);

}  // namespace tocsin::rules
