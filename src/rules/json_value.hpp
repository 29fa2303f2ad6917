// JSON texts as values of the language.
#pragma once

#include <string_view>

#include "rules/evaluation.hpp"

namespace tocsin::rules {

/// The value of a JSON text (RFC 8259), or null when it is none; null and Capability::cut_off when it is nested deeper than
/// limits::rule_json_depth, or costs more than is left of the budget. A number that is no int64 is a real one.
[[nodiscard]] Value json_value(std::string_view text, Evaluation& evaluation);

}  // namespace tocsin::rules
