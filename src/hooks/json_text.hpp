// JSON as it goes to other people's servers. Inside of src/hooks.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace tocsin::hooks {

/// On one line; bytes that are no UTF-8 are replaced, since a stranger may have written them.
[[nodiscard]] std::string dumped(const nlohmann::json& value);

}  // namespace tocsin::hooks
