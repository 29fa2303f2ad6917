// TOML text into values with places. The only user of toml++.
#pragma once

#include <optional>
#include <string_view>

#include "config/node.hpp"
#include "config/problem.hpp"

namespace tocsin::config {

/// The tables of a TOML 1.0 document. nullopt: it is none, and `problems` says where and why; the parser stops at its first
/// error.
[[nodiscard]] std::optional<Table> read_document(std::string_view text, Problems& problems);

}  // namespace tocsin::config
