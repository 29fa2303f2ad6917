// Files that a reader took out of an archive, as they stand in the output memfd: path and bytes, one after the other.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/limits.hpp"

namespace tocsin::reader {

struct ArchivedFile {
    std::string path;  ///< as the archive has it: a text to be looked at, never a path to be opened
    std::string content;
    bool operator==(const ArchivedFile&) const = default;
};

/// Most bytes of a whole list: contents, and for each file its path and two lengths.
inline constexpr std::size_t archived_files_bytes_max =
    limits::rule_archive_bytes + limits::rule_files * (limits::rule_path_bytes + 8);

/// Appends one file. A path that is no UTF-8 is mended, one beyond limits::rule_path_bytes is cut.
void write_archived_file(ByteWriter& out, const ArchivedFile& file);

/// nullopt: not well-formed, a file over limits::rule_file_bytes, more than limits::rule_files of them, more than
/// limits::rule_archive_bytes together, or a path over its bound or no UTF-8.
[[nodiscard]] std::optional<std::vector<ArchivedFile>> decode_archived_files(std::string_view bytes);

}  // namespace tocsin::reader
