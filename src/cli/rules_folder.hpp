// A folder of rules on disk: what is in it, and how another version takes its place at once, so that a reload never sees half.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/rule_archive.hpp"

namespace tocsin::cli {

/// Rule files below a folder; empty where there is none. Errors: io, limit (limits::rule_files, limits::rule_file_bytes).
[[nodiscard]] Result<RuleTexts> read_rules_below(const std::filesystem::path& folder);

/// SHA-256 of names and texts, hexadecimal.
[[nodiscard]] std::string digest_of(const RuleTexts& rules);

/// How one version differs from another: paths.
struct RulesChange {
    std::vector<std::string> added, changed, gone;
    [[nodiscard]] bool none() const { return added.empty() && changed.empty() && gone.empty(); }
};
[[nodiscard]] RulesChange change_between(const RuleTexts& before, const RuleTexts& after);

/// Writes files below a folder, which is made.
[[nodiscard]] Result<void> write_rules(const RuleTexts& rules, const std::filesystem::path& folder);

/// Where the version before is kept: beside the folder.
[[nodiscard]] std::filesystem::path previous_of(const std::filesystem::path& folder);

/// A folder may be replaced when it holds nothing but rules and what we remember about them. Errors: conflict, with the first
/// file that is something else.
[[nodiscard]] Result<void> check_only_rules(const std::filesystem::path& folder);

/// `folder` becomes `rules` and `origin` (the text of rules_origin_file; empty: none), in one step; what it was is then
/// previous_of(folder). Whatever fails leaves it as it was. Errors: io, conflict (check_only_rules()).
[[nodiscard]] Result<void> replace_rules(const RuleTexts& rules, const std::string& origin,
                                         const std::filesystem::path& folder);

/// Only the text of rules_origin_file, in one step.
[[nodiscard]] Result<void> replace_origin(const std::string& origin, const std::filesystem::path& folder);

/// Folder and previous_of(folder) change places in one step; a second time undoes that. Errors: not_found, io.
[[nodiscard]] Result<void> swap_with_previous(const std::filesystem::path& folder);

}  // namespace tocsin::cli
