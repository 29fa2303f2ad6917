#include "rules/text_set.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/assert.hpp"

namespace tocsin::rules {
namespace {

constexpr std::size_t slots_min = 16;

/// A polynomial over the text's words, modulo the prime 2^61 - 1, at a secret place: two texts of n words have the same value
/// for at most n of all places.
std::uint64_t hash(std::string_view text, std::uint64_t key) {
    constexpr std::uint64_t prime = (1ULL << 61) - 1;
    constexpr std::uint64_t odd = 0x9E3779B97F4A7C15ULL;  // 2^64 divided by the golden ratio
    const std::uint64_t place = key % prime | 1U;
    std::uint64_t value = text.size();
    for (std::size_t at = 0; at < text.size(); at += sizeof(std::uint32_t)) {
        std::uint32_t word = 0;
        std::memcpy(&word, text.data() + at, std::min(sizeof word, text.size() - at));
        __extension__ using Wide = unsigned __int128;
        const Wide product = static_cast<Wide>(value) * place + word;
        value = static_cast<std::uint64_t>(product & prime) + static_cast<std::uint64_t>(product >> 61);
        if (value >= prime) value -= prime;
    }
    return value * odd;
}

}  // namespace

void TextSet::reserve(std::size_t texts, std::size_t bytes) {
    text_.reserve(text_.size() + bytes);
    ends_.reserve(ends_.size() + texts);
    make_slots(2 * (ends_.size() + texts));
}

bool TextSet::insert(std::string_view text) {
    if (2 * (ends_.size() + 1) > slots_.size()) make_slots(4 * (ends_.size() + 1));
    const std::size_t slot = slot_of(text);
    if (slots_[slot] != 0) return false;
    ASSERT(text_.size() + text.size() <= UINT32_MAX, "more than 4 GiB of text in one set");
    text_ += text;
    ends_.push_back(static_cast<std::uint32_t>(text_.size()));
    slots_[slot] = static_cast<std::uint32_t>(ends_.size());
    return true;
}

bool TextSet::contains(std::string_view text) const {
    return !slots_.empty() && slots_[slot_of(text)] != 0;
}

std::string_view TextSet::operator[](std::size_t index) const {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view(text_).substr(begin, ends_[index] - begin);
}

std::size_t TextSet::memory_bytes() const {
    return text_.capacity() + (ends_.capacity() + slots_.capacity()) * sizeof(std::uint32_t);
}

/// Where `text` is, or the free slot where it would be. At most half of the slots are taken, so there always is one.
std::size_t TextSet::slot_of(std::string_view text) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = static_cast<std::size_t>(hash(text, key_) >> (64U - slot_bits_));
    while (slots_[slot] != 0 && (*this)[slots_[slot] - 1] != text) slot = (slot + 1) & mask;
    return slot;
}

void TextSet::make_slots(std::size_t count) {
    const std::size_t size = std::bit_ceil(std::max(count, slots_min));
    if (size <= slots_.size()) return;
    slots_.assign(size, 0);
    slot_bits_ = static_cast<unsigned>(std::countr_zero(size));
    for (std::size_t index = 0; index < ends_.size(); ++index)
        slots_[slot_of((*this)[index])] = static_cast<std::uint32_t>(index + 1);
}

}  // namespace tocsin::rules
