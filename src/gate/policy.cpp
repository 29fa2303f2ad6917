#include "gate/policy.hpp"

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

namespace {

std::string worst_finding(const scan::ScanReport& report) {
    const scan::Finding* worst = nullptr;
    for (const scan::Finding& finding : report.findings)
        if (worst == nullptr || finding.severity > worst->severity) worst = &finding;
    if (worst != nullptr) return worst->text.empty() ? worst->rule : worst->text;
    if (!report.limits_hit.empty()) return std::string(scan::explain(report.limits_hit.front().limit));
    return std::string(scan::to_string(report.verdict));
}

Decision decide_unscanned(mail::Direction direction, sandbox::Outcome outcome) {
    std::string reason =
        "the message could not be scanned (" + std::string(sandbox::to_string(outcome)) + ")";
    // Inbound: the sender's queue keeps it while we recover. Outbound: our customer's mail is kept here for a person to see.
    bool outbound = direction == mail::Direction::outbound && outcome != sandbox::Outcome::unavailable;
    return {outbound ? Disposition::hold : Disposition::tempfail, std::move(reason)};
}

}  // namespace

Decision decide(mail::Direction direction, sandbox::Outcome outcome, const scan::ScanReport& report) {
    if (outcome != sandbox::Outcome::verdict) return decide_unscanned(direction, outcome);
    bool outbound = direction == mail::Direction::outbound;
    switch (report.verdict) {
        case scan::Verdict::malware:
            return {outbound ? Disposition::hold : Disposition::reject, worst_finding(report)};
        case scan::Verdict::phish:
            return {outbound ? Disposition::hold : Disposition::quarantine, worst_finding(report)};
        case scan::Verdict::unscannable:
            return {outbound ? Disposition::hold : Disposition::quarantine, worst_finding(report)};
        case scan::Verdict::suspicious:
            return {outbound ? Disposition::hold : Disposition::tag, worst_finding(report)};
        case scan::Verdict::clean: break;
    }
    if (report.ambiguous())
        return {outbound ? Disposition::hold : Disposition::tag,
                "the message can be read in more than one way: " +
                    std::string(mail::info(report.ambiguities.front().kind).text)};
    return {Disposition::accept, "nothing found"};
}

}  // namespace tocsin::gate
