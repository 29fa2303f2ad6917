#include "cli/hunt_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "cli/daemon_call.hpp"
#include "cli/verdict_text.hpp"

namespace tocsin::cli {

namespace {

using Json = nlohmann::ordered_json;
using store::HeldState;
using store::NotKeptWhy;

std::string shown(std::string_view text) {
    return clipped(for_terminal(text), listed_text_characters);
}

std::string joined_names(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : "; ") + shown(name);
    return out;
}

/// What was done with it then, in words.
std::string done_words(const FoundMail& mail) {
    std::string out = for_terminal(mail.disposition);
    if (mail.held_state) out += ", now " + std::string(store::to_string(*mail.held_state));
    if (!mail.decided_by.empty()) out += " by " + shown(mail.decided_by);
    if (!mail.next_hop_reply.empty()) out += "; the next hop said: " + shown(mail.next_hop_reply);
    if (mail.in_journal == InJournal::no) out += "; its record is not in the journal";
    return out;
}

std::string recipients_words(const store::KeptFacts& facts) {
    if (facts.recipients == 0) return "to nobody that we were told";
    std::string out = "to " + shown(facts.recipient);
    if (facts.recipients > 1) out += fmt::format(" and {} more", facts.recipients - 1);
    return out;
}

std::string percentage(const RuleTally& tally) {
    const std::size_t known = tally.right + tally.wrong;
    return known == 0 ? "-"
                      : fmt::format("{:.0f} %",
                                    100.0 * static_cast<double>(tally.right) / static_cast<double>(known));
}

std::string rule_table(const HuntReport& report, bool all) {
    std::vector<const HuntTally*> ordered;
    for (const auto& [path, tally] : report.rules)
        if (all || tally.fired > 0) ordered.push_back(&tally);
    if (ordered.empty()) return {};
    std::ranges::stable_sort(ordered, std::ranges::greater{},
                             [](const HuntTally* one) { return one->fired; });
    std::string out = fmt::format("{:>7} {:>7} {:>9} {:>9} {:>7} {:>6} {:>9}  rule\n", "fired", "silent",
                                  "undecided", "delivered", "hostile", "good", "precision");
    for (const HuntTally* tally : ordered)
        out += fmt::format("{:>7} {:>7} {:>9} {:>9} {:>7} {:>6} {:>9}  {}\n", tally->fired, tally->silent,
                           tally->undecided, tally->delivered, tally->right, tally->wrong, percentage(*tally),
                           shown(tally->name));
    return out;
}

std::string not_looked_at(const HuntReport& report) {
    std::string out;
    const auto add = [&](std::uint64_t count, std::string_view what) {
        if (count > 0) out += fmt::format("{:>9} {}\n", count, what);
    };
    add(report.not_kept.of(NotKeptWhy::copy), "copies of a mailing of which one is kept");
    add(report.not_kept.of(NotKeptWhy::too_large), "not kept: larger than hunt.message_bytes");
    add(report.not_kept.of(NotKeptWhy::queue_full), "not kept: more came than the disk took");
    add(report.not_kept.of(NotKeptWhy::not_written), "not kept: the disk was full or broken");
    add(report.no_longer_kept(),
        "no longer kept, or came while nothing was kept, or were counted in the last seconds");
    add(report.unread, "kept, but no reader could answer for them (named above)");
    add(report.damaged, "damaged places in the files of kept mail (named above)");
    return out.empty() ? out : "Not looked at:\n" + out;
}

}  // namespace

bool was_delivered(const FoundMail& mail) {
    if (mail.held_state == HeldState::released || mail.held_state == HeldState::releasing) return true;
    const bool passed = mail.facts.passed_to > 0 || mail.disposition == "accept" || mail.disposition == "tag";
    return passed && (mail.next_hop_reply.empty() || mail.next_hop_reply.starts_with('2'));
}

KnownAs known_as(const FoundMail& mail) {
    if (mail.held_state == HeldState::released) return KnownAs::good;
    if (mail.held_state == HeldState::discarded) return KnownAs::hostile;
    if (mail.verdict == "phish" || mail.verdict == "malware") return KnownAs::hostile;
    return mail.verdict == "clean" ? KnownAs::good : KnownAs::unknown;
}

