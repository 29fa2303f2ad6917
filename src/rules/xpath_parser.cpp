#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

#include "base/limits.hpp"
#include "rules/xpath_syntax.hpp"

namespace tocsin::rules::xpath {
namespace {

struct NamedAxis {
    std::string_view name;
    Axis axis;
};
constexpr auto axes = std::to_array<NamedAxis>({
    {"ancestor", Axis::ancestor},
    {"ancestor-or-self", Axis::ancestor_or_self},
    {"attribute", Axis::attribute},
    {"child", Axis::child},
    {"descendant", Axis::descendant},
    {"descendant-or-self", Axis::descendant_or_self},
    {"following", Axis::following},
    {"following-sibling", Axis::following_sibling},
    {"parent", Axis::parent},
    {"preceding", Axis::preceding},
    {"preceding-sibling", Axis::preceding_sibling},
    {"self", Axis::self},
});

constexpr std::size_t any_number = 1000;
struct NamedFunction {
    std::string_view name;
    Function function;
    Type type;
    std::size_t operands_min;
    std::size_t operands_max;
    bool of_nodes = false;  ///< its operand must be nodes
};
/// Section 4, without id() and lang(): HTML has no document type that says which attributes are identifiers.
constexpr auto functions = std::to_array<NamedFunction>({
    {"boolean", Function::boolean, Type::boolean, 1, 1},
    {"ceiling", Function::ceiling, Type::number, 1, 1},
    {"concat", Function::concat, Type::text, 2, any_number},
    {"contains", Function::contains, Type::boolean, 2, 2},
    {"count", Function::count, Type::number, 1, 1, true},
    {"false", Function::false_, Type::boolean, 0, 0},
    {"floor", Function::floor, Type::number, 1, 1},
    {"last", Function::last, Type::number, 0, 0},
    {"local-name", Function::local_name, Type::text, 0, 1, true},
    {"name", Function::name, Type::text, 0, 1, true},
    {"namespace-uri", Function::namespace_uri, Type::text, 0, 1, true},
    {"normalize-space", Function::normalize_space, Type::text, 0, 1},
    {"not", Function::not_, Type::boolean, 1, 1},
    {"number", Function::number, Type::number, 0, 1},
    {"position", Function::position, Type::number, 0, 0},
    {"round", Function::round, Type::number, 1, 1},
    {"starts-with", Function::starts_with, Type::boolean, 2, 2},
    {"string", Function::string, Type::text, 0, 1},
    {"string-length", Function::string_length, Type::number, 0, 1},
    {"substring", Function::substring, Type::text, 2, 3},
    {"substring-after", Function::substring_after, Type::text, 2, 2},
    {"substring-before", Function::substring_before, Type::text, 2, 2},
    {"sum", Function::sum, Type::number, 1, 1, true},
    {"translate", Function::translate, Type::text, 3, 3},
    {"true", Function::true_, Type::boolean, 0, 0},
});

struct Infix {
    std::string_view symbol;
    Operation operation;
    Type type;
};
constexpr auto or_level = std::to_array<Infix>({{"or", Operation::logical_or, Type::boolean}});
constexpr auto and_level = std::to_array<Infix>({{"and", Operation::logical_and, Type::boolean}});
constexpr auto equality_level = std::to_array<Infix>(
    {{"=", Operation::equal, Type::boolean}, {"!=", Operation::not_equal, Type::boolean}});
constexpr auto relation_level = std::to_array<Infix>({{"<", Operation::less, Type::boolean},
                                                      {"<=", Operation::less_equal, Type::boolean},
                                                      {">", Operation::greater, Type::boolean},
                                                      {">=", Operation::greater_equal, Type::boolean}});
constexpr auto sum_level =
    std::to_array<Infix>({{"+", Operation::add, Type::number}, {"-", Operation::subtract, Type::number}});
constexpr auto product_level = std::to_array<Infix>({{"*", Operation::multiply, Type::number},
                                                     {"div", Operation::divide, Type::number},
                                                     {"mod", Operation::modulo, Type::number}});
/// From the loosest to the tightest.
constexpr std::array<std::span<const Infix>, 6> levels = {or_level,       and_level, equality_level,
                                                          relation_level, sum_level, product_level};

class Parser {
public:
    Parser(std::string_view text, std::vector<Token> tokens) : text_(text), tokens_(std::move(tokens)) {}

