// Who sends to whom, as the protocol said it, and what the configuration makes of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mail/direction.hpp"

namespace tocsin::gate {

/// What the client's protocol says about the bytes.
enum class ContentClaim : std::uint8_t {
    mail,    ///< SMTP, milter: it is a message, whatever it looks like
    nobody,  ///< HTTP, clamd: mostly a message; a file when it does not look like one
};

/// Whose address client_ip is.
enum class ClientIs : std::uint8_t {
    sender,  ///< the one who sends, as far as anybody knows
    relay,   ///< a relay of ours that may say for whom it speaks, and did not
};

struct Envelope {
    ContentClaim claim = ContentClaim::mail;
    std::string listener;
    mail::Direction direction = mail::Direction::inbound;
    std::string client_ip;
    ClientIs client_is = ClientIs::sender;
    std::string client_name;  ///< as the MTA or XFORWARD gave it; empty: unknown
    std::string helo;
    std::string sasl_login;  ///< the authenticated name; empty: none
    std::string queue_id;    ///< of the MTA that asks
    std::string mail_from;
    std::vector<std::string> recipients;
    std::string sender_dsn;                   ///< RET and ENVID (RFC 3461) as they stand in MAIL; empty: none
    std::vector<std::string> recipients_dsn;  ///< NOTIFY and ORCPT of each of `recipients`; empty: nobody asked for any
};

}  // namespace tocsin::gate
