#include "gate/policy.hpp"

#include <algorithm>
#include <array>

#include "base/unknown_customer.hpp"
#include "gate/address_match.hpp"

namespace tocsin::gate {

std::string_view to_string(Disposition disposition) {
    switch (disposition) {
        case Disposition::accept: return "accept";
        case Disposition::tag: return "tag";
        case Disposition::quarantine: return "quarantine";
        case Disposition::hold: return "hold";
        case Disposition::reject: return "reject";
        case Disposition::tempfail: return "tempfail";
    }
    return "tempfail";
}

std::optional<Disposition> disposition_from(std::string_view name) {
    for (Disposition one : {Disposition::accept, Disposition::tag, Disposition::quarantine, Disposition::hold,
                            Disposition::reject, Disposition::tempfail})
        if (to_string(one) == name) return one;
    return std::nullopt;
}

bool passes(Disposition disposition) {
    return disposition == Disposition::accept || disposition == Disposition::tag;
}

bool keeps(Disposition disposition) {
    return disposition == Disposition::hold || disposition == Disposition::quarantine;
}

namespace {

std::string what_was_found(const scan::ScanReport& report) {
    if (const scan::Finding* worst = scan::worst_finding(report.findings))
        return worst->text.empty() ? worst->rule : worst->text;
    if (!report.limits_hit.empty()) {
        const scan::LimitHit& hit = report.limits_hit.front();
        const std::string words(scan::explain(hit.limit));
        // Who holds the message wants to know which rule lacked what.
        return hit.limit == scan::ScanLimit::rules && !hit.detail.empty() ? words + ": " + hit.detail : words;
    }
    return std::string(scan::to_string(report.verdict));
}

Decision decide_unscanned(mail::Direction direction, sandbox::Outcome outcome) {
    std::string reason =
        "the message could not be scanned (" + std::string(sandbox::to_string(outcome)) + ")";
    // Inbound: the sender's queue keeps it while we recover. Outbound: our customer's mail is kept here for a person to see.
    bool outbound = direction == mail::Direction::outbound && outcome != sandbox::Outcome::unavailable;
    return {outbound ? Disposition::hold : Disposition::tempfail, std::move(reason)};
}

template <typename Value>
bool holds(const std::vector<Value>& values, const Value& value) {
    return std::ranges::find(values, value) != values.end();
}

bool has_flag(const scan::ScanReport& report, const std::vector<scan::PartFlag>& flags) {
    return std::ranges::any_of(report.parts, [&](const scan::PartSummary& part) {
        return std::ranges::any_of(part.flags, [&](scan::PartFlag flag) { return holds(flags, flag); });
    });
}

/// What only a scan can tell. Without a verdict no row that asks for it fits.
bool fits_report(const PolicyRow& row, const PolicySubject& subject) {
    bool scanned = subject.outcome == sandbox::Outcome::verdict && subject.report != nullptr;
    if (!scanned) return row.verdicts.empty() && !row.ambiguous && row.flags.empty();
    const scan::ScanReport& report = *subject.report;
    return (row.verdicts.empty() || holds(row.verdicts, report.verdict)) &&
           (!row.ambiguous || *row.ambiguous == report.ambiguous()) &&
           (row.flags.empty() || has_flag(report, row.flags));
}

bool fits(const PolicyRow& row, const PolicySubject& subject) {
    auto recipient = [&](const std::string& one) { return fits_address(one, subject.recipient); };
    auto customer = [&](const std::string& one) { return one == subject.customer; };
    return (!row.direction || *row.direction == subject.direction) &&
           (row.outcomes.empty() || holds(row.outcomes, subject.outcome)) &&
           (row.larger_than_bytes == 0 || subject.size_bytes > row.larger_than_bytes) &&
           (row.customers.empty() || std::ranges::any_of(row.customers, customer)) &&
           (row.recipients.empty() || std::ranges::any_of(row.recipients, recipient)) &&
           fits_report(row, subject);
}

/// Law 2, whatever a table says: malware does not pass, and what was not scanned does not pass.
bool may_pass(const PolicySubject& subject) {
    return subject.outcome == sandbox::Outcome::verdict && subject.report != nullptr &&
           subject.report->verdict != scan::Verdict::malware &&
           subject.report->verdict != scan::Verdict::unscannable;
}

Decision own_decision(const PolicyTable& table, const PolicySubject& subject) {
    Decision own = decide(subject.direction, subject.outcome,
                          subject.report != nullptr ? *subject.report : scan::ScanReport{});
    bool unscanned = subject.outcome != sandbox::Outcome::verdict;
    bool no_reader = subject.outcome == sandbox::Outcome::unavailable;
    if (unscanned && !no_reader && own.disposition == Disposition::tempfail &&
        subject.tries >= table.inbound_tries)
        return {Disposition::quarantine, own.reason + ", at try " + std::to_string(subject.tries)};
    if (own.disposition == Disposition::accept && subject.customer == unknown_customer &&
        table.unknown_sender != Disposition::accept)
        return {table.unknown_sender, "no row of the customer table fits the sender"};
    return own;
}

/// A row that gives no reason of its own: what was found, if that alone would not have passed; else that it was this row.
std::string reason_of(const PolicyRow& row, std::size_t at, const Decision& own) {
    if (!row.reason.empty()) return row.reason;
    if (!passes(own.disposition) || passes(row.disposition)) return own.reason;
    return "policy row " + std::to_string(at + 1) + " says " + std::string(to_string(row.disposition)) + "; " +
           own.reason;
}

}  // namespace

bool looks_at_recipients(const PolicyTable& table) {
    return std::ranges::any_of(table.rows, [](const PolicyRow& row) { return !row.recipients.empty(); });
}

Decision decide(const PolicyTable& table, const PolicySubject& subject) {
    for (std::size_t at = 0; at < table.rows.size(); ++at) {
        const PolicyRow& row = table.rows[at];
        if (!fits(row, subject)) continue;
        if (passes(row.disposition) && !may_pass(subject)) continue;
        return {row.disposition, reason_of(row, at, own_decision(table, subject))};
    }
    return own_decision(table, subject);
}

Decision decide(mail::Direction direction, sandbox::Outcome outcome, const scan::ScanReport& report) {
    if (outcome != sandbox::Outcome::verdict) return decide_unscanned(direction, outcome);
    bool outbound = direction == mail::Direction::outbound;
    switch (report.verdict) {
        case scan::Verdict::malware:
            return {outbound ? Disposition::hold : Disposition::reject, what_was_found(report)};
        case scan::Verdict::phish:
            return {outbound ? Disposition::hold : Disposition::quarantine, what_was_found(report)};
        case scan::Verdict::unscannable:
            return {outbound ? Disposition::hold : Disposition::quarantine, what_was_found(report)};
        case scan::Verdict::suspicious:
            return {outbound ? Disposition::hold : Disposition::tag, what_was_found(report)};
        case scan::Verdict::clean: break;
    }
    if (report.ambiguous())
        return {outbound ? Disposition::hold : Disposition::tag,
                "the message can be read in more than one way: " +
                    std::string(mail::info(report.ambiguities.front().kind).text)};
    return {Disposition::accept, "nothing found"};
}

}  // namespace tocsin::gate
