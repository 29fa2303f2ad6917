// Disk images with an ISO 9660 file system (ECMA-119), in every tree of folders that they hold: plain, Joliet, enhanced, with
// the names of Rock Ridge.
//
// Our own reader, not libarchive's: a circle of Rock Ridge continuations makes version 3.6.2 take all memory and end the
// process. Systems show one tree and hide the others, so every tree is read; the same bytes are a member once, with all their
// names. Not read: UDF (told), zisofs (told), path tables, and images of raw sectors with 2352 bytes.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "scan/inspection.hpp"

namespace tocsin::scan {

/// A file of the image.
struct IsoMember {
    /// With folders: the Joliet name first where there is one, since that is what Windows shows. Without folders: what other
    /// trees and Rock Ridge call the file. Never empty; at most limits::iso_names.
    std::vector<std::string> names;
    ByteView bytes;
};

enum class IsoProblem : std::uint8_t {
    damaged,      ///< a record, folder or file that is not what its place in the image promises
    unsupported,  ///< bytes that are there but are not taken apart: UDF, zisofs, interleaved files
    too_many,     ///< records or trees
    too_deep,     ///< folders
    too_large,    ///< a file is larger than the sink's room; its beginning is the member
};

/// Where the members go. Implemented over an Inspection, and by tests and the fuzz target.
class IsoSink {
public:
    virtual ~IsoSink() = default;
    /// Before a member is read; false ends the walk.
    virtual bool wants_member() = 0;
    /// The most bytes that the next member may have.
    virtual std::size_t room() = 0;
    virtual void member(const IsoMember& member) = 0;
    virtual void problem(IsoProblem problem, const std::string& what) = 0;
    /// Systems disagree about what is inside; `what` says about what.
    virtual void conflict(const std::string& what) = 0;
};

/// Walks through all trees of the image. Bounded by limits::iso_records and its neighbours, never by what the image claims.
void read_iso(ByteView image, IsoSink& sink);

/// Scans all files of the part's image.
void unpack_iso(Inspection& inspection);

}  // namespace tocsin::scan
