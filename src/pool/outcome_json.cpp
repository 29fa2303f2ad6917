#include "pool/outcome_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "scan/sending_facts.hpp"

namespace tocsin::pool {

namespace {

using json = nlohmann::ordered_json;

json part_index(std::uint32_t part) {
    return part == scan::whole_message ? json(nullptr) : json(part);
}

json part_json(const scan::PartSummary& part, std::size_t index) {
    json flags = json::array();
    for (scan::PartFlag flag : part.flags) flags.push_back(scan::to_string(flag));
    json out{{"index", index},
             {"parent", part_index(part.parent)},
             {"depth", part.depth},
             {"origin", part.origin},
             {"media_type", part.media_type},
             {"file_type", part.file_type},
             {"file_name", part.file_name},
             {"size", part.size},
             {"flags", std::move(flags)}};
    if (!part.note.empty()) out["note"] = part.note;
    if (part.remembered) out["remembered"] = true;
    return out;
}

json findings_json(const scan::ScanReport& report) {
    json out = json::array();
    for (const scan::Finding& finding : report.findings)
        out.push_back({{"engine", finding.engine},
                       {"rule", finding.rule},
                       {"severity", scan::to_string(finding.severity)},
                       {"text", finding.text},
                       {"part", part_index(finding.part)}});
    return out;
}

json ambiguities_json(const scan::ScanReport& report) {
    json out = json::array();
    for (const mail::Ambiguity& ambiguity : report.ambiguities) {
        const mail::AmbiguityInfo& about = mail::info(ambiguity.kind);
        out.push_back({{"kind", about.name},
                       {"class", std::string(1, about.evasion_class)},
                       {"rfc", about.rfc},
                       {"offset", ambiguity.offset},
                       {"detail", ambiguity.detail},
                       {"text", about.text}});
    }
    return out;
}

json rules_json(const scan::RulesSummary& rules) {
    json missing = json::object();
    for (const scan::MissingAnswer& one : rules.missing) missing[one.name] = one.rules;
    return {{"asked", rules.asked},
            {"matched", rules.matched},
            {"undecided", rules.undecided},
            {"missing", std::move(missing)},
            {"points", rules.points},
            {"suspicious_from", rules.suspicious_from},
            {"phish_from", rules.phish_from},
            {"hostility", rules.hostility},
            {"coaching", rules.coaching},
            {"version", rules.version},
            {"judged", rules.judged == scan::JudgedHow::as_copy ? "as_copy" : "whole"}};
}

json outcomes_json(const scan::ScanReport& report) {
    json out = json::array();
    for (const scan::ReportedOutcome& outcome : report.outcomes)
        out.push_back({{"kind", scan::to_string(outcome.kind)},
                       {"recipient", outcome.recipient},
                       {"status", outcome.status},
                       {"message_id", outcome.message_id},
                       {"record_id", outcome.record_id},
                       {"original_mail_from", outcome.original_mail_from},
                       {"original_from", outcome.original_from},
                       {"detail", outcome.detail}});
    return out;
}

std::string fingerprint(std::uint64_t value) {
    return value == 0 ? std::string() : fmt::format("{:016x}", value);
}

}  // namespace

json sending_facts_json(const scan::ScanReport& report) {
    json links = json::object();
    const scan::LinkHosts found = scan::link_hosts(report);
    for (const scan::HostCount& host : found.hosts) links[host.host] = host.links;
    const scan::MessageFacts& facts = report.facts;
    json out{{"header_from", facts.header_from},
             {"header_from_name", facts.header_from_name},
             {"reply_to", facts.reply_to},
             {"subject", facts.subject},
             {"message_id", facts.message_id},
             {"text_fingerprint", fingerprint(facts.text_fingerprint)},
             {"page_fingerprint", fingerprint(facts.page_fingerprint)},
             {"language", facts.language},
             {"body_form", facts.is_page ? "html" : "plain"},
             {"links", std::move(links)},
             {"registrable_domains", facts.long_registrable_domains},
             {"attachment_types", scan::attachment_types(report)},
             {"points", report.rules.points},
             {"hostility", report.rules.hostility}};
    if (found.more) out["links_cut"] = true;
    return out;
}

nlohmann::json facts_beside_record_json(const scan::ScanReport& report) {
    nlohmann::json out{{"body_form", report.facts.is_page ? "html" : "plain"},
                       {"points", report.rules.points},
                       {"hostility", report.rules.hostility}};
    const auto add_text = [&out](const char* name, const std::string& text) {
        if (!text.empty()) out[name] = text;
    };
    const auto add_texts = [&out](const char* name, std::vector<std::string> texts) {
        if (!texts.empty()) out[name] = std::move(texts);
    };
    const scan::LinkHosts links = scan::link_hosts(report);
    for (const scan::HostCount& host : links.hosts) out["links"][host.host] = host.links;
    if (links.more) out["links_cut"] = true;
    add_text("header_from_name", report.facts.header_from_name);
    add_text("reply_to", report.facts.reply_to);
    add_text("page_fingerprint", fingerprint(report.facts.page_fingerprint));
    add_text("language", report.facts.language);
    add_texts("registrable_domains", report.facts.long_registrable_domains);
    add_texts("attachment_types", scan::attachment_types(report));
    return out;
}

json to_json(const ScanOutcome& outcome) {
    const scan::ScanReport& report = outcome.report;
    const bool scanned = outcome.outcome == sandbox::Outcome::verdict;
    json parts = json::array();
    for (std::size_t index = 0; index < report.parts.size(); ++index)
        parts.push_back(part_json(report.parts[index], index));
    json limits = json::array();
    for (const scan::LimitHit& limit : report.limits_hit)
        limits.push_back({{"limit", scan::to_string(limit.limit)},
                          {"part", part_index(limit.part)},
                          {"detail", limit.detail}});
    json urls = json::array();
    for (const scan::FoundUrl& url : report.urls)
        urls.push_back({{"url", url.url}, {"source", url.source}, {"part", part_index(url.part)}});
    json out{{"verdict", scan::to_string(scanned ? report.verdict : scan::Verdict::unscannable)},
             {"ambiguous", report.ambiguous()},
             {"ambiguities", ambiguities_json(report)},
             {"readings", report.readings},
             {"findings", findings_json(report)},
             {"limits", std::move(limits)},
             {"parts", std::move(parts)},
             {"urls", std::move(urls)},
             {"engines", report.engine_version},
             {"outcome", sandbox::to_string(outcome.outcome)},
             {"bytes_copied", report.bytes_copied},
             {"elapsed_ms", static_cast<double>(outcome.elapsed_us) / 1000.0}};
    if (scanned) out["facts"] = sending_facts_json(report);
    if (!report.outcomes.empty()) out["outcomes"] = outcomes_json(report);
    if (report.outcomes_cut) out["outcomes_cut"] = true;
    if (report.rules.asked > 0) out["rules"] = rules_json(report.rules);
    if (!outcome.detail.empty()) out["detail"] = outcome.detail;
    return out;
}

}  // namespace tocsin::pool
