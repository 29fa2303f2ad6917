#include "rules/operations.hpp"

#include <cmath>
#include <compare>

#include "rules/strings.hpp"

namespace tocsin::rules {

namespace {

bool is_number(const Value& value) {
    return value.kind == Kind::integer || value.kind == Kind::real;
}

std::optional<std::partial_ordering> order(const Value& left, const Value& right) {
    if (left.kind == Kind::integer && right.kind == Kind::integer) return left.integer <=> right.integer;
    if (is_number(left) && is_number(right)) return left.number() <=> right.number();
    // Code points of valid UTF-8 are ordered as their bytes.
    if (left.kind == Kind::text && right.kind == Kind::text) return left.text() <=> right.text();
    return std::nullopt;
}

bool holds(Operator op, std::partial_ordering order) {
    switch (op) {
        case Operator::less: return order < 0;
        case Operator::less_equal: return order <= 0;
        case Operator::greater: return order > 0;
        case Operator::greater_equal: return order >= 0;
        default: return false;
    }
}

Value calculate_integers(Operator op, std::int64_t left, std::int64_t right, Missing missing) {
    std::int64_t out = 0;
    bool overflow = false;
    switch (op) {
        case Operator::add: overflow = __builtin_add_overflow(left, right, &out); break;
        case Operator::subtract: overflow = __builtin_sub_overflow(left, right, &out); break;
        case Operator::multiply: overflow = __builtin_mul_overflow(left, right, &out); break;
        default:
            // Division truncates (5 / 2 is 2); the one quotient that does not fit is the smallest integer by -1.
            if (right == 0 || right == -1) {
                overflow = right == 0 || __builtin_sub_overflow(std::int64_t{0}, left, &out);
                if (op == Operator::modulo) out = 0;
            } else {
                out = op == Operator::divide ? left / right : left % right;
            }
    }
    return overflow ? Value::null(missing) : Value::of(out, missing);
}

Value calculate_reals(Operator op, double left, double right, Missing missing) {
    double out = 0;
    switch (op) {
        case Operator::add: out = left + right; break;
        case Operator::subtract: out = left - right; break;
        case Operator::multiply: out = left * right; break;
        case Operator::divide: out = left / right; break;
        default: out = std::fmod(left, right);
    }
    return std::isfinite(out) ? Value::of(out, missing) : Value::null(missing);
}

}  // namespace

std::optional<bool> equal(const Value& left, const Value& right, bool folded) {
    if (left.kind == Kind::text && right.kind == Kind::text)
        return folded ? equal_folded(left.text(), right.text()) : left.text() == right.text();
    if (left.kind == Kind::boolean && right.kind == Kind::boolean) return left.boolean == right.boolean;
    if (left.kind == Kind::object && right.kind == Kind::object) return left.object == right.object;
    if (const auto found = order(left, right)) return *found == 0;
    return std::nullopt;
}

Value compare(Operator op, const Value& left, const Value& right) {
    const Missing missing = left.missing | right.missing;
    // One side that is null for certain decides, whatever the other might have been.
    for (const Value& side : {left, right})
        if (side.is_null() && side.missing == 0) return Value::null();
    if (left.is_null() || right.is_null()) return Value::null(missing);
    switch (op) {
        case Operator::equal:
        case Operator::not_equal:
        case Operator::equal_folded:
        case Operator::not_equal_folded: {
            const bool folded = op == Operator::equal_folded || op == Operator::not_equal_folded;
            const bool wanted = op == Operator::equal || op == Operator::equal_folded;
            const std::optional<bool> same = equal(left, right, folded);
            return same ? Value::of(*same == wanted, missing) : Value::null(missing);
        }
        default: break;
    }
    const auto found = order(left, right);
    return found ? Value::of(holds(op, *found), missing) : Value::null(missing);
}

Value calculate(Operator op, const Value& left, const Value& right) {
    const Missing missing = left.missing | right.missing;
    if (!is_number(left) || !is_number(right)) return Value::null(missing);
    if (left.kind == Kind::integer && right.kind == Kind::integer)
        return calculate_integers(op, left.integer, right.integer, missing);
    return calculate_reals(op, left.number(), right.number(), missing);
}

}  // namespace tocsin::rules
