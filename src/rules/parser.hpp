// From a rule's text to its tree (grammar: docs/manual/rules.md).
#pragma once

#include <expected>
#include <string_view>

#include "rules/syntax.hpp"

namespace tocsin::rules {

/// The tree of `source`. Problems: what the lexer finds, and any token that the grammar does not allow where it stands, with
/// what was expected instead; nesting deeper than limits::rule_depth. Linear time.
[[nodiscard]] std::expected<SyntaxTree, Problem> parse(std::string_view source);

}  // namespace tocsin::rules
