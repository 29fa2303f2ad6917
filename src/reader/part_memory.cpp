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
    if (parts_.size() >= limits::reader_part_memory) parts_.clear();
    parts_.insert_or_assign(hash, part);
}

}  // namespace tocsin::reader