    Result<Query> run() {
        query_.root = TRY(expression());
        if (now().kind != TokenKind::end) return wrong("something is too much");
        return std::move(query_);
    }

private:
    [[nodiscard]] const Token& now() const { return tokens_[at_]; }
    [[nodiscard]] bool at_symbol(std::string_view symbol) const {
        return now().kind == TokenKind::symbol && now().text == symbol;
    }
    bool take(std::string_view symbol) {
        if (!at_symbol(symbol)) return false;
        ++at_;
        return true;
    }
    [[nodiscard]] std::unexpected<Error> wrong(std::string_view what) const {
        return fail(ErrorCode::invalid_input,
                    fmt::format("XPath: {} at byte {} of {}", what, now().at, text_));
    }
    Result<void> expect(std::string_view symbol) {
        if (take(symbol)) return {};
        return wrong(fmt::format("\"{}\" is missing", symbol));
    }
    /// Counts one more part of the query: also what bounds the recursion of the evaluation.
    Result<void> count_part() {
        if (++parts_ <= limits::xpath_query_parts) return {};
        return fail(ErrorCode::limit,
                    fmt::format("an XPath query has more than {} parts", limits::xpath_query_parts));
    }
    Result<ExpressionId> add(Expression expression) {
        TRY(count_part());
        for (const ExpressionId operand : expression.operands)
            expression.positional = expression.positional || query_.expressions[operand].positional;
        query_.expressions.push_back(std::move(expression));
        return static_cast<ExpressionId>(query_.expressions.size() - 1);
    }

    /// What stands in brackets, or the whole query.
    Result<ExpressionId> expression() {
        if (++depth_ > limits::xpath_query_depth)
            return fail(ErrorCode::limit,
                        fmt::format("an XPath query has more than {} brackets in each other",
                                    limits::xpath_query_depth));
        const ExpressionId id = TRY(infix(0));
        --depth_;
        return id;
    }

    Result<ExpressionId> infix(std::size_t level) {
        if (level == levels.size()) return unary();
        ExpressionId left = TRY(infix(level + 1));
        while (now().kind == TokenKind::symbol) {
            const auto found = std::ranges::find(levels[level], now().text, &Infix::symbol);
            if (found == levels[level].end()) break;
            ++at_;
            const ExpressionId right = TRY(infix(level + 1));
            left = TRY(add({.operation = found->operation, .type = found->type, .operands = {left, right}}));
        }
        return left;
    }

    Result<ExpressionId> unary() {
        std::size_t signs = 0;
        while (take("-")) ++signs;
        ExpressionId id = TRY(unite());
        if (signs == 0) return id;
        // Two signs make a number of a text, and change nothing else.
        for (std::size_t sign = 0; sign < 1 + (signs + 1) % 2; ++sign)
            id = TRY(add({.operation = Operation::negate, .type = Type::number, .operands = {id}}));
        return id;
    }

    Result<ExpressionId> unite() {
        const ExpressionId first = TRY(path());
        if (!at_symbol("|")) return first;
        Expression expression{.operation = Operation::unite, .type = Type::nodes, .operands = {first}};
        while (take("|")) expression.operands.push_back(TRY(path()));
        for (const ExpressionId operand : expression.operands)
            if (query_.expressions[operand].type != Type::nodes)
                return wrong("\"|\" joins nodes only, before what is");
        return add(std::move(expression));
    }

    [[nodiscard]] bool at_primary() const {
        if (now().kind == TokenKind::function) return !node_test(now().text);
        return now().kind == TokenKind::number || now().kind == TokenKind::literal || at_symbol("(");
    }

    Result<ExpressionId> path() {
        Expression path{.operation = Operation::path, .type = Type::nodes};
        if (at_primary()) {
            const ExpressionId start = TRY(primary());
            if (!at_symbol("[") && !at_symbol("/") && !at_symbol("//")) return start;
            if (query_.expressions[start].type != Type::nodes)
                return wrong("only nodes can be followed by what is");
            path.operands = {start};
            path.predicates = TRY(predicates());
            if (!at_symbol("/") && !at_symbol("//")) return add(std::move(path));
        } else if (at_symbol("/") || at_symbol("//")) {
            path.from_root = true;
            if (at_symbol("/") && !begins_step(tokens_[at_ + 1])) {
                ++at_;
                return add(std::move(path));
            }
        } else {
            TRY(step(path));
        }
        while (at_symbol("/") || at_symbol("//")) {
            if (at_symbol("//"))
                path.steps.push_back({.axis = Axis::descendant_or_self, .test = NodeTest::node});
            ++at_;
            TRY(step(path));
        }
        return add(std::move(path));
    }

    [[nodiscard]] static bool begins_step(const Token& token) {
        if (token.kind == TokenKind::symbol)
            return token.text == "." || token.text == ".." || token.text == "@";
        return token.kind == TokenKind::name || token.kind == TokenKind::axis ||
               token.kind == TokenKind::function;
    }

