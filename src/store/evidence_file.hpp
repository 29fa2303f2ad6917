// Files that are on disk when a call returns.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace tocsin::store {

/// fsync of a folder: its entries are on disk.
[[nodiscard]] Result<void> sync_folder(const std::filesystem::path& folder);

/// Makes a new file (mode 0600), writes `content` and synchronises it. It must not exist. On an error nothing is
/// left behind.
[[nodiscard]] Result<void> write_new_file(const std::filesystem::path& path, ByteView content);

/// Appends `text` to a file (made with mode 0600) and synchronises it: an entry that a reader may rely on.
[[nodiscard]] Result<void> append_and_sync(const std::filesystem::path& path, std::string_view text);

/// The whole of a regular file of at most `bytes_max`. Errors: not_found, permission, limit, io.
[[nodiscard]] Result<Bytes> read_whole_file(const std::filesystem::path& path, std::size_t bytes_max);

}  // namespace tocsin::store
