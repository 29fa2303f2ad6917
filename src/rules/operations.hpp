// The small operations on values that need no graph: comparison, arithmetic, equality (docs/manual/rules.md, "Null").
#pragma once

#include <optional>

#include "rules/syntax.hpp"
#include "rules/value.hpp"

namespace tocsin::rules {

/// `left op right` for the operators of comparison; null when a side is null or the kinds cannot be compared (JSON).
[[nodiscard]] Value compare(Operator op, const Value& left, const Value& right);
/// + - * / %; null when a side is null or no number, when an integer overflows, and for a division by zero.
[[nodiscard]] Value calculate(Operator op, const Value& left, const Value& right);
/// Equal for the purposes of `in` and distinct(): nothing when they cannot be compared.
[[nodiscard]] std::optional<bool> equal(const Value& left, const Value& right, bool folded);

}  // namespace tocsin::rules
