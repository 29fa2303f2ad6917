// A zip archive in every reading: unpackers of the world disagree about which record to believe, and attackers use that.
//
// We read what any of them would: the members of every central directory, the members that only local headers name, and data
// under both the declared and the true packing method. Each distinct content is scanned once; every disagreement is a
// container_conflict.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "scan/inspection.hpp"

namespace tocsin::scan {

/// A member as one reading gives it.
struct ZipMember {
    std::string name;
    Bytes bytes;
};

enum class ZipProblem : std::uint8_t { encrypted, rare_method, damaged, ratio, too_many };

/// Where the readings go. Implemented over an Inspection, and by tests and the fuzz target.
class ZipSink {
public:
    virtual ~ZipSink() = default;
    /// Before a member is unpacked; false ends the walk.
    virtual bool wants_member() = 0;
    /// The most bytes that a member of `packed` bytes may unpack to now.
    virtual std::size_t room(std::size_t packed) = 0;
    virtual void member(const ZipMember& member) = 0;
    virtual void problem(ZipProblem problem, const std::string& name) = 0;
    /// Unpackers disagree; `what` says about what.
    virtual void conflict(const std::string& what) = 0;
};

/// Walks through all readings of `bytes`.
void read_zip(ByteView bytes, ZipSink& sink);

/// Called for each member of an Office package as it is unpacked.
using ZipObserver = std::function<void(std::string_view name, ByteView bytes)>;

/// Scans all members of the part's zip, in every reading. `observer` may be empty.
void unpack_zip(Inspection& inspection, const ZipObserver& observer);

}  // namespace tocsin::scan
