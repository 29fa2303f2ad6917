#include "gate/refused_content.hpp"

#include <nlohmann/json.hpp>

#include "base/hash.hpp"
#include "gate/envelope_record.hpp"
#include "gate/policy.hpp"
#include "gate/services.hpp"
#include "scan/report.hpp"

namespace tocsin::gate {

namespace {

/// What an employee reads (law 4).
std::string_view in_words(proto::SmtpViolation violation) {
    switch (violation) {
        case proto::SmtpViolation::bare_cr:
        case proto::SmtpViolation::bare_lf:
            return "a line does not end with CRLF; mail servers disagree about where such a message ends, "
                   "which lets a "
                   "sender smuggle a second one";
        case proto::SmtpViolation::nul_at_dot:
            return "a dot stands alone on a line but for NUL bytes; some mail servers take that for the end "
                   "of the message";
        case proto::SmtpViolation::data_before_go_ahead: return "content was sent before it was asked for";
        case proto::SmtpViolation::too_large:
            return "the message is larger than what was announced as the limit";
        case proto::SmtpViolation::endless_content:
            return "the message went on far beyond what was announced as the limit";
        case proto::SmtpViolation::none:
        case proto::SmtpViolation::nul_in_command:
        case proto::SmtpViolation::command_too_long:
        case proto::SmtpViolation::chunking:
        case proto::SmtpViolation::web_request:
        case proto::SmtpViolation::commands_before_tls:
        case proto::SmtpViolation::too_many_errors: break;
    }
    return "the client broke the rules of SMTP";
}

}  // namespace

store::Record refused_record(const Envelope& envelope, proto::SmtpViolation violation,
                             std::uint64_t size_bytes, TimePoint now) {
    store::Record record = envelope_record(make_id(now.microseconds), envelope, now);
    record.size_bytes = size_bytes;
    record.verdict = scan::to_string(scan::Verdict::unscannable);
    record.outcome = record.verdict;
    record.disposition = to_string(Disposition::reject);
    std::string reason = "refused before it was scanned: " + std::string(to_string(violation)) + ": ";
    record.reasons = nlohmann::json::array({reason.append(in_words(violation))}).dump();
    record.findings = "[]";
    return record;
}

Result<void> record_refused_content(GateServices& services, net::Fiber& fiber, const Envelope& envelope,
                                    proto::SmtpViolation violation, std::uint64_t size_bytes) {
    store::Record record = refused_record(envelope, violation, size_bytes, services.clock.now());
    record.customer = services.rules->senders.customer(envelope, {});
    services.log.write(
        LogLevel::warning, "message.refused",
        {{"id", record.id}, {"client", record.client_ip}, {"what", std::string(to_string(violation))}});
    Result<void> written = services.journal.write(fiber, record, nullptr);
    GateMetrics& metrics = services.metrics;
    if (written)
        metrics.messages.add(
            {metrics.kind_of(record.listener), record.direction, record.verdict, record.disposition});
    else
        ++metrics.record_failures;
    return written;
}

}  // namespace tocsin::gate
