// The files in which kept mail lies: `<begin in microseconds, 20 digits>.mail`, entries one behind the other. An entry is the
// length of its sealed piece (32 bits, little-endian) and that piece, which has the file's name and the entry's place bound in.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"

namespace tocsin::store {

inline constexpr std::size_t kept_length_bytes = 4;
/// What does not compress grows a little.
inline constexpr std::size_t kept_piece_bytes_max =
    limits::message_bytes + limits::message_bytes / 64 + (1U << 20);

struct KeptSegment {
    TimePoint
        begin;  ///< its name: nothing in it was written before, or later than limits::kept_segment_s after it
    std::uint64_t bytes = 0;

    [[nodiscard]] std::string file_name() const;
    /// When the last entry may have been written.
    [[nodiscard]] TimePoint end() const {
        return TimePoint{begin.microseconds + limits::kept_segment_s * 1'000'000};
    }
};

/// What the seal of the entry at `offset` of this segment is bound to: a piece that was moved does not open.
[[nodiscard]] Hash256 kept_entry_name(const KeptSegment& segment, std::uint64_t offset);

/// All segments of a folder, the oldest first. Files with other names are somebody else's. Errors: not_found, io.
[[nodiscard]] Result<std::vector<KeptSegment>> list_kept_segments(const std::filesystem::path& folder);

}  // namespace tocsin::store
