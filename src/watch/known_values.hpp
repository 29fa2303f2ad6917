// Values that a customer used before (domains, senders, networks, …), each with its first and last day.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "watch/event.hpp"

namespace tocsin::watch {

/// How well a value is known. Order is rank.
enum class Familiarity : std::uint8_t {
    never,        ///< not among the values that are remembered
    young,        ///< used, but only lately
    established,  ///< used on days that are a week apart, or two weeks ago, or vouched for
};

struct KnownValue {
    std::uint64_t hash = 0;
    Day first_day = 0, last_day = 0;
    bool vouched = false;     ///< somebody who may decide said that it is the customer's
    std::uint8_t weight = 0;  ///< the largest with which it was noted; of places of links: share_level()
    std::string text;         ///< at most limits::watch_value_text_bytes; for showing
};

/// A bounded set with a join: noting a value again, in another order or on two nodes gives the same set. When it is full,
/// the value
/// that was used last the longest ago goes, so the values that are kept are always those that were used latest; only a first day
/// may become later than it was.
class KnownValues {
public:
    explicit KnownValues(std::size_t values_max) : values_max_(static_cast<std::uint16_t>(values_max)) {}

    void note(std::uint64_t hash, std::string_view text, Day day, std::uint8_t weight = 0);
    /// From now on it is established.
    void vouch(std::uint64_t hash, std::string_view text, Day day, std::uint8_t weight = 0);
    [[nodiscard]] Familiarity familiarity(std::uint64_t hash, Day today) const;
    [[nodiscard]] const KnownValue* find(std::uint64_t hash) const;
    void join(const KnownValues& other);
    /// In the order of their hashes.
    [[nodiscard]] const std::vector<KnownValue>& values() const { return values_; }
    [[nodiscard]] std::size_t size() const { return values_.size(); }
    /// How many are established.
    [[nodiscard]] std::size_t established(Day today) const;
    /// Texts of up to `count` values, those used longest first.
    [[nodiscard]] std::vector<std::string> usual(std::size_t count) const;
    [[nodiscard]] std::size_t bytes() const;

private:
    friend struct SnapshotAccess;
    void put(KnownValue value);
    std::uint16_t values_max_;
    std::vector<KnownValue> values_;
};

/// Days between the first and the last use from which on a value is established.
inline constexpr Day established_days = 7;
/// Days after the first use from which on it is established all the same: who sends once a month has its habits too. An attacker
/// gains nothing by waiting, because the first use was judged as new.
inline constexpr Day established_once_days = 14;

}  // namespace tocsin::watch
