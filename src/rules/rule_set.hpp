// All rules that are loaded, and what they say of a message.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "rules/compiler.hpp"
#include "rules/evaluation.hpp"
#include "rules/function.hpp"
#include "rules/graph.hpp"
#include "rules/lists.hpp"
#include "rules/load_notices.hpp"
#include "rules/pictures_read.hpp"
#include "rules/rule_file.hpp"

namespace tocsin::rules {

/// One of the conditions that a rule joins with `and`, by itself: to say of a message which of them holds.
struct RuleClause {
    std::string source;    ///< as its author wrote it, on one line
    std::size_t line = 1;  ///< of the file
    NodeId root = 0;
    const Type* type = nullptr;
};
/// Whether clauses are compiled too: it costs as much again as the rules themselves.
enum class Clauses : std::uint8_t { left_out, kept };

/// A rule that is loaded.
struct Rule {
    RuleFile file;
    NodeId root = 0;
    const Type* type = nullptr;
    Missing needs =
        0;  ///< what it may have to ask and this program alone cannot tell; history is the daemon's
    std::optional<NodeId> shows;    ///< worth a text: what it saw
    std::vector<Problem> warnings;  ///< lines are those of the file
    std::vector<RuleClause> clauses;
};

/// A rule that could not be loaded.
struct Rejected {
    std::string path;
    Problem problem;  ///< the line is that of the file
};

/// `no_match` is certain; a message of which a limit hid a part gets `undecided` in its place.
enum class Answer : std::uint8_t { no_match, match, undecided };
[[nodiscard]] std::string_view to_string(Answer answer);

struct RuleAnswer {
    const Rule* rule = nullptr;
    Answer answer = Answer::no_match;
    Missing missing = 0;  ///< why it is undecided
    std::uint64_t steps = 0;
};

/// What Surroundings will hold when rules are asked: what is not here, rules are known to need (Rule::needs).
struct AtHand {
    bool text_model = false;
    PicturesRead pictures = PicturesRead::no;
};

/// Rules, their graph and their lists. Filled by add(), ended by finish(), then only read. A rule with a problem is rejected,
/// with its file, line and column; the others are not touched by it.
class RuleSet {
public:
    /// `lists` must outlive the set and not change.
    explicit RuleSet(const Lists& lists, AtHand at_hand = {});
    RuleSet(const RuleSet&) = delete;
    RuleSet& operator=(const RuleSet&) = delete;

    /// From the next rule on, clauses are compiled too.
    void keep_clauses() { clauses_ = Clauses::kept; }
    /// One rule file. A rule whose id (without one: name), type and source are those of another is left out and told in
    /// passed_over(): it would count twice.
    void add(std::string_view yaml, const std::string& path);
    /// All rule files below `folder` (look_into_rule_folder), in the order of their names. What was reached before, by another
    /// name or through a link, is left out and told in passed_over(). Errors: not_found, io, limit (limits::rule_files); a file
    /// by itself never fails the folder.
    [[nodiscard]] Result<void> add_folder(const std::string& folder);
    /// Errors: unavailable, limit.
    [[nodiscard]] Result<void> finish();

    [[nodiscard]] const std::vector<Rule>& rules() const { return rules_; }
    /// All rules, the cheap ones first.
    [[nodiscard]] const std::vector<const Rule*>& order_of_asking() const { return order_; }
    [[nodiscard]] const std::vector<Rejected>& rejected() const { return rejected_; }
    /// What looked like a rule, or may have been one, and was not loaded, although nothing is wrong with it.
    [[nodiscard]] const LoadNotices& passed_over() const { return passed_over_; }
    [[nodiscard]] const Functions& functions() const { return functions_; }
    [[nodiscard]] const PatternBook& patterns() const { return patterns_; }
    [[nodiscard]] const Graph& graph() const { return graph_; }
    [[nodiscard]] const Lists& lists() const { return lists_; }

    /// Names of what is missing, sorted: "link_analysis", "$tranco_1m".
    [[nodiscard]] std::vector<std::string> names_of(Missing missing) const;

    /// What one rule says; Evaluation::begin() was called for the message.
    [[nodiscard]] RuleAnswer ask(const Rule& rule, Evaluation& evaluation) const;

private:
    void reject(const std::string& path, Problem problem) { rejected_.push_back({path, std::move(problem)}); }
    void add_file(const std::filesystem::path& path);
    const ListView* find_list(std::string_view name);
    void fill(ListView& view);
    Missing list_bit(const std::string& name);
    [[nodiscard]] std::optional<Problem> compile_shows(const Language& language, Rule& rule);
    void compile_clauses(const SyntaxTree& tree, const Language& language, Rule& rule);

    const Lists& lists_;
    Types types_;
    Functions functions_;
    const ObjectType* message_ = nullptr;
    Graph graph_;
    PatternBook patterns_;
    std::map<std::string, std::unique_ptr<ListView>, std::less<>> views_;
    std::deque<std::vector<Value>> list_items_;
    std::vector<std::string> list_bits_;  ///< names of absent lists, in the order of their bits
    Clauses clauses_ = Clauses::left_out;
    std::vector<Rule> rules_;
    std::vector<const Rule*> order_;
    std::vector<Rejected> rejected_;
    LoadNotices passed_over_;
    std::map<std::string, std::string> folders_, files_;  ///< real path to the path as it was named
    std::map<Hash256, std::string> sources_;              ///< digest of a rule to the path of its file
};

}  // namespace tocsin::rules
