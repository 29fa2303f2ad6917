#include "rules/graph.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

namespace tocsin::rules {

namespace {

/// The bytes of a plain value behind what is there: keys of equal nodes are equal.
template <typename T>
void put(std::string& key, const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    key.append(bytes, sizeof(T));
}

void put_constant(std::string& key, const Value& value) {
    put(key, value.kind);
    switch (value.kind) {
        case Kind::boolean: put(key, value.boolean); break;
        case Kind::integer: put(key, value.integer); break;
        case Kind::real: put(key, value.real); break;
        case Kind::text: key += value.text(); break;
        case Kind::null:
        case Kind::object:
        case Kind::array:
        case Kind::map: break;
    }
}

}  // namespace

std::string constant_key(const Value& value) {
    std::string key;
    put_constant(key, value);
    return key;
}

NodeId Graph::add(Node node, std::span<const NodeId> children) {
    std::string key;
    put(key, node.kind);
    put(key, node.op);
    put(key, node.second_op);
    put(key, node.number);
    put(key, node.get);
    put(key, node.function);
    put(key, node.prepared);
    put(key, node.list);
    put(key, node.patterns.mode);
    put(key, node.patterns.letters);
    put(key, node.patterns.first);
    put(key, node.patterns.count);
    put(key, node.patterns.kind);
    put(key, node.kind == NodeKind::item ? node.text_steps : 0);  // items of long texts are others
    put(key, node.constants);
    for (const NodeId child : children) put(key, child);
    put_constant(key, node.constant);
    const auto [known, made_now] = known_.try_emplace(std::move(key), static_cast<NodeId>(nodes_.size()));
    if (!made_now) return known->second;
    node.first_child = static_cast<std::uint32_t>(children_.size());
    node.child_count = static_cast<std::uint32_t>(children.size());
    children_.insert(children_.end(), children.begin(), children.end());
    for (const NodeId child : children) node.needs |= nodes_[child].needs;
    node.gates = gates_.add(*this, node, children);
    nodes_.push_back(node);
    add_core(node);
    return known->second;
}

void Graph::add_core(const Node& node) {
    NodeCore core;
    core.kind = node.kind;
    core.op = node.op;
    core.second_op = node.second_op;
    core.open_loops = node.open_loops;
    core.first_child = node.first_child;
    core.child_count = node.child_count;
    core.id = static_cast<NodeId>(cores_.size());
    switch (node.kind) {
        case NodeKind::constant: core.constant = &constants_.emplace_back(node.constant); break;
        case NodeKind::member: core.get = node.get; break;
        case NodeKind::in_constants: core.constants = node.constants; break;
        case NodeKind::list:
        case NodeKind::in_list: core.list = node.list; break;
        case NodeKind::match: core.patterns = &patterns_.emplace_back(node.patterns); break;
        case NodeKind::any:
        case NodeKind::filter: core.number = node.gates; break;
        default: core.number = node.number;
    }
    cores_.push_back(core);
}

namespace {

bool stops_early(NodeKind kind) {
    return kind == NodeKind::conjunction || kind == NodeKind::disjunction || kind == NodeKind::some_of;
}

}  // namespace

// By how many operands are asked before a node is: what stands first in rules is asked for nearly every message, what stands
// behind that seldom.
std::vector<NodeId> Graph::order_of_asking(std::span<const NodeId> roots) const {
    std::vector<std::vector<NodeId>> waiting(1);
    waiting[0].assign(roots.rbegin(), roots.rend());
    std::vector<bool> placed(nodes_.size());
    std::vector<NodeId> order;
    for (std::size_t rank = 0; rank < waiting.size(); ++rank) {
        if (rank > 0) std::ranges::reverse(waiting[rank]);
        while (!waiting[rank].empty()) {
            const NodeId id = waiting[rank].back();
            waiting[rank].pop_back();
            if (placed[id]) continue;
            placed[id] = true;
            order.push_back(id);
            const std::span<const NodeId> below = children(nodes_[id]);
            const bool in_turn = stops_early(nodes_[id].kind);
            if (in_turn && waiting.size() < rank + below.size()) waiting.resize(rank + below.size());
            for (std::size_t at = below.size(); at-- > 0;)
                waiting[rank + (in_turn ? at : 0)].push_back(below[at]);
        }
    }
    for (NodeId id = 0; id < nodes_.size(); ++id)
        if (!placed[id]) order.push_back(id);
    return order;
}

std::vector<NodeId> Graph::arrange(std::span<const NodeId> roots) {
    const std::vector<NodeId> order = order_of_asking(roots);
    std::vector<NodeId> places(nodes_.size());
    for (NodeId at = 0; at < order.size(); ++at) places[order[at]] = at;
    const std::vector<Node> nodes = std::exchange(nodes_, {});
    const std::vector<NodeId> below = std::exchange(children_, {});
    known_ = {};
    cores_.clear();
    constants_.clear();
    patterns_.clear();
    for (const NodeId old : order) {
        Node node = nodes[old];
        const std::span<const NodeId> of_node = std::span(below).subspan(node.first_child, node.child_count);
        node.first_child = static_cast<std::uint32_t>(children_.size());
        for (const NodeId child : of_node) children_.push_back(places[child]);
        nodes_.push_back(node);
        add_core(node);
    }
    gates_.move_to(places);
    return places;
}

}  // namespace tocsin::rules
