// A form as a browser sends it with a file in it: multipart/form-data (RFC 7578), without I/O. Only the frame is read; what is in
// a file stays bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tocsin::proto {

/// One field.
struct FormPart {
    std::string name;
    /// Of a field that is a file; empty where none was chosen. As it came: a name of the sender's choice.
    std::optional<std::string> file_name = {};
    std::string_view content = {};  ///< a piece of the body
};

/// The fields in their order. `content_type`: of the request, with its boundary. The content of the parts points into `body`.
/// Errors: unavailable (another kind of form), invalid_input (malformed, or it ends early), limit (form_parts and others).
[[nodiscard]] Result<std::vector<FormPart>> parse_form(std::string_view content_type, std::string_view body);

}  // namespace tocsin::proto
