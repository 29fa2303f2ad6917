// One character of a text as the text model sees it: accents, capitals, styles and look-alikes undone.
#pragma once

#include <cstdint>
#include <string_view>

namespace tocsin::rules {

enum class LetterKind : std::uint8_t {
    space,      ///< white space
    letter,     ///< of any script; `plain` is its small form without accents
    lookalike,  ///< a Greek, Cyrillic or other letter that is drawn like the Latin letter `latin`
    styled,  ///< a Latin letter from a decorative block (mathematical, circled, full width); counts as `plain`
    digit,
    syllable,  ///< of a script without blanks between words (Han, Kana, Thai)
    invisible,  ///< no width of its own: zero-width characters, soft hyphens, combining marks, variation selectors
    apostrophe,
    currency,
    other,  ///< punctuation and pictures
};

struct Letter {
    LetterKind kind = LetterKind::other;
    char32_t plain = 0;     ///< folded: "É" is "e"; digits of every script are '0' to '9'
    char second = 0;        ///< of letters that fold to two: "ß" is "ss", "æ" is "ae"
    char latin = 0;         ///< for lookalike
    std::uint8_t size = 1;  ///< bytes taken
    bool capital = false;
    bool hides = false;  ///< of invisible ones: has no use within a Latin word but to hide it from filters
};

/// The character that begins at `at` (< text.size()). Never fails: a byte that is no UTF-8, and U+FFFD, are invisible.
/// Two characters that are UTF-8 read as Latin-1 ("Ã©") are taken as the one that was meant.
[[nodiscard]] Letter letter_at(std::string_view text, std::size_t at);

/// Appends the UTF-8 form of a code point that letter_at() gave.
std::size_t encode_letter(char32_t letter, char* out);

}  // namespace tocsin::rules
