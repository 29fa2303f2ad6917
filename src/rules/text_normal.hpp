// A text as a row of plain words: what tells the year, the mail program, the list or the recipient is taken out, and what hides
// words from filters is undone. The text model (text_model.hpp) sees nothing else of a message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::rules {

enum class WordKind : std::uint8_t {
    word,
    number,   ///< "#1" to "#5": the count of digits, 5 and more alike
    money,    ///< "$1" below 100, "$2" below 1,000, "$3" below 100,000, "$4"
    percent,  ///< "%"
    phone,    ///< "<phone>"
    wallet,   ///< "<wallet>": the form of a Bitcoin or Ethereum address
    date,     ///< "<date>": a year, a date, a time of day, the name of a month or day
    address,  ///< "<address>": a mail address
    link,     ///< "<link>": a URL or host name
    code,     ///< "<code>": hexadecimal, a token, letters and digits mixed
};

struct NormalWord {
    WordKind kind = WordKind::word;
    bool line_start = false;  ///< the first word of its line
    std::uint32_t at = 0;     ///< in NormalText::letters
    std::uint32_t size = 0;
    std::uint32_t source_at = 0;  ///< where it stands in the text that was given
    std::uint32_t source_end = 0;
    std::uint32_t hash = 0;  ///< of the letters
};

struct NormalText {
    std::string letters;  ///< all words, one behind the other
    std::vector<NormalWord> words;
    std::uint32_t content_words = 0;  ///< of kind word
    std::uint32_t exclamations = 0;   ///< "!"
    std::uint32_t shouted = 0;        ///< words of four letters and more in capitals
    std::uint32_t disguised = 0;      ///< words with look-alike, decorative or invisible characters within
    std::uint32_t spaced = 0;         ///< words written with a blank after each letter
    bool truncated =
        false;  ///< limits::text_model_bytes or limits::text_model_words was reached; the rest was not seen

    [[nodiscard]] std::string_view word(const NormalWord& word) const {
        return std::string_view(letters).substr(word.at, word.size);
    }
};

/// Linear in the text. Not seen: quoted lines (">"), footers of mailing lists, place-holders of templates ("{{name}}"), runs of
/// one character ("xxxx"). Accents are taken off ("é" is "e"), look-alikes in a Latin word are Latin, a digit within a word is
/// the letter that it stands for ("acc0unt").
[[nodiscard]] NormalText normal_text(std::string_view text);

/// The words with one blank between them, for tests and for people.
[[nodiscard]] std::string to_string(const NormalText& text);

/// The hash of a word as NormalWord has it: FNV-1a.
[[nodiscard]] constexpr std::uint32_t word_hash(std::string_view letters) {
    constexpr std::uint32_t basis = 2166136261U, prime = 16777619U;
    std::uint32_t hash = basis;
    for (const char c : letters) hash = (hash ^ static_cast<unsigned char>(c)) * prime;
    return hash;
}

}  // namespace tocsin::rules
