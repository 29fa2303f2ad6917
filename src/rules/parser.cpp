#include "rules/parser.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "base/limits.hpp"
#include "rules/lexer.hpp"

namespace tocsin::rules {

namespace {

using Parsed = std::optional<SyntaxId>;  // nothing: the problem is set

struct OperatorWord {
    const char* word;
    Operator op;
};
constexpr std::array operator_words = {
    OperatorWord{"==", Operator::equal},        OperatorWord{"!=", Operator::not_equal},
    OperatorWord{"=~", Operator::equal_folded}, OperatorWord{"!~", Operator::not_equal_folded},
    OperatorWord{"<", Operator::less},          OperatorWord{"<=", Operator::less_equal},
    OperatorWord{">", Operator::greater},       OperatorWord{">=", Operator::greater_equal},
    OperatorWord{"in", Operator::in},           OperatorWord{"not in", Operator::not_in},
    OperatorWord{"in~", Operator::in_folded},   OperatorWord{"not in~", Operator::not_in_folded},
    OperatorWord{"+", Operator::add},           OperatorWord{"-", Operator::subtract},
    OperatorWord{"*", Operator::multiply},      OperatorWord{"/", Operator::divide},
    OperatorWord{"%", Operator::modulo}};

Operator operator_of(std::string_view word, Operator first, Operator last) {
    for (const auto& known : operator_words)
        if (known.op >= first && known.op <= last && known.word == word) return known.op;
    return Operator::none;
}

/// Keeps count of how deep the parser is; the grammar's recursion stands on the stack.
class Depth {
public:
    explicit Depth(std::size_t& depth) : depth_(depth) { ++depth_; }
    ~Depth() { --depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;

private:
    std::size_t& depth_;
};

class Parser {
public:
    Parser(std::string_view source, std::vector<Token> tokens)
        : source_(source), tokens_(std::move(tokens)) {}

    std::expected<SyntaxTree, Problem> run() {
        const Parsed root = expression();
        if (root && token().kind != TokenKind::end) unexpected("'and', 'or' or the end of the rule");
        if (!problem_.message.empty()) return std::unexpected(std::move(problem_));
        tree_.root = *root;
        return std::move(tree_);
    }

private:
    // ---- tokens ----
    [[nodiscard]] const Token& token(std::size_t ahead = 0) const {
        return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
    }
    [[nodiscard]] bool is_symbol(std::string_view symbol, std::size_t ahead = 0) const {
        return token(ahead).kind == TokenKind::symbol && token(ahead).value == symbol;
    }
    [[nodiscard]] bool is_word(std::string_view word, std::size_t ahead = 0) const {
        return token(ahead).kind == TokenKind::name && token(ahead).value == word;
    }
    bool take_symbol(std::string_view symbol) {
        if (!is_symbol(symbol)) return false;
        ++at_;
        return true;
    }
    bool take_word(std::string_view word) {
        if (!is_word(word)) return false;
        ++at_;
        return true;
    }

    // ---- problems: the first one counts ----
    std::nullopt_t stop(std::size_t offset, std::string message) {
        if (problem_.message.empty()) problem_ = problem_at(source_, offset, std::move(message));
        return std::nullopt;
    }
    std::nullopt_t unexpected(std::string_view wanted) {
        const std::string found =
            token().kind == TokenKind::end ? "the rule ends here" : "here stands " + words_of(token());
        return stop(token().offset, std::string(wanted) + " is expected, " + found);
    }
    [[nodiscard]] std::string words_of(const Token& token) const {
        switch (token.kind) {
            case TokenKind::end: return "the end";
            case TokenKind::text: return "a string";
            case TokenKind::integer:
            case TokenKind::real: return "a number";
            case TokenKind::list: return "the list $" + token.value;
            case TokenKind::dots: return "'" + std::string(static_cast<std::size_t>(token.number), '.') + "'";
            case TokenKind::name:
            case TokenKind::symbol: break;
        }
        return "'" + token.value + "'";
    }

