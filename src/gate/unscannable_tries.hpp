// How often a message that could not be scanned has come: the first tries are answered "later", then it is kept for a person. A
// message that always kills its reader would otherwise come back for days and be lost in the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/hash.hpp"

namespace tocsin::gate {

/// The same message on its next try: sender, recipients (in any order) and the bytes behind the header. The header is left out
/// because every relay on the way writes a new Received field.
[[nodiscard]] Hash256 retry_key(const std::string& mail_from, std::vector<std::string> recipients,
                                ByteView content);

/// Counts tries in memory; the oldest are forgotten when there are too many. Pure: time is an input.
class UnscannableTries {
public:
    explicit UnscannableTries(std::size_t entries_max) : entries_max_(entries_max) {}
    /// Counts this try; 1 for the first, and when the last one was more than `window_us` ago.
    std::uint32_t count(const Hash256& key, TimePoint now, std::int64_t window_us);
    /// The message was taken: the next one like it begins anew.
    void forget(const Hash256& key);
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        std::uint32_t tries = 0;
        TimePoint last;
        std::list<Hash256>::iterator place;
    };
    void drop(std::map<Hash256, Entry>::iterator entry);

    std::size_t entries_max_;
    std::map<Hash256, Entry> entries_;
    std::list<Hash256> by_age_;  ///< the one that came last is at the end
};

}  // namespace tocsin::gate
