#include "rules/evaluation.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "rules/function.hpp"
#include "rules/html_pages.hpp"
#include "rules/operations.hpp"
#include "rules/text_readings.hpp"

namespace tocsin::rules {

namespace {

/// Kleene's not.
Value negated(const Value& value) {
    if (value.kind != Kind::boolean) return Value::null(value.missing);
    return Value::of(!value.boolean, value.missing);
}

/// Steps for one pattern that is known only now: a regular expression is compiled for it.
std::uint64_t cost_of_pattern(MatchMode mode) {
    constexpr std::uint64_t plain = 1, compiled = 500;
    const bool regex = mode == MatchMode::regex_contains || mode == MatchMode::regex_matches;
    return regex ? compiled : plain;
}

/// What makes a call the same as another: the function and the identity of its arguments. Texts and objects are the same only
/// if they stand in the same place, which is what happens when many rules ask about one thing.
void put_identity(std::vector<std::uint64_t>& key, const Value& value) {
    key.push_back(std::uint64_t{value.size} << 8U | static_cast<std::uint64_t>(value.kind));
    key.push_back(
        std::bit_cast<std::uint64_t>(value.integer));  // whichever member is set: they share eight bytes
    key.push_back(value.missing);
}

}  // namespace

void Evaluation::begin(const mail::Message& message, Surroundings& surroundings, const Budget& budget) {
    message_ = &message;
    surroundings_ = &surroundings;
    // What they remember by its place may have stood in the arena.
    if (surroundings.pages != nullptr) surroundings.pages->begin();
    if (surroundings.readings != nullptr) surroundings.readings->begin();
    budget_ = budget;
    arena_.clear();
    probed_.clear();
    calls_.clear();
    items_.clear();
    columns_.clear();
    remembered_.resize(graph_.size());
    if (++round_ == 0) {  // after four billion messages
        std::ranges::fill(remembered_, Remembered{});
        round_ = 1;
    }
    spent_ = beside_ = spent_before_ = 0;
    stopped_ = false;
}

// Work that is refused is not done: it takes what is left of this rule's budget, and nothing from the rules behind it.
void Evaluation::stop_here() {
    stopped_ = true;
    spent_ = most_;
}

ProbedText& Evaluation::probed(std::string_view text) {
    return probed_.try_emplace(TextKey{text.data(), text.size()}, text).first->second;
}

Value Evaluation::value_of(NodeId root) {
    spent_before_ += spent_ + beside_;
    spent_ = beside_ = 0;
    items_.clear();
    stopped_ = spent_before_ >= budget_.message_steps;
    if (stopped_) return Value::null(bit(Capability::budget));
    most_ = std::min(budget_.rule_steps, budget_.message_steps - spent_before_);
    const Value value = evaluate(root);
    return stopped_ ? Value::null(bit(Capability::budget)) : value;
}

bool Evaluation::spend_regex(const RegexCost& cost) {
    const std::uint64_t beside = cost.message - cost.rule;
    if (beside > budget_.message_steps - std::min(budget_.message_steps, spent_before_ + spent_ + beside_)) {
        stop_here();
        return false;
    }
    if (!spend(cost.rule)) return false;
    beside_ += beside;
    most_ = std::min(most_, budget_.message_steps - spent_before_ - beside_);
    return true;
}

Value Evaluation::compute_and_remember(const NodeCore& node) {
    const Value value = compute(node);
    // What was cut off is worth nothing to the next rule, which has a budget of its own.
    if (!stopped_) remembered_[node.id] = {round_, value};
    return value;
}

Value Evaluation::compute(const NodeCore& node) {
    switch (node.kind) {
        case NodeKind::constant: return *node.constant;
        case NodeKind::message: return Value::of_object(message_);
        case NodeKind::item: return items_[items_.size() - 1 - static_cast<std::size_t>(node.number)];
        case NodeKind::list:
            return node.list->present ? Value::of(node.list->items) : Value::null(node.list->missing);
        case NodeKind::member: return member(node);
        case NodeKind::index: return index(node);
        case NodeKind::slice: return slice(node);
        case NodeKind::array: return array(node);
        case NodeKind::negation: return negated(evaluate(child(node, 0)));
        case NodeKind::conjunction: return conjunction(node);
        case NodeKind::disjunction: return disjunction(node);
        case NodeKind::comparison: return comparison(node);
        case NodeKind::chain: return chain(node);
        case NodeKind::is_null: {
            const Value value = evaluate(child(node, 0));
            return Value::of(value.is_null() == (node.number == 0), value.missing);
        }
        case NodeKind::in_constants:
        case NodeKind::in_list: return in_set(node);
        case NodeKind::in_array: return in_array(node);
        case NodeKind::arithmetic: {
            const Value left = evaluate(child(node, 0));
            return calculate(node.op, left, evaluate(child(node, 1)));
        }
        case NodeKind::minus:
            return calculate(Operator::subtract, Value::of(std::int64_t{0}), evaluate(child(node, 0)));
        case NodeKind::some_of: return some_of(node);
        case NodeKind::any: return any_or_all(node, true);
        case NodeKind::all: return any_or_all(node, false);
        case NodeKind::filter: return filter(node);
        case NodeKind::map: return map(node);
        case NodeKind::ratio: return ratio(node);
        case NodeKind::distinct: return distinct(node);
        case NodeKind::coalesce: return coalesce(node);
        case NodeKind::match: return match(node);
        case NodeKind::call: return call(node);
    }
    return Value::null();
}

// Inside loops a path such as .href_url.domain.root_domain is walked in one go.
Value Evaluation::member(const NodeCore& node) {
    std::array<const NodeCore*, 8> path;  // filled as far as it is long
    path[0] = &node;
    std::size_t length = 1;
    NodeId below = child(node, 0);
    while (length < path.size() && graph_.core(below).kind == NodeKind::member &&
           graph_.core(below).open_loops > 0) {
        path[length++] = &graph_.core(below);
        below = child(*path[length - 1], 0);
    }
    Value value = evaluate(below);
    for (; length > 0; --length) {
        if (value.kind != Kind::object) return Value::null(value.missing);
        value = path[length - 1]->get(value.object, *this).with(value.missing);
    }
    return value;
}

// Kleene: one false decides, unless it is only false because something is missing; then a later one may still decide for
// certain.
Value Evaluation::conjunction(const NodeCore& node) {
    bool any_false = false, any_null = false;
    Missing missing = 0;
    for (const NodeId operand : graph_.children(node)) {
        const Value value = evaluate(operand);
        if (stopped_) return Value::null();
        if (value.is_false() && value.missing == 0) return Value::of(false);
        any_false |= value.is_false();
        any_null |= value.kind != Kind::boolean;
        missing |= value.missing;
    }
    if (any_false) return Value::of(false, missing);
    return any_null ? Value::null(missing) : Value::of(true, missing);
}

Value Evaluation::disjunction(const NodeCore& node) {
    bool any_true = false, any_null = false;
    Missing missing = 0;
    for (const NodeId operand : graph_.children(node)) {
        const Value value = evaluate(operand);
        if (stopped_) return Value::null();
        if (value.is_true() && value.missing == 0) return Value::of(true);
        any_true |= value.is_true();
        any_null |= value.kind != Kind::boolean;
        missing |= value.missing;
    }
    if (any_true) return Value::of(true, missing);
    return any_null ? Value::null(missing) : Value::of(false, missing);
}

Value Evaluation::some_of(const NodeCore& node) {
    std::int64_t certain = 0, maybe = 0;
    bool any_null = false;
    Missing missing = 0;
    for (const NodeId operand : graph_.children(node)) {
        const Value value = evaluate(operand);
        if (stopped_) return Value::null();
        if (value.is_true()) (value.missing == 0 ? certain : maybe)++;
        if (certain >= node.number) return Value::of(true);
        any_null |= value.kind != Kind::boolean;
        missing |= value.missing;
    }
    if (certain + maybe >= node.number) return Value::of(true, missing);
    return any_null ? Value::null(missing) : Value::of(false, missing);
}

Value Evaluation::comparison(const NodeCore& node) {
    const Value left = evaluate(child(node, 0));
    if (left.is_null() && left.missing == 0) return Value::null();
    const Value right = evaluate(child(node, 1));
    if (left.kind == Kind::text && right.kind == Kind::text && !spend_bytes(std::min(left.size, right.size)))
        return Value::null();
    return compare(node.op, left, right);
}

Value Evaluation::chain(const NodeCore& node) {
    const Value middle = evaluate(child(node, 1));
    const Value first = compare(node.op, evaluate(child(node, 0)), middle);
    const Value second = compare(node.second_op, middle, evaluate(child(node, 2)));
    const Missing missing = first.missing | second.missing;
    for (const Value& side : {first, second})
        if (side.is_false() && side.missing == 0) return Value::of(false);
    if (first.is_false() || second.is_false()) return Value::of(false, missing);
    if (first.is_null() || second.is_null()) return Value::null(missing);
    return Value::of(true, missing);
}

Value Evaluation::index(const NodeCore& node) {
    const Value owner = evaluate(child(node, 0));
    const Value key = evaluate(child(node, 1));
    const Missing missing = owner.missing | key.missing;
    if (owner.kind == Kind::array && key.kind == Kind::integer) {
        if (key.integer < 0 || key.integer >= static_cast<std::int64_t>(owner.size))
            return Value::null(missing);
        return owner.items()[static_cast<std::size_t>(key.integer)].with(missing);
    }
    if (owner.kind != Kind::map || key.kind != Kind::text) return Value::null(missing);
    if (!spend(1 + owner.size / entries_per_step)) return Value::null();
    const auto found = std::ranges::find(owner.entries(), key.text(), &Entry::key);
    return found == owner.entries().end() ? Value::null(missing) : found->value.with(missing);
}

Value Evaluation::slice(const NodeCore& node) {
    const Value owner = evaluate(child(node, 0));
    const Value from = evaluate(child(node, 1)), until = evaluate(child(node, 2));
    const Missing missing = owner.missing | from.missing | until.missing;
    if (owner.kind != Kind::array) return Value::null(missing);
    const auto bound = [&](const Value& value, std::int64_t otherwise) {
        const std::int64_t wanted = value.kind == Kind::integer ? value.integer : otherwise;
        return static_cast<std::size_t>(std::clamp<std::int64_t>(wanted, 0, owner.size));
    };
    const std::size_t first = bound(from, 0), last = bound(until, owner.size);
    return Value::of(owner.items().subspan(first, last > first ? last - first : 0), missing);
}

Value Evaluation::array(const NodeCore& node) {
    if (!spend(node.child_count)) return Value::null();
    const std::span<Value> items = arena_.values(node.child_count);
    for (std::size_t at = 0; at < items.size(); ++at) items[at] = evaluate(child(node, at));
    return Value::of(std::span<const Value>(items));
}

Value Evaluation::in_set(const NodeCore& node) {
    const Value value = evaluate(child(node, 0));
    const bool negative = node.op == Operator::not_in || node.op == Operator::not_in_folded;
    const bool folded = node.op == Operator::in_folded || node.op == Operator::not_in_folded;
    if (value.kind != Kind::text) return Value::null(value.missing);
    if (!spend_bytes(value.size)) return Value::null();
    if (node.kind == NodeKind::in_list) {
        if (node.list->asks_history) {
            History* const history = surroundings_->history;
            const auto known =
                history == nullptr ? std::nullopt : history->knows(*node.list->asks_history, value.text());
            return known ? Value::of(*known != negative, value.missing)
                         : Value::null(value.missing | bit(Capability::history));
        }
        const auto& contains = folded ? node.list->contains_folded : node.list->contains;
        const bool found = contains && contains(value.text());
        // A part of a list that is not there says yes, and never no.
        if (!found && !node.list->present) return Value::null(value.missing | node.list->missing);
        return Value::of(found != negative, value.missing);
    }
    if (folded) fold_into(folded_, value.text());
    const bool found = node.constants->contains(folded ? std::string_view(folded_) : value.text());
    return Value::of(found != negative, value.missing);
}

Value Evaluation::in_array(const NodeCore& node) {
    const Value value = evaluate(child(node, 0));
    const Value set = evaluate(child(node, 1));
    const Missing missing = value.missing | set.missing;
    const bool negative = node.op == Operator::not_in || node.op == Operator::not_in_folded;
    const bool folded = node.op == Operator::in_folded || node.op == Operator::not_in_folded;
    if (value.is_null() || set.kind != Kind::array) return Value::null(missing);
    bool any_null = false, maybe = false;
    Missing items_missing = 0;
    for (const Value& item : set.items()) {
        if (!spend_bytes(item.kind == Kind::text ? item.size : 0)) return Value::null();
        const std::optional<bool> same = equal(value, item, folded);
        if (same == true && item.missing == 0) return Value::of(!negative, value.missing);
        maybe |= same == true;
        any_null |= !same;
        items_missing |= item.missing;
    }
    if (!maybe && any_null) return Value::null(missing | items_missing);
    return Value::of(maybe != negative, missing | items_missing);
}

Value Evaluation::coalesce(const NodeCore& node) {
    Missing missing = 0;
    for (const NodeId operand : graph_.children(node)) {
        const Value value = evaluate(operand);
        missing |= value.missing;
        if (!value.is_null()) return value.with(missing);
    }
    return Value::null(missing);
}

namespace {

/// What else is missing where a text is cut short and was found to fit all the same.
Missing beside_cut(Missing missing) {
    return missing & ~bit(Capability::cut_off);
}

}  // namespace

// Constant patterns are in the book; other needles are the further children. Null needles are skipped, unless all are null.
Value Evaluation::match(const NodeCore& node) {
    const PatternGroup& patterns = *node.patterns;
    const Value text = evaluate(child(node, 0));
    if (text.kind != Kind::text) return Value::null(text.missing);
    if (!spend_bytes(text.size)) return Value::null();
    const Spend spend_steps = [this](const RegexCost& cost) { return spend_regex(cost); };
    if (patterns.count > 0) {
        const std::optional<bool> fits = patterns_.matches(patterns, probed(text.text()), spend_steps);
        if (!fits) return Value::null();
        if (*fits) return Value::of(true, patterns.holds_in_more ? beside_cut(text.missing) : text.missing);
    }
    bool any_needle = patterns.count > 0, found = false;
    Missing missing = text.missing;
    for (std::size_t at = 1; at < node.child_count; ++at) {
        const Value needle = evaluate(child(node, at));
        if (!spend_bytes(std::size_t{text.size} + needle.size) || !spend(cost_of_pattern(patterns.mode)))
            return Value::null();
        missing |= needle.missing;
        if (needle.kind != Kind::text) continue;
        any_needle = true;
        const std::optional<bool> fits =
            matches_once(patterns.mode, patterns.letters, probed(text.text()), needle.text(), spend_steps);
        if (stopped_) return Value::null();
        if (!fits) missing |= bit(Capability::cut_off);
        const Missing doubt = holds_in_more(patterns.mode) ? beside_cut(text.missing) : text.missing;
        if (fits == true && (doubt | needle.missing) == 0) return Value::of(true);
        found |= fits.value_or(false);
    }
    return any_needle ? Value::of(found, missing) : Value::null(missing);
}

Value Evaluation::call(const NodeCore& node) {
    const Node& whole = graph_.at(node.id);
    const Function& function = *whole.function;
    if (function.body == nullptr) return unanswered(node);
    const std::span<Value> values = arena_.values(node.child_count);
    for (std::size_t at = 0; at < values.size(); ++at) {
        values[at] = evaluate(child(node, at));
        if (at == 0 && values[0].is_null() && function.null_argument == NullArgument::spreads)
            return Value::null(values[0].missing);
    }
    if (stopped_) return Value::null();
    const Arguments arguments{values, whole.prepared};
    // What is searched pays for itself below; only a text that need not be searched pays here, or it would pay twice.
    if (function.expressions && values[0].kind == Kind::text &&
        !patterns_.may_match(whole.patterns, probed(values[0].text()))) {
        if (!spend_bytes(values[0].size)) return Value::null();
        return function.without_hit.with(arguments.missing());
    }
    const bool remembers = node.open_loops > 0 && function.worth_remembering;
    std::vector<std::uint64_t> key;
    if (remembers) {
        key = {reinterpret_cast<std::uintptr_t>(&function), reinterpret_cast<std::uintptr_t>(whole.prepared)};
        for (const Value& value : values) put_identity(key, value);
        if (const auto known = calls_.find(key); known != calls_.end()) return known->second;
    }
    const Value value = function.body(*this, arguments).with(arguments.missing());
    if (stopped_) return Value::null();
    if (remembers) calls_.emplace(std::move(key), value);
    return value;
}

/// A function that this program does not have. Asked about nothing, it has nothing to say; else its answer is missing.
Value Evaluation::unanswered(const NodeCore& node) {
    const Function& function = *graph_.at(node.id).function;
    Missing missing = bit(*function.missing);
    if (node.child_count > 0) {
        const Value first = evaluate(child(node, 0));
        if (first.is_null() && function.null_argument == NullArgument::spreads)
            return Value::null(first.missing);
        missing |= first.missing;
    }
    return Value::null(missing);
}

}  // namespace tocsin::rules
