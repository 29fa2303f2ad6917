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

/// True if `path` between brackets reads as this very path: nothing in it can end the command or the bracket.
[[nodiscard]] bool is_sendable_path(std::string_view path);

/// The address of a path as programs hand it on that are looser than RFC 5321: with or without brackets and blanks, behind a
/// source route, with backslashes outside quotes (RFC 822 section 3.3), or with quotes that need not be there. Two paths that
/// lead to one mailbox are one text, as far as the text alone tells.
[[nodiscard]] std::string plain_path(std::string_view path);

/// Whether it has no more marks of routing than limits::address_routes. Paths with more are refused wherever mail comes in.
[[nodiscard]] bool is_routed_little(std::string_view address);

/// True for an address whose text says where it leads: one `@`, and neither a route of another kind (`host!user`,
/// `user%host@relay`) nor quotes. Of any other, only the MTA knows.
[[nodiscard]] bool is_ordinary_address(std::string_view address);

/// `KEY=value KEY …`, keys in upper case. Nothing if malformed or more than limits::smtp_parameters.
[[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>>
parse_smtp_parameters(std::string_view text);

}  // namespace tocsin::proto
