// A judgement in words: findings, a summary, and a line for the reader of the mail.
#include <fmt/format.h>

#include <algorithm>

#include "base/limits.hpp"
#include "mail/message.hpp"
#include "rules/judge.hpp"

namespace tocsin::rules {

namespace {

constexpr const char* rules_engine = "rules";
constexpr const char* judge_engine = "judge";
/// Missing answers that are named in a limit's words.
constexpr std::size_t named_missing = 8;
constexpr std::size_t name_bytes_shown = 80;

/// Where no rule that matched has a line of its own.
constexpr std::string_view coach_phish = "This message looks like an attack. Do not open its links or files, "
                                         "do not answer it and do not call a number in it; report it.";
constexpr std::string_view coach_suspicious = "Be careful with this message: check with the sender by a way "
                                              "that you know already before you open or answer it.";

/// What the rule looks for, as its author says it, on one line.
std::string words_of(const Rule& rule) {
    std::string words = rule.file.description.empty() ? rule.file.name : rule.file.description;
    std::ranges::replace(words, '\n', ' ');
    while (!words.empty() && words.back() == ' ') words.pop_back();
    return words;
}

/// What it saw in this message first, where it says so.
std::string words_of(const RuleHit& hit) {
    return hit.shown.empty() ? words_of(*hit.rule) : hit.shown + " " + words_of(*hit.rule);
}

std::string quoted_words(const std::vector<WeighedWord>& words) {
    std::string out;
    for (const WeighedWord& word : words) out += (out.empty() ? "“" : ", “") + word.word + "”";
    return out;
}

scan::Severity severity_of(const Judgement& judgement, const Thresholds& from) {
    if (judgement.points >= from.phish) return scan::Severity::phish;
    return judgement.points >= from.suspicious ? scan::Severity::suspicious : scan::Severity::info;
}

/// The finding that decides: what it adds up to, and the two things that added most.
scan::Finding verdict_finding(const Judgement& judgement, const Thresholds& from) {
    scan::Finding finding{
        .engine = judge_engine, .rule = "score", .severity = severity_of(judgement, from), .text = {}};
    if (judgement.text_points > 0)
        finding.text =
            fmt::format("Its words are those of an attack or of spam: {}. ", quoted_words(judgement.words));
    if (!judgement.hits.empty()) {
        const RuleHit& first = judgement.hits.front();
        finding.text +=
            fmt::format("{}. {}{}", first.rule->file.name, first.shown, first.shown.empty() ? "" : " ");
    }
    finding.text += fmt::format("{} points ({} of them for its words, {} for {} rule{}); from {} on it is "
                                "suspicious, from {} on an attack",
                                judgement.points, judgement.text_points,
                                judgement.points - judgement.text_points, judgement.hits.size(),
                                judgement.hits.size() == 1 ? "" : "s", from.suspicious, from.phish);
    return finding;
}

std::string coaching_of(const Judgement& judgement, scan::Severity severity) {
    if (severity == scan::Severity::info) return {};
    for (const RuleHit& hit : judgement.hits)
        if (!hit.rule->file.coaching.empty()) return hit.rule->file.coaching;
    return std::string(severity == scan::Severity::phish ? coach_phish : coach_suspicious);
}

/// What is missing and may not be: to name what the policy allows as well would send its reader to the wrong place.
std::string first_of(const std::set<std::string>& missing) {
    std::string out;
    std::size_t named = 0;
    for (const std::string& name : missing)
        if (named++ < named_missing) out += (out.empty() ? "" : ", ") + name;
    return out + (missing.size() > named_missing ? ", …" : "");
}

/// The rules behind that, for whoever wants to mend or to leave out one of them.
std::string asked_by(const Judgement& judgement) {
    std::string out;
    for (const Rule* rule : judgement.unexcused_by)
        out += (out.empty() ? "; asked by “" : "”, “") + rule->file.name.substr(0, name_bytes_shown);
    return out.empty() ? out : out + "”";
}

}  // namespace

void Judge::report(const JudgeRequest& request, scan::ScanReport& report) {
    const Judgement judgement = judge(request);
    const Thresholds& from =
        request.direction == mail::Direction::inbound ? config_.inbound : config_.outbound;
    report.rules = {.asked = judgement.asked,
                    .matched = static_cast<std::uint32_t>(judgement.hits.size()),
                    .undecided = judgement.undecided,
                    .points = judgement.points,
                    .suspicious_from = from.suspicious,
                    .phish_from = from.phish,
                    .hostility = judgement.hostility,
                    .missing = judgement.missing,
                    .coaching = {},
                    .version = version_,
                    .judged = judgement.judged};
    report.facts.language = judgement.language;
    if (judgement.unexcused)
        report.limits_hit.push_back({scan::ScanLimit::rules, scan::whole_message,
                                     first_of(judgement.unexcused_names) + asked_by(judgement)});
    const auto add = [&report](scan::Finding finding) {
        if (report.findings.size() < limits::findings) report.findings.push_back(std::move(finding));
    };
    if (judgement.exempted_by != nullptr) {
        add({.engine = rules_engine,
             .rule = judgement.exempted_by->file.name,
             .text = "Not judged by rules, because an exclusion holds: " + words_of(*judgement.exempted_by)});
        return;
    }
    if (judgement.cut) {
        // Before all others, as the verdict: lists of findings may be cut.
        report.findings.insert(
            report.findings.begin(),
            {.engine = "tocsin",
             .rule = "more_text",
             .severity = scan::Severity::suspicious,
             .text = "More text or longer links than are read: nobody judged what was left out"});
    }
    const scan::Finding verdict = verdict_finding(judgement, from);
    report.rules.coaching = coaching_of(judgement, verdict.severity);
    if (verdict.severity != scan::Severity::info) {
        // Before all others: lists of findings may be cut.
        report.findings.insert(report.findings.begin(), verdict);
    }
    for (const RuleHit& hit : judgement.hits)
        add({.engine = rules_engine, .rule = hit.rule->file.name, .text = words_of(hit)});
}

}  // namespace tocsin::rules
