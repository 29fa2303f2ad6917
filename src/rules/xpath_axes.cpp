// Steps along the axes of section 2.2. Where no predicate asks for a place, a step from a set of nodes visits no node twice.
#include <algorithm>
#include <utility>

#include "rules/xpath_evaluator.hpp"

namespace tocsin::rules::xpath {

/// Calls `visit` with each node on an axis, in the order of the axis, until it says false.
template <typename Visit>
void Evaluator::walk(Axis axis, NodeIndex from, Visit visit) {
    const std::vector<PageNode>& nodes = page_.nodes;
    const PageNode& node = nodes[from];
    const bool has_siblings = from != root_node && node.kind != PageNodeKind::attribute;
    const auto go = [&](NodeIndex index) { return spend(1) && visit(index); };
    const auto go_forward = [&](NodeIndex index, NodeIndex end) {
        for (; index < end && spend(1); ++index)
            if (nodes[index].kind != PageNodeKind::attribute && !visit(index)) return;
    };
    switch (axis) {
        case Axis::self: go(from); return;
        case Axis::parent:
            if (from != root_node) go(node.parent);
            return;
        case Axis::ancestor_or_self:
            if (!go(from)) return;
            [[fallthrough]];
        case Axis::ancestor:
            for (NodeIndex index = from; index != root_node;) {
                index = nodes[index].parent;
                if (!go(index)) return;
            }
            return;
        case Axis::attribute:
            for (NodeIndex index = from + 1; index < node.first_child; ++index)
                if (!go(index)) return;
            return;
        case Axis::child:
            for (NodeIndex index = node.first_child; index < node.end; index = nodes[index].end)
                if (!go(index)) return;
            return;
        case Axis::descendant_or_self:
            if (!go(from)) return;
            [[fallthrough]];
        case Axis::descendant: go_forward(node.first_child, node.end); return;
        case Axis::following: go_forward(node.end, static_cast<NodeIndex>(nodes.size())); return;
        case Axis::following_sibling:
            if (!has_siblings) return;
            for (NodeIndex index = node.end; index < nodes[node.parent].end; index = nodes[index].end)
                if (!go(index)) return;
            return;
        case Axis::preceding:
            for (NodeIndex index = from; index-- > root_node + 1 && spend(1);)
                if (nodes[index].kind != PageNodeKind::attribute && nodes[index].end <= from && !visit(index))
                    return;
            return;
        case Axis::preceding_sibling:
            if (!has_siblings) return;
            for (NodeIndex index = node.previous_sibling; index != 0; index = nodes[index].previous_sibling)
                if (!go(index)) return;
            return;
    }
}

bool Evaluator::fits(const Step& step, std::uint32_t name, NodeIndex index) const {
    const PageNode& node = page_.nodes[index];
    const PageNodeKind principal =
        step.axis == Axis::attribute ? PageNodeKind::attribute : PageNodeKind::element;
    switch (step.test) {
        case NodeTest::name: return node.kind == principal && node.name == name;
        case NodeTest::any_name: return node.kind == principal;
        case NodeTest::node: return true;
        case NodeTest::text: return node.kind == PageNodeKind::text;
        case NodeTest::comment: return node.kind == PageNodeKind::comment;
        case NodeTest::nothing: return false;
    }
    return false;
}

void Evaluator::make_set(NodeSet& nodes) {
    if (std::ranges::is_sorted(nodes, std::ranges::less_equal())) return;
    // What sorting costs, roughly, in nodes looked at.
    std::size_t rounds = 1;
    for (std::size_t size = nodes.size(); size > 1; size /= 2) ++rounds;
    if (!spend(nodes.size() * rounds / 4)) return;
    std::ranges::sort(nodes);
    const auto repeated = std::ranges::unique(nodes);
    nodes.erase(repeated.begin(), repeated.end());
}

/// Keeps the nodes for which the predicate holds; the place of each is its place in `nodes` (section 2.4).
NodeSet Evaluator::filter(NodeSet nodes, ExpressionId predicate) {
    std::size_t kept = 0;
    for (std::size_t index = 0; index < nodes.size() && !exhausted_; ++index) {
        const Context context{.node = nodes[index], .position = index + 1, .size = nodes.size()};
        const Value value = evaluate(predicate, context);
        const double* const place = std::get_if<double>(&value);
        if (place != nullptr ? *place == static_cast<double>(context.position) : boolean_of(value))
            nodes[kept++] = context.node;
    }
    nodes.resize(kept);
    return nodes;
}

NodeSet Evaluator::take_step(const Step& step, const NodeSet& from) {
    std::uint32_t name = 0;
    if (step.test == NodeTest::name) {
        const auto found = page_.names.find(step.name);
        if (found == page_.names.end()) return {};
        name = found->second;
    }
    if (step.positional) return each_on_axis(step, name, from);
    NodeSet nodes = on_axis(step, name, from);
    for (const ExpressionId predicate : step.predicates) nodes = filter(std::move(nodes), predicate);
    return nodes;
}

/// What stands on the axis of any node of `from`. No walk goes where another one was.
NodeSet Evaluator::on_axis(const Step& step, std::uint32_t name, const NodeSet& from) {
    NodeSet nodes;
    if (from.empty()) return nodes;
    const auto add = [&](NodeIndex index) {
        if (fits(step, name, index)) nodes.push_back(index);
        return true;
    };
    // One node sees all that any of them sees: the one that ends first, or the last one.
    if (from.size() == 1 || step.axis == Axis::preceding) {
        walk(step.axis, from.back(), add);
    } else if (step.axis == Axis::following) {
        walk(step.axis,
             std::ranges::min(from, {}, [this](NodeIndex index) { return page_.nodes[index].end; }), add);
    } else if (step.axis == Axis::descendant || step.axis == Axis::descendant_or_self) {
        NodeIndex covered = 0;
        for (const NodeIndex index : from) {
            if (exhausted_ || !spend(1)) break;
            const bool attribute = page_.nodes[index].kind == PageNodeKind::attribute;
            if (index < covered && !attribute) continue;
            walk(step.axis, index, add);
            covered = std::max(covered, page_.nodes[index].end);
        }
    } else {
        marks_.resize(page_.nodes.size());
        ++walk_;
        // Beyond a node that an earlier walk met on its way up or along, it met everything else, too.
        const auto add_once = [&](NodeIndex index) {
            if (std::exchange(marks_[index], walk_) == walk_) return false;
            return add(index);
        };
        for (const NodeIndex index : from) {
            if (exhausted_ || !spend(1)) break;
            walk(step.axis, index, add_once);
        }
    }
    if (step.axis == Axis::ancestor || step.axis == Axis::ancestor_or_self || step.axis == Axis::preceding ||
        step.axis == Axis::preceding_sibling)
        std::ranges::reverse(nodes);
    make_set(nodes);
    return nodes;
}

/// The same, node by node, because a predicate asks which one of them it is.
NodeSet Evaluator::each_on_axis(const Step& step, std::uint32_t name, const NodeSet& from) {
    NodeSet all;
    for (const NodeIndex start : from) {
        if (exhausted_ || !spend(1)) break;
        NodeSet nodes;
        walk(step.axis, start, [&](NodeIndex index) {
            if (fits(step, name, index)) nodes.push_back(index);
            return true;
        });
        for (const ExpressionId predicate : step.predicates) nodes = filter(std::move(nodes), predicate);
        all.insert(all.end(), nodes.begin(), nodes.end());
    }
    make_set(all);
    return all;
}

}  // namespace tocsin::rules::xpath
