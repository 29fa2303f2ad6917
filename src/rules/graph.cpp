#include "rules/graph.hpp"

#include <cstring>
#include <type_traits>

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
    put(key, node.constants);
    for (const NodeId child : children) put(key, child);
    put_constant(key, node.constant);
    const auto [known, made_now] = known_.try_emplace(std::move(key), static_cast<NodeId>(nodes_.size()));
    if (!made_now) return known->second;
    node.first_child = static_cast<std::uint32_t>(children_.size());
    node.child_count = static_cast<std::uint32_t>(children.size());
    children_.insert(children_.end(), children.begin(), children.end());
    for (const NodeId child : children) node.needs |= nodes_[child].needs;
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
        default: core.number = node.number;
    }
    cores_.push_back(core);
}

}  // namespace tocsin::rules
