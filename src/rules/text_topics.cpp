#include "rules/text_topics.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace tocsin::rules {

namespace {

struct Tally {
    std::string_view name;
    int points = 0;
};

/// Points of the different phrases of one kind; a phrase in the subject counts twice.
class Tallies {
public:
    explicit Tallies(ConceptKind kind) : kind_(kind) {}
    void add(const std::vector<Hit>& hits, const Lexicon& lexicon, int factor) {
        for (const Hit& hit : hits) {
            const Concept& found = lexicon.concepts()[hit.concept_index];
            if (found.kind != kind_ || !seen_.emplace(hit.concept_index, hit.phrase).second) continue;
            const auto known = std::ranges::find(tallies_, found.name, &Tally::name);
            if (known == tallies_.end())
                tallies_.push_back({found.name, factor * found.weight});
            else
                known->points += factor * found.weight;
        }
    }
    [[nodiscard]] std::vector<Tally> most_first() {
        std::ranges::stable_sort(tallies_, std::greater{}, &Tally::points);
        return tallies_;
    }

private:
    ConceptKind kind_;
    std::set<std::pair<std::uint16_t, std::uint32_t>> seen_;
    std::vector<Tally> tallies_;
};

}  // namespace

std::string_view to_string(Confidence confidence) {
    switch (confidence) {
        case Confidence::low: return "low";
        case Confidence::medium: return "medium";
        case Confidence::high: return "high";
    }
    return "low";
}

std::vector<NamedConfidence> lexicon_names(ConceptKind kind, const ReadText& read, const Lexicon& lexicon) {
    Tallies tallies(kind);
    tallies.add(read.subject->hits, lexicon, 2);
    tallies.add(read.text->hits, lexicon, 1);
    // In a long text a phrase or two of everything stand by chance.
    constexpr double points_low = 3, points_medium = 5, points_high = 8, words_per_point = 120;
    const double by_chance = read.content_words() / words_per_point;
    std::vector<NamedConfidence> out;
    for (const Tally& tally : tallies.most_first()) {
        const double points = tally.points - by_chance;
        if (points < points_low) continue;
        out.push_back({tally.name, points >= points_high     ? Confidence::high
                                   : points >= points_medium ? Confidence::medium
                                                             : Confidence::low});
    }
    return out;
}

}  // namespace tocsin::rules
