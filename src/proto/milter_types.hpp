// The vocabulary of the milter protocol, filter side. Source: draft-adams-milter-protocol-00, and what Postfix 3
// (milter8.c) and Sendmail 8 (libmilter, milter.c) do where the draft leaves room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/limits.hpp"

namespace tocsin::proto {

/// What a filter may ask the MTA to do (SMFIF_*). The MTA offers some; only those may be used.
namespace milter_action {
inline constexpr std::uint32_t add_header = 0x01;
inline constexpr std::uint32_t replace_body = 0x02;
inline constexpr std::uint32_t add_recipient = 0x04;
inline constexpr std::uint32_t delete_recipient = 0x08;
inline constexpr std::uint32_t change_header = 0x10;
inline constexpr std::uint32_t quarantine = 0x20;
inline constexpr std::uint32_t change_sender = 0x40;
inline constexpr std::uint32_t add_recipient_with_arguments = 0x80;
inline constexpr std::uint32_t everything = 0xFF;
}  // namespace milter_action

/// What the MTA may leave out, or do otherwise, when a filter asks for it (SMFIP_*).
namespace milter_protocol {
inline constexpr std::uint32_t no_reply_header = 0x80;
inline constexpr std::uint32_t no_unknown_command = 0x100;
inline constexpr std::uint32_t skip = 0x400;  ///< the MTA understands the reply "no more body"
inline constexpr std::uint32_t no_reply_connect = 0x1000;
inline constexpr std::uint32_t no_reply_hello = 0x2000;
inline constexpr std::uint32_t no_reply_mail = 0x4000;
inline constexpr std::uint32_t no_reply_recipient = 0x8000;
inline constexpr std::uint32_t no_reply_data = 0x10000;
inline constexpr std::uint32_t no_reply_unknown_command = 0x20000;
inline constexpr std::uint32_t no_reply_end_of_headers = 0x40000;
inline constexpr std::uint32_t no_reply_body = 0x80000;
inline constexpr std::uint32_t header_leading_space = 0x100000;
}  // namespace milter_protocol

/// The steps of a session, in their order. Macros belong to one of them.
enum class MilterStage {
    connect,
    hello,
    unknown_command,
    mail,
    recipient,
    data,
    header,
    end_of_headers,
    body,
    end_of_message,
};
inline constexpr std::size_t milter_stages = 10;

/// The stages that the gate answers. At the others the MTA is told to go on, or asked not to wait at all.
struct MilterDecides {
    bool connect = false;
    bool hello = false;
    bool mail = false;
    bool recipient = false;
    bool data = false;  ///< not sent by MTAs of version 3 and below
};

/// What happens to the rest of a body that nobody wants any more (too large, or skip_body()).
enum class MilterLargeBody {
    read,  ///< it comes and is dropped; pieces need no reply, so that ordinary mail comes faster
    stop,  ///< the MTA is told to stop, if it can (0x400); costs a reply for each piece of every message
};

struct MilterOptions {
    /// milter_action bits that the filter wants; those that are offered are asked for.
    std::uint32_t actions = milter_action::everything;
    MilterDecides decides;
    MilterLargeBody large_body = MilterLargeBody::read;
    /// Commands that the MTA does not know are told, too.
    bool unknown_commands = false;
    /// Header and body together; what is above is one `message_too_large`.
    std::size_t message_bytes = limits::message_bytes;
    std::size_t recipients_max = limits::smtp_recipients;
};

/// What was agreed with the MTA.
struct MilterNegotiation {
    std::uint32_t version = 0;           ///< 2 to 6
    std::uint32_t offered_actions = 0;   ///< milter_action bits
    std::uint32_t offered_protocol = 0;  ///< milter_protocol bits
    std::uint32_t actions = 0;           ///< of the offered: asked for, and so allowed
    std::uint32_t protocol = 0;
};

/// Where the SMTP client came from.
enum class MilterFamily { unknown, unix_socket, ipv4, ipv6 };
[[nodiscard]] std::string_view to_string(MilterFamily family);

struct MilterClient {
    std::string host;  ///< a name, `[address]` when there is none, `unknown`, `localhost`
    MilterFamily family = MilterFamily::unknown;
    std::uint16_t port = 0;  ///< 0: unknown
    std::string
        address;  ///< an IP address without prefix and zone, or the path of a socket; empty if unknown
};

/// Why an MTA, or what poses as one, was refused. Each is a named outcome, `to_string()` gives the name for logs.
enum class MilterViolation {
    none,
    empty_frame,
    frame_too_long,      ///< limits::milter_frame_bytes
    unknown_command,     ///< a command byte that no version knows
    out_of_order,        ///< a command that has no place here
    missing_nul,         ///< a string without its end
    malformed,           ///< too few or too many fields, an address that is none
    version_too_old,     ///< below 2
    too_many_macros,     ///< limits::milter_macros, limits::milter_macro_bytes
    too_many_arguments,  ///< limits::smtp_parameters
    too_many_recipients  ///< MilterOptions::recipients_max, where the gate does not answer recipients
};
[[nodiscard]] std::string_view to_string(MilterViolation violation);

enum class MilterEventKind {
    need_input,           ///< write take_output(), then read and feed()
    negotiated,           ///< `negotiation` is set
    connect,              ///< `client` is set
    hello,                ///< text = name. An open message ends before it
    unknown_command,      ///< text = the command; only if MilterOptions::unknown_commands
    mail,                 ///< text = path without brackets, arguments = `SIZE=…`, …. Opens a message
    recipient,            ///< text = path without brackets, arguments
    data,                 ///< the client may send content
    header,               ///< text = name, value = everything after the colon: see milter_header_line()
    end_of_headers,       ///< the empty line
    body,                 ///< a piece of the body, valid until the next call
    message_too_large,    ///< text = the limit. Once; no header field and no body come after it. Goes on
    end_of_message,       ///< wants changes and answer(). Ends the message
    abort,                ///< forget the message. The session goes on
    quit_new_connection,  ///< forget message and client; the connection is used again, `connect` follows
    quit,                 ///< the session is over, an open message is forgotten; `closed` follows
    violation,            ///< `violation` names it; an open message is forgotten; `closed` follows
    closed,               ///< write take_output() and close
};

struct MilterEvent {
    MilterEventKind kind = MilterEventKind::need_input;
    bool wants_answer = false;  ///< answer() comes before the next event
    std::string text;
    std::string value;
    std::vector<std::string> arguments;
    MilterClient client;
    MilterNegotiation negotiation;
    ByteView content;
    MilterViolation violation = MilterViolation::none;
};

/// A header field as it stood in the message, with CRLF at its line ends. It is exact when the MTA offers 0x100000
/// (Postfix from 2.6, Sendmail from 8.14); else one space is put after the colon, which most fields have.
[[nodiscard]] std::string milter_header_line(std::string_view name, std::string_view value);

/// What the MTA shall do. Only `proceed`, `reject` and `tempfail` are possible before the end of the message.
enum class MilterAnswer { proceed, accept, reject, tempfail, discard };

}  // namespace tocsin::proto
