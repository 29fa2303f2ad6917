// Takes the rule files out of an archive as code hosts make them of a repository. Runs inside a reader only.
#pragma once

#include <functional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace tocsin::scan {

/// Receives one file. `path` is what the archive says; it does not lead out of it, and is not checked otherwise.
using RuleFileSink = std::function<void(std::string_view path, ByteView content)>;

/// Hands every member of a .tar, .tar.gz, .tar.xz or .zip with the name of a rule (is_rule_file_name) to `sink`, in order. All
/// or nothing: half of an archive is no version of its rules. Errors, each with the member's name: invalid_input (no archive,
/// damaged, locked, a member of any kind whose path is absolute or has "..", a rule file that is a link or a device), limit (a
/// file over limits::rule_file_bytes, more than limits::rule_files or limits::rule_archive_bytes of them, more than
/// limits::rule_archive_members members, a path over limits::rule_path_bytes, more than limits::container_bytes unpacked to
/// find them).
[[nodiscard]] Result<void> unpack_rules(ByteView bytes, const RuleFileSink& sink);

}  // namespace tocsin::scan
