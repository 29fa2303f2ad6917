// A rule's text as a tree, before anything is known about its names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::rules {

/// What is wrong with a rule, and where: lines and columns (in bytes) count from 1.
struct Problem {
    std::size_t line = 1;
    std::size_t column = 1;
    std::string message;
};

/// The problem at byte `offset` of `source`.
[[nodiscard]] Problem problem_at(std::string_view source, std::size_t offset, std::string message);

enum class SyntaxKind : std::uint8_t {
    text,         ///< "…" or '…'
    integer,      ///< 12
    real,         ///< 1.5
    boolean,      ///< true, false: `number` is 1 or 0
    null,         ///< null
    list,         ///< $name
    field,        ///< name: a field of the message
    item,         ///< . .. ...: `number` is 0, 1, 2
    member,       ///< child.name
    index,        ///< child[child]
    slice,        ///< child[child:child], either bound may be the node `none`
    none,         ///< a bound that was left out
    call,         ///< name(children); names of named arguments in `argument_names`
    array,        ///< [children]
    negation,     ///< not child
    conjunction,  ///< child and child and …
    disjunction,  ///< child or child or …
    comparison,   ///< child op child
    chain,        ///< child op child op child: two intervals that share their middle
    is_null,      ///< child is null; `number` is 1 for `is not null`
    membership,   ///< child in set; a set in parentheses is a node `value_list`
    value_list,   ///< (children) behind `in`
    arithmetic,   ///< child op child
    minus,        ///< -child
    some_of,      ///< N of (children): `number` is N
};

enum class Operator : std::uint8_t {
    none,
    equal,             ///< ==
    not_equal,         ///< !=
    equal_folded,      ///< =~
    not_equal_folded,  ///< !~
    less,
    less_equal,
    greater,
    greater_equal,
    in,
    not_in,
    in_folded,      ///< in~
    not_in_folded,  ///< not in~
    add,
    subtract,
    multiply,
    divide,
    modulo,
};
[[nodiscard]] std::string_view to_string(Operator op);

using SyntaxId = std::uint32_t;

struct SyntaxNode {
    SyntaxKind kind = SyntaxKind::null;
    Operator op = Operator::none;
    Operator second_op = Operator::none;  ///< of a chain
    std::uint32_t offset = 0;             ///< where it begins in the source
    std::int64_t number = 0;
    double real = 0;
    std::string text;  ///< the literal without quotes and escapes, or the name
    std::vector<SyntaxId> children;
    std::vector<std::string> argument_names;  ///< of a call: as many as there are children; empty: positional
};

/// All nodes of one rule; the last one made is the root.
struct SyntaxTree {
    std::vector<SyntaxNode> nodes;
    SyntaxId root = 0;

    [[nodiscard]] const SyntaxNode& at(SyntaxId id) const { return nodes[id]; }
};

}  // namespace tocsin::rules
