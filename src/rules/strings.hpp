// Text functions of the rule language (reference of MQL, 5.4) over UTF-8. Nothing here knows values or null.
//
// Texts of a Message are valid UTF-8. Other bytes harm nothing here: they are equal to themselves only, and each maximal piece
// of a broken sequence counts as one character, as in mail::next_code_point().
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace tocsin::rules {

/// Whether `A` and `a` are the same. `folded` means Unicode simple case folding, see fold().
enum class Case { exact, folded };

/// Unicode simple case folding (CaseFolding.txt, status C and S): one code point becomes one code point, so "ß" is not "ss",
/// and the dotted capital I of Turkish stays. The result may have another number of bytes (the Kelvin sign becomes "k"),
/// unlike that of tocsin::fold_case(). Linear.
///
/// Whoever compares one long text with many needles folds each once and asks with Case::exact.
[[nodiscard]] std::string fold(std::string_view text);
/// The same in place of what `out` was, whose memory is used again.
void fold_into(std::string& out, std::string_view text);

/// fold(left) == fold(right), without making them.
[[nodiscard]] bool equal_folded(std::string_view left, std::string_view right);

/// Whether `needle` stands in `text`, at its begin, at its end. The empty needle stands everywhere.
[[nodiscard]] bool contains(std::string_view text, std::string_view needle, Case mode);
[[nodiscard]] bool starts_with(std::string_view text, std::string_view prefix, Case mode);
[[nodiscard]] bool ends_with(std::string_view text, std::string_view suffix, Case mode);

/// How often `needle` stands in `text`, without overlaps, from the left: "aaa" has one "aa". The empty needle stands before
/// every character and at the end, as in Go.
[[nodiscard]] std::size_t count(std::string_view text, std::string_view needle, Case mode);

/// Number of code points.
[[nodiscard]] std::size_t length(std::string_view text);

/// Position of the first `needle` in `text` from byte `from` on, or npos. As std::string_view::find(), but without its weak
/// spot, texts full of the needle's first letter.
[[nodiscard]] std::size_t find(std::string_view text, std::string_view needle, std::size_t from = 0);

/// An edit distance, or what is known of it.
struct EditDistance {
    enum class Kind {
        exact,  ///< `value` is the distance
        above,  ///< more than the cut-off; `value` is a lower bound, greater than the cut-off
        too_long,  ///< a text is longer than limits::edit_distance_characters; `value` is a lower bound, within the cut-off
    };
    Kind kind = Kind::exact;
    std::size_t value = 0;

    friend bool operator==(const EditDistance&, const EditDistance&) = default;
};

inline constexpr std::size_t no_cut_off = std::numeric_limits<std::size_t>::max();

/// Levenshtein distance in code points: insert, delete and substitute cost 1, swapping two neighbours costs 2.
///
/// Texts whose lengths differ by more than `cut_off` are not compared, however long they are. Otherwise 64 rows are computed
/// at once (Myers 1999, in the form of Hyyrö 2003), which is faster than a band at the lengths allowed: two texts of
/// limits::edit_distance_characters take about half a millisecond, two names some hundred nanoseconds.
[[nodiscard]] EditDistance levenshtein(std::string_view left, std::string_view right, Case mode,
                                       std::size_t cut_off = no_cut_off);

}  // namespace tocsin::rules
