// The records of a zip archive as they stand in the bytes (PKWARE APPNOTE.TXT 6.3.10), before anybody decides which to believe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace tocsin::scan {

/// One member as a local header or a central directory entry describes it.
struct ZipEntry {
    std::string name;  ///< raw bytes
    std::uint16_t flags = 0;
    std::uint16_t method = 0;
    std::uint32_t crc = 0;
    std::uint64_t packed_size = 0;
    std::uint64_t unpacked_size = 0;
    std::uint64_t local_offset = 0;  ///< of the local header in the bytes
    std::uint64_t data_offset = 0;   ///< of the packed data; 0 in a central entry
    std::uint32_t external_attributes = 0;

    [[nodiscard]] bool encrypted() const { return (flags & 1U) != 0; }
    /// Sizes stand behind the data, not in the local header (APPNOTE section 4.4.4, bit 3).
    [[nodiscard]] bool has_descriptor() const { return (flags & 8U) != 0; }
    [[nodiscard]] bool is_folder() const { return !name.empty() && name.back() == '/'; }
};

/// One central directory: what one end-of-central-directory record leads to.
struct ZipDirectory {
    std::uint64_t end_record_offset = 0;
    std::vector<ZipEntry> entries;
    bool cut = false;  ///< more entries were announced than were read
};

/// Where records stand. Zips that are stored inside the zip show up too: whoever walks it knows what lies in a member's data.
struct ZipStructure {
    std::vector<std::uint64_t> end_records;  ///< offsets, ascending; most readers believe the last
    std::vector<ZipEntry> locals;            ///< every local header, ascending
    bool more = false;                       ///< there were more records than `records_max`
};

/// Finds every record, at most `records_max` of each sort (the last end record is always among them).
[[nodiscard]] ZipStructure read_zip_structure(ByteView bytes, std::size_t records_max);

/// The directory that the end record at `end_offset` leads to; at most `entries_max` entries.
[[nodiscard]] ZipDirectory read_zip_directory(ByteView bytes, std::uint64_t end_offset,
                                              std::size_t entries_max);

/// The names in the directory that most readers believe, or in the local headers when there is none.
[[nodiscard]] std::vector<std::string> zip_member_names(ByteView bytes, std::size_t names_max);

}  // namespace tocsin::scan
