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
    unfit,  ///< a scan of its bytes alone says less than a scan within its message: always scan it
};

struct RememberedScan {
    std::string report;   ///< encode_part_report()
    std::string content;  ///< the bytes, for what is named by its sketch
};

struct CacheCounts {
    std::uint64_t hits = 0, misses = 0, filled = 0, dropped = 0;
    std::size_t entries = 0;
};

/// Least recently used entries go first when `entries_max` or limits::cache_body_bytes is reached.
class PartsCache {
public:
    explicit PartsCache(std::size_t entries_max) : entries_max_(entries_max) {}

    /// Looks a hash up and counts the sighting. `scan` receives what is remembered when known.
    [[nodiscard]] Remembered look_up(const Hash256& hash, RememberedScan& scan);
    /// Says that a fresh child was sent to work on this hash; false: it is known or being worked on already.
    [[nodiscard]] bool begin_fill(const Hash256& hash);
    /// Keeps the scan that the fresh child gave.
    void fill(const Hash256& hash, RememberedScan scan);
    /// The fresh child failed: the next sighting may try again.
    void abandon_fill(const Hash256& hash);
    /// What the fresh child found must not stand for the part in another message: it is not asked for again.
    void set_aside(const Hash256& hash);
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
        RememberedScan scan;
        std::list<Hash256>::iterator position;
    };
    Entry& touch(const Hash256& hash, bool& created);
    void drop_oldest();

    std::size_t entries_max_;
    std::unordered_map<Hash256, Entry, HashOfHash> entries_;
    std::size_t content_bytes_ = 0;
    std::list<Hash256> order_;  ///< most recently used first
    CacheCounts counts_;
};

}  // namespace tocsin::pool
