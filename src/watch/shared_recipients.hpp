// On whose lists recipients are: a list that was carried off from one customer shows when another one writes to it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <unordered_map>

#include "watch/event.hpp"

namespace tocsin::watch {

/// A sample of all recipients by their keyed hashes, each with the first two customers who wrote to it. When it is full, the
/// half with the larger hashes goes (adaptive sampling, Flajolet 1990): what stays is a sample of everybody's lists alike.
class SharedRecipients {
public:
    void note(std::uint64_t recipient, std::uint64_t customer, Day day);
    /// Whether it is in the sample at all: others say nothing.
    [[nodiscard]] bool samples(std::uint64_t recipient) const { return recipient <= largest_; }
    /// Another customer who wrote to it, a week ago or earlier; 0: nobody that is known.
    [[nodiscard]] std::uint64_t other_customer(std::uint64_t recipient, std::uint64_t customer,
                                               Day today) const;
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    friend struct SnapshotAccess;
    struct Owner {
        std::uint64_t customer = 0;
        Day first_day = 0;
    };
    struct Entry {
        std::array<Owner, 2> owners{};
    };
    std::unordered_map<std::uint64_t, Entry> entries_;
    std::uint64_t largest_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace tocsin::watch
