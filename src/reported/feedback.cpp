#include "reported/feedback.hpp"

#include <algorithm>
#include <charconv>

#include "base/ip_network.hpp"
#include "base/limits.hpp"
#include "base/limits/report.hpp"
#include "mail/ascii.hpp"
#include "reported/header_facts.hpp"
#include "scan/outcome_fields.hpp"

namespace tocsin::reported {

namespace {

using scan::Fields;
using scan::value_of;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), mail::ascii_lower);
    return text;
}

void note_source_ip(std::string_view value, ReportedMail& about) {
    std::string_view ip = mail::trim(value.substr(0, value.find_first_of(" ;,(")));
    if (ip.starts_with('[') && ip.ends_with(']')) ip = ip.substr(1, ip.size() - 2);
    if (mail::starts_with_ignoring_case(ip, "ipv6:")) ip.remove_prefix(5);
    if (ip.size() >= limits::reported_ip_bytes || !parse_ip_address(ip)) return;
    about.source_ip = std::string(ip);
    about.source_ip_from = SourceIpFrom::report;
}

void note_recipient(std::string address, ReportedMail& about) {
    if (address.empty() || std::ranges::find(about.recipients, address) != about.recipients.end()) return;
    if (about.recipients.size() >= limits::reported_recipients)
        add_warning(about.warnings, ReportWarning::cut);
    else
        about.recipients.push_back(std::move(address));
}

void note_uri(std::string_view uri, ReportedMail& about) {
    if (uri.empty()) return;
    if (about.reported_uris.size() >= limits::reported_uris)
        add_warning(about.warnings, ReportWarning::cut);
    else
        about.reported_uris.push_back(fact_text(uri, limits::reported_text_bytes));
}

std::string kept(const Fields& fields, std::string_view name) {
    return fact_text(value_of(fields, name), limits::reported_text_bytes);
}

}  // namespace

/// RFC 5965 section 3.
void note_feedback(ByteView report, ReportedMail& about) {
    if (report.size() > limits::feedback_bytes) add_warning(about.warnings, ReportWarning::cut);
    std::string_view left = as_text(report.first(std::min(report.size(), limits::feedback_bytes)));
    const Fields fields = scan::next_group(left);
    scan::OutcomeAddresses addresses;
    about.feedback_type = lower(kept(fields, "Feedback-Type"));
    about.user_agent = kept(fields, "User-Agent");
    about.arrival_date = kept(fields, "Arrival-Date");
    if (about.arrival_date.empty()) about.arrival_date = kept(fields, "Received-Date");
    if (const mail::HeaderField* sender = mail::find_field(fields, "Original-Mail-From"))
        about.mail_from = addresses.first(sender->raw_value);
    note_source_ip(value_of(fields, "Source-IP"), about);
    const std::string incidents = value_of(fields, "Incidents"), version = value_of(fields, "Version");
    std::uint32_t count = 0;
    if (std::from_chars(incidents.data(), incidents.data() + incidents.size(), count).ec == std::errc())
        about.incidents = std::min(count, limits::reported_incidents);
    // RFC 5965 section 3.1 wants "1"; drafts before it had "0.1".
    if (!version.empty() && version != "1" && !version.starts_with("0.") && !version.starts_with("1."))
        add_warning(about.warnings, ReportWarning::unknown_version);
    for (const mail::HeaderField& field : fields) {
        if (mail::equals_ignoring_case(field.name, "Original-Rcpt-To"))
            note_recipient(addresses.first(field.raw_value), about);
        if (mail::equals_ignoring_case(field.name, "Reported-URI"))
            note_uri(mail::trim(field.raw_value), about);
        // RFC 6590 section 2: "redacted" in the place of what was taken out.
        if (mail::find_ignoring_case(field.raw_value, "redacted") != std::string_view::npos)
            add_warning(about.warnings, ReportWarning::redacted);
    }
}

std::optional<Xarf> read_xarf_fields(std::string_view text) {
    std::string_view left = text.substr(0, limits::feedback_bytes);
    // YAML's line of hyphens before a document.
    if (left.starts_with("---")) left.remove_prefix(std::min(left.find('\n'), left.size()));
    Fields fields = scan::next_group(left);
    if (value_of(fields, "Category").empty() || value_of(fields, "Source").empty()) return std::nullopt;
    Xarf found;
    scan::OutcomeAddresses addresses;
    found.about.feedback_type = lower(kept(fields, "Report-Type"));
    if (found.about.feedback_type.empty()) found.about.feedback_type = lower(kept(fields, "Category"));
    found.about.user_agent = kept(fields, "User-Agent");
    found.about.arrival_date = kept(fields, "Date");
    note_source_ip(value_of(fields, "Source"), found.about);
    if (found.about.source_ip.empty()) note_uri(value_of(fields, "Source"), found.about);
    if (const mail::HeaderField* from = mail::find_field(fields, "Reported-From"))
        found.reporter = addresses.first(from->raw_value);
    return found;
}

}  // namespace tocsin::reported
