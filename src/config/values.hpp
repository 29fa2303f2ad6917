// One value of one setting: from a node of the file, checked, to a Value; and from a Value to TOML text.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/node.hpp"
#include "config/setting_table.hpp"

namespace tocsin::config {

struct Complaint {
    std::string message;  ///< behind the key: "is 5, must be at least 100 ms"
    std::string what_to_do;
};

/// Looks whether a path leads to what it is used for. nullopt: it does.
using PathCheck = std::function<std::optional<Complaint>(PathUse, const std::string& path)>;

struct ValueContext {
    std::filesystem::path folder;         ///< relative paths start here; empty: they stay as they are
    std::vector<std::string> part_flags;  ///< the names that exist; empty: any
    PathCheck path_check;                 ///< may be empty
};

/// The checked value of `node`. Each complaint goes to `complain` with the place it is about; then the result is nullopt.
[[nodiscard]] std::optional<Value> read_value(const Setting& setting, const Node& node,
                                              const ValueContext& context,
                                              const std::function<void(Place, Complaint)>& complain);

/// As TOML: true, 5, "text", ["a", "b"]; "" for what is not set.
[[nodiscard]] std::string to_toml(const Value& value);

/// The one of `names` that was probably meant by `word`: letters swapped, missing, too many or wrong. nullopt: none is close.
[[nodiscard]] std::optional<std::string_view> similar_name(std::string_view word,
                                                           const std::vector<std::string_view>& names);

/// "a, b or c"
[[nodiscard]] std::string alternatives(const std::vector<std::string_view>& names);

}  // namespace tocsin::config
