// From a rule's tree to nodes of the graph: names are looked up, types are checked, patterns are put into the book.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "rules/function.hpp"
#include "rules/graph.hpp"
#include "rules/syntax.hpp"
#include "rules/type.hpp"

namespace tocsin::rules {

/// Everything that rules of one set share while they are compiled.
struct Language {
    Types& types;
    const ObjectType& message;  ///< its fields are the names without a dot
    const Functions& functions;
    /// The list with this name; nullptr: no rule may ask for it.
    std::function<const ListView*(std::string_view)> find_list;
};

struct Compiled {
    NodeId root = 0;
    const Type* type = nullptr;
    std::vector<Problem> warnings;  ///< it works, but hardly as its author thinks
};

/// Compiles one rule into `graph` and `patterns`. Problems: unknown field, function, argument or list; a wrong type; a pattern
/// that cannot be used; with the place in the source. Nodes of a rule with a problem stay in the graph and are never asked.
[[nodiscard]] std::expected<Compiled, Problem> compile(const SyntaxTree& tree, std::string_view source,
                                                       const Language& language, Graph& graph,
                                                       PatternBook& patterns);

}  // namespace tocsin::rules
