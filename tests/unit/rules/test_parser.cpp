#include <doctest/doctest.h>

#include <string>

#include "base/limits.hpp"
#include "rules/parser.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

/// A tree in brackets, so that precedence shows.
std::string shape(const SyntaxTree& tree, SyntaxId id) {
    const SyntaxNode& node = tree.at(id);
    const auto all = [&](std::string_view between) {
        std::string out;
        for (std::size_t at = 0; at < node.children.size(); ++at) {
            if (at > 0) out += between;
            if (!node.argument_names.empty() && !node.argument_names[at].empty())
                out += node.argument_names[at] + "=";
            out += shape(tree, node.children[at]);
        }
        return out;
    };
    const auto child = [&](std::size_t at) { return shape(tree, node.children[at]); };
    const std::string op(to_string(node.op));
    switch (node.kind) {
        case SyntaxKind::text: return "'" + node.text + "'";
        case SyntaxKind::integer: return std::to_string(node.number);
        case SyntaxKind::real: return std::to_string(node.real);
        case SyntaxKind::boolean: return node.number != 0 ? "true" : "false";
        case SyntaxKind::null: return "null";
        case SyntaxKind::none: return "";
        case SyntaxKind::list: return "$" + node.text;
        case SyntaxKind::field: return node.text;
        case SyntaxKind::item: return "<" + std::to_string(node.number) + ">";
        case SyntaxKind::member: return child(0) + "." + node.text;
        case SyntaxKind::index: return child(0) + "[" + child(1) + "]";
        case SyntaxKind::slice: return child(0) + "[" + child(1) + ":" + child(2) + "]";
        case SyntaxKind::call: return node.text + "(" + all(", ") + ")";
        case SyntaxKind::array: return "[" + all(", ") + "]";
        case SyntaxKind::negation: return "(not " + child(0) + ")";
        case SyntaxKind::conjunction: return "(" + all(" and ") + ")";
        case SyntaxKind::disjunction: return "(" + all(" or ") + ")";
        case SyntaxKind::comparison:
        case SyntaxKind::membership:
        case SyntaxKind::arithmetic: return "(" + child(0) + " " + op + " " + child(1) + ")";
        case SyntaxKind::chain:
            return "(" + child(0) + " " + op + " " + child(1) + " " + std::string(to_string(node.second_op)) +
                   " " + child(2) + ")";
        case SyntaxKind::is_null: return "(" + child(0) + (node.number != 0 ? " is not null)" : " is null)");
        case SyntaxKind::value_list: return "{" + all(", ") + "}";
        case SyntaxKind::minus: return "(-" + child(0) + ")";
        case SyntaxKind::some_of: return std::to_string(node.number) + " of {" + all(", ") + "}";
    }
    return "?";
}

std::string read(std::string_view source) {
    const auto tree = parse(source);
    if (tree) return shape(*tree, tree->root);
    return std::to_string(tree.error().line) + ":" + std::to_string(tree.error().column) + ": " +
           tree.error().message;
}

}  // namespace

TEST_CASE("expressions become trees") {
    struct {
        const char *source, *tree;
    } const table[] = {
        {"a and b or c", "((a and b) or c)"},
        {"a or b and c", "(a or (b and c))"},
        {"a and b and c", "(a and b and c)"},
        {"not a == b", "(not (a == b))"},
        {"not not a", "a"},
        {"not a and b", "((not a) and b)"},
        {"not x in y", "(not (x in y))"},
        {"x not in y", "(x not in y)"},
        {"x not in~ ('a', 'b',)", "(x not in~ {'a', 'b'})"},
        {"x in ('a')", "(x in {'a'})"},
        {"x in (('a'))", "(x in {'a'})"},
        {"x in $list.of.things", "(x in $list.of.things)"},
        {"x in map(y, .z)", "(x in map(y, <0>.z))"},
        {"1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)"},
        {"(1 + 2) * -3", "((1 + 2) * (-3))"},
        {"7 % 2 / 1.5", "((7 % 2) / 1.500000)"},
        {"1 < x <= 3", "(1 < x <= 3)"},
        {"x =~ 'a' and y !~ 'b'", "((x =~ 'a') and (y !~ 'b'))"},
        {"a.b.c is null", "(a.b.c is null)"},
        {"a.b[0].c is not null", "(a.b[0].c is not null)"},
        {"a[length(a) - 1]", "a[(length(a) - 1)]"},
        {"a['key']", "a['key']"},
        {"a[1:2]", "a[1:2]"},
        {"a[:2]", "a[:2]"},
        {"a[1:]", "a[1:]"},
        {"2 of (a, b, c == d)", "2 of {a, b, (c == d)}"},
        {"any(a, .b == ..c and ...d)", "any(a, ((<0>.b == <1>.c) and <2>.d))"},
        {"any(a, . in~ map(..fields, .name))", "any(a, (<0> in~ map(<1>.fields, <0>.name)))"},
        {"any(a, .['k'] is null)", "any(a, (<0>['k'] is null))"},
        {"ml.nlu_classifier(x, subject=y.z)", "ml.nlu_classifier(x, subject=y.z)"},
        {"f()", "f()"},
        {"f(\n  a, // one\n  b, /* two */\n)", "f(a, b)"},
        {"profile.by_sender().days_known", "profile.by_sender().days_known"},
        {"[a, 'b', 1,]", "[a, 'b', 1]"},
        {"true and false and null", "(true and false and null)"},
        {"a\n  .b\n  [0]", "a.b[0]"},
        {R"("tab\t quote\" back\\ \u{e9}\u{1F600}")", "'tab\t quote\" back\\ \xC3\xA9\xF0\x9F\x98\x80'"},
        {R"('raw\d+ it''s "q"')", "'raw\\d+ it's \"q\"'"},
        {"''", "''"},
    };
    for (const auto& row : table) {
        CAPTURE(row.source);
        CHECK(read(row.source) == row.tree);
    }
}

