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
    const auto oldest = entries_.find(order_.back());
    content_bytes_ -= oldest->second.scan.content.size();
    entries_.erase(oldest);
    order_.pop_back();
    ++counts_.dropped;
}

Remembered PartsCache::look_up(const Hash256& hash, RememberedScan& scan) {
    bool created = false;
    Entry& entry = touch(hash, created);
    if (entry.state == Remembered::known) {
        ++counts_.hits;
        scan = entry.scan;
        return Remembered::known;
    }
    ++counts_.misses;
    if (entry.state == Remembered::being_filled || entry.state == Remembered::unfit) return entry.state;
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

void PartsCache::fill(const Hash256& hash, RememberedScan scan) {
    bool created = false;
    Entry& entry = touch(hash, created);
    entry.state = Remembered::known;
    content_bytes_ = content_bytes_ - entry.scan.content.size() + scan.content.size();
    entry.scan = std::move(scan);
    ++counts_.filled;
    // The newest stands at the front: what was just put in stays.
    while (content_bytes_ > limits::cache_body_bytes && entries_.size() > 1) drop_oldest();
}

void PartsCache::abandon_fill(const Hash256& hash) {
    bool created = false;
    touch(hash, created).state = Remembered::unknown;
}

void PartsCache::set_aside(const Hash256& hash) {
    bool created = false;
    touch(hash, created).state = Remembered::unfit;
}

void PartsCache::clear() {
    entries_.clear();
    order_.clear();
    content_bytes_ = 0;
}

CacheCounts PartsCache::counts() const {
    CacheCounts counts = counts_;
    counts.entries = entries_.size();
    return counts;
}

}  // namespace tocsin::pool
