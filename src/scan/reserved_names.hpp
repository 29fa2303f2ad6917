// The names of header fields that only Tocsin may write. Reader and gate ask the same question.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tocsin::scan {

/// True for X-Tocsin-*, X-Spam-Flag, X-Spam-Status, X-Spam-Level and MIME-Ambiguity-Results. Case does not count, and neither do
/// bytes that have no place in a name (RFC 5322 section 2.2: printable ASCII but the colon): some programs drop them.
[[nodiscard]] bool is_reserved_field(std::string_view name);

}  // namespace tocsin::scan
