// Archives and packed streams through libarchive, in memory and within the message's budget.
#pragma once

#include <set>
#include <string>

#include "scan/inspection.hpp"

namespace tocsin::scan {

/// Which of libarchive's readers may look at the bytes.
enum class ArchiveForm : std::uint8_t {
    archive,        ///< 7z, rar, tar, cab, ar, cpio, lha, zip
    packed_stream,  ///< gz, bz2, xz, zst, lz4, lz, Z: one member without a name
};

/// Scans every member. What cannot be read is a named limit; members behind a password are flagged, and tried with the words of
/// the message where libarchive knows the cipher (zip).
void unpack_archive(Inspection& inspection, ArchiveForm form);

/// Members of a zip that our own reader cannot unpack: only those called `names`.
enum class ZipRest : std::uint8_t { encrypted, rare_methods };
void unpack_zip_rest(Inspection& inspection, ZipRest rest, const std::set<std::string>& names);

}  // namespace tocsin::scan
