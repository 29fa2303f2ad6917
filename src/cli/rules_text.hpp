// What readers say about rules, as JSON, in words for a terminal.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/log.hpp"
#include "base/result.hpp"

namespace tocsin::cli {

/// Every rule that lacks something, or (`all`) every rule; then what was passed over or rejected, and lines of lists that are
/// wrong; then counts.
[[nodiscard]] std::string rules_check_text(const nlohmann::ordered_json& rules, bool all);
[[nodiscard]] std::string rules_list_text(const nlohmann::ordered_json& rules);
/// "error: FILE:LINE: …" for each line of a list that is no entry.
[[nodiscard]] std::string bad_list_lines_text(const nlohmann::ordered_json& rules);
/// Rules that match or (`all`) any, with their clauses; then what it adds up to.
[[nodiscard]] std::string rules_explain_text(const nlohmann::ordered_json& answers, const std::string& only,
                                             bool all);
/// What a reader says of the rules of a command. Errors: of the reader, and of folders that are not there.
struct RulesCommand;
[[nodiscard]] Result<nlohmann::ordered_json> describe_rules(const RulesCommand& command, Log& log);
/// The first few of `names`, and how many more there are: "a, b and 3 more". Not empty.
[[nodiscard]] std::string first_of(const std::vector<std::string>& names);
/// "a, b, c"
[[nodiscard]] std::string joined(const nlohmann::ordered_json& names);

}  // namespace tocsin::cli
