// Which of thousands of constant texts stand in a short piece of a message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::rules {

/// A table of texts by their first three bytes. The search that is compiled for all of them (literals.hpp) takes less a byte, and
/// more before the first one: this is for pieces of some hundred bytes. A byte costs a binary search among the texts that begin
/// like it, and a step for each text that the nearest of them begins with; however many texts begin alike,
/// no piece makes more of it.
class ConstantIndex {
public:
    /// `texts` are folded (rules/strings.hpp); the number of each is its place plus `first_number`. What has fewer than three
    /// bytes is left out. Call make() after the last.
    void add(std::span<const std::string> texts, std::uint32_t first_number);
    void make();

    /// The numbers of those that stand in the folded text, each once, sorted.
    [[nodiscard]] std::vector<std::uint32_t> find(std::string_view folded) const;

private:
    struct Entry {
        std::uint32_t bucket = 0;
        std::uint32_t number = 0;
        /// The longest entry that this one begins with; none: its own place.
        std::uint32_t shorter = 0;
        std::string text;
    };

    void add_at(std::string_view rest, std::vector<std::uint32_t>& found) const;

    std::vector<Entry> entries_;          ///< by bucket, and by text within
    std::vector<std::uint32_t> buckets_;  ///< where each begins in entries_, and then the end
};

}  // namespace tocsin::rules