    // ---- nodes ----
    SyntaxId add(SyntaxNode node) {
        std::size_t below = 0;
        for (const SyntaxId child : node.children) below = std::max(below, heights_[child]);
        if (below >= limits::rule_depth)
            stop(node.offset, "nested deeper than " + std::to_string(limits::rule_depth) + " levels");
        heights_.push_back(below + 1);
        tree_.nodes.push_back(std::move(node));
        return static_cast<SyntaxId>(tree_.nodes.size() - 1);
    }
    SyntaxId add(SyntaxKind kind, std::uint32_t offset, std::vector<SyntaxId> children,
                 Operator op = Operator::none) {
        return add({.kind = kind,
                    .op = op,
                    .offset = offset,
                    .text = {},
                    .children = std::move(children),
                    .argument_names = {}});
    }
    SyntaxId add_leaf(SyntaxKind kind, std::uint32_t offset, std::int64_t number, std::string text = {}) {
        return add({.kind = kind,
                    .offset = offset,
                    .number = number,
                    .text = std::move(text),
                    .children = {},
                    .argument_names = {}});
    }

    // ---- grammar, one function for each production ----
    Parsed expression() {
        const Depth depth(depth_);
        if (depth_ > limits::rule_depth)
            return stop(token().offset,
                        "nested deeper than " + std::to_string(limits::rule_depth) + " levels");
        return operands_of("or", SyntaxKind::disjunction, [this] { return conjunction(); });
    }

    Parsed conjunction() {
        return operands_of("and", SyntaxKind::conjunction, [this] { return negation(); });
    }

    template <typename Operand>
    Parsed operands_of(std::string_view word, SyntaxKind kind, Operand&& operand) {
        const std::uint32_t offset = token().offset;
        const Parsed first = operand();
        if (!first || !is_word(word)) return first;
        std::vector<SyntaxId> children{*first};
        while (take_word(word)) {
            const Parsed next = operand();
            if (!next) return std::nullopt;
            children.push_back(*next);
        }
        return add(kind, offset, std::move(children));
    }

    Parsed negation() {
        const std::uint32_t offset = token().offset;
        std::size_t count = 0;
        while (take_word("not")) ++count;
        Parsed node = comparison();
        // Three-valued: `not not x` is x.
        if (node && count % 2 == 1) node = add(SyntaxKind::negation, offset, {*node});
        return node;
    }

    Parsed comparison() {
        const std::uint32_t offset = token().offset;
        const Parsed left = sum();
        if (!left) return std::nullopt;
        if (take_word("is")) {
            const bool negated = take_word("not");
            if (!take_word("null")) return unexpected(negated ? "'null'" : "'null' or 'not null'");
            const SyntaxId node = add(SyntaxKind::is_null, offset, {*left});
            tree_.nodes[node].number = negated ? 1 : 0;
            return node;
        }
        if (const Operator op = membership_operator(); op != Operator::none) {
            const Parsed set = member_set();
            if (!set) return std::nullopt;
            return add(SyntaxKind::membership, offset, {*left, *set}, op);
        }
        const Operator op = comparison_operator();
        if (op == Operator::none) return left;
        const Parsed right = sum();
        if (!right) return std::nullopt;
        const Operator second = comparison_operator();
        if (second == Operator::none) return add(SyntaxKind::comparison, offset, {*left, *right}, op);
        const auto chains = [](Operator one) { return one == Operator::less || one == Operator::less_equal; };
        if (!chains(op) || !chains(second)) return stop(offset, "only < and <= can be chained: a < b <= c");
        const Parsed third = sum();
        if (!third) return std::nullopt;
        const SyntaxId node = add(SyntaxKind::chain, offset, {*left, *right, *third}, op);
        tree_.nodes[node].second_op = second;
        return node;
    }

    Operator membership_operator() {
        const bool negated = is_word("not") && (is_word("in", 1) || is_symbol("in~", 1));
        if (!negated && !is_word("in") && !is_symbol("in~")) return Operator::none;
        at_ += negated ? 1 : 0;
        const bool folded = is_symbol("in~");
        ++at_;
        if (folded) return negated ? Operator::not_in_folded : Operator::in_folded;
        return negated ? Operator::not_in : Operator::in;
    }

