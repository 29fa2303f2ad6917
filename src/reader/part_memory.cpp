#include "reader/part_memory.hpp"

#include "base/limits.hpp"

namespace tocsin::reader {

std::optional<std::vector<scan::RememberedPart>>
PartMemory::recall(const std::vector<Hash256>& hashes) const {
    std::vector<scan::RememberedPart> found;
    for (const Hash256& hash : hashes) {
        const auto place = parts_.find(hash);
        if (place == parts_.end()) return std::nullopt;
        found.push_back(place->second);
    }
    return found;
}

void PartMemory::keep(const Hash256& hash, const scan::RememberedPart& part) {
    if (!part.known) return;
    const std::size_t bytes = part.body ? part.body->size() : 0;
    if (parts_.size() >= limits::reader_part_memory || body_bytes_ + bytes > limits::reader_body_bytes) {
        parts_.clear();
        body_bytes_ = 0;
    }
    if (parts_.insert_or_assign(hash, part).second) body_bytes_ += bytes;
}

}  // namespace tocsin::reader