    Result<void> step(Expression& path) {
        TRY(count_part());
        Step step;
        if (take(".") || take("..")) {
            step.axis = tokens_[at_ - 1].text == "." ? Axis::self : Axis::parent;
            path.steps.push_back(std::move(step));
            return {};
        }
        if (take("@")) {
            step.axis = Axis::attribute;
        } else if (now().kind == TokenKind::axis) {
            const auto found = std::ranges::find(axes, now().text, &NamedAxis::name);
            if (found == axes.end()) return wrong("an unknown axis");
            step.axis = found->axis;
            ++at_;
            TRY(expect("::"));
        }
        TRY(test(step));
        step.predicates = TRY(predicates());
        step.positional =
            std::ranges::any_of(step.predicates, [this](ExpressionId id) { return asks_place(id); });
        // "//a" is short for descendant-or-self::node()/child::a, which visits everything twice to find the descendants.
        if (step.axis == Axis::child && !step.positional && !path.steps.empty() &&
            is_double_slash(path.steps.back())) {
            step.axis = Axis::descendant;
            path.steps.pop_back();
        }
        path.steps.push_back(std::move(step));
        return {};
    }

    [[nodiscard]] static bool is_double_slash(const Step& step) {
        return step.axis == Axis::descendant_or_self && step.test == NodeTest::node &&
               step.predicates.empty();
    }

    [[nodiscard]] bool asks_place(ExpressionId predicate) const {
        const Expression& expression = query_.expressions[predicate];
        return expression.positional || expression.type == Type::number;
    }

    [[nodiscard]] static std::optional<NodeTest> node_test(std::string_view name) {
        if (name == "node") return NodeTest::node;
        if (name == "text") return NodeTest::text;
        if (name == "comment") return NodeTest::comment;
        if (name == "processing-instruction") return NodeTest::nothing;
        return std::nullopt;
    }

    Result<void> test(Step& step) {
        if (now().kind == TokenKind::name) {
            step.test = now().text == "*" ? NodeTest::any_name : NodeTest::name;
            step.name = now().text;
            ++at_;
            return {};
        }
        const std::optional<NodeTest> test =
            now().kind == TokenKind::function ? node_test(now().text) : std::nullopt;
        if (!test) return wrong("a name or a test of a node is missing");
        step.test = *test;
        ++at_;
        TRY(expect("("));
        if (step.test == NodeTest::nothing && now().kind == TokenKind::literal) ++at_;
        return expect(")");
    }

    Result<std::vector<ExpressionId>> predicates() {
        std::vector<ExpressionId> predicates;
        while (take("[")) {
            predicates.push_back(TRY(expression()));
            TRY(expect("]"));
        }
        return predicates;
    }

    Result<ExpressionId> primary() {
        if (now().kind == TokenKind::function) return call();
        if (take("(")) {
            const ExpressionId id = TRY(expression());
            TRY(expect(")"));
            return id;
        }
        const Token token = now();
        ++at_;
        if (token.kind == TokenKind::literal)
            return add(
                {.operation = Operation::literal, .type = Type::text, .text = std::string(token.text)});
        Expression number{.operation = Operation::number, .type = Type::number};
        std::from_chars(token.text.data(), token.text.data() + token.text.size(), number.number,
                        std::chars_format::fixed);
        return add(std::move(number));
    }

    Result<ExpressionId> call() {
        const auto found = std::ranges::find(functions, now().text, &NamedFunction::name);
        if (found == functions.end()) return wrong("an unknown function");
        ++at_;
        TRY(expect("("));
        Expression call{.operation = Operation::call,
                        .type = found->type,
                        .positional =
                            found->function == Function::position || found->function == Function::last,
                        .function = found->function};
        if (!at_symbol(")")) {
            do call.operands.push_back(TRY(expression()));
            while (take(","));
        }
        TRY(expect(")"));
        if (call.operands.size() < found->operands_min || call.operands.size() > found->operands_max)
            return wrong(fmt::format("{}() has too few or too many arguments, before what is", found->name));
        if (found->of_nodes && !call.operands.empty() &&
            query_.expressions[call.operands.front()].type != Type::nodes)
            return wrong(fmt::format("{}() is of nodes, before what is", found->name));
        return add(std::move(call));
    }

    std::string_view text_;
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::size_t parts_ = 0;
    Query query_;
};

}  // namespace

Result<Query> parse(std::string_view text) {
    return Parser(text, TRY(tokenize(text))).run();
}

}  // namespace tocsin::rules::xpath
