// A configuration file as values with places: what document.cpp makes of TOML, and what the settings' table is read from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/problem.hpp"

namespace tocsin::config {

struct Node;
struct Entry;

/// A value that no setting has: a date, a fraction, something nested too deeply. Only its name is kept: "a date".
struct OtherValue {
    std::string_view name;
};

using List = std::vector<Node>;
using Table = std::vector<Entry>;

struct Node {
    Place place;
    std::variant<bool, std::int64_t, std::string, List, Table, OtherValue> value;
};

struct Entry {
    std::string key;
    Place place;  ///< of the key
    Node node;
};

/// "true or false", "a whole number", "text", "a list", "a table" ...: what `node` is, for messages.
[[nodiscard]] std::string_view name_of(const Node& node);

}  // namespace tocsin::config
