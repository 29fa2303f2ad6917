// What a graph's expressions are worth for one message.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/limits.hpp"
#include "mail/message.hpp"
#include "rules/column.hpp"
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

/// Keys of a map that are compared, or texts that are looked up, for one step.
inline constexpr std::size_t entries_per_step = 16;

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
    [[nodiscard]] std::uint64_t steps() const { return spent_ + beside_; }

    // ---- for functions and getters ----
    /// Counts work; false: the budget is spent, and the function should give up with null.
    bool spend(std::uint64_t steps) {
        if (steps > most_ - spent_)
            stop_here();
        else
            spent_ += steps;
        return !stopped_;
    }
    /// Counts a search of a regular expression; false as above.
    bool spend_regex(const RegexCost& cost);
    bool spend_bytes(std::size_t bytes) { return spend(1 + bytes / limits::bytes_per_step); }
    [[nodiscard]] Arena& arena() { return arena_; }
    [[nodiscard]] Surroundings& surroundings() { return *surroundings_; }
    [[nodiscard]] const mail::Message& message() const { return *message_; }
    [[nodiscard]] ProbedText& probed(std::string_view text);

private:
    void stop_here();
    Value evaluate(NodeId id);
    Value compute_and_remember(const NodeCore& node);
    Value compute(const NodeCore& node);
    Value conjunction(const NodeCore& node);
    Value disjunction(const NodeCore& node);
    Value comparison(const NodeCore& node);
    Value chain(const NodeCore& node);
    Value index(const NodeCore& node);
    Value slice(const NodeCore& node);
    Value array(const NodeCore& node);
    Value in_array(const NodeCore& node);
    Value in_set(const NodeCore& node);
    Value some_of(const NodeCore& node);
    Value any_or_all(const NodeCore& node, bool looked_for);
    Value filter(const NodeCore& node);
    Value map(const NodeCore& node);
    Value ratio(const NodeCore& node);
    Value distinct(const NodeCore& node);
    Value coalesce(const NodeCore& node);
    Value match(const NodeCore& node);
    Value call(const NodeCore& node);
    Value unanswered(const NodeCore& node);
    Value member(const NodeCore& node);
    [[nodiscard]] NodeId child(const NodeCore& node, std::size_t at) const {
        return graph_.children(node)[at];
    }
    Column* column(NodeId list_id, const Value& list, const GateTest& test);
    bool add_texts(const Value& list, NodeId path, std::vector<Value>& values);
    bool is_barred(const NodeCore& loop, const Value& list);
    class Loop;  ///< whose body is answered for one item after the other

    struct Remembered {
        std::uint32_t round = 0;
        Value value;
    };
    struct ColumnKey {
        NodeId list;
        NodeId inner_list;  ///< of its items, if the texts stand there; else `list`
        NodeId path;
        auto operator<=>(const ColumnKey&) const = default;
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
    std::map<ColumnKey, Column> columns_;
    std::map<std::vector<std::uint64_t>, Value> calls_;  ///< of dear functions inside loops
    std::string folded_;                                 ///< memory for the text that is looked up in a set
    Budget budget_;
    std::uint64_t most_ = 0;  ///< that this rule may spend
    std::uint64_t spent_ = 0;
    std::uint64_t beside_ = 0;  ///< that the message pays for this rule, and the rule does not
    std::uint64_t spent_before_ = 0;
    bool stopped_ = false;
};

// What is known already is most of what is asked for, so this stands in its callers.
inline Value Evaluation::evaluate(NodeId id) {
    const NodeCore& node = graph_.core(id);
    if (node.kind == NodeKind::constant) return *node.constant;
    if (!spend(1)) return Value::null();
    if (node.open_loops > 0) return compute(node);
    const Remembered& known = remembered_.data()[id];  // as many as there are nodes: begin()
    return known.round == round_ ? known.value : compute_and_remember(node);
}

}  // namespace tocsin::rules
