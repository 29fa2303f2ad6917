// Conversions and comparisons (sections 3.4, 4.2 to 4.4).
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "rules/xpath_evaluator.hpp"
#include "rules/xpath_syntax.hpp"

namespace tocsin::rules::xpath {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

bool holds(Operation operation, double left, double right) {
    switch (operation) {
        case Operation::less: return left < right;
        case Operation::less_equal: return left <= right;
        case Operation::greater: return left > right;
        default: return left >= right;
    }
}

}  // namespace

double to_number(std::string_view text) {
    while (!text.empty() && is_xml_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_xml_space(text.back())) text.remove_suffix(1);
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    // Neither exponents nor names such as "inf" are numbers.
    const bool digits_only =
        std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
    if (text.empty() || text == "." || !digits_only || std::ranges::count(text, '.') > 1) return not_a_number;
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error == std::errc::result_out_of_range)  // hundreds of digits, before or behind the point
        number = text.find_first_not_of('0') < text.find('.') ? std::numeric_limits<double>::infinity() : 0;
    return negative ? -number : number;
}

std::string to_text(double number) {
    if (std::isnan(number)) return "NaN";
    if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
    if (number == 0) return "0";
    std::array<char, 1200> digits{};  // the smallest number has 1,074 places behind its point
    const auto [end, error] =
        std::to_chars(digits.data(), digits.data() + digits.size(), number, std::chars_format::fixed);
    return {digits.data(), end};
}

bool Evaluator::boolean_of(const Value& value) const {
    if (const auto* nodes = std::get_if<NodeSet>(&value)) return !nodes->empty();
    if (const auto* number = std::get_if<double>(&value)) return *number != 0 && !std::isnan(*number);
    if (const auto* text = std::get_if<TextValue>(&value)) return !text->view().empty();
    return std::get<bool>(value);
}

double Evaluator::number_of(const Value& value) {
    if (const auto* number = std::get_if<double>(&value)) return *number;
    if (const auto* truth = std::get_if<bool>(&value)) return *truth ? 1 : 0;
    const TextValue text = text_of(value);
    return spend_text(text.view()) ? to_number(text.view()) : not_a_number;
}

TextValue Evaluator::text_of(const Value& value) {
    if (const auto* text = std::get_if<TextValue>(&value)) return *text;
    if (const auto* nodes = std::get_if<NodeSet>(&value))
        return TextValue(nodes->empty() ? std::string_view() : page_.value_of(nodes->front()));
    if (const auto* number = std::get_if<double>(&value)) return TextValue(to_text(*number));
    return TextValue(std::string_view(std::get<bool>(value) ? "true" : "false"));
}

/// Whether a pair of nodes, one of each set, has equal (or, if not `wanted`, different) string-values.
bool Evaluator::equal_sets(const NodeSet& left, const NodeSet& right, bool wanted) {
    if (left.empty() || right.empty()) return false;
    std::vector<std::string_view> values;
    for (const NodeIndex index : left) {
        if (!spend_text(page_.value_of(index))) return false;
        values.push_back(page_.value_of(index));
    }
    std::ranges::sort(values);
    const auto repeated = std::ranges::unique(values);
    values.erase(repeated.begin(), repeated.end());
    return std::ranges::any_of(right, [&](NodeIndex index) {
        const std::string_view value = page_.value_of(index);
        if (!spend_text(value)) return false;
        const bool there = std::ranges::binary_search(values, value);
        // Of two different values on the left, one differs from any value on the right.
        return wanted ? there : values.size() > 1 || !there;
    });
}

/// `=` if `wanted`, else `!=`.
bool Evaluator::equal(const Value& left, const Value& right, bool wanted) {
    const auto* left_nodes = std::get_if<NodeSet>(&left);
    const auto* right_nodes = std::get_if<NodeSet>(&right);
    if (left_nodes != nullptr && right_nodes != nullptr) return equal_sets(*left_nodes, *right_nodes, wanted);
    if (left_nodes == nullptr && right_nodes != nullptr) return equal(right, left, wanted);
    if (std::holds_alternative<bool>(left) || std::holds_alternative<bool>(right))
        return (boolean_of(left) == boolean_of(right)) == wanted;
    if (left_nodes != nullptr) {
        const auto* number = std::get_if<double>(&right);
        const TextValue text = text_of(right);
        return std::ranges::any_of(*left_nodes, [&](NodeIndex index) {
            const std::string_view value = page_.value_of(index);
            if (!spend_text(value)) return false;
            return (number != nullptr ? to_number(value) == *number : value == text.view()) == wanted;
        });
    }
    if (std::holds_alternative<double>(left) || std::holds_alternative<double>(right))
        return (number_of(left) == number_of(right)) == wanted;
    return (text_of(left).view() == text_of(right).view()) == wanted;
}

bool Evaluator::ordered(Operation operation, const Value& left, const Value& right) {
    const bool with_boolean = std::holds_alternative<bool>(left) || std::holds_alternative<bool>(right);
    // A pair of numbers stands in the relation if the outermost ones do.
    const auto range = [&](const Value& value) {
        const auto* nodes = std::get_if<NodeSet>(&value);
        if (nodes == nullptr || with_boolean) {
            const double number =
                nodes == nullptr ? number_of(value) : static_cast<double>(boolean_of(value));
            return std::pair(number, number);
        }
        std::pair<double, double> found(not_a_number, not_a_number);
        for (const NodeIndex index : *nodes) {
            if (!spend_text(page_.value_of(index))) break;
            const double number = to_number(page_.value_of(index));
            found = {std::fmin(found.first, number), std::fmax(found.second, number)};
        }
        return found;
    };
    const auto [left_min, left_max] = range(left);
    const auto [right_min, right_max] = range(right);
    const bool less = operation == Operation::less || operation == Operation::less_equal;
    return less ? holds(operation, left_min, right_max) : holds(operation, left_max, right_min);
}

}  // namespace tocsin::rules::xpath
