// Regular expressions of the rules (RE2 syntax): compiled once, and sorted out by the texts that they need.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "rules/strings.hpp"

namespace tocsin::rules {

enum class RegexPart : std::uint8_t { anywhere, whole_text };

enum class Groups : std::uint8_t { left_out, kept };

/// Steps that a search takes from the budgets (rules/evaluation.hpp) of its rule, and, not less, of the message.
struct RegexCost {
    std::uint64_t rule = 0;
    std::uint64_t message = 0;
};

/// One hit of an expression.
struct RegexMatch {
    std::string_view full_match;
    std::vector<std::string_view> groups;  ///< of 1 and up; a group that took no part is empty
};

/// One expression by itself. `(?<name>` is understood as `(?P<name>`.
class Regex {
public:
    /// Errors: invalid_input with what RE2 says.
    [[nodiscard]] static Result<Regex> compile(std::string_view pattern, Case letters);
    Regex(Regex&&) noexcept;
    Regex& operator=(Regex&&) noexcept;
    ~Regex();

    [[nodiscard]] bool matches(std::string_view text, RegexPart part) const;
    /// Whether a hit begins at `from` or behind it; what stands before is seen by `^` and `\b`.
    [[nodiscard]] bool matches_behind(std::string_view text, std::size_t from) const;
    /// What a search in so many bytes costs.
    [[nodiscard]] RegexCost cost(std::size_t bytes) const;
    /// The first hit in the bytes from `from` up to `until`; what stands around them counts for `^`, `$` and `\b`. With
    /// Groups::left_out, only `full_match` is told, which costs far less.
    [[nodiscard]] std::optional<RegexMatch> find(std::string_view text, std::size_t from, std::size_t until,
                                                 Groups groups) const;
    /// Names of groups, with their number from 1.
    [[nodiscard]] const std::vector<std::pair<std::string, int>>& group_names() const;

private:
    struct Compiled;
    explicit Regex(std::unique_ptr<Compiled> compiled);
    std::unique_ptr<Compiled> compiled_;
};

/// What must stand in a text before an expression can match it: of each clause one piece, by its place in Regexes::pieces(). A
/// necessary condition, not a sufficient one; without a clause, any text may match.
struct RegexNeeds {
    std::vector<std::vector<int>> clauses;
};

/// Expressions, each once, and what must stand in a text before one is worth trying.
class Regexes {
public:
    Regexes();
    ~Regexes();
    Regexes(Regexes&&) noexcept;
    Regexes& operator=(Regexes&&) noexcept;

    /// Its number, counted from 0. Errors: invalid_input with what RE2 says.
    [[nodiscard]] Result<std::uint32_t> add(std::string_view pattern, Case letters);
    [[nodiscard]] std::size_t size() const;
    /// What `number` needs. Takes milliseconds for an expression with hundreds of words; nothing for one with more than
    /// limits::regex_pieces_learnt.
    [[nodiscard]] RegexNeeds needs(std::uint32_t number) const;
    /// False: `number` matches no text that has only these of its pieces. Exact, and dearer than needs(): a microsecond or more.
    [[nodiscard]] bool may_match(std::uint32_t number, const std::vector<int>& pieces_found) const;
    /// Texts that are to be looked for after lower-casing both.
    [[nodiscard]] const std::vector<std::string>& pieces(std::uint32_t number) const;
    [[nodiscard]] bool matches(std::uint32_t number, std::string_view text, RegexPart part) const;
    /// What matches() costs.
    [[nodiscard]] RegexCost cost(std::uint32_t number, std::size_t bytes) const;

private:
    struct Compiled;
    std::vector<std::unique_ptr<Compiled>> compiled_;
};

}  // namespace tocsin::rules
