// Paths and parameters of MAIL and RCPT (RFC 5321 section 4.1.2).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin::proto {

/// `<…>` at the start of an argument, and what follows it.
struct SmtpPathArgument {
    std::string address;    ///< without brackets and source route; empty for `<>`
    std::string_view rest;  ///< parameters
    bool utf8 = false;      ///< it has bytes beyond ASCII
};

/// Nothing if `argument` does not start with a path that can be handed on safely: brackets, quoting and characters
/// are checked, whether the address exists is the next hop's to say. An address without domain is let through for
/// the same reason.
[[nodiscard]] std::optional<SmtpPathArgument> parse_smtp_path(std::string_view argument);

/// `KEY=value KEY …`, keys in upper case. Nothing if malformed or more than limits::smtp_parameters.
[[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>>
parse_smtp_parameters(std::string_view text);

}  // namespace tocsin::proto
