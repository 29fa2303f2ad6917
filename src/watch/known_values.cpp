#include "watch/known_values.hpp"

#include <algorithm>
#include <tuple>

#include "base/limits/watch.hpp"

namespace tocsin::watch {

namespace {

/// Never in the middle of a UTF-8 sequence.
std::string shown_text(std::string_view text) {
    std::size_t size = std::min(text.size(), limits::watch_value_text_bytes);
    if (size < text.size())
        while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
    return std::string(text.substr(0, size));
}

bool is_established(const KnownValue& value, Day today) {
    return value.vouched || value.last_day - value.first_day >= established_days ||
           today - value.first_day >= established_once_days;
}

/// Total, so that what goes does not depend on the order in which values came.
auto age_key(const KnownValue& value) {
    return std::tuple(value.vouched, value.last_day, value.hash);
}

}  // namespace

void KnownValues::note(std::uint64_t hash, std::string_view text, Day day, std::uint8_t weight) {
    if (hash == 0) return;
    auto at = std::ranges::lower_bound(values_, hash, {}, &KnownValue::hash);
    if (at != values_.end() && at->hash == hash) {
        at->first_day = std::min(at->first_day, day);
        at->last_day = std::max(at->last_day, day);
        at->weight = std::max(at->weight, weight);
        return;
    }
    put({.hash = hash,
         .first_day = day,
         .last_day = day,
         .vouched = false,
         .weight = weight,
         .text = shown_text(text)});
}

void KnownValues::vouch(std::uint64_t hash, std::string_view text, Day day, std::uint8_t weight) {
    if (hash == 0) return;
    put({.hash = hash,
         .first_day = day,
         .last_day = day,
         .vouched = true,
         .weight = weight,
         .text = shown_text(text)});
}

void KnownValues::put(KnownValue value) {
    auto at = std::ranges::lower_bound(values_, value.hash, {}, &KnownValue::hash);
    if (at != values_.end() && at->hash == value.hash) {
        at->first_day = std::min(at->first_day, value.first_day);
        at->last_day = std::max(at->last_day, value.last_day);
        at->vouched = at->vouched || value.vouched;
        at->weight = std::max(at->weight, value.weight);
        return;
    }
    if (values_.size() < values_max_) {
        values_.insert(at, std::move(value));
        return;
    }
    const auto oldest = std::ranges::min_element(values_, {}, age_key);
    if (age_key(value) <= age_key(*oldest)) return;
    values_.erase(oldest);
    values_.insert(std::ranges::lower_bound(values_, value.hash, {}, &KnownValue::hash), std::move(value));
}

Familiarity KnownValues::familiarity(std::uint64_t hash, Day today) const {
    const KnownValue* value = find(hash);
    // A value of a later day is none yet: events of an earlier moment are judged by what was known then.
    if (value == nullptr || (value->first_day > today && !value->vouched)) return Familiarity::never;
    return is_established(*value, today) ? Familiarity::established : Familiarity::young;
}

const KnownValue* KnownValues::find(std::uint64_t hash) const {
    const auto at = std::ranges::lower_bound(values_, hash, {}, &KnownValue::hash);
    return at != values_.end() && at->hash == hash ? &*at : nullptr;
}

void KnownValues::join(const KnownValues& other) {
    for (const KnownValue& value : other.values_) put(value);
}

std::size_t KnownValues::established(Day today) const {
    return static_cast<std::size_t>(std::ranges::count_if(values_, [&](const KnownValue& value) {
        return value.first_day <= today && is_established(value, today);
    }));
}

std::vector<std::string> KnownValues::usual(std::size_t count) const {
    std::vector<const KnownValue*> longest;
    for (const KnownValue& value : values_) longest.push_back(&value);
    std::ranges::sort(longest, std::greater{}, [](const KnownValue* value) {
        return std::tuple(value->last_day - value->first_day, value->last_day, value->hash);
    });
    std::vector<std::string> texts;
    for (const KnownValue* value : longest) {
        if (texts.size() >= count) break;
        texts.push_back(value->text);
    }
    return texts;
}

std::size_t KnownValues::bytes() const {
    std::size_t bytes = values_.capacity() * sizeof(KnownValue);
    for (const KnownValue& value : values_)
        if (value.text.capacity() > std::string().capacity()) bytes += value.text.capacity() + 1;
    return bytes;
}

}  // namespace tocsin::watch
