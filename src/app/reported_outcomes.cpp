#include "app/reported_outcomes.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/fold_case.hpp"
#include "base/limits/watch.hpp"
#include "store/watch_store.hpp"

namespace tocsin::app {

namespace {

watch::Outcome outcome_of(scan::ReportedKind kind) {
    switch (kind) {
        case scan::ReportedKind::bounce_hard: return watch::Outcome::bounce_hard;
        case scan::ReportedKind::bounce_soft: return watch::Outcome::bounce_soft;
        case scan::ReportedKind::delivered: return watch::Outcome::delivered;
        case scan::ReportedKind::complaint:
        case scan::ReportedKind::count_: break;
    }
    return watch::Outcome::complaint;
}

/// Whoever writes a report may name any message: it must be one that we saw go to this recipient, and not long ago.
bool fits(const store::Record& record, const scan::ReportedOutcome& reported, TimePoint now) {
    const std::int64_t age_us = now.microseconds - record.time.microseconds;
    const auto is_recipient = [&](const std::string& one) {
        return equals_ignoring_case(one, reported.recipient);
    };
    return record.watch_number > 0 && age_us >= 0 && age_us <= limits::watch_outcome_age_us &&
           (reported.recipient.empty() || std::ranges::any_of(record.recipients, is_recipient));
}

Result<std::vector<store::Record>> candidates(store::JournalStore& journal,
                                              const scan::ReportedOutcome& reported) {
    if (!reported.record_id.empty()) {
        Result<store::Record> record = journal.get(reported.record_id);
        if (record) return std::vector<store::Record>{std::move(*record)};
        if (record.error().code != ErrorCode::not_found) return std::unexpected(record.error());
    }
    if (reported.message_id.empty()) return std::vector<store::Record>{};
    store::RecordFilter filter;
    filter.message_id = reported.message_id;
    filter.direction = "outbound";
    filter.limit = limits::watch_outcome_records;
    return journal.list(filter);
}

}  // namespace

Result<std::optional<watch::OutcomeEvent>>
find_outcome(store::JournalStore& journal, const scan::ReportedOutcome& reported, TimePoint now) {
    for (const store::Record& record : TRY(candidates(journal, reported))) {
        if (!fits(record, reported, now)) continue;
        const Result<watch::MessageEvent> message = store::watch_event_of(record);
        if (!message || message->refused) continue;
        const watch::Outcome outcome = outcome_of(reported.kind);
        return watch::OutcomeEvent{.id = record.id + " " + std::string(to_string(outcome)) + " " +
                                         ascii_lower(reported.recipient),
                                   .time = now,
                                   .outcome = outcome,
                                   .customer = message->customer,
                                   .record_id = record.id,
                                   .count = 1};
    }
    return std::nullopt;
}

}  // namespace tocsin::app
