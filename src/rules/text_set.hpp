// Many short texts in little memory, found at once, in the order in which they came.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::rules {

/// A set of texts: one block of bytes, one number for the end of each text, and a hash index of numbers. Looking a text up
/// costs O(its length), whoever chose the texts: the hash is keyed. At most 4 GiB of text.
class TextSet {
public:
    /// `key` is random, so that nobody can prepare texts that all have the same hash.
    explicit TextSet(std::uint64_t key) : key_(key) {}

    /// Makes room, so that insert() need not move anything.
    void reserve(std::size_t texts, std::size_t bytes);
    /// False when it was there already; the first one keeps its place.
    bool insert(std::string_view text);
    [[nodiscard]] bool contains(std::string_view text) const;

    [[nodiscard]] std::size_t size() const { return ends_.size(); }
    /// The text at `index` (< size()), in the order of insertion. Valid until the next insert().
    [[nodiscard]] std::string_view operator[](std::size_t index) const;
    [[nodiscard]] std::size_t text_bytes() const { return text_.size(); }
    [[nodiscard]] std::uint64_t key() const { return key_; }
    /// All bytes that it holds.
    [[nodiscard]] std::size_t memory_bytes() const;

private:
    [[nodiscard]] std::size_t slot_of(std::string_view text) const;
    void make_slots(std::size_t count);

    std::uint64_t key_;
    std::string text_;
    std::vector<std::uint32_t> ends_;
    std::vector<std::uint32_t> slots_;  ///< 0 is free, else the index plus one; a power of two of them
    unsigned slot_bits_ = 0;
};

}  // namespace tocsin::rules
