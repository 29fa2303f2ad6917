// The API for programs: OpenAPI 3.1, as docs/api/openapi.json has it.
#pragma once

#include <string_view>

namespace tocsin::api {

/// The text of the file, which was built in: a daemon tells what it takes itself, and nothing of another version.
[[nodiscard]] std::string_view openapi_json();

}  // namespace tocsin::api
