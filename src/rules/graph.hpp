// All rules of a set as one graph of expressions: what two rules ask alike is one node, and is answered once for a message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/text_hash.hpp"
#include "rules/list_view.hpp"
#include "rules/loop_gates.hpp"
#include "rules/pattern_book.hpp"
#include "rules/syntax.hpp"
#include "rules/type.hpp"
#include "rules/value.hpp"

namespace tocsin::rules {

struct Function;

/// Hashes texts and views of texts alike, so that nothing is copied to ask.
using ConstantSet = std::unordered_set<std::string, TextHash, std::equal_to<>>;

enum class NodeKind : std::uint8_t {
    constant,  ///< `constant`
    message,   ///< the message that is judged
    item,      ///< of the enclosing loops: `number` 0 is the innermost
    list,      ///< `list` as an array
    member,    ///< `get` of the child
    index,     ///< child[child]
    slice,     ///< child[child:child]; a bound left out is the constant null
    array,     ///< [children]
    negation,
    conjunction,
    disjunction,
    comparison,    ///< `op`
    chain,         ///< `op` and `second_op`
    is_null,       ///< `number` 1: is not null
    in_constants,  ///< child in `constants`
    in_list,       ///< child in `list`
    in_array,      ///< child in child
    arithmetic,    ///< `op`
    minus,
    some_of,  ///< `number` of the children
    any,      ///< of the first child, for its items the second
    all,
    filter,
    map,
    ratio,
    distinct,  ///< by the second child, if there is one, else by the item itself
    coalesce,
    match,  ///< the text of the first child against `patterns` and the texts of the other children
    call,   ///< `function` with the children
};

struct Node {
    NodeKind kind = NodeKind::constant;
    Operator op = Operator::none;
    Operator second_op = Operator::none;
    std::uint8_t open_loops = 0;  ///< how many enclosing loops it looks at; 0: the same for the whole message
    std::uint32_t first_child = 0;
    std::uint32_t child_count = 0;
    std::int64_t number = 0;
    std::uint32_t gates = 0;  ///< of a loop, in Graph::gates()
    Value constant{};
    Getter get = nullptr;
    const Function* function = nullptr;
    const void* prepared = nullptr;  ///< what the function made of its constant arguments
    const ListView* list = nullptr;
    const ConstantSet* constants = nullptr;  ///< folded if `op` folds
    PatternGroup patterns{};                 ///< of a call: Function::expressions
    float cost = 1;        ///< about how many steps it takes, so that cheap questions are asked first
    float text_steps = 1;  ///< of a text that it gives: about how many steps reading it takes
    Missing needs = 0;     ///< everything that this node and those below would have to ask and cannot
};

/// The part of a node that is looked at each time, apart from the rest: the nodes of a thousand rules are larger than a
/// processor's cache, these parts are not.
struct NodeCore {
    NodeKind kind = NodeKind::constant;
    Operator op = Operator::none;
    Operator second_op = Operator::none;
    std::uint8_t open_loops = 0;
    std::uint32_t first_child = 0;
    std::uint32_t child_count = 0;
    NodeId id = 0;  ///< of the whole node
    union {
        std::int64_t number;  ///< of a loop: of its gates; unless the kind says that it is one of the others
        Getter get;           ///< member
        const ConstantSet* constants;  ///< in_constants
        const ListView* list;          ///< list, in_list
        const Value* constant;         ///< constant
        const PatternGroup* patterns;  ///< match
    };

    NodeCore() : number(0) {}
};

/// Bytes that are equal for equal constants: nothing, a number, a text.
[[nodiscard]] std::string constant_key(const Value& value);

/// Nodes of all rules. Grows while rules are compiled, then never changes.
class Graph {
public:
    /// The node, or one that is the same already. Its children are given apart.
    NodeId add(Node node, std::span<const NodeId> children);
    [[nodiscard]] const Node& at(NodeId id) const { return nodes_[id]; }
    [[nodiscard]] std::span<const NodeId> children(const Node& node) const {
        return std::span(children_).subspan(node.first_child, node.child_count);
    }
    [[nodiscard]] const NodeCore& core(NodeId id) const { return cores_.data()[id]; }
    [[nodiscard]] std::span<const NodeId> children(const NodeCore& node) const {
        return {children_.data() + node.first_child, node.child_count};
    }
    [[nodiscard]] std::size_t size() const { return nodes_.size(); }
    /// Ends growing: nodes that are looked at for every message get to stand side by side. `roots` are in the order in which they
    /// are asked. What `add` gave is another number then: the answer has it at the old one.
    [[nodiscard]] std::vector<NodeId> arrange(std::span<const NodeId> roots);
    [[nodiscard]] const LoopGates& gates() const { return gates_; }

    /// Text that lives as long as the graph.
    std::string_view keep(std::string_view text) { return texts_.emplace_back(text); }
    /// The set that was kept under this key, or this one.
    const ConstantSet* keep_set(std::string key, ConstantSet set) {
        return &sets_.try_emplace(std::move(key), std::move(set)).first->second;
    }
    /// What a function made of constant arguments; equal keys mean equal arguments of one function.
    const void* keep_prepared(std::string key, std::shared_ptr<const void> prepared) {
        return prepared_.try_emplace(std::move(key), std::move(prepared)).first->second.get();
    }
    [[nodiscard]] const void* find_prepared(const std::string& key) const {
        const auto at = prepared_.find(key);
        return at == prepared_.end() ? nullptr : at->second.get();
    }

private:
    void add_core(const Node& node);
    [[nodiscard]] std::vector<NodeId> order_of_asking(std::span<const NodeId> roots) const;

    std::vector<Node> nodes_;
    std::vector<NodeCore> cores_;        ///< of the same number
    std::deque<Value> constants_;        ///< of the cores
    std::deque<PatternGroup> patterns_;  ///< of the cores
    std::vector<NodeId> children_;
    LoopGates gates_;
    std::unordered_map<std::string, NodeId> known_;
    std::deque<std::string> texts_;
    std::unordered_map<std::string, ConstantSet> sets_;
    std::unordered_map<std::string, std::shared_ptr<const void>> prepared_;
};

}  // namespace tocsin::rules
