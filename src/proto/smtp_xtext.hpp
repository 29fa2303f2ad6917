// xtext: how a value is written into a parameter of a command (RFC 3461 section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tocsin::proto {

/// The text behind `xtext`; nothing if it is none. May hold any byte, NUL and line ends included.
[[nodiscard]] std::optional<std::string> decode_xtext(std::string_view xtext);
/// Printable ASCII without blank, `+` and `=` stands for itself, every other byte becomes `+XX`.
[[nodiscard]] std::string encode_xtext(std::string_view text);

}  // namespace tocsin::proto
