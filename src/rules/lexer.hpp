// The words of a rule (reference: docs/manual/rules.md, "Lexical grammar").
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "rules/syntax.hpp"

namespace tocsin::rules {

enum class TokenKind : std::uint8_t {
    end,
    name,     ///< a name or a keyword
    text,     ///< a string, `value` without quotes and escapes
    integer,  ///< `number`
    real,     ///< `real_number`
    list,     ///< $name, `value` without the dollar sign
    dots,     ///< 1 to 3 of them: `number`
    symbol,   ///< operators and brackets, `value` as written
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::uint32_t offset = 0;
    std::string value;
    std::int64_t number = 0;
    double real_number = 0;
};

/// The tokens of `source`, the last one is `end`. Problems: a byte that begins no token, a string without an end or with an
/// unknown escape, a number that is too large, NUL, more than limits::rule_source_bytes. Linear time.
[[nodiscard]] std::expected<std::vector<Token>, Problem> lex(std::string_view source);

[[nodiscard]] bool is_keyword(std::string_view name);

}  // namespace tocsin::rules
