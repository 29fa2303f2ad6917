#include "rules/text_lexicon.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace tocsin::rules {

namespace {

constexpr std::size_t phrase_words_max = 5;
constexpr std::size_t first_table_size = 1U << 13;

std::uint32_t longer(std::uint32_t phrase, std::uint32_t word) {
    constexpr std::uint32_t multiplier = 0x9E3779B1U;
    return (phrase ^ (word >> 3U)) * multiplier + word;
}

std::uint32_t spread(std::uint32_t hash) {
    return hash ^ hash >> 15U;
}

}  // namespace

Lexicon::Lexicon() : table_(first_table_size) {
    for (const ConceptRow& row : concept_rows()) add_row(row);
    for (const ConceptRow& row : language_rows()) add_row(row);
}

void Lexicon::add_row(const ConceptRow& row) {
    const auto index = static_cast<std::uint16_t>(concepts_.size());
    concepts_.push_back({row.kind, row.name, row.weight});
    for (std::string_view rest = row.phrases; !rest.empty();) {
        const std::size_t end = std::min(rest.find('|'), rest.size());
        add_phrase(rest.substr(0, end), index, row.kind == ConceptKind::language);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
}

void Lexicon::add_phrase(std::string_view phrase, std::uint16_t concept_index, bool function_word) {
    const NormalText normal = normal_text(phrase);
    std::uint32_t hash = 0;
    for (std::size_t i = 0; i < normal.words.size(); ++i) {
        hash = i == 0 ? normal.words[i].hash : longer(hash, normal.words[i].hash);
        if (i + 1 < normal.words.size()) slot(hash).goes_on = true;
    }
    if (normal.words.empty() || normal.words.size() > phrase_words_max) return;
    Entry& entry = slot(hash);
    entry.function_word = entry.function_word || function_word;
    if (entry.concept_index == no_concept) {
        entry.concept_index = concept_index;
        return;
    }
    more_.push_back({concept_index, entry.next});
    entry.next = static_cast<std::uint16_t>(more_.size());
}

Lexicon::Entry& Lexicon::slot(std::uint32_t hash) {
    if (2 * used_ >= table_.size()) grow();
    std::size_t at = spread(hash) & (table_.size() - 1);
    while (table_[at].used && table_[at].hash != hash) at = (at + 1) & (table_.size() - 1);
    if (!table_[at].used) {
        table_[at].used = true;
        table_[at].hash = hash;
        ++used_;
    }
    return table_[at];
}

void Lexicon::grow() {
    std::vector<Entry> old(2 * table_.size());
    old.swap(table_);
    used_ = 0;
    for (const Entry& entry : old)
        if (entry.used) slot(entry.hash) = entry;
}

const Lexicon::Entry* Lexicon::look_up(std::uint32_t hash) const {
    std::size_t at = spread(hash) & (table_.size() - 1);
    while (table_[at].used && table_[at].hash != hash) at = (at + 1) & (table_.size() - 1);
    return table_[at].used ? &table_[at] : nullptr;
}

bool Lexicon::is_function_word(std::uint32_t word) const {
    const Entry* entry = look_up(word);
    return entry != nullptr && entry->function_word;
}

std::vector<Hit> Lexicon::find(const NormalText& text) const {
    std::vector<Hit> hits;
    hits.reserve(std::min(text.words.size(), limits::text_model_hits));
    for (std::uint32_t first = 0; first < text.words.size(); ++first) {
        std::uint32_t hash = text.words[first].hash;
        for (std::uint16_t words = 1;; ++words) {
            const Entry* entry = look_up(hash);
            if (entry == nullptr) break;
            if (entry->concept_index != no_concept) {
                hits.push_back({entry->concept_index, words, first, hash});
                for (std::uint16_t more = entry->next; more != 0; more = more_[more - 1U].next)
                    hits.push_back({more_[more - 1U].concept_index, words, first, hash});
                if (hits.size() >= limits::text_model_hits) return hits;
            }
            if (!entry->goes_on || first + words >= text.words.size()) break;
            hash = longer(hash, text.words[first + words].hash);
        }
    }
    return hits;
}

}  // namespace tocsin::rules
