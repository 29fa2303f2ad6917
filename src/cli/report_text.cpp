#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/hash.hpp"
#include "cli/report_command.hpp"
#include "cli/verdict_text.hpp"

namespace tocsin::cli {

namespace {

/// Fields in the order in which people read them.
using Json = nlohmann::ordered_json;
using reported::ReportedMail;
using reported::ReportWarning;

constexpr std::string_view indent = "    ";

/// "    from: ..." where there is something to say.
std::string fact(std::string_view name, std::string_view value) {
    if (value.empty()) return {};
    return fmt::format("{}{:<12} {}\n", indent, fmt::format("{}:", name), for_terminal(value));
}

std::string warning_lines(const std::vector<ReportWarning>& warnings) {
    std::string out;
    for (const ReportWarning warning : warnings)
        out +=
            fmt::format("{}! {}  [{}]\n", indent, reported::explain(warning), reported::to_string(warning));
    return out;
}

std::string joined(const std::vector<std::string>& list) {
    std::string all;
    for (const std::string& one : list) all += (all.empty() ? "" : ", ") + one;
    return all;
}

std::string sender_of(const ReportedMail& mail) {
    if (mail.sender.empty()) return mail.sender_name;
    return mail.sender_name.empty() ? mail.sender : mail.sender_name + " <" + mail.sender + ">";
}

std::string source_of(const ReportedMail& mail) {
    if (mail.source_ip.empty() || mail.source_ip_from == reported::SourceIpFrom::report)
        return mail.source_ip;
    return fmt::format("{} (out of its header: {})", mail.source_ip,
                       reported::to_string(mail.source_ip_from));
}

std::string mail_lines(const ReportedMail& mail, std::size_t index) {
    std::string out = fmt::format("  {}. {}, grade {}: {}", index + 1, reported::explain(mail.shape),
                                  reported::to_string(mail.grade), reported::explain(mail.grade));
    out += mail.inside == reported::in_no_mail ? "" : fmt::format(", inside {}", mail.inside + 1);
    out += fmt::format(", {} bytes\n", mail.length);
    out += fact("from", sender_of(mail));
    out += fact("envelope", mail.mail_from);
    out += fact("to", joined(mail.recipients));
    out += fact("subject", mail.subject);
    out += fact("date", mail.date);
    out += fact("message-id", mail.message_id);
    out += fact("record", mail.record_id);
    out += fact("source ip", source_of(mail));
    out += fact("complaint", mail.feedback_type);
    out += fact("provider", mail.provider);
    out += fact("sent by", mail.user_agent);
    out += fact("arrived", mail.arrival_date);
    if (mail.incidents > 0) out += fact("incidents", std::to_string(mail.incidents));
    out += fact("pages", joined(mail.reported_uris));
    return out + warning_lines(mail.warnings);
}

Json warning_names(const std::vector<ReportWarning>& warnings) {
    Json names = Json::array();
    for (const ReportWarning warning : warnings) names.push_back(std::string(reported::to_string(warning)));
    return names;
}

Json to_json(const ReportedMail& mail, ByteView original) {
    Json out{{"shape", std::string(reported::to_string(mail.shape))},
             {"grade", std::string(reported::to_string(mail.grade))}};
    if (mail.inside != reported::in_no_mail) out["inside"] = mail.inside;
    out["bytes"] = mail.length;
    if (mail.length > 0) {
        const Hash256 hash = sha256(original);
        out["sha256"] = to_hex(std::as_bytes(std::span(hash)));
    }
    const auto add = [&out](const char* name, const std::string& value) {
        if (!value.empty()) out[name] = value;
    };
    add("message_id", mail.message_id);
    add("record_id", mail.record_id);
    add("sender", mail.sender);
    add("sender_name", mail.sender_name);
    add("mail_from", mail.mail_from);
    add("subject", mail.subject);
    add("date", mail.date);
    if (!mail.recipients.empty()) out["recipients"] = mail.recipients;
    add("source_ip", mail.source_ip);
    if (!mail.source_ip.empty())
        out["source_ip_from"] = std::string(reported::to_string(mail.source_ip_from));
    add("feedback_type", mail.feedback_type);
    add("provider", mail.provider);
    add("user_agent", mail.user_agent);
    add("arrival_date", mail.arrival_date);
    if (mail.incidents > 0) out["incidents"] = mail.incidents;
    if (!mail.reported_uris.empty()) out["reported_uris"] = mail.reported_uris;
    out["warnings"] = warning_names(mail.warnings);
    return out;
}

}  // namespace

std::string report_lines(const std::string& name, const pool::ReportOutcome& outcome) {
    if (outcome.outcome != sandbox::Outcome::verdict)
        return fmt::format("{}: could not be read ({}): {}\n", for_terminal(name),
                           sandbox::to_string(outcome.outcome), for_terminal(outcome.detail));
    const reported::ReadReport& report = outcome.report;
    const std::size_t count = report.mails.size();
    std::string out =
        fmt::format("{}: {} reported mail{}\n", for_terminal(name), count, count == 1 ? "" : "s");
    out +=
        fact("reporter", report.reporter_name.empty() ? report.reporter
                                                      : report.reporter_name + " <" + report.reporter + ">");
    out += fact("subject", report.subject);
    out += fact("date", report.date);
    if (report.claim != reported::Claim::none) out += fact("says", reported::to_string(report.claim));
    std::string_view comment = report.comment;
    while (!comment.empty()) {
        const std::size_t end = std::min(comment.find('\n'), comment.size());
        out += fmt::format("{}| {}\n", indent, for_terminal(comment.substr(0, end)));
        comment.remove_prefix(std::min(end + 1, comment.size()));
    }
    out += warning_lines(report.warnings);
    for (std::size_t index = 0; index < count; ++index) out += mail_lines(report.mails[index], index);
    return out;
}

std::string report_json_line(const std::string& name, const pool::ReportOutcome& outcome) {
    Json out{{"file", name}, {"outcome", std::string(sandbox::to_string(outcome.outcome))}};
    if (!outcome.detail.empty()) out["detail"] = outcome.detail;
    if (outcome.outcome == sandbox::Outcome::verdict) {
        const reported::ReadReport& report = outcome.report;
        const auto add = [&out](const char* member, const std::string& value) {
            if (!value.empty()) out[member] = value;
        };
        add("reporter", report.reporter);
        add("reporter_name", report.reporter_name);
        add("subject", report.subject);
        add("message_id", report.message_id);
        add("date", report.date);
        add("comment", report.comment);
        out["claim"] = std::string(reported::to_string(report.claim));
        out["warnings"] = warning_names(report.warnings);
        out["mails"] = Json::array();
        for (const ReportedMail& mail : report.mails)
            out["mails"].push_back(to_json(mail, outcome.original(mail)));
    }
    constexpr double microseconds_per_ms = 1000;
    out["elapsed_ms"] = static_cast<double>(outcome.elapsed_us) / microseconds_per_ms;
    return out.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tocsin::cli