    Operator comparison_operator() {
        if (token().kind != TokenKind::symbol) return Operator::none;
        const Operator op = operator_of(token().value, Operator::equal, Operator::greater_equal);
        if (op != Operator::none) ++at_;
        return op;
    }

    /// Behind `in` a parenthesis always opens a list of values, even of one.
    Parsed member_set() {
        const std::uint32_t offset = token().offset;
        if (!take_symbol("(")) return sum();
        std::vector<SyntaxId> children;
        if (!rest_of_list(")", children)) return std::nullopt;
        return add(SyntaxKind::value_list, offset, std::move(children));
    }

    /// Expressions up to the closing bracket; a comma may stand before it.
    bool rest_of_list(std::string_view close, std::vector<SyntaxId>& children) {
        while (!take_symbol(close)) {
            const Parsed one = expression();
            if (!one) return false;
            children.push_back(*one);
            if (!is_symbol(close) && !take_symbol(",")) {
                unexpected("',' or '" + std::string(close) + "'");
                return false;
            }
        }
        return true;
    }

    Parsed sum() {
        return arithmetic(Operator::add, Operator::subtract, [this] {
            return arithmetic(Operator::multiply, Operator::modulo, [this] { return sign(); });
        });
    }

    template <typename Operand>
    Parsed arithmetic(Operator first, Operator last, Operand&& operand) {
        const std::uint32_t offset = token().offset;
        Parsed left = operand();
        while (left && problem_.message.empty() && token().kind == TokenKind::symbol) {
            const Operator op = operator_of(token().value, first, last);
            if (op == Operator::none) break;
            ++at_;
            const Parsed right = operand();
            if (!right) return std::nullopt;
            left = add(SyntaxKind::arithmetic, offset, {*left, *right}, op);
        }
        return left;
    }

    Parsed sign() {
        const std::uint32_t offset = token().offset;
        if (!take_symbol("-")) return postfix();
        const Parsed node = postfix();
        if (!node) return std::nullopt;
        return add(SyntaxKind::minus, offset, {*node});
    }

    Parsed postfix() {
        const std::uint32_t offset = token().offset;
        Parsed node = primary();
        while (node && problem_.message.empty()) {
            const bool member = token().kind == TokenKind::dots && token().number == 1 &&
                                token(1).kind == TokenKind::name && !is_keyword(token(1).value);
            if (!member && !is_symbol("[")) break;
            node = member ? member_of(*node, offset) : index_of(*node, offset);
        }
        return node;
    }

    Parsed member_of(SyntaxId owner, std::uint32_t offset) {
        const std::string name = token(1).value;
        at_ += 2;
        const SyntaxId node = add(SyntaxKind::member, offset, {owner});
        tree_.nodes[node].text = name;
        return node;
    }

    Parsed index_of(SyntaxId owner, std::uint32_t offset) {
        take_symbol("[");
        Parsed first;
        if (!is_symbol(":")) {
            first = expression();
            if (!first) return std::nullopt;
            if (take_symbol("]")) return add(SyntaxKind::index, offset, {owner, *first});
        }
        if (!take_symbol(":")) return unexpected("']'");
        if (!first) first = add_leaf(SyntaxKind::none, offset, 0);
        Parsed second = add_leaf(SyntaxKind::none, offset, 0);
        if (!is_symbol("]")) second = expression();
        if (!second) return std::nullopt;
        if (!take_symbol("]")) return unexpected("']'");
        return add(SyntaxKind::slice, offset, {owner, *first, *second});
    }

