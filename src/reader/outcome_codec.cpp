#include "reader/outcome_codec.hpp"

#include <optional>
#include <string>
#include <utility>

#include "base/limits.hpp"
#include "reader/report_codec.hpp"
#include "reader/text_hygiene.hpp"

namespace tocsin::reader {

namespace {

using scan::ReportedKind;
using scan::ReportedOutcome;

/// Outcomes of one mail nearly always are about one message, which is written once.
enum class Original : std::uint8_t { written, as_before };

bool same_original(const ReportedOutcome& left, const ReportedOutcome& right) {
    return left.message_id == right.message_id && left.record_id == right.record_id &&
           left.original_mail_from == right.original_mail_from && left.original_from == right.original_from;
}

/// As it will come out again.
ReportedOutcome as_written(const ReportedOutcome& outcome) {
    return {outcome.kind,
            clean_text(outcome.recipient, limits::outcome_address_bytes),
            clean_text(outcome.status, limits::outcome_status_bytes),
            clean_text(outcome.message_id, limits::outcome_id_bytes),
            clean_text(outcome.record_id, limits::outcome_id_bytes),
            clean_text(outcome.original_mail_from, limits::outcome_address_bytes),
            clean_text(outcome.original_from, limits::outcome_address_bytes),
            clean_text(outcome.detail, limits::outcome_detail_bytes)};
}

void write_outcome(ByteWriter& out, const ReportedOutcome& outcome, const ReportedOutcome* before) {
    out.u8(static_cast<std::uint8_t>(outcome.kind));
    out.string(outcome.recipient);
    out.string(outcome.status);
    out.string(outcome.detail);
    const bool repeats = before != nullptr && same_original(outcome, *before);
    out.u8(static_cast<std::uint8_t>(repeats ? Original::as_before : Original::written));
    if (repeats) return;
    out.string(outcome.message_id);
    out.string(outcome.record_id);
    out.string(outcome.original_mail_from);
    out.string(outcome.original_from);
}

ReportedOutcome read_outcome(ByteReader& in, const ReportedOutcome* before) {
    ReportedOutcome outcome;
    const std::uint8_t kind = in.u8();
    if (kind >= static_cast<std::uint8_t>(ReportedKind::count_)) in.set_failed();
    if (in.failed()) return outcome;
    outcome.kind = static_cast<ReportedKind>(kind);
    outcome.recipient = read_text(in, limits::outcome_address_bytes);
    outcome.status = read_text(in, limits::outcome_status_bytes);
    outcome.detail = read_text(in, limits::outcome_detail_bytes);
    const std::uint8_t original = in.u8();
    if (original == static_cast<std::uint8_t>(Original::as_before) && before != nullptr) {
        outcome.message_id = before->message_id;
        outcome.record_id = before->record_id;
        outcome.original_mail_from = before->original_mail_from;
        outcome.original_from = before->original_from;
        return outcome;
    }
    if (original != static_cast<std::uint8_t>(Original::written)) in.set_failed();
    outcome.message_id = read_text(in, limits::outcome_id_bytes);
    outcome.record_id = read_text(in, limits::outcome_id_bytes);
    outcome.original_mail_from = read_text(in, limits::outcome_address_bytes);
    outcome.original_from = read_text(in, limits::outcome_address_bytes);
    return outcome;
}

}  // namespace

void write_outcomes(ByteWriter& out, const scan::ScanReport& report, std::size_t size_max) {
    std::string block;
    std::uint32_t written = 0;
    std::optional<ReportedOutcome> before;
    for (const ReportedOutcome& outcome : report.outcomes) {
        if (written == limits::reported_outcomes) break;
        ReportedOutcome clean = as_written(outcome);
        ByteWriter one;
        write_outcome(one, clean, before ? &*before : nullptr);
        if (block.size() + one.size() > size_max) break;
        block += one.data();
        before = std::move(clean);
        ++written;
    }
    out.u32(written);
    out.string(block);
    out.boolean(report.outcomes_cut || written < report.outcomes.size());
}

void read_outcomes(ByteReader& in, scan::ScanReport& report) {
    const std::uint32_t count = in.count(limits::reported_outcomes);
    ByteReader block(in.string(limits::reply_bytes));
    for (std::uint32_t index = 0; index < count && !block.failed(); ++index)
        report.outcomes.push_back(
            read_outcome(block, report.outcomes.empty() ? nullptr : &report.outcomes.back()));
    if (block.failed() || !block.at_end()) in.set_failed();
    report.outcomes_cut = in.boolean();
}

}  // namespace tocsin::reader
