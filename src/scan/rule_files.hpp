// Files of rules and signatures on disk: found, read and named by a digest. Used while the template loads, never after.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"

namespace tocsin::scan {

/// One such file is at most this large; ClamAV's largest is about 170 MiB.
inline constexpr std::size_t rule_file_bytes_max = 1U << 30;
/// Files looked at in all configured folders.
inline constexpr std::size_t rule_files_max = 100'000;

/// The regular files in `place` (a file, or a folder searched downwards) whose name ends in one of `extensions` (lower case,
/// with the dot; empty: all), in sorted order. not_found when there is no such place.
[[nodiscard]] Result<std::vector<std::string>>
find_rule_files(const std::string& place, const std::vector<std::string_view>& extensions);

/// The whole file.
[[nodiscard]] Result<std::string> read_rule_file(const std::string& path);

/// A digest of the names and contents of all files, in hexadecimal (first 16 bytes): changes when any of them changes.
[[nodiscard]] std::string digest_of_files(const std::vector<std::string>& paths);

}  // namespace tocsin::scan
