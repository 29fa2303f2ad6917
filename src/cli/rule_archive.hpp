// An archive of rules becomes a folder of rules. What the reader says of it is hostile: texts until they were looked at here.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "cli/reader_setup.hpp"
#include "reader/codec_archive.hpp"

namespace tocsin::cli {

/// A path that stays below any folder that it is put behind: without "." and empty pieces, in `/`. Errors: invalid_input
/// (absolute, "..", a backslash, a control character, nothing left), limit (limits::rule_path_bytes, limits::rule_path_depth, a
/// piece longer than a file system takes).
[[nodiscard]] Result<std::string> safe_rule_path(std::string_view path);

/// Rules by their path below a folder.
using RuleTexts = std::map<std::string, std::string>;

/// What is wanted of an archive. The folder that code hosts put around everything is taken off. `folder`: only what is below this
/// folder of the archive, named from there; empty: everything. Hidden files and folders (.github) are passed over.
/// Errors: those of safe_rule_path(); invalid_input (two files with one path, a file that is also a folder); not_found (nothing
/// is left).
[[nodiscard]] Result<RuleTexts> choose_rules(std::vector<reader::ArchivedFile> files,
                                             const std::string& folder);

/// Opens the archive in a confined reader and chooses. Errors: those of choose_rules(), and unavailable or invalid_input where
/// the reader cannot, or will not, open it.
[[nodiscard]] Result<RuleTexts> read_rule_archive(ByteView archive, const std::string& folder,
                                                  const ReaderOptions& options, Log& log);

}  // namespace tocsin::cli
