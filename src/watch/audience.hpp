// Whom a customer writes to: a sample of keyed hashes that stays small, however long the lists are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "watch/event.hpp"

namespace tocsin::watch {

/// The k smallest hashes of a set are a uniform sample of it that can be kept while the set grows, and joined (E. Cohen and
/// H. Kaplan, "Summarizing data using bottom-k sketches", 2007). Up to k recipients the sample is the whole set.
///
/// Two generations, of this quarter of a year and of the one before it, so that old lists go. Who was told of no recipient in a
/// whole quarter is not known any more.
class Audience {
public:
    enum class Known : std::uint8_t {
        no,
        yes,
        not_sampled,  ///< the sample says nothing about this one
    };

    void note(std::uint64_t recipient, Day day);
    [[nodiscard]] Known knows(std::uint64_t recipient) const;
    void join(const Audience& other);
    /// One of how many recipients is in the sample of the older generation; 1: all are.
    [[nodiscard]] double one_of() const;
    [[nodiscard]] bool empty() const;
    [[nodiscard]] std::size_t bytes() const;

    struct Generation {
        std::int32_t quarter = 0;             ///< since 1970
        std::vector<std::uint32_t> smallest;  ///< sorted; the first 32 bits of a hash
        auto operator<=>(const Generation&) const = default;
    };
    /// The newer one first.
    [[nodiscard]] const std::array<Generation, 2>& generations() const { return generations_; }
    bool operator==(const Audience&) const = default;

private:
    friend struct SnapshotAccess;
    std::array<Generation, 2> generations_{};
};

}  // namespace tocsin::watch
