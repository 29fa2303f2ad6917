#include "rules/compiler_detail.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "rules/similar_name.hpp"
#include "rules/strings.hpp"

namespace tocsin::rules {

namespace {

bool is_number(const Type* type) {
    return type->kind == TypeKind::integer || type->kind == TypeKind::real;
}
/// What a search for patterns costs. A text of the message is searched once for all rules, so a pattern more is nearly free; only
/// an expression whose pieces are there reads the text itself. A text of a loop's item is searched for few.
float search_cost(const PatternGroup& patterns, float text_steps, bool in_loop) {
    const bool regex =
        patterns.mode == MatchMode::regex_contains || patterns.mode == MatchMode::regex_matches;
    const auto count = static_cast<float>(patterns.count);
    const float pattern = regex ? 0.3F : 0.1F, item_search = in_loop ? (regex ? 10.F : 2.F) : 0.F;
    return 3 + item_search + count * pattern + (regex ? text_steps * 0.5F : 0.F);
}
bool is_folded(Operator op) {
    return op == Operator::in_folded || op == Operator::not_in_folded;
}

}  // namespace

std::expected<Compiled, Problem> Compiler::run() {
    const Checked root = check(tree_.root);
    if (!root) return std::unexpected(std::move(problem_));
    return Compiled{root->node, root->type, std::move(warnings_)};
}

// ---- problems ----
std::nullopt_t Compiler::stop(const SyntaxNode& syntax, std::string message) {
    if (problem_.message.empty()) problem_ = problem_at(source_, syntax.offset, std::move(message));
    return std::nullopt;
}

void Compiler::warn(const SyntaxNode& syntax, std::string message) {
    warnings_.push_back(problem_at(source_, syntax.offset, std::move(message)));
}

std::nullopt_t Compiler::wrong_type(const SyntaxNode& syntax, std::string_view wanted, const Type* found) {
    return stop(syntax, std::string(wanted) + " is expected, this is " + to_string(*found));
}

// ---- nodes ----
Typed Compiler::add(Node node, std::span<const NodeId> children, const Type* type) {
    std::uint8_t open = 0;
    const bool loops = is_loop(node.kind);
    for (std::size_t at = 0; at < children.size(); ++at) {
        std::uint8_t below = graph_.at(children[at]).open_loops;
        if (loops && at == 1 && below > 0) --below;  // the body's innermost loop is this node
        open = std::max(open, below);
    }
    for (const NodeId child : children)
        node.text_steps = std::max(node.text_steps, graph_.at(child).text_steps);
    node.cost = cost_of(node, children);
    node.open_loops = node.kind == NodeKind::item ? static_cast<std::uint8_t>(node.number + 1) : open;
    return {graph_.add(node, children), type};
}

float Compiler::cost_of(const Node& node, std::span<const NodeId> children) const {
    constexpr float unknown = 5000, dearest = 1e6F;
    float items = 10, cost = 1;
    if (is_loop(node.kind) && graph_.at(children[0]).kind == NodeKind::list)
        items = static_cast<float>(std::max<std::size_t>(1, graph_.at(children[0]).list->items.size()));
    for (std::size_t at = 0; at < children.size(); ++at) {
        const bool body = at == 1 && is_loop(node.kind);
        cost += graph_.at(children[at]).cost * (body ? items : 1);
    }
    if (node.kind == NodeKind::match)
        cost += search_cost(node.patterns, node.text_steps, graph_.at(children[0]).open_loops > 0);
    if (node.kind == NodeKind::call)
        cost += node.function->missing ? unknown : node.function->cost + node.text_steps;
    return std::min(cost, dearest);
}

bool Compiler::is_loop(NodeKind kind) {
    return kind == NodeKind::any || kind == NodeKind::all || kind == NodeKind::filter ||
           kind == NodeKind::map || kind == NodeKind::ratio || kind == NodeKind::distinct;
}

Typed Compiler::constant(Value value, const Type* type) {
    if (value.kind == Kind::text) value = Value::of(graph_.keep(value.text()));
    return add({.constant = value}, {}, type);
}

const SyntaxNode& Compiler::child(const SyntaxNode& syntax, std::size_t at) {
    return tree_.at(syntax.children[at]);
}

Checked Compiler::check(SyntaxId id) {
    const SyntaxNode& syntax = tree_.at(id);
    switch (syntax.kind) {
        case SyntaxKind::text: return constant(Value::of(std::string_view(syntax.text)), types().text());
        case SyntaxKind::integer: return constant(Value::of(syntax.number), types().integer());
        case SyntaxKind::real: return constant(Value::of(syntax.real), types().real());
        case SyntaxKind::boolean: return constant(Value::of(syntax.number != 0), types().boolean());
        case SyntaxKind::none:
        case SyntaxKind::null: return constant(Value::null(), types().null());
        case SyntaxKind::list: return list(syntax);
        case SyntaxKind::field: return field(syntax);
        case SyntaxKind::item: return item(syntax);
        case SyntaxKind::member: return member(syntax);
        case SyntaxKind::index: return index(syntax);
        case SyntaxKind::slice: return slice(syntax);
        case SyntaxKind::call: return call(syntax);
        case SyntaxKind::array: return array(syntax);
        case SyntaxKind::negation: return truths(syntax, {.kind = NodeKind::negation});
        case SyntaxKind::conjunction: return truths(syntax, {.kind = NodeKind::conjunction});
        case SyntaxKind::disjunction: return truths(syntax, {.kind = NodeKind::disjunction});
        case SyntaxKind::some_of: return truths(syntax, {.kind = NodeKind::some_of, .number = syntax.number});
        case SyntaxKind::comparison: return comparison(syntax);
        case SyntaxKind::chain: return chain(syntax);
        case SyntaxKind::is_null: {
            const Checked operand = check_child(syntax, 0);
            if (!operand) return std::nullopt;
            return add({.kind = NodeKind::is_null, .number = syntax.number}, {{operand->node}},
                       types().boolean());
        }
        case SyntaxKind::membership: return membership(syntax);
        case SyntaxKind::value_list: return stop(syntax, "a list of values stands only behind 'in'");
        case SyntaxKind::arithmetic: return arithmetic(syntax);
        case SyntaxKind::minus: {
            const Checked operand = check_child(syntax, 0);
            if (!operand) return std::nullopt;
            if (!is_number(operand->type) && !is_open(operand->type))
                return wrong_type(child(syntax, 0), "a number", operand->type);
            return add({.kind = NodeKind::minus}, {{operand->node}}, operand->type);
        }
    }
    return std::nullopt;
}

// ---- names ----
Checked Compiler::list(const SyntaxNode& syntax) {
    const ListView* const view = language_.find_list(syntax.text);
    if (view == nullptr) return stop(syntax, "there is no list $" + syntax.text);
    return add({.kind = NodeKind::list, .list = view, .needs = view->missing}, {},
               language_.types.array_of(view->element == nullptr ? types().text() : view->element));
}

Checked Compiler::field(const SyntaxNode& syntax) {
    const Typed message = add({.kind = NodeKind::message}, {}, language_.types.object(&language_.message));
    return field_of(syntax, message);
}

Checked Compiler::item(const SyntaxNode& syntax) {
    const auto outward = static_cast<std::size_t>(syntax.number);
    if (outward >= loops_.size())
        return stop(
            syntax,
            loops_.empty()
                ? "'.' has a meaning only inside any(), all(), filter(), map(), distinct() and ratio()"
                : "there are not so many loops around this place");
    const auto& [type, steps] = loops_[loops_.size() - 1 - outward];
    return add({.kind = NodeKind::item, .number = syntax.number, .text_steps = steps}, {}, type);
}

Checked Compiler::member(const SyntaxNode& syntax) {
    const Checked owner = check_child(syntax, 0);
    if (!owner) return std::nullopt;
    return field_of(syntax, *owner);
}

Checked Compiler::field_of(const SyntaxNode& syntax, const Typed& owner) {
    if (owner.type->kind == TypeKind::dynamic || owner.type->kind == TypeKind::map) {
        const Typed key = constant(Value::of(std::string_view(syntax.text)), types().text());
        return add({.kind = NodeKind::index}, {{owner.node, key.node}},
                   owner.type->kind == TypeKind::map ? owner.type->element : owner.type);
    }
    if (owner.type->kind != TypeKind::object)
        return stop(syntax, "." + syntax.text + ": " + to_string(*owner.type) + " has no fields");
    const Field* const found = owner.type->object->find(syntax.text);
    if (found == nullptr) {
        std::vector<std::string_view> names;
        for (const Field& known : owner.type->object->fields) names.push_back(known.name);
        return stop(syntax, owner.type->object->name + " has no field '" + syntax.text + "'" +
                                did_you_mean(syntax.text, names));
    }
    return member_node(owner, *found);
}

Typed Compiler::member_node(const Typed& owner, const Field& field) {
    return add({.kind = NodeKind::member,
                .get = field.get == nullptr ? no_object : field.get,
                .prepared = &field,
                .text_steps = field.text_steps,
                .needs = field.needs},
               {{owner.node}}, field.type);
}

// ---- operators ----
Checked Compiler::truths(const SyntaxNode& syntax, Node node) {
    std::vector<NodeId> children;
    for (const SyntaxId id : syntax.children) {
        const Checked operand = check(id);
        if (!operand) return std::nullopt;
        if (operand->type->kind != TypeKind::boolean && !is_open(operand->type))
            return wrong_type(tree_.at(id), "true or false", operand->type);
        children.push_back(operand->node);
    }
    // Their order changes no answer, only how soon it is known.
    const auto cheaper = [&](NodeId one, NodeId other) {
        return graph_.at(one).cost < graph_.at(other).cost;
    };
    std::ranges::stable_sort(children, cheaper);
    return add(std::move(node), children, types().boolean());
}

bool Compiler::comparable(const Type* left, const Type* right) const {
    if (is_open(left) || is_open(right)) return true;
    if (is_number(left) && is_number(right)) return true;
    return left == right && (left->kind == TypeKind::text || left->kind == TypeKind::boolean);
}

Checked Compiler::comparison(const SyntaxNode& syntax) {
    const Checked left = check_child(syntax, 0), right = left ? check_child(syntax, 1) : std::nullopt;
    if (!right) return std::nullopt;
    const bool folds = syntax.op == Operator::equal_folded || syntax.op == Operator::not_equal_folded;
    if (folds)
        for (const auto& [side, at] : {std::pair(left, 0U), std::pair(right, 1U)})
            if (side->type->kind != TypeKind::text && !is_open(side->type))
                return wrong_type(child(syntax, at), "text", side->type);
    if (!comparable(left->type, right->type))
        return stop(syntax, to_string(*left->type) + " cannot be compared with " + to_string(*right->type));
    const bool orders = syntax.op >= Operator::less && syntax.op <= Operator::greater_equal;
    if (orders && (left->type->kind == TypeKind::boolean || right->type->kind == TypeKind::boolean))
        return stop(syntax, "true and false have no order");
    if (left->type->kind == TypeKind::null || right->type->kind == TypeKind::null)
        warn(syntax, "a comparison with null is always null; write 'is null' or 'is not null'");
    check_word(syntax, syntax.op, left->node, right->node);
    check_word(syntax, syntax.op, right->node, left->node);
    return add({.kind = NodeKind::comparison, .op = syntax.op}, {{left->node, right->node}},
               types().boolean());
}

void Compiler::check_word(const SyntaxNode& syntax, Operator op, NodeId field, NodeId text) {
    const Node &asked = graph_.at(field), &literal = graph_.at(text);
    if (asked.kind != NodeKind::member || literal.kind != NodeKind::constant ||
        literal.constant.kind != Kind::text)
        return;
    const Field& known = *static_cast<const Field*>(asked.prepared);
    const std::string word(literal.constant.text());
    const bool folds = is_folded(op) || op == Operator::equal_folded || op == Operator::not_equal_folded;
    const auto fits = [&](std::string_view one) { return folds ? fold(one) == fold(word) : one == word; };
    if (known.words.empty() || std::ranges::any_of(known.words, fits)) return;
    std::string message = "'" + known.name + "' is never \"" + word + "\"" + did_you_mean(word, known.words);
    constexpr std::size_t words_listed = 10;
    if (known.words.size() <= words_listed) {
        message += "; it is one of";
        for (const std::string_view one : known.words) (message += ' ') += one;
    }
    warn(syntax, std::move(message));
}

Checked Compiler::chain(const SyntaxNode& syntax) {
    std::array<NodeId, 3> nodes{};
    for (std::size_t at = 0; at < nodes.size(); ++at) {
        const Checked operand = check_child(syntax, at);
        if (!operand) return std::nullopt;
        if (!is_number(operand->type) && !is_open(operand->type))
            return wrong_type(child(syntax, at), "a number", operand->type);
        nodes[at] = operand->node;
    }
    return add({.kind = NodeKind::chain, .op = syntax.op, .second_op = syntax.second_op}, nodes,
               types().boolean());
}

Checked Compiler::arithmetic(const SyntaxNode& syntax) {
    const Checked left = check_child(syntax, 0), right = left ? check_child(syntax, 1) : std::nullopt;
    if (!right) return std::nullopt;
    for (const auto& [side, at] : {std::pair(left, 0U), std::pair(right, 1U)})
        if (!is_number(side->type) && !is_open(side->type))
            return wrong_type(child(syntax, at), "a number", side->type);
    const bool real = left->type->kind == TypeKind::real || right->type->kind == TypeKind::real;
    const bool open = is_open(left->type) || is_open(right->type);
    const Type* const type = real ? types().real() : open ? types().dynamic() : types().integer();
    return add({.kind = NodeKind::arithmetic, .op = syntax.op}, {{left->node, right->node}}, type);
}

Checked Compiler::membership(const SyntaxNode& syntax) {
    const Checked value = check_child(syntax, 0);
    if (!value) return std::nullopt;
    if (is_folded(syntax.op) && value->type->kind != TypeKind::text && !is_open(value->type))
        return wrong_type(child(syntax, 0), "text", value->type);
    const SyntaxNode& set = child(syntax, 1);
    if (set.kind == SyntaxKind::value_list) return in_values(syntax, *value, set);
    if (set.kind == SyntaxKind::list) return in_list(syntax, *value, set);
    const Checked array = check(syntax.children[1]);
    if (!array) return std::nullopt;
    if (array->type->kind != TypeKind::array && !is_open(array->type))
        return wrong_type(set, "an array, a list or values in parentheses", array->type);
    if (array->type->kind == TypeKind::array && !comparable(value->type, array->type->element))
        return stop(syntax, to_string(*value->type) + " cannot be in " + to_string(*array->type));
    return add({.kind = NodeKind::in_array, .op = syntax.op}, {{value->node, array->node}},
               types().boolean());
}

Checked Compiler::in_list(const SyntaxNode& syntax, const Typed& value, const SyntaxNode& set) {
    const ListView* const view = language_.find_list(set.text);
    if (view == nullptr) return stop(set, "there is no list $" + set.text);
    if (value.type->kind != TypeKind::text && !is_open(value.type))
        return wrong_type(child(syntax, 0), "text", value.type);
    if (view->element != nullptr)
        return stop(set, "the items of $" + set.text + " are objects; write any($" + set.text + ", …)");
    return add({.kind = NodeKind::in_list, .op = syntax.op, .list = view, .needs = view->missing},
               {{value.node}}, types().boolean());
}

Checked Compiler::in_values(const SyntaxNode& syntax, const Typed& value, const SyntaxNode& set) {
    std::vector<NodeId> nodes;
    ConstantSet texts;
    for (const SyntaxId id : set.children) {
        const Checked one = check(id);
        if (!one) return std::nullopt;
        if (!comparable(value.type, one->type))
            return stop(tree_.at(id), to_string(*one->type) + " is never equal to " + to_string(*value.type));
        check_word(tree_.at(id), syntax.op, value.node, one->node);
        const Node& node = graph_.at(one->node);
        if (node.kind == NodeKind::constant && node.constant.kind == Kind::text)
            texts.insert(is_folded(syntax.op) ? fold(node.constant.text())
                                              : std::string(node.constant.text()));
        nodes.push_back(one->node);
    }
    const bool all_texts = std::ranges::all_of(nodes, [&](NodeId id) {
        return graph_.at(id).kind == NodeKind::constant && graph_.at(id).constant.kind == Kind::text;
    });
    if (!all_texts || nodes.empty()) {
        const Typed array = add({.kind = NodeKind::array}, nodes, types().null());
        return add({.kind = NodeKind::in_array, .op = syntax.op}, {{value.node, array.node}},
                   types().boolean());
    }
    // The same values in another call are the same set: the node's identity is in `constants`.
    std::vector<std::string> sorted(texts.begin(), texts.end());
    std::ranges::sort(sorted);
    std::string key;
    for (const std::string& text : sorted) key += std::to_string(text.size()) + ":" + text;
    const auto* const kept = graph_.keep_set(std::move(key), std::move(texts));
    return add({.kind = NodeKind::in_constants, .op = syntax.op, .constants = kept}, {{value.node}},
               types().boolean());
}

// ---- arrays ----
const Type* Compiler::common_type(const Type* one, const Type* other) {
    if (one == nullptr || one->kind == TypeKind::null) return other;
    if (other->kind == TypeKind::null || one == other) return one;
    if (is_number(one) && is_number(other)) return types().real();
    return one->kind == TypeKind::dynamic || other->kind == TypeKind::dynamic ? types().dynamic() : nullptr;
}

Checked Compiler::array(const SyntaxNode& syntax) {
    std::vector<NodeId> nodes;
    const Type* element = nullptr;
    for (const SyntaxId id : syntax.children) {
        const Checked one = check(id);
        if (!one) return std::nullopt;
        element = common_type(element, one->type);
        if (element == nullptr)
            return stop(tree_.at(id),
                        "the items of an array must be of one type; this one is " + to_string(*one->type));
        nodes.push_back(one->node);
    }
    return add({.kind = NodeKind::array}, nodes,
               language_.types.array_of(element == nullptr ? types().null() : element));
}

Checked Compiler::index(const SyntaxNode& syntax) {
    const Checked owner = check_child(syntax, 0), key = owner ? check_child(syntax, 1) : std::nullopt;
    if (!key) return std::nullopt;
    const Type* type = owner->type;
    if (type->kind == TypeKind::array && (key->type->kind == TypeKind::integer || is_open(key->type)))
        type = type->element;
    else if (type->kind == TypeKind::map && (key->type->kind == TypeKind::text || is_open(key->type)))
        type = type->element;
    else if (!is_open(type) || is_number(key->type) == (key->type->kind == TypeKind::text))
        return stop(syntax, to_string(*type) + " has no index of type " + to_string(*key->type));
    return add({.kind = NodeKind::index}, {{owner->node, key->node}}, type);
}

Checked Compiler::slice(const SyntaxNode& syntax) {
    std::array<NodeId, 3> nodes{};
    const Type* type = nullptr;
    for (std::size_t at = 0; at < nodes.size(); ++at) {
        const Checked operand = check_child(syntax, at);
        if (!operand) return std::nullopt;
        if (at == 0) type = operand->type;
        const bool fits = at == 0 ? type->kind == TypeKind::array || is_open(type)
                                  : operand->type->kind == TypeKind::integer || is_open(operand->type);
        if (!fits) return wrong_type(child(syntax, at), at == 0 ? "an array" : "an integer", operand->type);
        nodes[at] = operand->node;
    }
    return add({.kind = NodeKind::slice}, nodes, type);
}

std::expected<Compiled, Problem> compile(const SyntaxTree& tree, std::string_view source,
                                         const Language& language, Graph& graph, PatternBook& patterns) {
    return Compiler(tree, source, language, graph, patterns).run();
}

}  // namespace tocsin::rules
