// What both SMTP machines share (RFC 5321).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::proto {

/// One reply: code, enhanced status code (RFC 2034, may be empty), text lines without code. Text is ASCII without
/// CR, LF or NUL.
struct SmtpReply {
    int code = 0;
    std::string enhanced;            ///< `5.7.1`, or empty
    std::vector<std::string> lines;  ///< at least one
    [[nodiscard]] bool positive() const { return code >= 200 && code < 400; }
    [[nodiscard]] bool transient() const { return code >= 400 && code < 500; }
    /// First line with code and enhanced code, for records and logs: `250 2.0.0 queued as 4F3`.
    [[nodiscard]] std::string summary() const;
    /// RFC 5321 section 4.2: the bytes of the reply, multi-line if need be. Bytes that have no place in a reply
    /// become `?`, long lines are cut.
    [[nodiscard]] std::string serialise() const;
};

/// A reply of one line.
[[nodiscard]] SmtpReply make_reply(int code, std::string_view enhanced, std::string_view text);

/// MAIL FROM with its parameters.
struct SmtpSender {
    std::string path;  ///< `local@domain` without brackets and source route; empty for `<>`
    std::optional<std::uint64_t> size_bytes;  ///< SIZE= (RFC 1870)
    bool eight_bit = false;                   ///< BODY=8BITMIME (RFC 6152)
    bool utf8 = false;                        ///< SMTPUTF8 (RFC 6531)
    std::string dsn_return;                   ///< RET= (RFC 3461): `FULL`, `HDRS`, or empty
    std::string envelope_id;                  ///< ENVID= (RFC 3461), xtext as it came, or empty
};

/// RCPT TO with its parameters.
struct SmtpRecipient {
    std::string path;    ///< `local@domain`
    std::string notify;  ///< NOTIFY= (RFC 3461): `NEVER`, or a list of `SUCCESS,FAILURE,DELAY`; or empty
    std::string original_recipient;  ///< ORCPT= (RFC 3461): `rfc822;xtext` as it came, or empty
};

/// What the server side announces in its EHLO reply beside what it always does. The defaults are for a next hop about
/// which nothing is known.
struct SmtpOffer {
    std::uint64_t size_bytes = std::numeric_limits<std::uint64_t>::max();  ///< cut to the machine's own limit
    bool eight_bit = true;                                                 ///< 8BITMIME
    bool smtputf8 = false;
    bool dsn = false;
};

/// Why a client was refused outright. Each is a named outcome, `to_string()` gives the name for logs and records.
enum class SmtpViolation {
    none,
    bare_cr,               ///< CR without LF
    bare_lf,               ///< LF without CR
    nul_at_dot,            ///< a line that is a lone dot once NULs are dropped
    nul_in_command,        ///< NUL in a command line
    command_too_long,      ///< limits::smtp_command_bytes
    data_before_go_ahead,  ///< sent content before the 354 (RFC 2920 section 3.1: DATA ends a pipelined group)
    chunking,              ///< BDAT, which was not announced: its bytes must not be read as commands
    web_request,           ///< a browser that a page sent here: its body must not be read as commands
    commands_before_tls,   ///< sent something behind STARTTLS that was not encrypted (CVE-2011-0411)
    too_large,             ///< content over the size limit; the session goes on
    endless_content,       ///< went on far beyond the size limit
    too_many_errors,       ///< limits::smtp_errors
};
[[nodiscard]] std::string_view to_string(SmtpViolation violation);

}  // namespace tocsin::proto
