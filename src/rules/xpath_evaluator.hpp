// Evaluates a query on a page within a number of operations. For xpath*.cpp only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "rules/xpath_page.hpp"
#include "rules/xpath_syntax.hpp"

namespace tocsin::rules::xpath {

/// Nodes in the order of the page, each once.
using NodeSet = std::vector<NodeIndex>;

/// A text of the page, or one that was made.
class TextValue {
public:
    explicit TextValue(std::string_view text) : view_(text) {}
    explicit TextValue(std::string&& text) : made_(std::move(text)) {}
    [[nodiscard]] std::string_view view() const { return made_ ? std::string_view(*made_) : view_; }

private:
    std::string_view view_;
    std::optional<std::string> made_;
};

using Value = std::variant<NodeSet, double, TextValue, bool>;

/// Conversions of section 4 that need no page.
[[nodiscard]] double to_number(std::string_view text);
[[nodiscard]] std::string to_text(double number);

class Evaluator {
public:
    Evaluator(const Query& query, const HtmlDocument::Page& page, std::size_t operations)
        : query_(query), page_(page), left_(operations) {}

    /// The query's value at the root; nothing when it takes more operations.
    [[nodiscard]] std::optional<Value> run();
    [[nodiscard]] std::size_t operations_left() const { return left_; }

private:
    struct Context {
        NodeIndex node = root_node;
        std::size_t position = 1;
        std::size_t size = 1;
    };

    /// False, for good, when too few operations are left; then every loop ends and what was computed counts for nothing.
    bool spend(std::size_t operations);
    bool spend_text(std::string_view text);

    Value evaluate(ExpressionId id, const Context& context);
    Value logical(const Expression& expression, const Context& context);
    Value compare(const Expression& expression, const Context& context);
    double calculate(const Expression& expression, const Context& context);
    NodeSet unite(const Expression& expression, const Context& context);
    NodeSet path(const Expression& expression, const Context& context);

    // xpath_axes.cpp
    NodeSet take_step(const Step& step, const NodeSet& from);
    NodeSet on_axis(const Step& step, std::uint32_t name, const NodeSet& from);
    NodeSet each_on_axis(const Step& step, std::uint32_t name, const NodeSet& from);
    NodeSet filter(NodeSet nodes, ExpressionId predicate);
    [[nodiscard]] bool fits(const Step& step, std::uint32_t name, NodeIndex index) const;
    template <typename Visit>
    void walk(Axis axis, NodeIndex from, Visit visit);
    void make_set(NodeSet& nodes);

    // xpath_functions.cpp
    Value call(const Expression& expression, const Context& context);
    double number_function(const Expression& expression, const Context& context);
    bool boolean_function(const Expression& expression, const Context& context);
    TextValue text_function(const Expression& expression, const Context& context);
    TextValue substring(const Expression& expression, const Context& context);
    Value operand(const Expression& expression, std::size_t index, const Context& context);
    TextValue text_operand(const Expression& expression, std::size_t index, const Context& context);

    [[nodiscard]] bool boolean_of(const Value& value) const;
    [[nodiscard]] double number_of(const Value& value);
    [[nodiscard]] TextValue text_of(const Value& value);

    // xpath_compare.cpp
    bool equal(const Value& left, const Value& right, bool wanted);
    bool equal_sets(const NodeSet& left, const NodeSet& right, bool wanted);
    bool ordered(Operation operation, const Value& left, const Value& right);

    const Query& query_;
    const HtmlDocument::Page& page_;
    std::size_t left_;
    bool exhausted_ = false;
    std::vector<std::uint32_t> marks_;  ///< per node, the last walk that came by
    std::uint32_t walk_ = 0;
};

}  // namespace tocsin::rules::xpath
