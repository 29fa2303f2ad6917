// Scans of parts that several messages share, remembered by keyed content hash and engine version.
//
// Who may write here decides what it is worth: an entry is made only from the answer of a fresh child that was given nothing but
// the part's bytes, hashed by the daemon itself. So a reader that was taken over by one message can lie about that message, but
// not about a part of others (ASSURANCE.md, "The lying reader").
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/hash.hpp"

namespace tocsin::pool {

/// What the cache says about one hash.
enum class Remembered : std::uint8_t {
    unknown,       ///< seen seldom: scan it, say nothing
    seen_before,   ///< seen limits::cache_sightings_min times: scan it and hand the bytes back
    being_filled,  ///< a fresh child is at work on it: scan it
    known,
};

struct CacheCounts {
    std::uint64_t hits = 0, misses = 0, filled = 0, dropped = 0;
    std::size_t entries = 0;
};

/// Least recently used entries go first when `entries_max` is reached.
class PartsCache {
public:
    explicit PartsCache(std::size_t entries_max) : entries_max_(entries_max) {}

    /// Looks a hash up and counts the sighting. `report` receives the remembered scan when known.
    [[nodiscard]] Remembered look_up(const Hash256& hash, std::string& report);
    /// Says that a fresh child was sent to work on this hash; false: it is known or being worked on already.
    [[nodiscard]] bool begin_fill(const Hash256& hash);
    /// Keeps the scan that the fresh child gave.
    void fill(const Hash256& hash, std::string report);
    /// The fresh child failed: the next sighting may try again.
    void abandon_fill(const Hash256& hash);
    /// Forgets everything: the engines or their rules are others now.
    void clear();
    [[nodiscard]] CacheCounts counts() const;

private:
    struct HashOfHash {
        std::size_t operator()(const Hash256& hash) const;
    };
    struct Entry {
        Remembered state = Remembered::unknown;
        std::uint32_t sightings = 0;
        std::string report;
        std::list<Hash256>::iterator position;
    };
    Entry& touch(const Hash256& hash, bool& created);
    void drop_oldest();

    std::size_t entries_max_;
    std::unordered_map<Hash256, Entry, HashOfHash> entries_;
    std::list<Hash256> order_;  ///< most recently used first
    CacheCounts counts_;
};

}  // namespace tocsin::pool
