// Loops over lists.
#include <algorithm>
#include <set>

#include "rules/evaluation.hpp"
#include "rules/operations.hpp"

namespace tocsin::rules {

// A body that is constant takes no step, so the loops count their items themselves, before they ask for memory.
class Evaluation::Loop {
public:
    Loop(Evaluation& evaluation, NodeId body)
        : evaluation_(evaluation), body_(body), depth_(evaluation.items_.size()) {
        evaluation_.items_.emplace_back();
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop() { evaluation_.items_.resize(depth_); }
    Value operator()(const Value& item) {
        evaluation_.items_[depth_] = item;
        return evaluation_.evaluate(body_);
    }

private:
    Evaluation& evaluation_;
    NodeId body_;
    std::size_t depth_;
};

// A text of each item is looked at once for all loops over the list that ask for it.
Column* Evaluation::column(NodeId list_id, const Value& list, const GateTest& test) {
    const ColumnKey key{list_id, test.inner_list.value_or(list_id), test.path};
    if (const auto known = columns_.find(key); known != columns_.end()) return &known->second;
    std::vector<Value> values;
    values.reserve(list.size);
    if (test.inner_list) {
        Loop inner_of(*this, *test.inner_list);
        for (const Value& item : list.items()) {
            const Value inner = inner_of(item).with(item.missing);
            if (stopped_) return nullptr;
            // Any of nothing is null: not every item has such a list, so nothing is known of this one.
            if (inner.kind != Kind::array || inner.missing != 0)
                values.push_back(Value::null());
            else if (!add_texts(inner, test.path, values))
                return nullptr;
        }
    } else if (!add_texts(list, test.path, values)) {
        return nullptr;
    }
    Column made(values);
    if (!spend_bytes(made.bytes())) return nullptr;
    return &columns_.try_emplace(key, std::move(made)).first->second;
}

bool Evaluation::add_texts(const Value& list, NodeId path, std::vector<Value>& values) {
    Loop text_of(*this, path);
    for (const Value& item : list.items()) {
        if (!spend(1)) return false;
        values.push_back(text_of(item).with(item.missing));
        if (stopped_) return false;
    }
    return true;
}

// True: no item of the list can be what the loop looks for, and nothing that is missing could change that. A pattern is paid for
// like any other; where the budget ends here, the loop itself says so.
bool Evaluation::is_barred(const NodeCore& loop, const Value& list) {
    if (loop.number == 0 || list.missing != 0 || list.size == 0) return false;
    const LoopGates& gates = graph_.gates();
    for (const Gate& gate : gates.of(static_cast<std::uint32_t>(loop.number))) {
        const bool is_shut = std::ranges::all_of(gates.tests(gate), [&](const GateTest& gate_test) {
            Column* const texts = column(child(loop, 0), list, gate_test);
            if (texts == nullptr || !texts->is_known() || !spend(1 + texts->size() / entries_per_step))
                return false;
            const NodeCore& test = graph_.core(gate_test.test);
            const Value* const constant =
                test.kind == NodeKind::comparison ? graph_.core(child(test, 1)).constant : nullptr;
            return !texts->may_pass(graph_.at(gate_test.test), constant, patterns_);
        });
        if (is_shut) return true;
        if (stopped_) return false;
    }
    return false;
}

// Over null: any is null, all is true (docs/manual/rules.md, "Null").
Value Evaluation::any_or_all(const NodeCore& node, bool looked_for) {
    const Value list = evaluate(child(node, 0));
    if (list.kind != Kind::array)
        return looked_for ? Value::null(list.missing) : Value::of(true, list.missing);
    if (looked_for && is_barred(node, list)) return Value::of(false);
    bool found = false, any_null = false;
    Missing missing = list.missing;
    Loop body(*this, child(node, 1));
    for (const Value& item : list.items()) {
        if (!spend(1)) return Value::null();
        const Value value = body(item);
        if (stopped_) return Value::null();
        const bool decides = looked_for ? value.is_true() : value.is_false();
        if (decides && (value.missing | item.missing) == 0) return Value::of(looked_for);
        found |= decides;
        any_null |= value.kind != Kind::boolean;
        missing |= value.missing | item.missing;
    }
    if (found) return Value::of(looked_for, missing);
    return any_null ? Value::null(missing) : Value::of(!looked_for, missing);
}

// An item that is in only perhaps carries what is missing; one that is out only perhaps marks the whole array.
Value Evaluation::filter(const NodeCore& node) {
    const Value list = evaluate(child(node, 0));
    if (list.kind != Kind::array) return Value::of(std::span<const Value>(), list.missing);
    if (is_barred(node, list)) return Value::of(std::span<const Value>());
    if (!spend(list.size)) return Value::null();
    const std::span<Value> kept = arena_.values(list.size);
    std::size_t count = 0;
    Missing missing = list.missing;
    Loop body(*this, child(node, 1));
    for (const Value& item : list.items()) {
        const Value value = body(item);
        if (stopped_) return Value::null();
        if (value.is_true())
            kept[count++] = item.with(value.missing);
        else
            missing |= value.missing;
    }
    return Value::of(std::span<const Value>(kept.first(count)), missing);
}

Value Evaluation::map(const NodeCore& node) {
    const Value list = evaluate(child(node, 0));
    if (list.kind != Kind::array) return Value::null(list.missing);
    if (!spend(list.size)) return Value::null();
    const std::span<Value> mapped = arena_.values(list.size);
    Loop body(*this, child(node, 1));
    for (std::size_t at = 0; at < mapped.size(); ++at) {
        const Value& item = list.items()[at];
        mapped[at] = body(item).with(item.missing);
        if (stopped_) return Value::null();
    }
    return Value::of(std::span<const Value>(mapped), list.missing);
}

Value Evaluation::ratio(const NodeCore& node) {
    const Value list = evaluate(child(node, 0));
    if (list.kind != Kind::array || list.size == 0) return Value::null(list.missing);
    if (!spend(list.size)) return Value::null();
    std::size_t count = 0;
    Missing missing = list.missing;
    Loop body(*this, child(node, 1));
    for (const Value& item : list.items()) {
        const Value value = body(item);
        if (stopped_) return Value::null();
        count += value.is_true() ? 1U : 0U;
        missing |= value.missing | item.missing;
    }
    return Value::of(static_cast<double>(count) / list.size, missing);
}

// The first item with each key; null is one key.
Value Evaluation::distinct(const NodeCore& node) {
    const Value list = evaluate(child(node, 0));
    if (list.kind != Kind::array) return Value::of(std::span<const Value>(), list.missing);
    if (!spend(list.size)) return Value::null();
    const std::span<Value> kept = arena_.values(list.size);
    std::size_t count = 0;
    Missing missing = list.missing;
    std::set<std::string_view> texts;  // ordered: nobody can choose texts that are slow to find
    std::vector<Value> others;         // keys that are no texts: numbers, truths, null
    Loop body(*this, child(node, node.child_count - 1));
    for (const Value& item : list.items()) {
        const Value key = node.child_count > 1 ? body(item) : item;
        if (!spend_bytes(key.kind == Kind::text ? key.size : 0) || !spend(1 + others.size()))
            return Value::null();
        missing |= key.missing;
        const auto same = [&](const Value& known) {
            if (known.is_null() || key.is_null()) return known.is_null() && key.is_null();
            return equal(known, key, false).value_or(false);
        };
        if (key.kind == Kind::text ? !texts.insert(key.text()).second : std::ranges::any_of(others, same))
            continue;
        if (key.kind != Kind::text) others.push_back(key);
        kept[count++] = item;
    }
    return Value::of(std::span<const Value>(kept.first(count)), missing);
}

}  // namespace tocsin::rules
