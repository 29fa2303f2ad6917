#include "gate/judgement.hpp"

#include <nlohmann/json.hpp>

#include "base/limits.hpp"
#include "gate/smtp_proxy.hpp"

namespace tocsin::gate {

namespace {

using nlohmann::json;

std::string to_text(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string findings_json(const scan::ScanReport& report) {
    json out = json::array();
    for (const scan::Finding& finding : report.findings)
        out.push_back({{"engine", finding.engine},
                       {"rule", finding.rule},
                       {"severity", scan::to_string(finding.severity)},
                       {"text", finding.text}});
    return to_text(out);
}

std::string reasons_json(const Judgement& judgement) {
    json out = json::array({judgement.decision.reason});
    if (!judgement.scan.detail.empty()) out.push_back(judgement.scan.detail);
    for (const mail::Ambiguity& ambiguity : judgement.scan.report.ambiguities)
        out.push_back("ambiguous: " + std::string(mail::info(ambiguity.kind).name) + " at byte " +
                      std::to_string(ambiguity.offset));
    return to_text(out);
}

store::Record make_record(const Envelope& envelope, const Judgement& judgement, std::uint64_t size_bytes,
                          TimePoint now) {
    const scan::ScanReport& report = judgement.scan.report;
    bool scanned = judgement.scan.outcome == sandbox::Outcome::verdict;
    store::Record record;
    record.id = judgement.record_id;
    record.time = now;
    record.direction = mail::to_string(envelope.direction);
    record.listener = envelope.listener;
    record.client_ip = envelope.client_ip;
    record.helo = envelope.helo;
    record.mail_from = envelope.mail_from;
    record.recipients = envelope.recipients;
    record.size_bytes = size_bytes;
    record.subject = report.facts.subject;
    record.header_from = report.facts.header_from;
    record.message_id = report.facts.message_id;
    record.verdict = scan::to_string(scanned ? report.verdict : scan::Verdict::unscannable);
    record.disposition = to_string(judgement.decision.disposition);
    record.ambiguous = report.ambiguous();
    record.reasons = reasons_json(judgement);
    record.findings = findings_json(report);
    record.outcome = sandbox::to_string(judgement.scan.outcome);
    record.held_id = judgement.held_id;
    record.engine_version = report.engine_version;
    record.elapsed_us = judgement.scan.elapsed_us;
    return record;
}

store::Held make_held(const store::Record& record, const Judgement& judgement) {
    store::Held held;
    held.id = judgement.held_id;
    held.record_id = record.id;
    held.time = record.time;
    held.direction = record.direction;
    held.mail_from = record.mail_from;
    held.recipients = record.recipients;
    held.subject = record.subject;
    held.size_bytes = record.size_bytes;
    held.reason = judgement.decision.reason;
    held.content_sha256 = record.content_sha256;
    return held;
}

Decision decision_of(const store::Order& order) {
    std::string reason = "standing order " + order.id + " by " + order.given_by + ": " + order.reason;
    return {order.action == store::OrderAction::block ? Disposition::reject : Disposition::hold,
            std::move(reason), DecidedBy::order};
}

/// RFC 5321 section 4.2 replies are ASCII: typographic quotes become plain ones, the machine replaces what is left.
std::string reply_text(std::string text) {
    for (std::string_view quote : {"\xE2\x80\x9C", "\xE2\x80\x9D"})
        for (std::size_t at = 0; (at = text.find(quote, at)) != std::string::npos;)
            text.replace(at, quote.size(), "\"");
    return text;
}

bool is_kept(Disposition disposition) {
    return disposition == Disposition::hold || disposition == Disposition::quarantine;
}

/// Orders before the scan see the envelope, orders after it the message too. What is blocked by its envelope is scanned all the
/// same: the record says what it was.
Decision decide_with_orders(GateServices& services, const Envelope& envelope, const pool::ScanOutcome& scan,
                            TimePoint now) {
    bool scanned = scan.outcome == sandbox::Outcome::verdict;
    OrderSubject subject{envelope.direction, envelope.mail_from, envelope.client_ip, &envelope.recipients,
                         scanned ? &scan.report : nullptr};
    Decision by_policy = decide(envelope.direction, scan.outcome, scan.report);
    std::optional<store::Order> order = services.orders.find(subject, now);
    if (!order) return by_policy;
    // An order may only make it stricter: malware that a "hold" order also fits is still rejected where policy rejects.
    if (order->action == store::OrderAction::hold && by_policy.disposition == Disposition::reject)
        return by_policy;
    return decision_of(*order);
}

}  // namespace

Judgement judge(GateServices& services, net::Fiber& fiber, const Envelope& envelope, ByteView content) {
    Judgement out;
    pool::ScanRequest request;
    request.kind = reader::RequestKind::scan_message;
    request.direction = envelope.direction;
    request.bytes = content;
    if (!envelope.recipients.empty()) request.envelope_recipient = envelope.recipients.front();
    out.scan = services.readers.scan(fiber, request);
    TimePoint now = services.clock.now();
    out.record_id = make_id(now.microseconds);
    out.decision = decide_with_orders(services, envelope, out.scan, now);
    bool kept = is_kept(out.decision.disposition);
    if (kept) out.held_id = make_id(now.microseconds);
    store::Record record = make_record(envelope, out, content.size(), now);
    store::Held held;
    if (kept) {
        Result<Hash256> stored =
            services.blocking.call(fiber, [&] { return services.evidence.put(content); });
        if (!stored) {
            services.log.write(LogLevel::error, "evidence.not_stored", {{"error", stored.error().message}});
            return out;
        }
        record.content_sha256 =
            to_hex(as_bytes({reinterpret_cast<const char*>(stored->data()), stored->size()}));
        held = make_held(record, out);
    }
    Result<void> written = services.journal.write(fiber, record, kept ? &held : nullptr);
    out.recorded = written.has_value();
    if (!written)
        services.log.write(LogLevel::error, "journal.not_written", {{"error", written.error().message}});
    services.log.write(LogLevel::info, "message.judged",
                       {{"id", out.record_id},
                        {"direction", std::string(mail::to_string(envelope.direction))},
                        {"verdict", record.verdict},
                        {"disposition", record.disposition},
                        {"elapsed_us", std::to_string(record.elapsed_us)}});
    return out;
}

void note_next_hop_reply(GateServices& services, net::Fiber& fiber, const Judgement& judgement,
                         const std::string& reply) {
    Result<void> noted = services.journal.note_reply(fiber, judgement.record_id, reply);
    if (!noted)
        services.log.write(LogLevel::warning, "journal.reply_not_noted",
                           {{"id", judgement.record_id}, {"error", noted.error().message}});
}

std::string header_for(const Judgement& judgement) {
    if (judgement.decision.disposition != Disposition::tag) return {};
    const scan::ScanReport& report = judgement.scan.report;
    std::string header = "X-Tocsin-Verdict: " + std::string(scan::to_string(report.verdict));
    if (report.ambiguous())
        header += "; ambiguous=" + std::string(mail::info(report.ambiguities.front().kind).name);
    return header + "; record=" + judgement.record_id + "\r\n";
}

proto::SmtpReply refusal(const Judgement& judgement) {
    switch (judgement.decision.disposition) {
        case Disposition::hold:
        case Disposition::quarantine:
            // RFC 5321 section 4.2.5: 250 means that we answer for the message now. It is stored; a person decides.
            return proto::make_reply(250, "2.0.0", "held for review as " + judgement.held_id);
        case Disposition::reject:
            // Why an order was given is told to nobody outside: it may have been given about this very sender.
            return proto::make_reply(550, "5.7.1",
                                     "refused: " +
                                         (judgement.decision.by == DecidedBy::order
                                              ? "by decision of the operator"
                                              : reply_text(judgement.decision.reason)) +
                                         " (" + judgement.record_id + ")");
        case Disposition::accept:
        case Disposition::tag:
        case Disposition::tempfail: break;
    }
    return proto::make_reply(451, "4.7.1",
                             "please try again later: " + reply_text(judgement.decision.reason));
}

}  // namespace tocsin::gate
