// One message from envelope and bytes to a durable record: orders, scan, policy, evidence, journal. No protocol here:
// SMTP, milter and HTTP all come this way.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gate/banner.hpp"
#include "gate/buffered_content.hpp"
#include "gate/detours.hpp"
#include "gate/envelope.hpp"
#include "gate/policy.hpp"
#include "gate/services.hpp"
#include "gate/watched_mail.hpp"
#include "net/fiber.hpp"
#include "pool/reader_pool.hpp"
#include "proto/smtp_types.hpp"
#include "scan/report.hpp"

namespace tocsin::gate {

/// Who keeps a message that is held or quarantined.
enum class KeptBy : std::uint8_t {
    us,      ///< evidence on our disk, and a row that waits for a decision
    client,  ///< the MTA that asked: our record only says so
};

struct Judgement {
    std::string record_id;
    std::string held_id;  ///< set when the message is kept here
    /// The hash of what is held under `held_id` already, when the sender sent it again; else empty.
    std::string held_already_sha256;
    std::string customer;  ///< of an outbound message; unknown_customer when no row fits
    Decision decision;
    std::vector<std::string> passing;  ///< recipients who get the message
    std::vector<std::string> kept;     ///< recipients for whom it is kept
    std::optional<Decision> of_passing;  ///< what was decided for `passing`, where it is not `decision`
    pool::ScanOutcome scan;
    Banner banner;                      ///< of a message that somebody gets
    std::optional<FoundDetour> detour;  ///< it goes round the filters, and would have passed
    bool scan_spared = false;           ///< an order blocks the sender: no reader was asked
    TimePoint judged_at;                ///< the time of its record
    std::uint64_t watch_number = 0;     ///< Record::watch_number
    std::string watched;                ///< Record::watched
    std::string alarm;                  ///< of the watch, that holds it; empty: none does
    Room room = Room::yes;              ///< for a message that an alarm holds
    std::uint64_t size_bytes = 0;
    Deadline begun{};       ///< when the whole message was there
    bool recorded = false;  ///< the record is durable; without it the sender must be told to try again
    /// Some get it and for others it is kept.
    [[nodiscard]] bool split() const { return !passing.empty() && !kept.empty(); }
    /// It is held because it goes round the filters, and for no other reason.
    [[nodiscard]] bool holds_detour() const { return detour && decision.reason == detour->reason; }
};

/// Scans and decides; writes nothing. A session that has to do something before the decision counts (a new transaction for fewer
/// recipients) does it now, and then calls record().
[[nodiscard]] Judgement weigh(GateServices& services, net::Fiber& fiber, const Envelope& envelope,
                              ByteView content);

/// The same for what a session has received; no_room() if there was none for it.
[[nodiscard]] Judgement weigh(GateServices& services, net::Fiber& fiber, const Envelope& envelope,
                              const BufferedContent& content);

/// The judgement of a message for which there was no room in memory: nobody scanned it, the sender shall try again.
[[nodiscard]] Judgement no_room(GateServices& services, const Envelope& envelope, std::uint64_t seen_bytes);

/// The judgement of a message that is larger than GateServices::message_bytes, of which `seen_bytes` were read: nobody
/// scanned it, so it is refused, and the record says why.
[[nodiscard]] Judgement too_large(GateServices& services, const Envelope& envelope, std::uint64_t seen_bytes);

/// Makes the decision durable. When it returns with `judgement.recorded`, the record, and the message if we keep it, are on disk.
/// A message that is held already is not kept twice: `held_id` is then that of the first time. With KeptBy::client no content is
/// stored, and `held_id` becomes empty. With KeptBy::us and Room::no the sender shall try again instead.
void record(GateServices& services, net::Fiber& fiber, const Envelope& envelope, ByteView content,
            Judgement& judgement, KeptBy kept_by = KeptBy::us);

/// What was decided cannot be done: nobody gets the message, nothing is kept, and the sender shall try again. Between weigh() and
/// record().
void give_up(Judgement& judgement, std::string reason);

/// Adds what the next hop said to the record. The client has been answered by then: a failure here is logged.
void note_next_hop_reply(GateServices& services, net::Fiber& fiber, const std::string& record_id,
                         const std::string& reply);

/// The header fields that are put in front of a message that passes.
[[nodiscard]] std::vector<HeaderField> headers_for(const GateServices& services, const Envelope& envelope,
                                                   const Judgement& judgement);
/// What the client is told about a message that does not pass.
[[nodiscard]] proto::SmtpReply refusal(const Judgement& judgement);
/// What an MTA that keeps the message itself may tell the sender of one that is refused, in ASCII: why, and the record.
[[nodiscard]] std::string rejection_text(const Judgement& judgement);

}  // namespace tocsin::gate