TEST_CASE("problems say where and what was expected") {
    struct {
        const char *source, *problem;
    } const table[] = {
        {"", "1:1: a value is expected, the rule ends here"},
        {"a and", "1:6: a value is expected, the rule ends here"},
        {"a ==\n  == b", "2:3: a value is expected, here stands '=='"},
        {"a b", "1:3: 'and', 'or' or the end of the rule is expected, here stands 'b'"},
        {"(a", "1:3: ')' is expected, the rule ends here"},
        {"f(a b)", "1:5: ',' or ')' is expected, here stands 'b'"},
        {"f(a=1, b)", "1:8: an argument without a name stands behind one with a name"},
        {"x in (1 2)", "1:9: ',' or ')' is expected, here stands a number"},
        {"x is 1", "1:6: 'null' or 'not null' is expected, here stands a number"},
        {"x is not 1", "1:10: 'null' is expected, here stands a number"},
        {"a > b > c", "1:1: only < and <= can be chained: a < b <= c"},
        {"2 of a", "1:6: '(' is expected, here stands 'a'"},
        {"'open", "1:1: a string that does not end: its closing ' is missing"},
        {"\"open\\\"", "1:1: a string that does not end: its closing \" is missing"},
        {R"("\d")", "1:2: an unknown escape: \\t \\r \\n \\\" \\' \\\\ and \\u{hex} are known; in '…' a "
                    "backslash stands for itself"},
        {R"("\u{d800}")", "1:2: \\u{…} with 2 to 8 hexadecimal digits of a Unicode character is expected"},
        {R"("\u{1}")", "1:2: \\u{…} with 2 to 8 hexadecimal digits of a Unicode character is expected"},
        {"# no", "1:1: '#' begins no comment here; use //"},
        {"a ; b", "1:3: a character that has no meaning here"},
        {"a /* b", "1:3: a comment that does not end"},
        {"1x", "1:1: a number that goes on as a name"},
        {"9223372036854775808", "1:1: the number is too large"},
        {"$ x", "1:1: a list's name is expected behind '$'"},
        {"any(a, ....b)", "1:8: more than three dots"},
        {"any of (a, b)", "1:5: 'and', 'or' or the end of the rule is expected, here stands 'of'"},
        {"a[1", "1:4: ']' is expected, the rule ends here"},
    };
    for (const auto& row : table) {
        CAPTURE(row.source);
        CHECK(read(row.source) == row.problem);
    }
}

TEST_CASE("every number that fits is read") {
    CHECK(read("9223372036854775807") == "9223372036854775807");
    CHECK(read("0") == "0");
    CHECK(read("00012") == "12");
    CHECK(read("1.25") == "1.250000");
}

TEST_CASE("nesting ends at a limit, however it is made") {
    const auto repeat = [](std::string_view text, std::size_t times) {
        std::string out;
        for (std::size_t at = 0; at < times; ++at) out += text;
        return out;
    };
    const std::string message = "nested deeper than " + std::to_string(limits::rule_depth) + " levels";
    const auto problem = [&](const std::string& source) {
        const std::string out = read(source);
        return out.substr(out.find(": ") + 2);
    };
    CHECK(problem(repeat("(", 100'000)) == message);
    CHECK(problem(repeat("f(", 100'000)) == message);
    CHECK(problem(repeat("[", 100'000)) == message);
    CHECK(problem("a" + repeat(".b", 100'000)) == message);
    CHECK(problem("a" + repeat("[0]", 100'000)) == message);
    CHECK(problem("1" + repeat(" + 1", 100'000)) == message);
    CHECK(read(repeat("not ", 100'000) + "a") == "a");
    const std::size_t fits = limits::rule_depth - 2;
    CHECK(read(repeat("(", fits) + "a" + repeat(")", fits)) == "a");
    // Side by side costs no depth.
    CHECK(read("f(" + repeat("a,", 10'000) + ")").size() > 10'000);
}

TEST_CASE("a rule that is too long is refused") {
    const std::string source(limits::rule_source_bytes + 1, ' ');
    CHECK(read(source).find("the rule is longer than") != std::string::npos);
    CHECK(read(std::string("a and \0 b", 9)) == "1:7: a NUL byte");
}
