#include "rules/judged_copies.hpp"

#include <algorithm>
#include <utility>

#include "base/bytes.hpp"
#include "base/fold_case.hpp"
#include "base/limits/judged_copies.hpp"
#include "rules/strings.hpp"

namespace tocsin::rules {

namespace {

/// What a person sees of a piece of a page: tags go, and what stood on both sides of one stands together.
std::string without_tags(std::string_view piece) {
    std::string text;
    // It may begin within a tag.
    if (piece.find('>') < piece.find('<')) piece.remove_prefix(piece.find('>') + 1);
    while (!piece.empty()) {
        const std::size_t open = std::min(piece.find('<'), piece.size());
        text += piece.substr(0, open);
        const std::size_t close = piece.find('>', open);
        if (close == std::string_view::npos) break;
        piece.remove_prefix(close + 1);
    }
    return text;
}

/// The same answer to whoever reads it. How hostile the words are may differ a little: they hold names.
bool same(const Judgement& one, const Judgement& other) {
    const auto hit = [](const RuleHit& a, const RuleHit& b) {
        return a.rule == b.rule && a.points == b.points && a.shown == b.shown;
    };
    const auto missing = [](const scan::MissingAnswer& a, const scan::MissingAnswer& b) {
        return a.name == b.name && a.rules == b.rules;
    };
    return one.cut == other.cut && one.points == other.points &&
           one.text_points == other.text_points && one.asked == other.asked &&
           one.undecided == other.undecided && one.unexcused == other.unexcused &&
           one.exempted_by == other.exempted_by && one.language == other.language &&
           std::ranges::equal(one.hits, other.hits, hit) &&
           std::ranges::equal(one.missing, other.missing, missing);
}

std::size_t bytes_of(const CopyForm& copy) {
    std::size_t bytes = 0;
    for (const CopyForm::Field& field : copy.fields) bytes += field.value.size();
    for (const CopyForm::Text& text : copy.texts) bytes += text.content.size();
    return bytes;
}

/// Only whole bytes of the copy are searched: where a reader's name stands in all of them, it stands in each.
bool holds(std::string_view lower_text, std::string_view lower_name) {
    return !lower_name.empty() && find(lower_text, lower_name) != std::string_view::npos;
}

}  // namespace

/// Everything that a search for constants can tell about a piece.
std::string JudgedCopies::constants_of(std::string_view text) const {
    std::string traits;
    for (const std::uint32_t number : patterns_.constants_in(text)) (traits += std::to_string(number)) += ' ';
    return traits + "|";
}

/// Everything that the text model can tell about it.
std::string JudgedCopies::intents_of(std::string_view text) const {
    std::string traits;
    if (model_ == nullptr) return traits;
    const TextIntents intents = model_->classify(text, {});
    for (const auto* list : {&intents.intents, &intents.topics, &intents.tags})
        for (const NamedConfidence& one : *list)
            ((traits += one.name) += one.confidence == Confidence::high ? '+' : '-') += ' ';
    for (const TextEntity& entity : intents.entities) (traits += entity.name) += ' ';
    return traits + std::to_string(points_of_text(intents.hostility));
}

std::optional<std::string> JudgedCopies::differing(const Kept& kept, const CopyForm& copy) const {
    if (kept.fields.size() != copy.fields.size() || kept.texts.size() != copy.texts.size())
        return std::nullopt;
    std::string header, pieces, whole;
    for (std::size_t at = 0; at < copy.fields.size(); ++at) {
        const CopyForm::Field& field = copy.fields[at];
        const auto& [kind, value] = kept.fields[at];
        if (kind != field.kind || !differs_as_may_be(kind, value, field.value)) return std::nullopt;
        const bool is_text = kind == OwnField::subject || kind == OwnField::recipient ||
                             kind == OwnField::id || kind == OwnField::links;
        if (is_text) (header += field.value) += '\n';
    }
    for (std::size_t at = 0; at < copy.texts.size(); ++at) {
        const std::string_view content = copy.texts[at].content;
        const scan::CopyComparison comparison = kept.texts[at].compare(as_bytes(content));
        if (comparison.kind == scan::CopyKind::other) return std::nullopt;
        for (const scan::Difference& one : comparison.differences)
            if (!readers_own(content, one.begin, one.end) ||
                !readers_own(kept.texts[at].bytes(), one.scanned_begin, one.scanned_end))
                return std::nullopt;
        for (const scan::Difference& one : comparison.differences)
            (pieces += with_context(content, one.begin, one.end, limits::judged_context_bytes)) += '\n';
        whole += content;
    }
    const std::string lower_header = ascii_lower(header), lower_whole = ascii_lower(whole);
    const std::string words = without_tags(pieces);
    std::string all = constants_of(header) + constants_of(pieces);
    // What a tag stood between stands together for a person.
    if (words != pieces) all += constants_of(words);
    for (const std::string& name : {copy.reader_local_part, copy.reader_name})
        all += holds(lower_header, name) ? '+' : '-', all += holds(lower_whole, name) ? '+' : '-';
    return all + intents_of(header + words);
}

JudgedCopies::Place JudgedCopies::place_of(const CopyForm& copy) {
    Place place{.mailing = copy.shared, .differing = {}};
    const auto found = mailings_.find(copy.shared);
    if (found == mailings_.end()) {
        place.is_first = bytes_of(copy) <= limits::judged_copy_bytes;
        return place;
    }
    found->second.used = ++uses_;
    if (found->second.surprises < limits::judged_surprises)
        place.differing = differing(*found->second.kept, copy);
    return place;
}

const Judgement* JudgedCopies::answer_for(const Place& place, Time now) {
    if (!place.differing) return nullptr;
    const Mailing& mailing = mailings_.at(place.mailing);
    const auto found = mailing.answers.find(*place.differing);
    if (found == mailing.answers.end()) return nullptr;
    const Answer& answer = found->second;
    const bool fresh = now - answer.since < std::chrono::milliseconds(limits::judged_answer_ms);
    return fresh && answer.alike >= limits::judged_alike_min ? &answer.judgement : nullptr;
}

void JudgedCopies::learn(const Place& place, const CopyForm& copy, const Judgement& judgement, Time now) {
    if (place.is_first) {
        make_room();
        Mailing& mailing = mailings_[place.mailing];
        mailing.used = ++uses_;
        keep(mailing, copy, judgement);
        return;
    }
    if (!place.differing) return;
    Mailing& mailing = mailings_.at(place.mailing);
    const auto known = mailing.answers.find(*place.differing);
    if (known == mailing.answers.end()) {
        if (mailing.answers.size() >= limits::judged_answers) return;
        const std::uint32_t alike = same(mailing.kept->judgement, judgement) ? 2 : 1;
        mailing.answers.emplace(*place.differing, Answer{judgement, alike, now});
        return;
    }
    Answer& answer = known->second;
    if (same(answer.judgement, judgement)) {
        ++answer.alike;
        answer.since = now;
        return;
    }
    ++mailing.surprises;
    answer = {judgement, 1, now};
}

void JudgedCopies::keep(Mailing& mailing, const CopyForm& copy, const Judgement& judgement) const {
    mailing.kept = std::make_unique<Kept>();
    for (const CopyForm::Field& field : copy.fields)
        mailing.kept->fields.emplace_back(field.kind, field.value);
    for (const CopyForm::Text& text : copy.texts)
        mailing.kept->texts.emplace_back(std::string(text.content), text.kind);
    mailing.kept->judgement = judgement;
}

void JudgedCopies::make_room() {
    if (mailings_.size() < limits::judged_mailings) return;
    mailings_.erase(std::ranges::min_element(mailings_, {}, [](const auto& one) { return one.second.used; }));
}

}  // namespace tocsin::rules
