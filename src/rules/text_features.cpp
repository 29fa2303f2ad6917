#include "rules/text_features.hpp"

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "mail/ascii.hpp"

namespace tocsin::rules {

namespace {

/// What a feature is; a part of its hash.
enum class Family : std::uint32_t { word = 1, pair, beginning, sign, two_signs, count };

std::uint32_t bucket_of(Family family, std::uint32_t hash) {
    // The final mix of MurmurHash3.
    hash += static_cast<std::uint32_t>(family) * 0x9E3779B1U;
    hash = (hash ^ hash >> 16U) * 0x85EBCA6BU;
    hash = (hash ^ hash >> 13U) * 0xC2B2AE35U;
    return (hash ^ hash >> 16U) >> (32U - feature_bits);
}

class Collector {
public:
    explicit Collector(const Lexicon& lexicon) : lexicon_(lexicon), seen_(feature_buckets / 64) {
        constexpr std::size_t usual = 8192;
        features_.reserve(usual);
    }

    void words(const NormalText& text, std::uint32_t first_index) {
        std::uint32_t before = 0;
        for (std::uint32_t i = 0; i < text.words.size(); ++i) {
            const NormalWord& word = text.words[i];
            const std::uint32_t index = first_index + i;
            if (!takes_part(word)) {
                before = 0;
                continue;
            }
            if (before != 0) add(Family::pair, before * 31U + word.hash, index);
            before = word.hash;
            if (!speaks_alone(word) || !add(Family::word, word.hash, index)) continue;
            if (word.kind == WordKind::word && !lexicon_.is_function_word(word.hash))
                beginnings(text.word(word), index);
        }
    }
    void signs(const std::vector<Hit>& hits) {
        for (const Hit& hit : hits) {
            const Concept& found = lexicon_.concepts()[hit.concept_index];
            if (found.kind == ConceptKind::sign && add(Family::sign, hit.phrase, Feature::no_word))
                count_sign(found.name);
        }
    }
    void finish(const ReadText& read) {
        for (std::size_t i = 0; i < signs_.size(); ++i) {
            count(signs_[i].name_hash, signs_[i].count);
            for (std::size_t k = i + 1; k < signs_.size(); ++k)
                add(Family::two_signs, signs_[i].name_hash ^ signs_[k].name_hash * 3U, Feature::no_word);
        }
        kinds(read);
        count(word_hash("disguised"), read.text->disguised + read.subject->disguised);
        count(word_hash("spaced"), read.text->spaced + read.subject->spaced);
        count(word_hash("!"), read.text->exclamations + read.subject->exclamations);
    }
    std::vector<Feature> take() { return std::move(features_); }

private:
    struct SignCount {
        std::uint32_t name_hash = 0;
        std::uint32_t count = 0;
    };

    /// Links, codes and dates tell the mail program and the day, not what the text is about.
    static bool takes_part(const NormalWord& word) {
        return word.kind != WordKind::link && word.kind != WordKind::code && word.kind != WordKind::date;
    }
    static bool speaks_alone(const NormalWord& word) {
        return word.kind != WordKind::number && word.kind != WordKind::address && word.size > 1;
    }

    /// The first four, five and six bytes of a longer word: what its forms have in common in the languages of Europe. Pieces of
    /// its middle and end were tried, too: they tell a language or a source as often as a meaning (rules/text-model.md).
    void beginnings(std::string_view word, std::uint32_t index) {
        constexpr std::size_t shortest = 4, longest = 6;
        std::uint32_t hash = 0;
        for (std::size_t i = 0; i < std::min(word.size(), longest); ++i) {
            hash = (hash + static_cast<unsigned char>(word[i])) * 0x01000193U;
            if (i + 1 >= shortest) add(Family::beginning, hash, index);
        }
    }
    void count_sign(std::string_view name) {
        const std::uint32_t hash = word_hash(name);
        const auto known = std::ranges::find(signs_, hash, &SignCount::name_hash);
        if (known != signs_.end())
            ++known->count;
        else
            signs_.push_back({hash, 1});
    }
    void kinds(const ReadText& read) {
        std::array<std::uint32_t, 10> counts{};
        for (const auto& text : {read.subject, read.text})
            for (const NormalWord& word : text->words) ++counts[static_cast<std::size_t>(word.kind)];
        for (const WordKind kind : {WordKind::money, WordKind::percent, WordKind::phone, WordKind::wallet})
            count(static_cast<std::uint32_t>(kind), counts[static_cast<std::size_t>(kind)]);
    }
    /// One feature for each of: any, two and more, four and more.
    void count(std::uint32_t what, std::uint32_t value) {
        for (const std::uint32_t step : {1U, 2U, 4U})
            if (value >= step) add(Family::count, what * 7U + step, Feature::no_word);
    }
    /// Whether it is new.
    bool add(Family family, std::uint32_t hash, std::uint32_t word) {
        const std::uint32_t bucket = bucket_of(family, hash);
        std::uint64_t& bits = seen_[bucket / 64];
        const std::uint64_t bit = 1ULL << bucket % 64;
        if ((bits & bit) != 0 || features_.size() >= limits::text_features) return false;
        bits |= bit;
        features_.push_back({bucket, word});
        return true;
    }

    const Lexicon& lexicon_;
    std::vector<std::uint64_t> seen_;  ///< a bit per bucket
    std::vector<Feature> features_;
    std::vector<SignCount> signs_;
};

}  // namespace

std::string_view bare_subject(std::string_view subject) {
    constexpr std::size_t prefix_max = 5;  // "Antw:" without its colon, and one more
    while (true) {
        while (!subject.empty() && mail::is_ascii_space(subject.front())) subject.remove_prefix(1);
        const std::size_t close = subject.starts_with('[') ? subject.find(']') : std::string_view::npos;
        const std::size_t colon = subject.substr(0, prefix_max + 1).find(':');
        const bool answer = colon != std::string_view::npos && colon >= 1 &&
                            std::ranges::all_of(subject.substr(0, colon), mail::is_ascii_alphanumeric);
        if (close != std::string_view::npos && subject.find(' ') > close)
            subject.remove_prefix(close + 1);
        else if (answer)
            subject.remove_prefix(colon + 1);
        else
            return subject;
    }
}

std::shared_ptr<const ReadWords> read_words(std::string_view text, const Lexicon& lexicon) {
    auto read = std::make_shared<ReadWords>(ReadWords{normal_text(text), {}});
    read->hits = lexicon.find(*read);
    return read;
}

ReadText read_text(std::string_view text, std::string_view subject, const Lexicon& lexicon) {
    return {.subject = read_words(bare_subject(subject), lexicon), .text = read_words(text, lexicon)};
}

std::vector<Feature> text_features(const ReadText& read, const Lexicon& lexicon) {
    Collector collector(lexicon);
    collector.words(*read.text, 0);
    collector.words(*read.subject, static_cast<std::uint32_t>(read.text->words.size()));
    collector.signs(read.text->hits);
    collector.signs(read.subject->hits);
    collector.finish(read);
    return collector.take();
}

}  // namespace tocsin::rules
