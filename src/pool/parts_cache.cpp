#include "pool/parts_cache.hpp"

#include <algorithm>
#include <cstring>

#include "base/limits.hpp"

namespace tocsin::pool {

std::size_t PartsCache::HashOfHash::operator()(const Hash256& hash) const {
    // The key makes every byte unpredictable from outside: the first ones are as good as any.
    std::size_t value = 0;
    std::memcpy(&value, hash.data(), sizeof value);
    return value;
}

PartsCache::Entry& PartsCache::touch(const Hash256& hash, bool& created) {
    auto [position, inserted] = entries_.try_emplace(hash);
    created = inserted;
    if (inserted) {
        order_.push_front(hash);
        position->second.position = order_.begin();
        if (entries_.size() > entries_max_) drop_oldest();
    } else {
        order_.splice(order_.begin(), order_, position->second.position);
    }
    return position->second;
}

void PartsCache::drop_oldest() {
    entries_.erase(order_.back());
    order_.pop_back();
    ++counts_.dropped;
}

Remembered PartsCache::look_up(const Hash256& hash, std::string& report) {
    bool created = false;
    Entry& entry = touch(hash, created);
    if (entry.state == Remembered::known) {
        ++counts_.hits;
        report = entry.report;
        return Remembered::known;
    }
    ++counts_.misses;
    if (entry.state == Remembered::being_filled) return Remembered::being_filled;
    entry.sightings = std::min(entry.sightings + 1, limits::cache_sightings_min);
    return entry.sightings < limits::cache_sightings_min ? Remembered::unknown : Remembered::seen_before;
}

bool PartsCache::begin_fill(const Hash256& hash) {
    bool created = false;
    Entry& entry = touch(hash, created);
    if (entry.state != Remembered::unknown) return false;
    entry.state = Remembered::being_filled;
    entry.sightings = limits::cache_sightings_min;
    return true;
}

void PartsCache::fill(const Hash256& hash, std::string report) {
    bool created = false;
    Entry& entry = touch(hash, created);
    entry.state = Remembered::known;
    entry.report = std::move(report);
    ++counts_.filled;
}

void PartsCache::abandon_fill(const Hash256& hash) {
    bool created = false;
    touch(hash, created).state = Remembered::unknown;
}

void PartsCache::clear() {
    entries_.clear();
    order_.clear();
}

CacheCounts PartsCache::counts() const {
    CacheCounts counts = counts_;
    counts.entries = entries_.size();
    return counts;
}

}  // namespace tocsin::pool
