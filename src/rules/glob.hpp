// Patterns of `strings.like` and `strings.ilike` (reference of MQL, 5.4), parsed once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/strings.hpp"

namespace tocsin::rules {

/// A pattern that must fit a whole text: `*` is any run of characters, line breaks too, `?` is exactly one code point,
/// everything else is itself, `[` and `\` too. Never backtracks: each piece between two `*` is taken where it fits first,
/// which is always right, so that the time is at most the length of the text times that of the pattern; `*literal*` is one
/// search for a substring.
class Glob {
public:
    explicit Glob(std::string_view pattern);

    [[nodiscard]] bool matches(std::string_view text, Case mode) const;
    /// matches(text, Case::folded) for a text that went through fold() already, for many patterns on one text.
    [[nodiscard]] bool matches_folded(std::string_view folded_text) const;

private:
    /// So many characters of any kind, then these bytes.
    struct Piece {
        std::size_t any = 0;
        std::string literal;
    };
    /// What stands between two `*`; empty for nothing.
    using Segment = std::vector<Piece>;

    static std::vector<Segment> parse(std::string_view pattern);
    static bool matches(std::string_view text, const std::vector<Segment>& segments);
    static std::optional<std::size_t> match_at(std::string_view text, std::size_t at, const Segment& segment);
    static std::optional<std::size_t> find_segment(std::string_view text, std::size_t from,
                                                   const Segment& segment);
    static bool match_at_end(std::string_view text, std::size_t from, const Segment& segment);

    std::vector<Segment> exact_, folded_;
};

}  // namespace tocsin::rules
