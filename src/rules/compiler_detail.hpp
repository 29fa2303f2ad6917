// The compiler's class, apart from compiler.cpp because its parts stand in two files. Private to src/rules.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "rules/compiler.hpp"

namespace tocsin::rules {

/// A node and the type of its value.
struct Typed {
    NodeId node = 0;
    const Type* type = nullptr;
};
using Checked = std::optional<Typed>;  // nothing: the problem is set

/// Null and JSON fit everywhere.
[[nodiscard]] inline bool is_open(const Type* type) {
    return type->kind == TypeKind::null || type->kind == TypeKind::dynamic;
}

/// Compiles one rule.
class Compiler {
public:
    Compiler(const SyntaxTree& tree, std::string_view source, const Language& language, Graph& graph,
             PatternBook& patterns)
        : tree_(tree), source_(source), language_(language), graph_(graph), patterns_(patterns) {}

    std::expected<Compiled, Problem> run();

private:
    // ---- problems ----
    std::nullopt_t stop(const SyntaxNode& syntax, std::string message);
    void warn(const SyntaxNode& syntax, std::string message);
    std::nullopt_t wrong_type(const SyntaxNode& syntax, std::string_view wanted, const Type* found);

    // ---- nodes ----
    Typed add(Node node, std::span<const NodeId> children, const Type* type);
    /// A rough guess. Items of a loop are few or many: ten. What cannot be told comes last: it decides nothing.
    float cost_of(const Node& node, std::span<const NodeId> children) const;
    static bool is_loop(NodeKind kind);
    Typed constant(Value value, const Type* type);
    [[nodiscard]] const Types& types() const { return language_.types; }
    const SyntaxNode& child(const SyntaxNode& syntax, std::size_t at);
    Checked check_child(const SyntaxNode& syntax, std::size_t at) { return check(syntax.children[at]); }
    Checked check(SyntaxId id);

    // ---- names ----
    Checked list(const SyntaxNode& syntax);
    Checked field(const SyntaxNode& syntax);
    Checked item(const SyntaxNode& syntax);
    Checked member(const SyntaxNode& syntax);
    Checked field_of(const SyntaxNode& syntax, const Typed& owner);
    Typed member_node(const Typed& owner, const Field& field);
    /// A field of objects that nothing ever makes: its owner is always null.
    static Value no_object(const void*, Evaluation&) { return Value::null(); }

    // ---- operators ----
    Checked truths(const SyntaxNode& syntax, Node node);
    bool comparable(const Type* left, const Type* right) const;
    Checked comparison(const SyntaxNode& syntax);
    /// Warns where `text` is none of the words that the other side may be: that is never so.
    void check_word(const SyntaxNode& syntax, Operator op, NodeId field, NodeId text);
    Checked chain(const SyntaxNode& syntax);
    Checked arithmetic(const SyntaxNode& syntax);
    Checked membership(const SyntaxNode& syntax);
    Checked in_list(const SyntaxNode& syntax, const Typed& value, const SyntaxNode& set);
    /// Constant texts become a set; anything else an array that is made for each message.
    Checked in_values(const SyntaxNode& syntax, const Typed& value, const SyntaxNode& set);

    // ---- arrays ----
    const Type* common_type(const Type* one, const Type* other);
    Checked array(const SyntaxNode& syntax);
    Checked index(const SyntaxNode& syntax);
    Checked slice(const SyntaxNode& syntax);

    // ---- calls ----
    Checked call(const SyntaxNode& syntax);
    std::optional<bool> only_positional(const SyntaxNode& syntax, std::size_t least, std::size_t most);
    Checked loop_call(const SyntaxNode& syntax, NodeKind kind);
    Checked coalesce(const SyntaxNode& syntax);
    /// strings.contains() and its kin: constant patterns go into the book, others stay children.
    Checked match_call(const SyntaxNode& syntax, const Function& function);
    /// By how long such texts are in ordinary mail (Field::text_steps).
    [[nodiscard]] TextKind kind_of_text(NodeId text) const;
    Checked plain_call(const SyntaxNode& syntax, const Function& function);
    /// One node for each parameter, null for those left out; more for the last one of a variadic function.
    std::optional<bool> arguments(const SyntaxNode& syntax, const Function& function,
                                  std::vector<NodeId>& nodes, std::vector<std::optional<Value>>& constants,
                                  const Type*& first);
    /// The field of an object that a function reads, where the object has it.
    Typed passed_field(const Parameter& parameter, const Typed& owner);
    std::optional<std::size_t> place_of(const SyntaxNode& syntax, const Function& function, std::size_t at);
    bool accepts(const Parameter& parameter, const Type* type) const;
    const SyntaxTree& tree_;
    std::string_view source_;
    const Language& language_;
    Graph& graph_;
    PatternBook& patterns_;
    struct Loop {
        const Type* item = nullptr;
        float text_steps = 1;  ///< of an item that is a text
    };
    std::vector<Loop> loops_;  // around what is compiled, innermost last
    std::vector<Problem> warnings_;
    Problem problem_;
};

}  // namespace tocsin::rules
