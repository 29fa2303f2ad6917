// Any bytes as a rule file, as the source of a rule, and as tokens: refused with a place that exists, or loaded; and what was
// loaded leaves the set usable.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "rules/lexer.hpp"
#include "rules/parser.hpp"
#include "rules/rule_set.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

/// Clauses are compiled one by one; of a rule of thousands of them that alone would fill the time.
constexpr std::size_t clauses_size_max = 2'000;

void check_place(const Problem& problem, std::string_view text) {
    require(!problem.message.empty() && problem.line >= 1 && problem.column >= 1);
    std::size_t lines = 1;
    for (const char letter : text) lines += letter == '\n' || letter == '\r' ? 1U : 0U;
    require(problem.line <= lines + 1);
}

void check_tree(const SyntaxTree& tree) {
    require(tree.root < tree.nodes.size());
    for (const SyntaxNode& node : tree.nodes)
        for (const SyntaxId child : node.children) require(child < tree.nodes.size());
}

const Lists& lists() {
    static const Lists filled = [] {
        Lists made;
        require(made.set("words", std::vector<std::string>{"one", "two"}).has_value());
        require(made.set_vips({{"Anna Smith", "anna@example.org"}}).has_value());
        return made;
    }();
    return filled;
}

void load(std::string_view yaml, std::string_view whole) {
    RuleSet set(lists(), {.text_model = true});
    if (whole.size() <= clauses_size_max) set.keep_clauses();
    set.add(yaml, "fuzz.yml");
    require(set.rules().size() + set.rejected().size() == 1);
    for (const Rejected& one : set.rejected()) check_place(one.problem, yaml);
    for (const Rule& rule : set.rules()) {
        require(rule.root < set.graph().size() && rule.type != nullptr);
        for (const Problem& warning : rule.warnings) check_place(warning, yaml);
        for (const RuleClause& clause : rule.clauses) require(clause.root < set.graph().size());
        static_cast<void>(set.names_of(rule.needs));
    }
    // A rule that was refused harms no other.
    set.add("name: good\nsource: type.inbound\n", "good.yml");
    require(!set.rules().empty() && set.rules().back().file.name == "good");
    static_cast<void>(set.finish());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto tree = parse(text))
        check_tree(*tree);
    else
        check_place(tree.error(), text);
    load(text, text);
    std::string yaml = "name: a\nsource: |\n  ";
    for (const char letter : text) yaml += letter == '\n' ? std::string("\n  ") : std::string(1, letter);
    load(yaml, text);
    return 0;
}
