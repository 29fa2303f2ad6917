#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/ip_network.hpp"
#include "base/limits.hpp"
#include "base/limits/report.hpp"
#include "mail/ascii.hpp"
#include "mail/encoded_words.hpp"
#include "reported/feedback.hpp"
#include "reported/header_facts.hpp"
#include "scan/outcome_fields.hpp"

namespace tocsin::reported {

namespace {

using Json = nlohmann::json;

/// Parses within the limits of values and depth; a discarded value where they are exceeded.
Json parse_bounded(std::string_view text) {
    std::size_t values = 0;
    bool exceeded = false;
    const auto within = [&](int depth, Json::parse_event_t, const Json&) {
        exceeded = exceeded || ++values > limits::xarf_json_values ||
                   static_cast<std::size_t>(depth) > limits::xarf_json_depth;
        return !exceeded;
    };
    Json parsed = Json::parse(text, within, false);
    return exceeded ? Json(Json::value_t::discarded) : parsed;
}

/// The first of several spellings of a text; empty where none is there.
std::string text_in(const Json& object, std::initializer_list<const char*> names) {
    if (!object.is_object()) return {};
    for (const char* name : names)
        if (const auto found = object.find(name); found != object.end() && found->is_string())
            return found->get<std::string>();
    return {};
}

const Json& part_of(const Json& object, std::initializer_list<const char*> names) {
    static const Json none;
    if (!object.is_object()) return none;
    for (const char* name : names)
        if (const auto found = object.find(name); found != object.end()) return *found;
    return none;
}

std::string kept(std::string_view text) {
    return fact_text(text, limits::reported_text_bytes);
}

void note_sample(const Json& sample, bool always_base64, Xarf& found) {
    const std::string type = text_in(sample, {"content_type", "ContentType"});
    std::string payload = text_in(sample, {"payload", "Payload"});
    const Json& encoded = part_of(sample, {"Base64Encoded"});
    const bool is_base64 = always_base64 || (encoded.is_boolean() && encoded.get<bool>());
    if (payload.empty()) return;
    if (is_base64) payload = mail::decode_loose_base64(payload);
    const bool is_mail = mail::starts_with_ignoring_case(type, "message/");
    found.evidence.push_back({is_mail, std::move(payload)});
}

void note_samples(const Json& samples, bool always_base64, Xarf& found) {
    if (!samples.is_array()) return;
    for (const Json& sample : samples) {
        if (found.evidence.size() >= limits::xarf_evidence)
            return add_warning(found.about.warnings, ReportWarning::cut);
        note_sample(sample, always_base64, found);
    }
}

void note_facts(const Json& report, Xarf& found) {
    scan::OutcomeAddresses addresses;
    ReportedMail& about = found.about;
    about.feedback_type = kept(text_in(report, {"type", "ReportType"}));
    std::ranges::transform(about.feedback_type, about.feedback_type.begin(), mail::ascii_lower);
    about.arrival_date = kept(text_in(report, {"timestamp", "Date"}));
    about.mail_from = addresses.first(text_in(report, {"smtp_from", "SmtpMailFromAddress"}));
    if (std::string to = addresses.first(text_in(report, {"smtp_to", "SmtpRcptToAddress"})); !to.empty())
        about.recipients.push_back(std::move(to));
    const std::string source = text_in(report, {"source_identifier", "SourceIp"});
    if (source.size() < limits::reported_ip_bytes && parse_ip_address(source)) {
        about.source_ip = source;
        about.source_ip_from = SourceIpFrom::report;
    }
    for (const char* name : {"url", "SourceUrl", "Url"})
        if (const std::string url = text_in(report, {name}); !url.empty() && about.reported_uris.empty())
            about.reported_uris.push_back(kept(url));
}

}  // namespace

std::optional<Xarf> read_xarf_json(std::string_view text) {
    if (text.size() > limits::xarf_json_bytes) return std::nullopt;
    const Json json = parse_bounded(text);
    if (!json.is_object()) return std::nullopt;
    Xarf found;
    scan::OutcomeAddresses addresses;
    const std::string version = text_in(json, {"xarf_version", "Version"});
    const Json& older = part_of(json, {"Report"});
    if (older.is_object()) {
        note_facts(older, found);
        note_samples(part_of(older, {"Samples"}), false, found);
        const Json& reporter = part_of(json, {"ReporterInfo"});
        found.reporter = addresses.first(text_in(reporter, {"ReporterOrgEmail", "ReporterContactEmail"}));
        found.about.user_agent = kept(text_in(reporter, {"ReporterOrg"}));
    } else if (json.contains("xarf_version")) {
        note_facts(json, found);
        note_samples(part_of(json, {"evidence"}), true, found);
        const Json& reporter = part_of(json, {"reporter"});
        found.reporter = addresses.first(text_in(reporter, {"contact", "email"}));
        found.about.user_agent = kept(text_in(reporter, {"org"}));
    } else {
        return std::nullopt;
    }
    static constexpr std::array<std::string_view, 3> known = {"2", "3", "4"};
    if (std::ranges::none_of(known, [&](std::string_view one) { return version.starts_with(one); }))
        add_warning(found.about.warnings, ReportWarning::unknown_version);
    return found;
}

}  // namespace tocsin::reported
