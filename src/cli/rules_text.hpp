// What readers say about rules, as JSON, in words for a terminal.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "base/log.hpp"
#include "base/result.hpp"

namespace tocsin::cli {

/// Every rule that lacks something, or (`all`) every rule; then those that were rejected; then counts.
[[nodiscard]] std::string rules_check_text(const nlohmann::ordered_json& rules, const std::string& only,
                                           bool all);
[[nodiscard]] std::string rules_list_text(const nlohmann::ordered_json& rules, const std::string& only);
/// Rules that match or (`all`) any, with their clauses; then what it adds up to.
[[nodiscard]] std::string rules_explain_text(const nlohmann::ordered_json& answers, const std::string& only,
                                             bool all);
/// Whether a rule's name or path holds `only`.
[[nodiscard]] bool is_meant(const nlohmann::ordered_json& rule, const std::string& only);
/// What a reader says of the rules of a command. Errors: of the reader, and of folders that are not there.
struct RulesCommand;
[[nodiscard]] Result<nlohmann::ordered_json> describe_rules(const RulesCommand& command, Log& log);
/// "a, b, c"
[[nodiscard]] std::string joined(const nlohmann::ordered_json& names);

}  // namespace tocsin::cli
