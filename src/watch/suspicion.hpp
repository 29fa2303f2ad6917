// How unusual a campaign is, signal by signal, and how often that was so before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "watch/event.hpp"

namespace tocsin::watch {

/// What is compared with the customer's own past (docs/manual/watch.md explains each).
enum class Signal : std::uint8_t {
    link_domain,   ///< links lead where this customer never led, and hardly anybody else does
    link_share,    ///< and how many of the links do
    page,          ///< text and structure are like none of the last campaigns
    sender,        ///< From, display name, envelope sender
    reply_to,      ///< answers go to somebody new
    words,         ///< what the judge thinks of the content
    attachment,    ///< a type of file that was never attached
    audience,      ///< recipients and their domains are unknown
    hour,          ///< time of day and week, a long silence before
    access,        ///< network, owner of the network, country, device
    account_acts,  ///< passwords, keys, senders, lists changed shortly before
    credential,    ///< usual for the customer, not for this login or key
    volume,        ///< more recipients than ever
    outcomes,      ///< bounces, complaints, traps
    group,         ///< the same new thing at other customers within a day
    count_,
};
inline constexpr std::size_t signal_count = static_cast<std::size_t>(Signal::count_);
inline constexpr std::uint8_t level_max = 3;

[[nodiscard]] std::string_view to_string(Signal signal);

/// Where a signal's four bits begin in a Suspicion.
[[nodiscard]] constexpr unsigned shift(Signal signal) {
    return 4U * static_cast<unsigned>(signal);
}

/// A level from 0 to 3 for every signal, in one word: four bits each, of which the highest is always 0.
class Suspicion {
public:
    constexpr Suspicion() = default;
    explicit constexpr Suspicion(std::uint64_t lanes) : lanes_(lanes & ~guard) {}

    [[nodiscard]] constexpr std::uint8_t level(Signal signal) const {
        return static_cast<std::uint8_t>(lanes_ >> shift(signal) & 7U);
    }
    constexpr void raise(Signal signal, std::uint8_t to) {
        if (to <= level(signal)) return;
        lanes_ = (lanes_ & ~(std::uint64_t{7} << shift(signal))) | std::uint64_t{to} << shift(signal);
    }
    /// At least as suspicious as `other` in every signal. Each lane borrows from its own guard bit and from no neighbour.
    [[nodiscard]] constexpr bool at_least(Suspicion other) const {
        return (((lanes_ | guard) - other.lanes_) & guard) == guard;
    }
    /// Without signals at level 1 that chance alone brings every other day: with all of them no two campaigns could be compared.
    [[nodiscard]] constexpr Suspicion without_noise() const {
        constexpr std::uint64_t noisy = 7ULL << shift(Signal::page) | 7ULL << shift(Signal::words) |
                                        7ULL << shift(Signal::audience) | 7ULL << shift(Signal::hour) |
                                        7ULL << shift(Signal::access) | 7ULL << shift(Signal::account_acts) |
                                        7ULL << shift(Signal::credential) | 7ULL << shift(Signal::volume) |
                                        7ULL << shift(Signal::outcomes);
        constexpr std::uint64_t ones = 0x1111'1111'1111'1111U;
        // Lanes that hold 1 exactly: bit 0 set, bit 1 not.
        return Suspicion(lanes_ & ~(lanes_ & ~(lanes_ >> 1U) & ones & noisy));
    }
    [[nodiscard]] constexpr std::uint64_t lanes() const { return lanes_; }
    constexpr auto operator<=>(const Suspicion&) const = default;

private:
    friend struct SnapshotAccess;
    static constexpr std::uint64_t guard = 0x8888'8888'8888'8888U;
    std::uint64_t lanes_ = 0;
};
static_assert(signal_count * 4 <= 64);

/// The suspicions of the latest campaigns of one customer, each once a day: a set with a join.
class SuspicionHistory {
public:
    struct Entry {
        Day day = 0;
        Suspicion suspicion;
        auto operator<=>(const Entry&) const = default;
    };
    void note(Suspicion suspicion, Day day);
    /// How many were at least as suspicious in every signal.
    [[nodiscard]] std::size_t at_least(Suspicion suspicion) const;
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
    void join(const SuspicionHistory& other);
    [[nodiscard]] std::size_t bytes() const { return entries_.capacity() * sizeof(Entry); }
    bool operator==(const SuspicionHistory&) const = default;

private:
    friend struct SnapshotAccess;
    std::vector<Entry> entries_;  ///< sorted, the oldest first
};

}  // namespace tocsin::watch
