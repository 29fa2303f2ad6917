#include "rules/xpath_evaluator.hpp"

#include <algorithm>
#include <cmath>

namespace tocsin::rules::xpath {

namespace {
/// Bytes of a text that cost as much as a node.
constexpr std::size_t bytes_per_operation = 32;
}  // namespace

bool Evaluator::spend(std::size_t operations) {
    if (exhausted_) return false;
    exhausted_ = operations > left_;
    left_ -= std::min(operations, left_);
    return !exhausted_;
}

bool Evaluator::spend_text(std::string_view text) {
    return spend(1 + text.size() / bytes_per_operation);
}

std::optional<Value> Evaluator::run() {
    Value value = evaluate(query_.root, Context{});
    if (exhausted_) return std::nullopt;
    return value;
}

Value Evaluator::evaluate(ExpressionId id, const Context& context) {
    const Expression& expression = query_.expressions[id];
    if (!spend(1)) return false;
    switch (expression.operation) {
        case Operation::logical_or:
        case Operation::logical_and: return logical(expression, context);
        case Operation::equal:
        case Operation::not_equal:
        case Operation::less:
        case Operation::less_equal:
        case Operation::greater:
        case Operation::greater_equal: return compare(expression, context);
        case Operation::add:
        case Operation::subtract:
        case Operation::multiply:
        case Operation::divide:
        case Operation::modulo:
        case Operation::negate: return calculate(expression, context);
        case Operation::unite: return unite(expression, context);
        case Operation::number: return expression.number;
        case Operation::literal: return TextValue(std::string_view(expression.text));
        case Operation::call: return call(expression, context);
        case Operation::path: return path(expression, context);
    }
    return false;
}

Value Evaluator::logical(const Expression& expression, const Context& context) {
    const bool decisive = expression.operation == Operation::logical_or;
    for (const ExpressionId operand : expression.operands)
        if (boolean_of(evaluate(operand, context)) == decisive) return decisive;
    return !decisive;
}

Value Evaluator::compare(const Expression& expression, const Context& context) {
    const Value left = evaluate(expression.operands[0], context);
    const Value right = evaluate(expression.operands[1], context);
    if (expression.operation == Operation::equal) return equal(left, right, true);
    if (expression.operation == Operation::not_equal) return equal(left, right, false);
    return ordered(expression.operation, left, right);
}

double Evaluator::calculate(const Expression& expression, const Context& context) {
    const double left = number_of(evaluate(expression.operands[0], context));
    if (expression.operation == Operation::negate) return -left;
    const double right = number_of(evaluate(expression.operands[1], context));
    switch (expression.operation) {
        case Operation::add: return left + right;
        case Operation::subtract: return left - right;
        case Operation::multiply: return left * right;
        case Operation::divide: return left / right;
        default: return std::fmod(left, right);
    }
}

NodeSet Evaluator::unite(const Expression& expression, const Context& context) {
    NodeSet all;
    for (const ExpressionId operand : expression.operands) {
        Value value = evaluate(operand, context);
        if (const NodeSet* nodes = std::get_if<NodeSet>(&value))
            all.insert(all.end(), nodes->begin(), nodes->end());
    }
    make_set(all);
    return all;
}

NodeSet Evaluator::path(const Expression& expression, const Context& context) {
    NodeSet nodes = {expression.from_root ? root_node : context.node};
    if (!expression.operands.empty()) {
        Value start = evaluate(expression.operands.front(), context);
        NodeSet* const found = std::get_if<NodeSet>(&start);
        if (found == nullptr) return {};  // only when nothing is left to spend
        nodes = std::move(*found);
        for (const ExpressionId predicate : expression.predicates)
            nodes = filter(std::move(nodes), predicate);
    }
    for (const Step& step : expression.steps) {
        if (exhausted_ || nodes.empty()) return {};
        nodes = take_step(step, nodes);
    }
    return nodes;
}

}  // namespace tocsin::rules::xpath
