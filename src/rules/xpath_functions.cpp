// The function library of section 4.
#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "mail/charset.hpp"
#include "rules/strings.hpp"
#include "rules/xpath_evaluator.hpp"
#include "rules/xpath_syntax.hpp"

namespace tocsin::rules::xpath {
namespace {

/// Taking a text apart character by character costs more than comparing it.
constexpr std::size_t bytes_rewritten_per_operation = 2;

/// The character at `at`, which moves behind it.
std::string_view take_character(std::string_view text, std::size_t& at) {
    const std::size_t begin = at;
    std::ignore = mail::next_code_point(text, at);
    return text.substr(begin, at - begin);
}

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

std::string normalized_space(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (!is_xml_space(c)) {
            out += c;
        } else if (!out.empty() && out.back() != ' ') {
            out += ' ';
        }
    }
    if (out.ends_with(' ')) out.pop_back();
    return out;
}

/// Characters of `from` become those of `to` at the same place, or vanish.
std::string translated(std::string_view text, std::string_view from, std::string_view to) {
    std::map<std::string_view, std::string_view> changes;
    for (std::size_t from_at = 0, to_at = 0; from_at < from.size();) {
        const std::string_view character = take_character(from, from_at);
        changes.try_emplace(character, to_at < to.size() ? take_character(to, to_at) : std::string_view());
    }
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view character = take_character(text, at);
        const auto change = changes.find(character);
        out += change == changes.end() ? character : change->second;
    }
    return out;
}

/// Halves up, as section 4.4 says; NaN and infinities stay.
double rounded(double number) {
    return std::floor(number + 0.5);
}

}  // namespace

Value Evaluator::operand(const Expression& expression, std::size_t index, const Context& context) {
    if (index < expression.operands.size()) return evaluate(expression.operands[index], context);
    return NodeSet{context.node};  // what is left out is the context node
}

TextValue Evaluator::text_operand(const Expression& expression, std::size_t index, const Context& context) {
    TextValue text = text_of(operand(expression, index, context));
    if (!spend_text(text.view())) return TextValue(std::string_view());
    return text;
}

Value Evaluator::call(const Expression& expression, const Context& context) {
    switch (expression.type) {
        case Type::number: return number_function(expression, context);
        case Type::boolean: return boolean_function(expression, context);
        default: return text_function(expression, context);
    }
}

double Evaluator::number_function(const Expression& expression, const Context& context) {
    switch (expression.function) {
        case Function::last: return static_cast<double>(context.size);
        case Function::position: return static_cast<double>(context.position);
        case Function::string_length:
            return static_cast<double>(code_points(text_operand(expression, 0, context).view()));
        default: break;
    }
    const Value value = operand(expression, 0, context);
    const auto* nodes = std::get_if<NodeSet>(&value);
    switch (expression.function) {
        case Function::count: return nodes == nullptr ? 0 : static_cast<double>(nodes->size());
        case Function::sum: {
            double sum = 0;
            for (std::size_t index = 0; nodes != nullptr && index < nodes->size(); ++index) {
                const std::string_view text = page_.value_of((*nodes)[index]);
                if (!spend_text(text)) break;
                sum += to_number(text);
            }
            return sum;
        }
        case Function::floor: return std::floor(number_of(value));
        case Function::ceiling: return std::ceil(number_of(value));
        case Function::round: return rounded(number_of(value));
        default: return number_of(value);
    }
}

bool Evaluator::boolean_function(const Expression& expression, const Context& context) {
    switch (expression.function) {
        case Function::true_: return true;
        case Function::false_: return false;
        case Function::boolean: return boolean_of(operand(expression, 0, context));
        case Function::not_: return !boolean_of(operand(expression, 0, context));
        default: break;
    }
    const TextValue text = text_operand(expression, 0, context);
    const TextValue part = text_operand(expression, 1, context);
    if (expression.function == Function::starts_with) return text.view().starts_with(part.view());
    return find(text.view(), part.view()) != std::string_view::npos;
}

TextValue Evaluator::text_function(const Expression& expression, const Context& context) {
    switch (expression.function) {
        case Function::string: return text_operand(expression, 0, context);
        case Function::concat: {
            std::string all;
            for (std::size_t index = 0; index < expression.operands.size(); ++index)
                all += text_operand(expression, index, context).view();
            return TextValue(std::move(all));
        }
        case Function::namespace_uri: return TextValue(std::string_view());
        case Function::local_name:
        case Function::name: {
            const Value value = operand(expression, 0, context);
            const auto* nodes = std::get_if<NodeSet>(&value);
            return TextValue(nodes == nullptr || nodes->empty() ? std::string_view()
                                                                : page_.name_of(nodes->front()));
        }
        case Function::normalize_space: {
            const TextValue text = text_operand(expression, 0, context);
            if (!spend(text.view().size() / bytes_rewritten_per_operation))
                return TextValue(std::string_view());
            return TextValue(normalized_space(text.view()));
        }
        case Function::substring: return substring(expression, context);
        default: break;
    }
    const TextValue text = text_operand(expression, 0, context);
    const TextValue part = text_operand(expression, 1, context);
    if (expression.function == Function::translate &&
        !spend(text.view().size() / bytes_rewritten_per_operation))
        return TextValue(std::string_view());
    if (expression.function == Function::translate)
        return TextValue(translated(text.view(), part.view(), text_operand(expression, 2, context).view()));
    const std::size_t at = find(text.view(), part.view());
    if (at == std::string_view::npos) return TextValue(std::string_view());
    return TextValue(std::string(expression.function == Function::substring_before
                                     ? text.view().substr(0, at)
                                     : text.view().substr(at + part.view().size())));
}

/// The characters whose place, from 1, is at least the rounded second operand, and less than that plus the rounded third.
TextValue Evaluator::substring(const Expression& expression, const Context& context) {
    const TextValue text = text_operand(expression, 0, context);
    const double first = rounded(number_of(operand(expression, 1, context)));
    const bool to_end = expression.operands.size() < 3;
    const double behind = to_end ? INFINITY : first + rounded(number_of(operand(expression, 2, context)));
    if (!spend(text.view().size() / bytes_rewritten_per_operation)) return TextValue(std::string_view());
    std::string out;
    double place = 1;
    for (std::size_t at = 0; at < text.view().size(); ++place) {
        const std::string_view character = take_character(text.view(), at);
        if (place >= first && place < behind) out += character;
    }
    return TextValue(std::move(out));
}

}  // namespace tocsin::rules::xpath
