// One message from envelope and bytes to a durable record: orders, scan, policy, evidence, journal. No protocol here:
// SMTP, milter and HTTP all come this way.
#pragma once

#include <string>
#include <vector>

#include "gate/policy.hpp"
#include "mail/direction.hpp"
#include "net/fiber.hpp"
#include "pool/reader_pool.hpp"
#include "proto/smtp_types.hpp"
#include "store/journal_store.hpp"

namespace tocsin::gate {

struct GateServices;

/// Who sends to whom, as the protocol said it.
struct Envelope {
    std::string listener;
    mail::Direction direction = mail::Direction::inbound;
    std::string client_ip;
    std::string helo;
    std::string mail_from;
    std::vector<std::string> recipients;
};

struct Judgement {
    std::string record_id;
    std::string held_id;  ///< set when the message is kept here
    Decision decision;
    pool::ScanOutcome scan;
    bool recorded = false;  ///< the record is durable; without it the sender must be told to try again
};

/// Judges a message. When it returns with `recorded`, the record, and the message if it is held, are on disk.
[[nodiscard]] Judgement judge(GateServices& services, net::Fiber& fiber, const Envelope& envelope,
                              ByteView content);

/// Adds what the next hop said to the record. The message is on its way by then: a failure here is logged, not answered.
void note_next_hop_reply(GateServices& services, net::Fiber& fiber, const Judgement& judgement,
                         const std::string& reply);

/// The header field that is put in front of a message that passes; empty for Disposition::accept.
[[nodiscard]] std::string header_for(const Judgement& judgement);
/// What the client is told about a message that does not pass.
[[nodiscard]] proto::SmtpReply refusal(const Judgement& judgement);

}  // namespace tocsin::gate
