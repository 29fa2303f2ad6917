// What kind of file bytes are, in the names that rules know: MIME types as libmagic writes them, and the names of Strelka's
// file kinds ("taste").
#pragma once

#include <string_view>

#include "base/bytes.hpp"
#include "rules/exploded.hpp"

namespace tocsin::rules {

/// `file_type` is the type by content in our own names (scan/file_type.hpp).
[[nodiscard]] FileFlavors read_flavors(ByteView bytes, std::string_view file_type);

/// "text/html" for "html"; application/octet-stream for what nobody knows.
[[nodiscard]] std::string_view mime_of_type(std::string_view file_type);

/// A local header of a zip says that its member is encrypted.
[[nodiscard]] bool is_encrypted_zip(ByteView bytes);

}  // namespace tocsin::rules
