// The records of an ISO 9660 image as they stand in the bytes: volume descriptors, and directory records with the names that
// Rock Ridge (IEEE P1282) adds to them.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace tocsin::scan {

/// A sector of the image, and where the volume descriptors begin (ECMA-119 section 6.2.1).
inline constexpr std::size_t iso_sector_bytes = 2048;
inline constexpr std::size_t iso_first_descriptor = 16;

/// Bytes of the image, as a record claims them: they may lie outside.
struct IsoExtent {
    std::uint64_t begin = 0;
    std::uint64_t size = 0;
    [[nodiscard]] std::uint64_t end() const { return begin + size; }
    auto operator<=>(const IsoExtent&) const = default;
};

enum class IsoNames : std::uint8_t { plain, joliet };

/// One tree of folders: what a primary, supplementary (Joliet) or enhanced volume descriptor leads to.
struct IsoVolume {
    IsoNames names = IsoNames::plain;
    std::uint32_t block_bytes = iso_sector_bytes;
    IsoExtent root;
    std::uint8_t skipped_bytes = 0;  ///< before each record's system use entries (SUSP 1.12 section 5.3)
    bool odd_block_size =
        false;  ///< the descriptor gives one that no reader takes; `block_bytes` is the usual one
};

/// What a descriptor of `iso_sector_bytes` leads to; nullopt when it has no tree (boot record, terminator, other).
[[nodiscard]] std::optional<IsoVolume> read_iso_volume(ByteView descriptor);

/// One directory record (ECMA-119 section 9.1).
struct IsoRecord {
    std::string name;             ///< without version and trailing dot
    std::string rock_ridge_name;  ///< of the NM entries; empty without
    IsoExtent extent;
    std::optional<IsoExtent> relocated;         ///< one block at the folder that a CL entry names
    std::optional<std::uint8_t> skipped_bytes;  ///< of an SP entry, for all other records of the tree
    bool folder = false;
    bool self_or_parent = false;
    bool more_extents = false;   ///< the next record goes on with the same file
    bool interleaved = false;    ///< the file's blocks have gaps between them (section 6.4.3)
    bool compressed = false;     ///< zisofs
    bool orders_differ = false;  ///< little- and big-endian copies of place or size contradict each other
    bool names_damaged = false;  ///< areas with names lie outside, or are chained without end
};

/// Reads a record that is whole (`record` has the length that it declares, at least 34 bytes) in `image`. Every further area of
/// names costs one of `records_left`.
[[nodiscard]] IsoRecord read_iso_record(ByteView image, ByteView record, const IsoVolume& volume,
                                        std::size_t& records_left);

}  // namespace tocsin::scan
