// The token of the API, in a file of the data folder that only the daemon's user may read.
#pragma once

#include <string>

#include "base/result.hpp"

namespace tocsin::app {

/// The token in `path`; made when there is no such file. Errors: permission (others may read the file), corrupt (it holds no
/// token), io.
[[nodiscard]] Result<std::string> read_or_make_api_token(const std::string& path);

/// The same for another secret of the daemon, `what` in the words of an error: "the token for events".
[[nodiscard]] Result<std::string> read_or_make_secret(const std::string& path, const std::string& what);

}  // namespace tocsin::app
