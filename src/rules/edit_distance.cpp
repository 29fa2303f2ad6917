#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "mail/charset.hpp"
#include "rules/strings.hpp"

namespace tocsin::rules {

namespace {

constexpr std::size_t word_bits = 64;
constexpr std::size_t ascii_characters = 128;

std::vector<char32_t> code_points(std::string_view text) {
    std::vector<char32_t> out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) out.push_back(mail::next_code_point(text, at));
    return out;
}

/// Takes away what two texts have in common at both ends: it costs nothing to keep.
void trim_common_ends(std::vector<char32_t>& left, std::vector<char32_t>& right) {
    const auto differ = std::ranges::mismatch(left, right);
    left.erase(left.begin(), differ.in1);
    right.erase(right.begin(), differ.in2);
    while (!left.empty() && !right.empty() && left.back() == right.back()) {
        left.pop_back();
        right.pop_back();
    }
}

/// For each character the rows of one block (up to 64 rows of the matrix) in which it stands.
class RowsOfCharacter {
public:
    explicit RowsOfCharacter(std::span<const char32_t> rows) {
        for (std::size_t row = 0; row < rows.size(); ++row) {
            const std::uint64_t bit = std::uint64_t{1} << row;
            if (rows[row] < ascii_characters)
                ascii_[rows[row]] |= bit;
            else
                add(rows[row], bit);
        }
        std::ranges::sort(others_);
    }
    [[nodiscard]] std::uint64_t of(char32_t character) const {
        if (character < ascii_characters) return ascii_[character];
        const auto found =
            std::ranges::lower_bound(others_, character, {}, &std::pair<char32_t, std::uint64_t>::first);
        return found != others_.end() && found->first == character ? found->second : 0;
    }

private:
    void add(char32_t character, std::uint64_t bit) {
        const auto same = std::ranges::find(others_, character, &std::pair<char32_t, std::uint64_t>::first);
        if (same != others_.end())
            same->second |= bit;
        else
            others_.emplace_back(character, bit);
    }
    std::array<std::uint64_t, ascii_characters> ascii_{};
    std::vector<std::pair<char32_t, std::uint64_t>> others_;
};

/// One block of rows against all columns. `steps` holds, for each column, the difference (-1, 0, 1) between the last cell
/// above the block and its left neighbour; on return, the same for the block's last row. G. Myers, "A fast bit-vector
/// algorithm for approximate string matching" (1999), figure 8, in the names of H. Hyyrö (2003): `plus` and `minus` are the
/// rows that grow or fall by one from the row above them.
void advance_block(std::span<const char32_t> rows, std::span<const char32_t> columns,
                   std::span<std::int8_t> steps) {
    const RowsOfCharacter rows_of(rows);
    const std::uint64_t last_row = std::uint64_t{1} << (rows.size() - 1);
    std::uint64_t plus = ~std::uint64_t{0}, minus = 0;
    for (std::size_t column = 0; column < columns.size(); ++column) {
        const std::uint64_t step_down = steps[column] < 0 ? 1 : 0, step_up = steps[column] > 0 ? 1 : 0;
        const std::uint64_t equal = rows_of.of(columns[column]);
        const std::uint64_t vertical = equal | minus;
        const std::uint64_t seeded = equal | step_down;
        const std::uint64_t diagonal = (((seeded & plus) + plus) ^ plus) | seeded;
        std::uint64_t grows = minus | ~(diagonal | plus);
        std::uint64_t falls = plus & diagonal;
        steps[column] =
            static_cast<std::int8_t>(((grows & last_row) != 0 ? 1 : 0) - ((falls & last_row) != 0 ? 1 : 0));
        grows = (grows << 1U) | step_up;
        falls = (falls << 1U) | step_down;
        plus = falls | ~(vertical | grows);
        minus = grows & vertical;
    }
}

std::size_t distance(std::span<const char32_t> rows, std::span<const char32_t> columns) {
    std::vector<std::int8_t> steps(columns.size(),
                                   1);  // above all rows, each column costs one insertion more
    for (std::size_t at = 0; at < rows.size(); at += word_bits)
        advance_block(rows.subspan(at, std::min(word_bits, rows.size() - at)), columns, steps);
    auto value = static_cast<std::ptrdiff_t>(rows.size());
    for (const std::int8_t step : steps) value += step;
    return static_cast<std::size_t>(value);
}

}  // namespace

EditDistance levenshtein(std::string_view left, std::string_view right, Case mode, std::size_t cut_off) {
    using enum EditDistance::Kind;
    if (mode == Case::folded) return levenshtein(fold(left), fold(right), Case::exact, cut_off);
    const std::size_t left_length = length(left), right_length = length(right);
    const std::size_t at_least = std::max(left_length, right_length) - std::min(left_length, right_length);
    if (at_least > cut_off) return {above, at_least};
    if (std::max(left_length, right_length) > limits::edit_distance_characters) return {too_long, at_least};

    std::vector<char32_t> rows = code_points(left), columns = code_points(right);
    trim_common_ends(rows, columns);
    if (rows.size() > columns.size()) std::swap(rows, columns);
    const std::size_t value = distance(rows, columns);
    return {value > cut_off ? above : exact, value};
}

}  // namespace tocsin::rules
