#include "rules/loop_gates.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "rules/graph.hpp"

namespace tocsin::rules {

namespace {

/// A member of a member … of the innermost loop's item.
bool is_path_of_item(const Graph& graph, NodeId id) {
    const Node* node = &graph.at(id);
    while (node->kind == NodeKind::member) node = &graph.at(graph.children(*node)[0]);
    return node->kind == NodeKind::item && node->number == 0;
}

bool is_text(const Graph& graph, NodeId id) {
    const Node& node = graph.at(id);
    return node.kind == NodeKind::constant && node.constant.kind == Kind::text;
}

/// Whether it is false for every text but some that are known when rules are loaded.
bool asks_for_constants(const Graph& graph, const Node& test) {
    switch (test.kind) {
        case NodeKind::comparison:
            return (test.op == Operator::equal || test.op == Operator::equal_folded) &&
                   is_text(graph, graph.children(test)[1]);
        case NodeKind::in_constants: return test.op == Operator::in || test.op == Operator::in_folded;
        case NodeKind::match: return test.child_count == 1;  // others are needles that are known only now
        default: return false;
    }
}

}  // namespace

/// any(headers.hops, any(.fields, …)): all fields of all hops are looked at as one list.
bool LoopGates::add_inner_loop(const Graph& graph, const Node& loop) {
    const NodeId list = graph.children(loop)[0], body = graph.children(loop)[1];
    if (graph.at(list).kind != NodeKind::member || !is_path_of_item(graph, list)) return false;
    if (graph.at(body).kind != NodeKind::conjunction) return add_test(graph, body, list);
    // One condition that no item meets is enough.
    return std::ranges::any_of(graph.children(graph.at(body)),
                               [&](NodeId operand) { return add_test(graph, operand, list); });
}

bool LoopGates::add_test(const Graph& graph, NodeId operand, std::optional<NodeId> inner_list) {
    const Node& test = graph.at(operand);
    if (test.kind == NodeKind::any && !inner_list) return add_inner_loop(graph, test);
    if (!asks_for_constants(graph, test)) return false;
    const NodeId path = graph.children(test)[0];
    if (!is_path_of_item(graph, path)) return false;
    tests_.push_back({operand, path, inner_list});
    return true;
}

bool LoopGates::add_gate(const Graph& graph, NodeId operand) {
    const auto first = static_cast<std::uint32_t>(tests_.size());
    const Node& node = graph.at(operand);
    bool whole = true;
    if (node.kind == NodeKind::disjunction)
        for (const NodeId side : graph.children(node)) whole = whole && add_test(graph, side, std::nullopt);
    else
        whole = add_test(graph, operand, std::nullopt);
    if (!whole) {
        tests_.resize(first);
        return false;
    }
    gates_.push_back({first, static_cast<std::uint32_t>(tests_.size()) - first});
    return true;
}

std::uint32_t LoopGates::add(const Graph& graph, const Node& loop, std::span<const NodeId> children) {
    if (loop.kind != NodeKind::any && loop.kind != NodeKind::filter) return 0;
    const Node& list = graph.at(children[0]);
    // What other loops make of a list is asked once: it would not pay to learn it by heart.
    if (list.kind != NodeKind::member || list.open_loops > 0) return 0;
    GatesOfLoop gates{static_cast<std::uint32_t>(gates_.size()), 0};
    const Node& body = graph.at(children[1]);
    if (body.kind == NodeKind::conjunction) {
        for (const NodeId operand : graph.children(body))
            if (gates.count < limits::gates_of_loop && add_gate(graph, operand)) ++gates.count;
    } else if (add_gate(graph, children[1])) {
        ++gates.count;
    }
    if (gates.count == 0) return 0;
    loops_.push_back(gates);
    return static_cast<std::uint32_t>(loops_.size());
}

}  // namespace tocsin::rules
