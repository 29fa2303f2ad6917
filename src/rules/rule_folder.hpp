// A folder of rules on disk: which files of it are rules, and what looks like one and is none.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "rules/load_notices.hpp"

namespace tocsin::rules {

struct RuleFolder {
    std::vector<std::filesystem::path> files;         ///< sorted
    std::vector<std::filesystem::path> broken_links;  ///< links with a rule's name that lead nowhere; sorted
    /// What may hold rules and is not read: links to folders, devices; folders with the name of a rule are read and told.
    LoadNotices passed_over;
};

/// All files below `folder` with the name of a rule (is_rule_file_name). Links to files are followed, links to folders are not:
/// they may lead in a circle. Errors: not_found, io (also: a folder below that cannot be entered, which may hold the rule that
/// matters), limit (limits::rule_files).
[[nodiscard]] Result<RuleFolder> look_into_rule_folder(const std::filesystem::path& folder);

}  // namespace tocsin::rules
