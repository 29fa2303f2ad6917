// All constant texts, globs and regular expressions that rules look for, so that one pass over a text tells which of them can
// be in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "rules/number_set.hpp"
#include "rules/regexes.hpp"
#include "rules/strings.hpp"

namespace tocsin::rules {

/// What a group of patterns asks of a text.
enum class MatchMode : std::uint8_t {
    contains,
    starts_with,
    ends_with,
    glob,  ///< the whole text is like it
    regex_contains,
    regex_matches,  ///< the whole text
};
/// The constant patterns of one call, side by side in the book. Any of them is enough.
struct PatternGroup {
    MatchMode mode = MatchMode::contains;
    Case letters = Case::exact;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

class Literals;  // literals.hpp
class Glob;      // glob.hpp

/// Which regexes the pieces found in a text allow, for every set of pieces that was seen; of one book.
class RegexMemo {
public:
    /// Between messages: forgets everything when it is too much (limits::regex_memo_sets).
    void trim() {
        if (possible_.size() > limits::regex_memo_sets) possible_.clear();
    }

private:
    friend class PatternBook;
    std::unordered_map<std::string, NumberSet> possible_;  ///< by the bytes of the sorted pieces
};

/// A text on which patterns are tried; what was found out about it is kept for the next question.
class ProbedText {
public:
    ProbedText(std::string_view text, RegexMemo& memo) : text_(text), memo_(&memo) {}
    [[nodiscard]] std::string_view text() const { return text_; }

private:
    friend class PatternBook;
    std::string_view text_;
    RegexMemo* memo_;
    std::string folded_;
    bool is_folded_ = false;
    bool is_searched_ = false;
    std::vector<std::uint32_t> found_;    ///< numbers of the literals in it
    NumberSet literals_;                  ///< the same
    const NumberSet* regexes_ = nullptr;  ///< numbers of the regexes that may match
};

/// Counts the cost of a search that is about to be done; false: the budget is spent, and it is not to be done.
using Spend = std::function<bool(const RegexCost& cost)>;

/// One pattern that is known only now. nullopt: nobody knows, because it is a regular expression that cannot be used, or the
/// budget is spent.
[[nodiscard]] std::optional<bool> matches_once(MatchMode mode, Case letters, std::string_view text,
                                               std::string_view pattern, const Spend& spend);

/// Filled while rules are compiled, then finished once and only read.
class PatternBook {
public:
    PatternBook();
    ~PatternBook();
    PatternBook(PatternBook&&) noexcept;
    PatternBook& operator=(PatternBook&&) noexcept;

    /// Errors: invalid_input with the pattern's number (from 0) in front of what is wrong with it.
    [[nodiscard]] Result<PatternGroup> add(MatchMode mode, Case letters,
                                           std::span<const std::string_view> patterns);
    /// Makes the search for all of them. Errors: limit, unavailable.
    [[nodiscard]] Result<void> finish();

    /// True if the text fits one of the patterns. `text` is valid UTF-8. Each regular expression that is tried is paid for, a
    /// pass over the text for all other patterns is the caller's to pay for. nullopt: the budget is spent.
    [[nodiscard]] std::optional<bool> matches(const PatternGroup& group, ProbedText& text,
                                              const Spend& spend) const;

    /// False: no expression of the group can match anywhere in the text.
    [[nodiscard]] bool may_match(const PatternGroup& group, ProbedText& text) const;

    /// Numbers of all constant texts and pieces of expressions that stand in `text`, sorted. Two texts with the same numbers are
    /// the same to every search for a constant.
    [[nodiscard]] std::vector<std::uint32_t> constants_in(std::string_view text) const;

    [[nodiscard]] std::size_t literal_count() const;
    [[nodiscard]] std::size_t regex_count() const;

private:
    struct Pattern;

    void fold_text(ProbedText& text) const;
    void search(ProbedText& text) const;
    void sort_out(ProbedText& text) const;
    [[nodiscard]] bool matches(const Pattern& pattern, const PatternGroup& group, ProbedText& text) const;
    [[nodiscard]] std::optional<bool> matches_regex(const PatternGroup& group, ProbedText& text,
                                                    const Spend& spend) const;
    [[nodiscard]] Result<void> add_one(MatchMode mode, Case letters, std::string_view text, Pattern& pattern);
    [[nodiscard]] std::uint32_t literal(std::string_view folded);

    std::vector<Pattern> patterns_;
    std::unordered_map<std::string, std::uint32_t> literal_numbers_;
    std::unordered_map<std::string, std::uint32_t> regex_numbers_;
    std::unordered_map<std::string, PatternGroup> groups_;
    std::vector<std::string> literals_;
    std::unique_ptr<Regexes> regexes_;
    std::vector<std::unique_ptr<Glob>> globs_;
    std::unique_ptr<Literals> search_;
    /// Of each text of the search, the pieces of the regexes that it is; two pieces may fold to one text.
    std::vector<std::vector<std::uint32_t>> pieces_of_literal_;
};

}  // namespace tocsin::rules
