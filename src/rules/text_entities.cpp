#include "rules/text_entities.hpp"

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "mail/ascii.hpp"

namespace tocsin::rules {

namespace {

/// Words behind a name that make it the name of a company or of a part of one, by their hashes.
constexpr auto company_ends = [] {
    std::array hashes = {
        word_hash("inc"),         word_hash("llc"),          word_hash("ltd"),        word_hash("limited"),
        word_hash("gmbh"),        word_hash("corp"),         word_hash("company"),    word_hash("plc"),
        word_hash("ag"),          word_hash("bv"),           word_hash("team"),       word_hash("bank"),
        word_hash("department"),  word_hash("support"),      word_hash("service"),    word_hash("ltda"),
        word_hash("group"),       word_hash("foundation"),   word_hash("university"), word_hash("insurance"),
        word_hash("corporation"), word_hash("kundenservice")};
    std::ranges::sort(hashes);
    return hashes;
}();

bool is_capital(char c) {
    return (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0xC3;
}

class EntityFinder {
public:
    EntityFinder(std::string_view text, const ReadText& read, const Lexicon& lexicon)
        : text_(text), words_(read.text->words), lexicon_(lexicon), hits_(read.text->hits) {}

    std::vector<TextEntity> find() {
        std::size_t hit = 0;
        for (std::uint32_t i = 0; i < words_.size() && out_.size() < limits::text_entities; ++i) {
            for (; hit < hits_.size() && hits_[hit].first == i; ++hit) phrase(hits_[hit]);
            company(i);
        }
        if (out_.size() > limits::text_entities) out_.resize(limits::text_entities);
        return std::move(out_);
    }

private:
    void phrase(const Hit& hit) {
        const Concept& found = lexicon_.concepts()[hit.concept_index];
        if (found.kind != ConceptKind::entity) return;
        if (found.name == "greeting") return greeting(hit);
        if (found.name == "salutation") return salutation(hit);
        if (found.name == "disclaimer") return disclaimer(hit);
        add(found.name, words_[hit.first].source_at, words_[hit.first + hit.words - 1U].source_end);
    }
    /// "Dear Ms Smith," at the beginning of a line.
    void greeting(const Hit& hit) {
        if (!words_[hit.first].line_start) return;
        const std::uint32_t behind = hit.first + hit.words;
        add("greeting", words_[hit.first].source_at, words_[behind - 1].source_end);
        constexpr std::uint32_t name_words_max = 4;
        std::uint32_t end = behind;
        while (end < words_.size() && end < behind + name_words_max && joined(end)) ++end;
        if (end > behind) add("recipient", words_[behind].source_at, words_[end - 1].source_end);
    }
    /// The word goes on what stands before it: same line, only a blank or a dot ("Mr. Smith") between.
    [[nodiscard]] bool joined(std::uint32_t word) const {
        if (words_[word].line_start) return false;
        const std::size_t end = words_[word - 1].source_end;
        const std::string_view gap = text_.substr(end, words_[word].source_at - end);
        const bool title = gap.starts_with('.') && words_[word - 1].size <= 3;
        return gap.find_first_not_of(" -/<&") == std::string_view::npos ||
               (title && gap.find_first_not_of(". ") == std::string_view::npos);
    }
    /// "Kind regards," alone on its line, or with the name behind it; the sender is the next line.
    void salutation(const Hit& hit) {
        if (!words_[hit.first].line_start) return;
        const std::uint32_t behind = hit.first + hit.words;
        constexpr std::uint32_t name_words_max = 5;
        std::uint32_t end = behind;
        while (end < words_.size() && end < behind + name_words_max &&
               (end == behind || !words_[end].line_start))
            ++end;
        const bool whole_line = end == words_.size() || words_[end].line_start;
        const bool line_of_its_own = behind == words_.size() || words_[behind].line_start;
        if (!whole_line && !line_of_its_own) return;
        add("salutation", words_[hit.first].source_at, words_[behind - 1].source_end);
        if (end > behind && whole_line) add("sender", words_[behind].source_at, words_[end - 1].source_end);
    }
    void disclaimer(const Hit& hit) {
        const std::size_t at = words_[hit.first].source_at;
        if (at < disclaimer_end_) return;
        const std::size_t blank_before = text_.rfind("\n\n", at);
        std::size_t begin = blank_before == std::string_view::npos ? 0 : blank_before + 2;
        if (at - begin > limits::text_entity_bytes / 2) begin = at;
        const std::size_t end =
            std::min({text_.find("\n\n", at), text_.size(), begin + limits::text_entity_bytes});
        disclaimer_end_ = end;
        add("disclaimer", begin, end);
    }
    /// "Example Bank", "The Example Team": capitals before one of company_ends.
    void company(std::uint32_t word) {
        if (words_[word].kind != WordKind::word ||
            !std::ranges::binary_search(company_ends, words_[word].hash))
            return;
        constexpr std::uint32_t name_words_max = 4;
        std::uint32_t first = word;
        while (first > 0 && word - first < name_words_max && !words_[first].line_start && joined(first) &&
               is_name(words_[first - 1]))
            --first;
        if (first < word) add("org", words_[first].source_at, words_[word].source_end);
    }
    [[nodiscard]] bool is_name(const NormalWord& word) const {
        return word.kind == WordKind::word && is_capital(text_[word.source_at]) &&
               !lexicon_.is_function_word(word.hash);
    }
    void add(std::string_view name, std::size_t begin, std::size_t end) {
        if (end <= begin || end > text_.size()) return;
        // "gift card" within "gift cards" is said once.
        if (!out_.empty() && out_.back().name == name && begin >= last_begin_ && end <= last_end_) return;
        const bool longer = !out_.empty() && out_.back().name == name && begin == last_begin_;
        if (longer) out_.pop_back();
        last_begin_ = begin;
        last_end_ = end;
        out_.push_back(
            {name, std::string(text_.substr(begin, std::min(end - begin, limits::text_entity_bytes)))});
    }

    std::string_view text_;
    const std::vector<NormalWord>& words_;
    const Lexicon& lexicon_;
    const std::vector<Hit>& hits_;
    std::vector<TextEntity> out_;
    std::size_t last_begin_ = 0, last_end_ = 0, disclaimer_end_ = 0;
};

}  // namespace

std::vector<TextEntity> text_entities(std::string_view text, const ReadText& read, const Lexicon& lexicon) {
    return EntityFinder(text, read, lexicon).find();
}

}  // namespace tocsin::rules
