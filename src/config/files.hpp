// What `config check` looks at on this machine.
#pragma once

#include <optional>
#include <string>

#include "config/values.hpp"

namespace tocsin::config {

/// A PathCheck for ParseOptions: whether the path is there and the calling user may use it. Run it as the user that the daemon
/// runs as.
[[nodiscard]] std::optional<Complaint> look_at_path(PathUse use, const std::string& path);

}  // namespace tocsin::config
