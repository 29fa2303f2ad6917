// Calls of functions and loops.
#include <algorithm>
#include <array>

#include "rules/compiler_detail.hpp"
#include "rules/similar_name.hpp"

namespace tocsin::rules {

Checked Compiler::call(const SyntaxNode& syntax) {
    struct Loop {
        const char* name;
        NodeKind kind;
    };
    constexpr std::array loops = {Loop{"any", NodeKind::any},       Loop{"all", NodeKind::all},
                                  Loop{"filter", NodeKind::filter}, Loop{"map", NodeKind::map},
                                  Loop{"ratio", NodeKind::ratio},   Loop{"distinct", NodeKind::distinct}};
    const auto* const loop = std::ranges::find(loops, syntax.text, &Loop::name);
    if (loop != loops.end()) return loop_call(syntax, loop->kind);
    if (syntax.text == "coalesce") return coalesce(syntax);
    const Function* const function = language_.functions.find(syntax.text);
    if (function == nullptr) {
        std::vector<std::string_view> names;
        for (const auto& [name, known] : language_.functions.all()) names.push_back(name);
        for (const Loop& known : loops) names.emplace_back(known.name);
        return stop(syntax, "there is no function '" + syntax.text + "'" + did_you_mean(syntax.text, names));
    }
    return function->match ? match_call(syntax, *function) : plain_call(syntax, *function);
}

std::optional<bool> Compiler::only_positional(const SyntaxNode& syntax, std::size_t least, std::size_t most) {
    for (const std::string& name : syntax.argument_names)
        if (!name.empty()) return stop(syntax, syntax.text + "() has no argument named '" + name + "'");
    if (syntax.children.size() >= least && syntax.children.size() <= most) return true;
    return stop(syntax, syntax.text + "() takes " + std::to_string(least) +
                            (most == least ? "" : " or more") + " arguments, here are " +
                            std::to_string(syntax.children.size()));
}

Checked Compiler::loop_call(const SyntaxNode& syntax, NodeKind kind) {
    const bool needs_body = kind != NodeKind::distinct;
    if (!only_positional(syntax, needs_body ? 2 : 1, 2)) return std::nullopt;
    const Checked items = check_child(syntax, 0);
    if (!items) return std::nullopt;
    if (items->type->kind != TypeKind::array && !is_open(items->type))
        return wrong_type(child(syntax, 0), "an array", items->type);
    const Type* const element =
        items->type->kind == TypeKind::array ? items->type->element : types().dynamic();
    if (syntax.children.size() == 1) return add({.kind = kind}, {{items->node}}, items->type);
    loops_.push_back({element, graph_.at(items->node).text_steps});
    const Checked body = check_child(syntax, 1);
    loops_.pop_back();
    if (!body) return std::nullopt;
    const bool wants_truth = kind != NodeKind::map && kind != NodeKind::distinct;
    if (wants_truth && body->type->kind != TypeKind::boolean && !is_open(body->type))
        return wrong_type(child(syntax, 1), "true or false", body->type);
    const Type* type = types().boolean();
    if (kind == NodeKind::filter || kind == NodeKind::distinct) type = language_.types.array_of(element);
    if (kind == NodeKind::map) type = language_.types.array_of(body->type);
    if (kind == NodeKind::ratio) type = types().real();
    return add({.kind = kind}, {{items->node, body->node}}, type);
}

Checked Compiler::coalesce(const SyntaxNode& syntax) {
    if (!only_positional(syntax, 1, SIZE_MAX)) return std::nullopt;
    std::vector<NodeId> nodes;
    const Type* type = nullptr;
    for (const SyntaxId id : syntax.children) {
        const Checked one = check(id);
        if (!one) return std::nullopt;
        type = common_type(type, one->type);
        if (type == nullptr)
            return stop(tree_.at(id), "the arguments of coalesce() must be of one type; this one is " +
                                          to_string(*one->type));
        nodes.push_back(one->node);
    }
    return add({.kind = NodeKind::coalesce}, nodes, type);
}

Checked Compiler::match_call(const SyntaxNode& syntax, const Function& function) {
    if (!only_positional(syntax, 2, SIZE_MAX)) return std::nullopt;
    std::vector<NodeId> children;
    std::vector<std::string_view> constants;
    for (std::size_t at = 0; at < syntax.children.size(); ++at) {
        const Checked one = check_child(syntax, at);
        if (!one) return std::nullopt;
        if (one->type->kind != TypeKind::text && !is_open(one->type))
            return wrong_type(child(syntax, at), "text", one->type);
        const Node& node = graph_.at(one->node);
        if (at > 0 && node.kind == NodeKind::constant && node.constant.kind == Kind::text)
            constants.push_back(node.constant.text());
        else
            children.push_back(one->node);
    }
    Result<PatternGroup> group =
        patterns_.add(*function.match, function.letters, kind_of_text(children[0]), constants);
    if (!group) return stop(syntax, syntax.text + "(): " + group.error().message);
    return add({.kind = NodeKind::match, .patterns = *group}, children, types().boolean());
}

TextKind Compiler::kind_of_text(NodeId text) const {
    const float steps = graph_.at(text).text_steps;
    if (steps >= page_steps) return TextKind::page;
    return steps >= letter_steps ? TextKind::prose : TextKind::name;
}

Checked Compiler::plain_call(const SyntaxNode& syntax, const Function& function) {
    std::vector<NodeId> nodes;
    std::vector<std::optional<Value>> constants;
    const Type* first = types().null();
    if (!arguments(syntax, function, nodes, constants, first)) return std::nullopt;
    const Type* const result =
        function.result_of == nullptr ? function.result : function.result_of(language_.types, first);
    if (result == nullptr) return stop(syntax, syntax.text + "() cannot be asked of " + to_string(*first));
    const void* prepared = nullptr;
    if (function.prepare) {
        std::string key = function.name;
        for (const auto& one : constants) {
            const std::string bytes = one ? constant_key(*one) : std::string();
            key += "\n" + std::to_string(bytes.size()) + ":" + bytes;
        }
        prepared = graph_.find_prepared(key);
        if (prepared == nullptr) {
            auto made = function.prepare(constants);
            if (!made) return stop(syntax, syntax.text + "(): " + made.error().message);
            prepared = graph_.keep_prepared(std::move(key), std::move(*made));
        }
    }
    PatternGroup expressions;
    if (function.expressions) {
        std::vector<std::string_view> patterns;
        for (const auto& one : std::span(constants).subspan(1)) patterns.push_back(one->text());
        auto group =
            patterns_.add(MatchMode::regex_contains, *function.expressions, kind_of_text(nodes[0]), patterns);
        if (!group) return stop(syntax, syntax.text + "(): " + group.error().message);
        expressions = *group;
    }
    if (nodes.size() > function.arguments_passed) nodes.resize(function.arguments_passed);
    Node node{.kind = NodeKind::call, .function = &function, .prepared = prepared, .patterns = expressions};
    if (function.missing) node.needs = bit(*function.missing);
    return add(std::move(node), nodes, result);
}

std::optional<bool> Compiler::arguments(const SyntaxNode& syntax, const Function& function,
                                        std::vector<NodeId>& nodes,
                                        std::vector<std::optional<Value>>& constants, const Type*& first) {
    const Typed left_out = constant(Value::null(), types().null());
    nodes.assign(function.parameters.size(), left_out.node);
    std::vector<bool> given(function.parameters.size(), false);
    for (std::size_t at = 0; at < syntax.children.size(); ++at) {
        const std::optional<std::size_t> place = place_of(syntax, function, at);
        if (!place) return std::nullopt;
        Checked one = check_child(syntax, at);
        if (!one) return std::nullopt;
        const Parameter& parameter = function.parameters[std::min(*place, function.parameters.size() - 1)];
        if (parameter.field != nullptr && one->type->kind == TypeKind::object)
            one = passed_field(parameter, *one);
        if (*place == 0) first = one->type;
        if (!accepts(parameter, one->type)) {
            std::string wanted;
            for (const Type* type : parameter.accepted)
                wanted += (wanted.empty() ? "" : " or ") + to_string(*type);
            return wrong_type(child(syntax, at), wanted, one->type);
        }
        if (*place >= nodes.size()) {
            nodes.push_back(one->node);
        } else {
            if (given[*place])
                return stop(syntax, syntax.text + "(): the argument '" + parameter.name + "' is given twice");
            given[*place] = true;
            nodes[*place] = one->node;
        }
    }
    for (std::size_t at = 0; at < given.size(); ++at)
        if (!given[at] && !function.parameters[at].optional)
            return stop(syntax, syntax.text + "() needs " + std::to_string(at + 1) +
                                    " or more arguments, here are " + std::to_string(syntax.children.size()));
    for (const NodeId id : nodes) {
        const Node& node = graph_.at(id);
        constants.push_back(node.kind == NodeKind::constant ? std::optional(node.constant) : std::nullopt);
    }
    return true;
}

Typed Compiler::passed_field(const Parameter& parameter, const Typed& owner) {
    const Field* const field = owner.type->object->find(parameter.field);
    if (field == nullptr) return owner;
    return member_node(owner, *field);
}

std::optional<std::size_t> Compiler::place_of(const SyntaxNode& syntax, const Function& function,
                                              std::size_t at) {
    const std::string& name = syntax.argument_names[at];
    if (name.empty()) {
        if (at < function.parameters.size() || (function.variadic && !function.parameters.empty())) return at;
        return stop(syntax, syntax.text + "() takes at most " + std::to_string(function.parameters.size()) +
                                " arguments");
    }
    for (std::size_t place = 0; place < function.parameters.size(); ++place)
        if (function.parameters[place].name == name) return place;
    return stop(syntax, syntax.text + "() has no argument named '" + name + "'");
}

bool Compiler::accepts(const Parameter& parameter, const Type* type) const {
    return parameter.accepted.empty() || is_open(type) ||
           std::ranges::any_of(parameter.accepted, [&](const Type* accepted) {
               return accepted == type ||
                      (accepted->kind == TypeKind::real && type->kind == TypeKind::integer) ||
                      (accepted->kind == TypeKind::array && type->kind == TypeKind::array &&
                       is_open(type->element));
           });
}

}  // namespace tocsin::rules