    Parsed primary() {
        const Token& here = token();
        switch (here.kind) {
            case TokenKind::text: ++at_; return add_leaf(SyntaxKind::text, here.offset, 0, here.value);
            case TokenKind::integer: return integer_or_some_of();
            case TokenKind::real: {
                ++at_;
                const SyntaxId node = add_leaf(SyntaxKind::real, here.offset, 0);
                tree_.nodes[node].real = here.real_number;
                return node;
            }
            case TokenKind::list: ++at_; return add_leaf(SyntaxKind::list, here.offset, 0, here.value);
            case TokenKind::dots: return item();
            case TokenKind::name: return name_or_call();
            case TokenKind::symbol:
            case TokenKind::end: break;
        }
        if (take_symbol("[")) {
            std::vector<SyntaxId> children;
            if (!rest_of_list("]", children)) return std::nullopt;
            return add(SyntaxKind::array, here.offset, std::move(children));
        }
        if (!take_symbol("(")) return unexpected("a value");
        const Parsed inner = expression();
        if (inner && !take_symbol(")")) return unexpected("')'");
        return inner;
    }

    Parsed integer_or_some_of() {
        const Token here = token();
        ++at_;
        if (!is_word("of")) return add_leaf(SyntaxKind::integer, here.offset, here.number);
        ++at_;
        if (!take_symbol("(")) return unexpected("'('");
        std::vector<SyntaxId> children;
        if (!rest_of_list(")", children)) return std::nullopt;
        const SyntaxId node = add(SyntaxKind::some_of, here.offset, std::move(children));
        tree_.nodes[node].number = here.number;
        return node;
    }

    /// `.`, `..` or `...`, and a field of it. `. in~ x` is the item and an operator: a keyword is no field.
    Parsed item() {
        const Token here = token();
        ++at_;
        const SyntaxId node = add_leaf(SyntaxKind::item, here.offset, here.number - 1);
        if (token().kind != TokenKind::name || is_keyword(token().value)) return node;
        const SyntaxId member = add(SyntaxKind::member, here.offset, {node});
        tree_.nodes[member].text = token().value;
        ++at_;
        return member;
    }

    Parsed name_or_call() {
        const Token here = token();
        if (here.value == "true" || here.value == "false") {
            ++at_;
            return add_leaf(SyntaxKind::boolean, here.offset, here.value == "true" ? 1 : 0);
        }
        if (here.value == "null") {
            ++at_;
            return add_leaf(SyntaxKind::null, here.offset, 0);
        }
        if (is_keyword(here.value)) return unexpected("a value");
        // a.b.c( is a call of the function with this whole name; without the parenthesis it is a path of fields.
        std::size_t ahead = 1;
        std::string name = here.value;
        while (token(ahead).kind == TokenKind::dots && token(ahead).number == 1 &&
               token(ahead + 1).kind == TokenKind::name) {
            name += "." + token(ahead + 1).value;
            ahead += 2;
        }
        if (!is_symbol("(", ahead)) {
            ++at_;
            return add_leaf(SyntaxKind::field, here.offset, 0, here.value);
        }
        at_ += ahead + 1;
        return arguments({.kind = SyntaxKind::call,
                          .offset = here.offset,
                          .text = std::move(name),
                          .children = {},
                          .argument_names = {}});
    }

    Parsed arguments(SyntaxNode call) {
        while (!take_symbol(")")) {
            std::string name;
            if (token().kind == TokenKind::name && !is_keyword(token().value) && is_symbol("=", 1)) {
                name = token().value;
                at_ += 2;
            } else if (!call.argument_names.empty() && !call.argument_names.back().empty()) {
                return stop(token().offset, "an argument without a name stands behind one with a name");
            }
            const Parsed value = expression();
            if (!value) return std::nullopt;
            call.children.push_back(*value);
            call.argument_names.push_back(std::move(name));
            if (!is_symbol(")") && !take_symbol(",")) return unexpected("',' or ')'");
        }
        return add(std::move(call));
    }

    std::string_view source_;
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    SyntaxTree tree_;
    std::vector<std::size_t> heights_;  // of the tree below each node: evaluating stands on the stack too
    Problem problem_;
};

}  // namespace

std::string_view to_string(Operator op) {
    for (const auto& known : operator_words)
        if (known.op == op) return known.word;
    return "";
}

std::expected<SyntaxTree, Problem> parse(std::string_view source) {
    auto tokens = lex(source);
    if (!tokens) return std::unexpected(std::move(tokens.error()));
    return Parser(source, std::move(*tokens)).run();
}

}  // namespace tocsin::rules
