// Rules that the command line names with --rule.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"

namespace tocsin::cli {

/// Whether a rule's name or path holds `only`. Also of a rule that was rejected, which has a path only.
[[nodiscard]] bool is_meant(const nlohmann::ordered_json& rule, const std::string& only);

/// Takes those out of an array of rules that are not meant.
void keep_meant(nlohmann::ordered_json& rules, const std::string& only);

/// Error not_found, with the names that are nearest to it: no rule of `rules` (an array) is meant by `only`. A mistake in --rule
/// must not look like rules that are right, or that match nothing.
[[nodiscard]] Result<void> check_named(const nlohmann::ordered_json& rules, const std::string& only);

/// Up to limits::nearest_names of `names`, those first that hold something like `wanted` with the fewest letters changed.
/// Capitals are no change; a name that needs more than a third of the letters changed is not near.
[[nodiscard]] std::vector<std::string> nearest_names(std::string_view wanted,
                                                     const std::vector<std::string>& names);

}  // namespace tocsin::cli
