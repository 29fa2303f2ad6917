// An XPath 1.0 query taken apart (W3C Recommendation of 16 November 1999). For xpath*.cpp only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tocsin::rules::xpath {

/// XML 1.0 section 2.3, production S.
[[nodiscard]] constexpr bool is_xml_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

enum class Axis : std::uint8_t {
    ancestor,
    ancestor_or_self,
    attribute,
    child,
    descendant,
    descendant_or_self,
    following,
    following_sibling,
    parent,
    preceding,
    preceding_sibling,
    self,
};

/// What a node must be.
enum class NodeTest : std::uint8_t {
    name,      ///< an element (on the attribute axis: an attribute) of that name
    any_name,  ///< any element, or any attribute
    node,
    text,
    comment,
    nothing,  ///< a processing instruction: HTML has none
};

enum class Function : std::uint8_t {
    boolean,
    ceiling,
    concat,
    contains,
    count,
    false_,
    floor,
    last,
    local_name,
    name,
    namespace_uri,
    normalize_space,
    not_,
    number,
    position,
    round,
    starts_with,
    string,
    string_length,
    substring,
    substring_after,
    substring_before,
    sum,
    translate,
    true_,
};

enum class Type : std::uint8_t { nodes, number, text, boolean };

using ExpressionId = std::uint32_t;

struct Step {
    Axis axis = Axis::child;
    NodeTest test = NodeTest::node;
    std::string name{};
    std::vector<ExpressionId> predicates{};
    bool positional = false;  ///< a predicate asks where the node stands among its like
};

enum class Operation : std::uint8_t {
    logical_or,
    logical_and,
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    add,
    subtract,
    multiply,
    divide,
    modulo,
    negate,
    unite,
    number,   ///< `number`
    literal,  ///< `text`
    call,     ///< `function` of the operands
    path,     ///< `steps` from the context node, the root, or the nodes that the one operand yields
};

struct Expression {
    Operation operation = Operation::number;
    Type type = Type::number;
    bool positional = false;  ///< position() or last() occurs inside
    Function function = Function::true_;
    double number = 0;
    std::string text{};
    std::vector<ExpressionId> operands{};
    bool from_root = false;
    std::vector<ExpressionId> predicates{};  ///< of the operand of a path
    std::vector<Step> steps{};
};

struct Query {
    std::vector<Expression> expressions;  ///< operands stand before what uses them
    ExpressionId root = 0;
};

/// Takes a query apart. Errors: invalid_input with the byte, limit.
[[nodiscard]] Result<Query> parse(std::string_view text);

enum class TokenKind : std::uint8_t {
    end,
    symbol,    ///< ( ) [ ] . .. @ , :: / // | + - = != < <= > >= * (as operator) and or mod div
    name,      ///< a name, or * as a test
    function,  ///< a name before "("
    axis,      ///< a name before "::"
    number,
    literal,
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::string_view text;
    std::size_t at = 0;
};

/// Cuts a query into tokens (section 3.7); the last one is `end`. Errors: invalid_input with the byte.
[[nodiscard]] Result<std::vector<Token>> tokenize(std::string_view text);

}  // namespace tocsin::rules::xpath
