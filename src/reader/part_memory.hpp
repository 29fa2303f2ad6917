// What the daemon told this child about parts, so that the thousandth copy of a campaign need not ask again.
//
// Only answers of the daemon are kept. A child that was taken over could change them, but it can lie about every message that it
// reads from then on anyway, and no other child or daemon looks in here.
#pragma once

#include <map>

#include "base/hash.hpp"
#include "scan/scan_message.hpp"

namespace tocsin::reader {

/// Bounded by limits::reader_part_memory and limits::reader_body_bytes: when it is full it is emptied, and the
/// daemon is asked again.
class PartMemory {
public:
    /// What is known about these parts, in order; nullopt unless it is known about every one of them.
    [[nodiscard]] std::optional<std::vector<scan::RememberedPart>>
    recall(const std::vector<Hash256>& hashes) const;
    /// Keeps what the daemon said; an answer that says nothing is not kept.
    void keep(const Hash256& hash, const scan::RememberedPart& part);

private:
    std::map<Hash256, scan::RememberedPart> parts_;
    std::size_t body_bytes_ = 0;
};

}  // namespace tocsin::reader
