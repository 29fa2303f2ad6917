// Reads a file for somebody who may read below one folder only.
#pragma once

#include <cstddef>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace tocsin::gate {

/// The whole of a regular file below `root`. `path` is absolute or relative to `root`. No symbolic link on the way is
/// followed and no ".." leads out (openat2 with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS: the kernel checks, so
/// nothing can be swapped in between). Errors: permission (outside, or a link), not_found, limit, io. Blocks.
[[nodiscard]] Result<Bytes> read_file_below(const std::string& root, const std::string& path,
                                            std::size_t bytes_max);

}  // namespace tocsin::gate
