#include "cli/rule_names.hpp"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <ranges>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/ascii.hpp"
#include "base/limits.hpp"

namespace tocsin::cli {

namespace {

using Json = nlohmann::ordered_json;

/// The fewest letters of `wanted` that must be inserted, deleted or replaced until it stands somewhere in `name` (the algorithm
/// of Sellers, 1980): what is around it costs nothing.
std::size_t changes_until_inside(std::string_view wanted, std::string_view name) {
    std::vector<std::size_t> above(wanted.size() + 1), column(wanted.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    std::size_t least = above.back();
    for (const char letter : name) {
        column[0] = 0;
        for (std::size_t at = 1; at <= wanted.size(); ++at) {
            const bool same = ascii_lower(wanted[at - 1]) == ascii_lower(letter);
            column[at] = std::min({above[at - 1] + (same ? 0 : 1), above[at] + 1, column[at - 1] + 1});
        }
        least = std::min(least, column.back());
        above.swap(column);
    }
    return least;
}

}  // namespace

bool is_meant(const Json& rule, const std::string& only) {
    return only.empty() || rule.value("name", "").contains(only) || rule.value("path", "").contains(only);
}

void keep_meant(Json& rules, const std::string& only) {
    Json meant = Json::array();
    for (Json& rule : rules)
        if (is_meant(rule, only)) meant.push_back(std::move(rule));
    rules = std::move(meant);
}

std::vector<std::string> nearest_names(std::string_view wanted, const std::vector<std::string>& names) {
    wanted = wanted.substr(0, limits::nearest_name_bytes);
    std::vector<std::pair<std::size_t, std::string>> near;
    for (const std::string& name : names) {
        const std::size_t changes =
            changes_until_inside(wanted, std::string_view(name).substr(0, limits::nearest_name_bytes));
        if (3 * changes <= wanted.size()) near.emplace_back(changes, name);
    }
    std::ranges::sort(near);
    const auto again = std::ranges::unique(near);
    near.erase(again.begin(), again.end());
    std::vector<std::string> nearest;
    for (auto& [changes, name] : near | std::views::take(limits::nearest_names))
        nearest.push_back(std::move(name));
    return nearest;
}

Result<void> check_named(const Json& rules, const std::string& only) {
    if (std::ranges::any_of(rules, [&](const Json& rule) { return is_meant(rule, only); })) return {};
    if (only.empty()) return {};
    std::vector<std::string> names;
    for (const Json& rule : rules)
        for (const std::string& name :
             {rule.value("name", ""), std::filesystem::path(rule.value("path", "")).stem().string()})
            if (!name.empty()) names.push_back(name);
    std::string known;
    for (const std::string& name : nearest_names(only, names))
        known += fmt::format("{}\"{}\"", known.empty() ? "; did you mean " : " or ", name);
    return fail(ErrorCode::not_found,
                fmt::format("--rule {}: no rule has this in its name or path{}; tocsin rules list shows all",
                            only, known));
}

}  // namespace tocsin::cli
