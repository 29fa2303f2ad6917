// Phrases that say what a text is about, in one table and one pass: topics, tags, entities, languages, and what is counted.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "rules/text_normal.hpp"

namespace tocsin::rules {

enum class ConceptKind : std::uint8_t {
    topic,     ///< a name of the reference, 7.5
    tag,       ///< invoice, payment, purchase_order
    entity,    ///< a name of the reference, 7.2: its text is the phrase, or what stands around it
    language,  ///< words that make sentences; nothing else is said by them
    sign,      ///< counted for the model: "urgency", "call_to_action", ...
};

/// One row: phrases ("|" between them) that stand for something.
struct ConceptRow {
    ConceptKind kind;
    std::string_view name;
    int weight;  ///< of one phrase; a topic or tag needs several
    std::string_view phrases;
};

/// The table, in text_lexicon_words.cpp and text_lexicon_languages.cpp.
[[nodiscard]] std::span<const ConceptRow> concept_rows();
[[nodiscard]] std::span<const ConceptRow> language_rows();

struct Concept {
    ConceptKind kind = ConceptKind::sign;
    std::string_view name;
    int weight = 0;
};

/// A phrase that stands in a text.
struct Hit {
    std::uint16_t concept_index = 0;  ///< into Lexicon::concepts()
    std::uint16_t words = 1;
    std::uint32_t first = 0;   ///< into NormalText::words
    std::uint32_t phrase = 0;  ///< hash: the same phrase again has the same
};

/// The table made ready for looking up. Built once; read-only afterwards.
class Lexicon {
public:
    Lexicon();
    /// All phrases in `text` in order, limits::text_model_hits at most. Linear in its words.
    [[nodiscard]] std::vector<Hit> find(const NormalText& text) const;
    [[nodiscard]] const std::vector<Concept>& concepts() const { return concepts_; }
    /// A word of `kind` language alone.
    [[nodiscard]] bool is_function_word(std::uint32_t word) const;

private:
    static constexpr std::uint16_t no_concept = 0xFFFF;
    /// A phrase, or the beginning of one.
    struct Entry {
        std::uint32_t hash = 0;
        std::uint16_t concept_index = no_concept;
        bool used = false;
        bool goes_on = false;  ///< longer phrases begin like this
        bool function_word = false;
        std::uint16_t next = 0;  ///< one more concept of the same phrase: index + 1 into more_
    };
    struct More {
        std::uint16_t concept_index = 0;
        std::uint16_t next = 0;
    };
    void add_row(const ConceptRow& row);
    void add_phrase(std::string_view phrase, std::uint16_t concept_index, bool function_word);
    [[nodiscard]] const Entry* look_up(std::uint32_t hash) const;
    Entry& slot(std::uint32_t hash);
    void grow();

    std::vector<Concept> concepts_;
    std::vector<Entry> table_;  ///< open addressing, a power of two
    std::vector<More> more_;
    std::size_t used_ = 0;
};

}  // namespace tocsin::rules
