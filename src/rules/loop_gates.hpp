// Which loops over the message's lists need not be gone through, because no item can be what they look for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tocsin::rules {

class Graph;
struct Node;
using NodeId = std::uint32_t;

/// A test of a loop's body that fails for every item where a text of the item, reached by members alone, is none of some
/// constants, or fits none of some patterns.
struct GateTest {
    NodeId test = 0;  ///< comparison, in_constants or match
    NodeId path = 0;  ///< that text of the item: the first child of the test
    /// Where the test stands in an any() of the body: its list, a member of the item. The text is one of that list's items.
    std::optional<NodeId> inner_list;
};

/// Tests side by side: where all of them fail for an item, so does the body.
struct Gate {
    std::uint32_t first_test = 0;
    std::uint32_t test_count = 0;
};

/// Gates of all loops of a graph that look for items (any, filter) in a list that is a member of the message. One gate that no
/// item passes is enough. Filled while the graph grows.
class LoopGates {
public:
    /// The number of the gates of a node, 0 for none. `children` of a loop are the list and the body.
    std::uint32_t add(const Graph& graph, const Node& loop, std::span<const NodeId> children);
    /// Nodes have new numbers.
    void move_to(std::span<const NodeId> places) {
        for (GateTest& test : tests_)
            test = {places[test.test], places[test.path],
                    test.inner_list ? std::optional(places[*test.inner_list]) : std::nullopt};
    }
    [[nodiscard]] std::span<const Gate> of(std::uint32_t number) const {
        return std::span(gates_).subspan(loops_[number - 1].first, loops_[number - 1].count);
    }
    [[nodiscard]] std::span<const GateTest> tests(const Gate& gate) const {
        return std::span(tests_).subspan(gate.first_test, gate.test_count);
    }

private:
    struct GatesOfLoop {
        std::uint32_t first = 0;
        std::uint32_t count = 0;
    };
    bool add_gate(const Graph& graph, NodeId operand);
    bool add_test(const Graph& graph, NodeId operand, std::optional<NodeId> inner_list);
    bool add_inner_loop(const Graph& graph, const Node& loop);

    std::vector<GatesOfLoop> loops_;
    std::vector<Gate> gates_;
    std::vector<GateTest> tests_;
};

}  // namespace tocsin::rules
