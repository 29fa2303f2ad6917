#include "gate/detours.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/contains.hpp"
#include "base/fold_case.hpp"
#include "gate/address_match.hpp"
#include "gate/link_reason.hpp"
#include "gate/own_name.hpp"

namespace tocsin::gate {
namespace {

constexpr std::int64_t hour_us = 3'600LL * 1'000'000;

constexpr const char* own_mailbox_coaching =
    "Company papers stay in company mailboxes: whoever breaks into a private one has them all. If you need "
    "them elsewhere, ask IT for access from there.";
constexpr const char* link_coaching =
    "A file that was held back is no reason for a detour. Ask the security desk to look at it: what is "
    "harmless is let through.";

/// Begins of subjects by which mail programs mark what is passed on or answered, so that the company's mail is quoted below.
bool is_passed_on(std::string_view subject) {
    constexpr std::string_view marks[] = {"fw:", "fwd:", "wg:", "tr:", "rv:",   "i:",   "vs:",  "vb:", "enc:",
                                          "pd:", "re:",  "aw:", "sv:", "antw:", "odp:", "res:", "rif:"};
    const std::string lower = ascii_lower(subject.substr(0, 8));
    return std::ranges::any_of(marks, [&](std::string_view mark) { return lower.starts_with(mark); });
}

/// A file, a mail attached, or the company's mail below the text.
bool carries_something(const scan::ScanReport& report) {
    const bool mail_inside = std::ranges::any_of(report.parts, [](const scan::PartSummary& part) {
        return part.depth > 0 && part.media_type == "message/rfc822";
    });
    return !report.facts.attachment_sha256.empty() || mail_inside || is_passed_on(report.facts.subject);
}

std::optional<FoundDetour> to_own_mailbox(const DetourRules& rules, const DetourSubject& subject) {
    const scan::MessageFacts& facts = subject.report.facts;
    if (!subject.by_organisation || !rules.is_free_mail || !carries_something(subject.report))
        return std::nullopt;
    // Who writes from a free mailbox is no employee at his desk; one who only writes so in From is known by the envelope.
    const auto is_private = [&](std::string_view address) {
        return address.empty() || rules.is_free_mail(ascii_lower(domain_of(address)));
    };
    const std::string& writer =
        is_private(facts.header_from) ? subject.envelope.mail_from : facts.header_from;
    if (is_private(writer)) return std::nullopt;
    FoundDetour found{.kind = Detour::own_mailbox, .coaching = own_mailbox_coaching};
    for (const std::string& recipient : subject.envelope.recipients)
        if (rules.is_free_mail(ascii_lower(domain_of(recipient))) &&
            resembles_own_name(writer, facts.header_from_name, recipient))
            found.recipients.push_back(recipient);
    if (found.recipients.empty()) return std::nullopt;
    found.reason =
        fmt::format("company mail or a file for {}, which looks like a private mailbox of the writer",
                    found.recipients.front());
    return found;
}

/// The first link that leads to a file store: its host.
std::optional<std::string> file_store_in(const DetourRules& rules, const scan::ScanReport& report) {
    for (const scan::FoundUrl& url : report.urls) {
        const std::string host = ascii_lower(scan::host_of(url.url));
        for (std::string_view domain = host; !domain.empty();) {
            if (rules.is_file_store(domain)) return host;
            const std::size_t dot = domain.find('.');
            domain = dot == std::string_view::npos ? std::string_view() : domain.substr(dot + 1);
        }
    }
    return std::nullopt;
}

std::optional<FoundDetour> link_after_file(const DetourRules& rules, const BlockedFiles& blocked,
                                           const DetourSubject& subject, TimePoint now) {
    const Envelope& envelope = subject.envelope;
    const bool outbound = envelope.direction == mail::Direction::outbound;
    if ((outbound && !subject.by_organisation) || !rules.is_file_store) return std::nullopt;
    const std::optional<BlockedFile> earlier =
        blocked.latest(mail::to_string(envelope.direction), subject.report.facts.header_from,
                       envelope.recipients, TimePoint{now.microseconds - rules.window_us});
    if (!earlier) return std::nullopt;
    const std::optional<std::string> host = file_store_in(rules, subject.report);
    if (!host) return std::nullopt;
    const std::int64_t hours = (now.microseconds - earlier->time.microseconds) / hour_us;
    return FoundDetour{.kind = Detour::link_after_file,
                       .reason = fmt::format("{}{}, {}{}{})", link_reason_begin, *host,
                                             hours < 1 ? "less than an hour" : fmt::format("{} h", hours),
                                             link_reason_middle, earlier->record_id),
                       .coaching = link_coaching};
}

}  // namespace

std::string_view to_string(Detour detour) {
    return detour == Detour::own_mailbox ? "own_mailbox" : "link_after_file";
}

std::string_view to_string(DetourMode mode) {
    switch (mode) {
        case DetourMode::off: return "off";
        case DetourMode::observe: return "observe";
        case DetourMode::hold: break;
    }
    return "hold";
}

std::optional<FoundDetour> find_detour(const DetourRules& rules, const BlockedFiles& blocked,
                                       const DetourSubject& subject, TimePoint now) {
    if (rules.mode == DetourMode::off) return std::nullopt;
    std::optional<FoundDetour> found = link_after_file(rules, blocked, subject, now);
    if (!found && subject.envelope.direction == mail::Direction::outbound)
        found = to_own_mailbox(rules, subject);
    if (!found) return found;
    found->mode = rules.mode;
    found->for_sender =
        subject.by_organisation ? found->coaching : std::string("the message needs a look by a person:");
    return found;
}

bool hold_detour(const FoundDetour& found, const std::vector<std::string>& recipients,
                 std::vector<Decision>& decisions) {
    bool held = false;
    for (std::size_t at = 0; at < decisions.size(); ++at) {
        const bool concerned = found.recipients.empty() ||
                               (at < recipients.size() && contains(found.recipients, recipients[at]));
        if (!concerned || !passes(decisions[at].disposition)) continue;
        held = true;
        if (found.mode == DetourMode::hold) decisions[at] = {Disposition::hold, found.reason};
    }
    return held;
}

}  // namespace tocsin::gate
