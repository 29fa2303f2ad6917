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
    bool cut = false;  ///< more entries were announced than are there
};

struct ZipStructure {
    std::vector<ZipDirectory> directories;  ///< in the order of their end records; most readers believe the last
    std::vector<ZipEntry> locals;           ///< every local header, in order
    bool more = false;                      ///< there were more records than `entries_max`
    std::uint64_t first_record = 0;         ///< bytes before the first record
    std::uint64_t bytes_after_end = 0;      ///< bytes behind the last end record and its comment
};

/// Finds every record; at most `entries_max` entries of each sort and 16 directories.
[[nodiscard]] ZipStructure read_zip_structure(ByteView bytes, std::size_t entries_max);

/// The names in the directory that most readers believe, or in the local headers when there is none.
[[nodiscard]] std::vector<std::string> zip_member_names(ByteView bytes, std::size_t names_max);

}  // namespace tocsin::scan