std::uint64_t HuntReport::no_longer_kept() const {
    std::uint64_t accounted = looked_at + unread;
    for (const std::uint64_t count : not_kept.counts) accounted += count;
    return in_journal > accounted ? in_journal - accounted : 0;
}

std::string found_lines(const FoundMail& mail) {
    const store::KeptFacts& facts = mail.facts;
    std::string out = fmt::format("{} {} {}  {}\n", to_rfc3339(facts.time), for_terminal(facts.direction),
                                  for_terminal(facts.record_id), done_words(mail));
    out += fmt::format("    from {} {}{}\n", facts.mail_from.empty() ? "<>" : shown(facts.mail_from),
                       recipients_words(facts),
                       facts.customer.empty() ? "" : ", customer " + shown(facts.customer));
    out += fmt::format("    {}\n    rules: {}\n", shown(facts.subject), joined_names(mail.rules));
    if (mail.same_text > 1)
        out += fmt::format("    {} messages have this text: tocsin journal list --campaign {}\n",
                           mail.same_text, for_terminal(facts.record_id));
    return out;
}

Json found_json(const FoundMail& mail) {
    const store::KeptFacts& facts = mail.facts;
    Json out{
        {"time", to_rfc3339(facts.time)},
        {"id", facts.record_id},
        {"direction", facts.direction},
        {"delivered", was_delivered(mail)},
        {"verdict", mail.verdict},
        {"disposition", mail.disposition},
        {"next_hop_reply", mail.next_hop_reply},
        {"held_id", mail.held_id},
        {"held_state", mail.held_state ? std::string(store::to_string(*mail.held_state)) : std::string()},
        {"in_journal", mail.in_journal == InJournal::yes},
        {"mail_from", facts.mail_from},
        {"customer", facts.customer},
        {"recipient", facts.recipient},
        {"recipients", facts.recipients},
        {"subject", facts.subject},
        {"same_text", mail.same_text},
        {"rules", mail.rules}};
    return {{"found", std::move(out)}};
}

std::string hunt_text(const HuntReport& report, bool all) {
    std::string out = rule_table(report, all);
    const std::size_t undecided = static_cast<std::size_t>(
        std::ranges::count_if(report.rules, [](const auto& one) { return one.second.undecided > 0; }));
    if (undecided > 0 && !all)
        out += fmt::format("{} of {} rules were undecided about some mail: --all shows which\n", undecided,
                           report.rules.size());
    out += fmt::format("{}From {} to {}: {} mails looked at, {} found, {} of them delivered or sent\n",
                       out.empty() ? "" : "\n", to_rfc3339(report.since), to_rfc3339(report.until),
                       report.looked_at, report.found, report.delivered);
    out += not_looked_at(report);
    if (report.end == SweepEnd::interrupted) out += "Interrupted: the rest was not looked at.\n";
    return out;
}

Json hunt_json(const HuntReport& report) {
    Json rules = Json::array(), not_kept = Json::object();
    for (const auto& [path, tally] : report.rules)
        rules.push_back({{"path", path},
                         {"name", tally.name},
                         {"fired", tally.fired},
                         {"silent", tally.silent},
                         {"undecided", tally.undecided},
                         {"delivered", tally.delivered},
                         {"known_hostile", tally.right},
                         {"known_good", tally.wrong}});
    for (std::size_t why = 0; why < report.not_kept.counts.size(); ++why)
        not_kept[std::string(store::to_string(static_cast<NotKeptWhy>(why)))] =
            report.not_kept.counts.at(why);
    Json out{{"since", to_rfc3339(report.since)},
             {"until", to_rfc3339(report.until)},
             {"looked_at", report.looked_at},
             {"found", report.found},
             {"delivered", report.delivered},
             {"in_journal", report.in_journal},
             {"not_kept", std::move(not_kept)},
             {"no_longer_kept", report.no_longer_kept()},
             {"unread", report.unread},
             {"damaged", report.damaged},
             {"interrupted", report.end == SweepEnd::interrupted},
             {"rules", std::move(rules)}};
    return {{"summary", std::move(out)}};
}

}  // namespace tocsin::cli
