#include "reported/header_facts.hpp"

#include <algorithm>
#include <array>

#include "base/ip_network.hpp"
#include "base/limits.hpp"
#include "base/limits/report.hpp"
#include "mail/addresses.hpp"
#include "mail/ascii.hpp"
#include "mail/encoded_words.hpp"
#include "mail/header_block.hpp"
#include "mail/received.hpp"
#include "scan/inspection.hpp"
#include "scan/outcome_fields.hpp"

namespace tocsin::reported {

namespace {

using Fields = std::vector<mail::HeaderField>;

/// Header bytes in which an address is looked for: a field of a server is short.
constexpr std::size_t trace_field_bytes = 4U << 10;
/// Addresses read of one field, and Received fields looked at, before nothing public is found.
constexpr std::size_t ips_max = 8, received_max = 64;

bool is_public(std::string_view ip) {
    const std::optional<IpAddress> address = parse_ip_address(ip);
    return address && is_public_address(*address);
}

/// The first public address in the text behind `key`, or anywhere for an empty one.
std::string ip_behind(std::string_view text, std::string_view key) {
    const std::size_t begin = key.empty() ? 0 : mail::find_ignoring_case(text, key);
    if (begin == std::string_view::npos) return {};
    for (const mail::IpAddress& found : mail::find_ips(text.substr(begin, trace_field_bytes), ips_max))
        if (is_public(found.ip)) return found.ip;
    return {};
}

struct Source {
    SourceIpFrom from;
    std::string_view field;
    std::vector<std::string_view> keys;
};

void derive_source_ip(const Fields& fields, ReportedMail& about) {
    const std::array<Source, 3> sources = {{
        {SourceIpFrom::x_originating_ip, "X-Originating-IP", {""}},
        {SourceIpFrom::received_spf, "Received-SPF", {"client-ip="}},
        {SourceIpFrom::authentication_results,
         "Authentication-Results",
         {"smtp.remote-ip=", "sender ip is", "policy.iprev="}},
    }};
    const auto take = [&about](std::string ip, SourceIpFrom from) {
        if (ip.empty()) return false;
        about.source_ip = std::move(ip);
        about.source_ip_from = from;
        return true;
    };
    for (const Source& source : sources)
        if (const mail::HeaderField* field = mail::find_field(fields, source.field)) {
            const std::string value = mail::unfold(field->raw_value.substr(0, trace_field_bytes));
            for (const std::string_view key : source.keys)
                if (take(ip_behind(value, key), source.from)) return;
        }
    std::size_t looked_at = 0;
    for (const mail::HeaderField& field : fields) {
        if (!mail::equals_ignoring_case(field.name, "Received")) continue;
        if (++looked_at > received_max) return;
        const std::string value = mail::unfold(field.raw_value.substr(0, trace_field_bytes));
        if (take(ip_behind(value, ""), SourceIpFrom::received)) return;
    }
}

/// Addresses taken out as RFC 6590 section 2 shows it, or with words in their place.
bool says_redacted(const Fields& fields) {
    static constexpr std::array<std::string_view, 4> names = {"To", "Cc", "Delivered-To", "X-Original-To"};
    return std::ranges::any_of(fields, [](const mail::HeaderField& field) {
        return std::ranges::any_of(names, [&](std::string_view name) {
            return mail::equals_ignoring_case(field.name, name) &&
                   mail::find_ignoring_case(field.raw_value.substr(0, trace_field_bytes), "redacted") !=
                       std::string_view::npos;
        });
    });
}

void note_recipients(const Fields& fields, scan::OutcomeAddresses& addresses, ReportedMail& about) {
    for (const std::string_view name : {"To", "Cc"}) {
        const mail::HeaderField* field = mail::find_field(fields, name);
        if (field == nullptr) continue;
        for (std::string& address : addresses.all(field->raw_value, limits::reported_recipients + 1)) {
            if (about.recipients.size() >= limits::reported_recipients)
                return add_warning(about.warnings, ReportWarning::cut);
            if (std::ranges::find(about.recipients, address) == about.recipients.end())
                about.recipients.push_back(std::move(address));
        }
    }
}

}  // namespace

std::string fact_text(std::string_view text, std::size_t size_max) {
    constexpr std::size_t ellipsis_bytes = 3;
    return scan::printable(mail::trim(text), size_max - ellipsis_bytes);
}

void note_header(const Fields& fields, mail::MailTools& tools, ReportedMail& about) {
    scan::OutcomeAddresses addresses;
    scan::ReportedOutcome known;
    known.original_mail_from = about.mail_from;
    scan::note_original(fields, addresses, known);
    about.message_id = std::move(known.message_id);
    about.record_id = std::move(known.record_id);
    about.mail_from = std::move(known.original_mail_from);
    about.sender = std::move(known.original_from);
    const auto text = [&](std::string_view name) {
        const mail::HeaderField* field = mail::find_field(fields, name);
        if (field == nullptr) return std::string();
        const std::string_view raw = field->raw_value.substr(0, trace_field_bytes);
        return fact_text(mail::decode_header_text(raw, tools.converters), limits::reported_text_bytes);
    };
    if (const mail::HeaderField* from = mail::find_field(fields, "From")) {
        const auto mailboxes = mail::parse_mailboxes(from->raw_value.substr(0, trace_field_bytes),
                                                     tools.converters, tools.domain_names);
        if (!mailboxes.empty())
            about.sender_name = fact_text(mailboxes.front().display_name, limits::reported_text_bytes);
    }
    about.subject = text("Subject");
    about.date = text("Date");
    note_recipients(fields, addresses, about);
    if (about.source_ip.empty()) derive_source_ip(fields, about);
    if (says_redacted(fields)) add_warning(about.warnings, ReportWarning::redacted);
    if (mail::find_field(fields, "Received") == nullptr) add_warning(about.warnings, ReportWarning::no_trace);
}

bool looks_like_mail(ByteView bytes) {
    constexpr std::size_t looked_at_bytes = 64U << 10;
    constexpr std::array<std::string_view, 7> others = {"Received", "Date",        "Message-ID",  "Subject",
                                                        "To",       "Return-Path", "MIME-Version"};
    const mail::HeaderBlock block = mail::read_header_block(
        bytes.first(std::min(bytes.size(), looked_at_bytes)), {.malformed = mail::OddLine::ends_headers});
    if (mail::find_field(block.fields, "From") == nullptr) return false;
    return std::ranges::count_if(others, [&](std::string_view name) {
               return mail::find_field(block.fields, name) != nullptr;
           }) >= 2;
}

}  // namespace tocsin::reported
