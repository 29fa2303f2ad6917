#include "rules/text_language.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "rules/text_letters.hpp"

namespace tocsin::rules {

namespace {

struct Script {
    char32_t first, last;
    std::string_view language;
};
/// Scripts that one language has for itself, or nearly so. Han alone is Chinese; with Kana it is Japanese.
constexpr std::array scripts = {Script{0x0370, 0x03FF, "greek"},    Script{0x0590, 0x05FF, "hebrew"},
                                Script{0x0600, 0x06FF, "arabic"},   Script{0x0900, 0x097F, "hindi"},
                                Script{0x0E00, 0x0E7F, "thai"},     Script{0x10A0, 0x10FF, "georgian"},
                                Script{0x3040, 0x30FF, "japanese"}, Script{0xFF66, 0xFF9D, "japanese"},
                                Script{0xAC00, 0xD7A3, "korean"},   Script{0x4E00, 0x9FFF, "chinese"}};
constexpr std::size_t japanese = 6, half_width = 7, chinese = 9;

/// Words per script, by their first letter.
class ScriptCounts {
public:
    void add(const NormalText& text) {
        for (const NormalWord& word : text.words) {
            if (word.kind != WordKind::word) continue;
            ++words_;
            if (static_cast<unsigned char>(text.letters[word.at]) < 0x80) continue;
            // A word of two syllables may begin with Han and end with Kana.
            for (std::size_t at = word.at, taken = 0; taken < 2 && at < word.at + word.size; ++taken) {
                const Letter letter = letter_at(text.letters, at);
                at += letter.size;
                count(letter.plain);
            }
        }
    }
    /// The language of the script that most words have, or nothing.
    [[nodiscard]] std::string_view language() {
        const std::size_t kana = counts_[japanese] + counts_[half_width];
        if (kana > 0 && 10 * kana > counts_[chinese])
            counts_[japanese] = kana + counts_[chinese], counts_[chinese] = 0;
        const auto most = std::ranges::max_element(counts_);
        return *most > words_ / 2 ? scripts[static_cast<std::size_t>(most - counts_.begin())].language
                                  : std::string_view();
    }

private:
    void count(char32_t letter) {
        for (std::size_t i = 0; i < scripts.size(); ++i)
            if (letter >= scripts[i].first && letter <= scripts[i].last) ++counts_[i];
    }
    std::array<std::size_t, scripts.size()> counts_{};
    std::size_t words_ = 0;
};

}  // namespace

std::string_view text_language(const ReadText& read, const Lexicon& lexicon) {
    ScriptCounts script;
    script.add(*read.subject);
    script.add(*read.text);
    if (const std::string_view language = script.language(); !language.empty()) return language;

    std::vector<std::size_t> found(lexicon.concepts().size());
    for (const std::vector<Hit>* hits : {&read.text->hits, &read.subject->hits})
        for (const Hit& hit : *hits)
            if (lexicon.concepts()[hit.concept_index].kind == ConceptKind::language)
                ++found[hit.concept_index];
    const auto most = std::ranges::max_element(found);
    // One word in twelve: texts of words alone ("Installation complete 4.2") have no language for our purpose.
    constexpr std::size_t words_per_hit = 12;
    if (most == found.end() || *most == 0 || *most * words_per_hit < read.content_words()) return "unknown";
    return lexicon.concepts()[static_cast<std::size_t>(most - found.begin())].name;
}

}  // namespace tocsin::rules
