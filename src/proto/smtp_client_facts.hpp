// Who really sends, as a trusted relay in front of us tells it: Postfix's XFORWARD (for the log, one message) and XCLIENT (for
// every decision, the rest of the session). XFORWARD_README and XCLIENT_README of Postfix are the specification.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::proto {

/// Each fact: nothing if nobody spoke of it, empty if it was said to be unavailable.
struct SmtpClientFacts {
    std::optional<std::string> name;      ///< host name
    std::optional<std::string> address;   ///< IP literal without `IPV6:`
    std::optional<std::string> port;      ///< decimal
    std::optional<std::string> protocol;  ///< `SMTP`, `ESMTP`, or what XFORWARD said
    std::optional<std::string> helo;
    std::optional<std::string> ident;   ///< queue id at the relay
    std::optional<std::string> source;  ///< `LOCAL` or `REMOTE`
    std::optional<std::string> login;   ///< SASL login, XCLIENT only
    bool operator==(const SmtpClientFacts&) const = default;
};

enum class SmtpForwarding : std::uint8_t { xforward, xclient };
[[nodiscard]] std::string_view to_string(SmtpForwarding forwarding);

/// The line of an EHLO reply: `XFORWARD NAME ADDR …`.
[[nodiscard]] std::string announcement(SmtpForwarding forwarding);

/// Reads `NAME=xtext ADDR=xtext …` into `facts`. Characters that could confuse a log or a header become `?`, except in LOGIN,
/// which is refused then. Nothing: done; else what was wrong, and `facts` is as it was.
[[nodiscard]] std::optional<std::string>
merge_client_facts(std::string_view arguments, SmtpForwarding forwarding, SmtpClientFacts& facts);

/// XFORWARD commands without CRLF, each of at most 510 bytes, for those facts whose attribute is in `announced` (upper case).
/// Facts of which nobody spoke are left out.
[[nodiscard]] std::vector<std::string> xforward_commands(const SmtpClientFacts& facts,
                                                         const std::vector<std::string>& announced);

}  // namespace tocsin::proto
