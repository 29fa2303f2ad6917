// What customers have in common: how usual a link's domain is among all of them, and what turns up new at several at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "watch/event.hpp"

namespace tocsin::watch {

/// How many customers used a domain. Only uses of more than a week ago count: a wave of hijacks must not make its own domain
/// usual.
class CommonDomains {
public:
    void note(std::uint64_t domain, std::uint64_t customer, Day day);
    /// Different customers, others than this one, estimated from 64 bits (linear counting, Whang et al. 1990; above 50 only a
    /// bound): all that is asked is whether they are none, some or many.
    [[nodiscard]] unsigned customers(std::uint64_t domain, std::uint64_t except_customer, Day today) const;
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    friend struct SnapshotAccess;
    struct Entry {
        std::uint64_t settled = 0, fresh = 0;  ///< a bit for each customer, by its hash
        std::int32_t fresh_week = 0;           ///< when the fresh ones were seen
        Day last_day = 0;
    };
    void forget_old();
    std::unordered_map<std::uint64_t, Entry> entries_;
};

/// The group step of COMPA (Egele et al. 2013): values that were new to a customer, with those to whom they were new lately.
class NewValues {
public:
    struct Sighting {
        std::string customer;
        TimePoint time;
    };
    /// Notes that `value` is new at `customer`. Returns the others at which it was new within `window_us` before; at most
    /// limits::watch_group_customers.
    std::vector<Sighting> note(std::uint64_t value, const std::string& customer, TimePoint time,
                               std::int64_t window_us);
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    friend struct SnapshotAccess;
    void forget_old();
    std::unordered_map<std::uint64_t, std::vector<Sighting>> entries_;
};

}  // namespace tocsin::watch
