// All constant texts, globs and regular expressions that rules look for, so that one pass over a text tells which of them can
// be in it.
#pragma once

#include <array>
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
#include "rules/constant_index.hpp"
#include "rules/number_set.hpp"
#include "rules/regexes.hpp"
#include "rules/strings.hpp"
#include "rules/text_pieces.hpp"

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
/// True: what fits a text fits one that goes on behind it, too, so that a limit which cut the text takes nothing from it.
[[nodiscard]] bool holds_in_more(MatchMode mode);
/// What kind of text patterns are asked of. Each kind has a search of its own: it costs a byte the more, the more texts it looks
/// for, and a page, the longest of all, is asked for few.
enum class TextKind : std::uint8_t { name, prose, page };
inline constexpr std::size_t text_kinds = 3;

/// The constant patterns of one call, side by side in the book. Any of them is enough.
struct PatternGroup {
    MatchMode mode = MatchMode::contains;
    Case letters = Case::exact;
    TextKind kind = TextKind::name;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    bool holds_in_more = false;  ///< what fits a text fits one that goes on behind it, too
};

class Literals;  // literals.hpp
class Glob;      // glob.hpp

/// A text on which patterns are tried; what was found out about it is kept for the next question.
class ProbedText {
public:
    explicit ProbedText(std::string_view text) : text_(text) {}
    [[nodiscard]] std::string_view text() const { return text_; }

    /// With small letters, made once. See strings.hpp.
    [[nodiscard]] std::string_view folded();

private:
    friend class PatternBook;
    std::string_view text_;
    std::string folded_;
    bool is_folded_ = false;
    std::array<bool, text_kinds> is_searched_{};  ///< as a text of that kind
    NumberSet found_;                             ///< numbers of the words in it, of those kinds
    std::unique_ptr<TextPieces> pieces_;          ///< once asked for
};

/// Counts the cost of a search that is about to be done; false: the budget is spent, and it is not to be done.
using Spend = std::function<bool(const RegexCost& cost)>;

/// One pattern that is known only now. nullopt: nobody knows, because it is a regular expression that cannot be used, or the
/// budget is spent.
[[nodiscard]] std::optional<bool> matches_once(MatchMode mode, Case letters, ProbedText& text,
                                               std::string_view pattern, const Spend& spend);

/// Filled while rules are compiled, then finished once and only read.
class PatternBook {
public:
    PatternBook();
    ~PatternBook();
    PatternBook(PatternBook&&) noexcept;
    PatternBook& operator=(PatternBook&&) noexcept;

    /// Errors: invalid_input with the pattern's number (from 0) in front of what is wrong with it.
    [[nodiscard]] Result<PatternGroup> add(MatchMode mode, Case letters, TextKind kind,
                                           std::span<const std::string_view> patterns);
    /// Makes the search for all of them. Errors: limit, unavailable.
    [[nodiscard]] Result<void> finish();

    /// True if the text fits one of the patterns. `text` is valid UTF-8. Each regular expression that is tried is paid for, a
    /// pass over the text for all other patterns is the caller's to pay for. nullopt: the budget is spent.
    [[nodiscard]] std::optional<bool> matches(const PatternGroup& group, ProbedText& text,
                                              const Spend& spend) const;

    /// False: no expression of the group can match anywhere in the text.
    [[nodiscard]] bool may_match(const PatternGroup& group, ProbedText& text) const;

    /// False: no piece of the text fits a pattern of the group. True says nothing.
    [[nodiscard]] bool may_match_within(const PatternGroup& group, ProbedText& text) const;

    /// Numbers of all constant texts and pieces of expressions, of three bytes or more, that stand in `text`, sorted. Two texts
    /// with the same numbers are the same to every search for a constant.
    [[nodiscard]] std::vector<std::uint32_t> constants_in(std::string_view text) const;

private:
    struct Pattern;

    void search(ProbedText& text, TextKind kind) const;
    [[nodiscard]] bool may_hold(std::uint32_t piece, ProbedText& text, TextKind kind) const;
    [[nodiscard]] bool may_match(std::uint32_t regex, ProbedText& text, TextKind kind) const;
    [[nodiscard]] bool matches(const Pattern& pattern, const PatternGroup& group, ProbedText& text) const;
    [[nodiscard]] std::optional<bool> matches_regex(const PatternGroup& group, ProbedText& text,
                                                    const Spend& spend) const;
    [[nodiscard]] Result<void> add_one(const PatternGroup& group, std::string_view text, Pattern& pattern);
    [[nodiscard]] std::uint32_t word(std::string_view folded, TextKind kind);
    void note_needs(std::uint32_t regex);
    [[nodiscard]] std::uint32_t unsearched(const std::string& folded);
    [[nodiscard]] std::uint32_t piece(std::string_view piece, std::uint8_t kinds);

    std::vector<Pattern> patterns_;
    std::unordered_map<std::string, std::uint32_t> word_numbers_;
    std::unordered_map<std::string, std::uint32_t> regex_numbers_;
    std::unordered_map<std::string, PatternGroup> groups_;
    std::vector<std::string> words_;         ///< texts and pieces of expressions, folded
    std::vector<std::uint8_t> word_kinds_;   ///< a bit for each kind of text in which the word is looked for
    std::vector<std::uint8_t> regex_kinds_;  ///< the same of expressions
    std::unique_ptr<Regexes> regexes_;
    std::vector<std::unique_ptr<Glob>> globs_;
    std::array<std::unique_ptr<Literals>, text_kinds> searches_;
    std::vector<std::uint32_t>
        pieces_at_;                      ///< where an expression's pieces begin in pieces_, and then the end
    std::vector<std::uint32_t> pieces_;  ///< numbers of words, or of what is not searched for
    std::vector<std::uint32_t> needs_at_;  ///< where an expression's needs begin in needs_, and then the end
    std::vector<std::uint32_t> needs_;     ///< clauses, each behind the count of its pieces
    std::unordered_map<std::string, std::uint32_t> unsearched_numbers_;
    std::vector<std::string> unsearched_;  ///< pieces of expressions, folded, that are not searched for
    ConstantIndex constants_;              ///< all of words_ and unsearched_
};

}  // namespace tocsin::rules
