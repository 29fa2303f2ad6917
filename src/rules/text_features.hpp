// A text as a set of numbers: which words, pairs of words, beginnings of words and signs it has. The trainer and the model use
// this one function, so that a text is the same thing to both.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "rules/text_lexicon.hpp"
#include "rules/text_normal.hpp"

namespace tocsin::rules {

/// Features fall into 2^18 buckets by hash ("hashing trick"; Weinberger et al., "Feature hashing for large scale multitask
/// learning", 2009): no table of words in the file, and a new word costs nothing.
inline constexpr unsigned feature_bits = 18;
inline constexpr std::size_t feature_buckets = std::size_t{1} << feature_bits;

struct Feature {
    static constexpr std::uint32_t no_word = 0xFFFFFFFF;
    std::uint32_t bucket = 0;
    std::uint32_t word =
        no_word;  ///< where it stood first: index into the words of `text`; behind them those of the subject
};

/// One text as words, with what the lexicon knows of them.
struct ReadWords : NormalText {
    std::vector<Hit> hits;
};
[[nodiscard]] std::shared_ptr<const ReadWords> read_words(std::string_view text, const Lexicon& lexicon);

/// What was read of one message, on the way to its features and to everything else that is said about it. Both are always set.
struct ReadText {
    std::shared_ptr<const ReadWords> subject, text;
    [[nodiscard]] std::uint32_t content_words() const { return subject->content_words + text->content_words; }
};
/// The subject without "Re:", "Fwd:" and the like, and without "[list]" in front. Linear.
[[nodiscard]] std::string_view bare_subject(std::string_view subject);

[[nodiscard]] ReadText read_text(std::string_view text, std::string_view subject, const Lexicon& lexicon);

/// Each bucket once, in the order of the text; limits::text_features at most. Linear, the same on every machine.
[[nodiscard]] std::vector<Feature> text_features(const ReadText& read, const Lexicon& lexicon);

}  // namespace tocsin::rules
