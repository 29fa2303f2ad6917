// Reads a file for somebody who may read below one folder only.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace tocsin::gate {

struct FileBelow {
    UniqueFd descriptor;
    std::size_t size_bytes = 0;
};

/// Opens a regular file below `root`, of `bytes_max` at most. `path` is absolute or relative to `root`. No symbolic link on the
/// way is followed and no ".." leads out (openat2 with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS: the kernel checks, so nothing
/// can be swapped in between). Errors: permission (outside, or a link), not_found, limit, io. Blocks.
[[nodiscard]] Result<FileBelow> open_file_below(const std::string& root, const std::string& path,
                                                std::size_t bytes_max);
/// Fills `into` from the file's beginning; returns how many bytes there were, fewer if it was cut meanwhile. Errors: io. Blocks.
[[nodiscard]] Result<std::size_t> read_file(const FileBelow& file, std::span<std::byte> into);

}  // namespace tocsin::gate
