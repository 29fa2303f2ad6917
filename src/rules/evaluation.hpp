// What a graph's expressions are worth for one message.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mail/message.hpp"
#include "rules/graph.hpp"
#include "rules/missing.hpp"
#include "rules/surroundings.hpp"
#include "rules/value.hpp"

namespace tocsin::rules {

/// How much work rules may do for one message, in steps: an expression, or 64 bytes of text that a function reads.
struct Budget {
    std::uint64_t rule_steps = 0;
    std::uint64_t message_steps = 0;
};

/// Answers nodes of one graph for one message; remembers what does not depend on a loop. Kept from message to message for its
/// memory. Three-valued logic and null as in docs/manual/rules.md; what could not be told is carried in Value::missing.
class Evaluation {
public:
    Evaluation(const Graph& graph, const PatternBook& patterns) : graph_(graph), patterns_(patterns) {}

    /// Forgets the last message. `message` and `surroundings` must live until the next begin().
    void begin(const mail::Message& message, Surroundings& surroundings, const Budget& budget);

    /// The value of a rule's root. A rule that spends its budget gets null with Capability::budget.
    [[nodiscard]] Value value_of(NodeId root);
    /// Steps that the last value_of() took.
    [[nodiscard]] std::uint64_t steps() const { return spent_; }

    // ---- for functions and getters ----
    /// Counts work; false: the budget is spent, and the function should give up with null.
    bool spend(std::uint64_t steps);
    bool spend_bytes(std::size_t bytes) { return spend(1 + bytes / 64); }
    [[nodiscard]] Arena& arena() { return arena_; }
    [[nodiscard]] Surroundings& surroundings() { return *surroundings_; }
    [[nodiscard]] const mail::Message& message() const { return *message_; }
    [[nodiscard]] ProbedText& probed(std::string_view text);

private:
    Value evaluate(NodeId id);
    Value compute(const Node& node);
    Value conjunction(const Node& node);
    Value disjunction(const Node& node);
    Value comparison(const Node& node);
    Value chain(const Node& node);
    Value index(const Node& node);
    Value slice(const Node& node);
    Value array(const Node& node);
    Value in_array(const Node& node);
    Value in_set(const Node& node);
    Value some_of(const Node& node);
    Value any_or_all(const Node& node, bool looked_for);
    Value filter(const Node& node);
    Value map(const Node& node);
    Value ratio(const Node& node);
    Value distinct(const Node& node);
    Value coalesce(const Node& node);
    Value match(const Node& node);
    Value call(const Node& node);
    Value unanswered(const Node& node);
    Value member(const Node& node);
    [[nodiscard]] NodeId child(const Node& node, std::size_t at) const { return graph_.children(node)[at]; }
    Value for_item(const Value& item, NodeId body);

    struct Remembered {
        std::uint32_t round = 0;
        Value value;
    };
    struct TextKey {
        const char* data;
        std::size_t size;
        bool operator==(const TextKey&) const = default;
    };
    struct TextKeyHash {
        std::size_t operator()(const TextKey& key) const {
            return std::hash<const void*>()(key.data) ^ (key.size * 0x9E3779B97F4A7C15U);
        }
    };

    const Graph& graph_;
    const PatternBook& patterns_;
    const mail::Message* message_ = nullptr;
    Surroundings* surroundings_ = nullptr;
    Arena arena_;
    std::vector<Remembered> remembered_;
    std::uint32_t round_ = 0;
    std::vector<Value> items_;  ///< of the loops that are under way, innermost last
    std::unordered_map<TextKey, ProbedText, TextKeyHash> probed_;
    std::map<std::vector<std::uint64_t>, Value> calls_;  ///< of dear functions inside loops
    Budget budget_;
    std::uint64_t spent_ = 0;
    std::uint64_t spent_before_ = 0;
    bool stopped_ = false;
};

}  // namespace tocsin::rules
