// Mail that Tocsin writes itself: plain text, through a mail server.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "gate/next_hop.hpp"
#include "net/fiber.hpp"

namespace tocsin::app {

struct OwnMail {
    std::string from, to;    ///< plain addresses
    std::string subject;     ///< UTF-8
    std::string text;        ///< UTF-8, lines end with "\n"
    std::string message_id;  ///< without angle brackets; the same for each try of one mail
};

/// The message as SMTP carries it (RFC 5322, 2045, 2047, 3834): ASCII throughout, in lines of at most 78 characters.
[[nodiscard]] std::string mail_text(const OwnMail& mail, TimePoint now);

/// Hands it to a mail server. `hop.timeout_ms` is for each of its answers. Errors: unavailable (no connection, an answer of 4xx),
/// invalid_input (5xx: another try says the same), timed_out, io.
[[nodiscard]] Result<void> send_own_mail(net::Fiber& fiber, gate::NextHopAddress hop,
                                         const std::string& hello_name, Log& log, const OwnMail& mail,
                                         TimePoint now);

}  // namespace tocsin::app
