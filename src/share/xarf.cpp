// X-ARF 4 (xarf.org), as a mail in the form of RFC 5965 (ARF) with the type "xarf".
#include <algorithm>
#include <array>
#include <chrono>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/limits/share.hpp"
#include "respond/variables.hpp"
#include "share/exports.hpp"
#include "share/text.hpp"
#include "share/uuid.hpp"
#include "share/web_link.hpp"

namespace tocsin::share {

namespace {

using nlohmann::json;

constexpr std::string_view xarf_version = "4.2.0";
constexpr std::size_t base64_line = 76;  // RFC 2045 section 6.8

/// "Sat, 28 Feb 2026 09:05:00 +0000" (RFC 5322 section 3.3).
std::string mail_date(TimePoint time) {
    constexpr std::array<std::string_view, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::chrono::sys_time<std::chrono::microseconds> moment{
        std::chrono::microseconds(time.microseconds)};
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(moment - day)};
    return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} +0000", days[std::chrono::weekday{day}.c_encoding()],
                       static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                       static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                       clock.seconds().count());
}

std::string in_lines(const std::string& base64) {
    std::string out;
    for (std::size_t at = 0; at < base64.size(); at += base64_line)
        out += base64.substr(at, base64_line) + "\r\n";
    return out;
}

/// An address that may stand in a field of a mail as it is.
bool is_plain_address(std::string_view text) {
    const std::size_t at = text.find('@');
    return at != std::string_view::npos && at > 0 && text.size() <= limits::share_name_bytes &&
           is_host(text.substr(at + 1)) && std::ranges::all_of(text.substr(0, at), [](char c) {
               return c > ' ' && c < 0x7F &&
                      std::string_view("\"'\\<>(),;:[]@").find(c) == std::string_view::npos;
           });
}

/// What is reported: the links at one host.
struct Case {
    std::string host;
    std::vector<const Indicator*> links;
    std::vector<const Indicator*> files;
    TimePoint first_seen, last_seen;
};

Result<Case> case_of(const SharedIncident& incident, std::string_view wanted) {
    std::set<std::string> hosts;
    Case out;
    out.host = plain_host(wanted);
    for (const Indicator& indicator : incident.indicators) {
        if (indicator.kind == IndicatorKind::sha256) out.files.push_back(&indicator);
        if (indicator.kind != IndicatorKind::url) continue;
        if (const std::optional<WebLink> link = parse_link(indicator.value)) {
            hosts.insert(link->host);
            if (wanted.empty() || link->host == out.host) out.links.push_back(&indicator);
        }
    }
    const std::string all = fmt::format("{}", fmt::join(hosts, ", "));
    if (hosts.empty())
        return fail(ErrorCode::invalid_input,
                    fmt::format("incident {} has no link that may be reported: there is no host to tell",
                                incident.number));
    if (wanted.empty() && hosts.size() > 1)
        return fail(ErrorCode::invalid_input,
                    "a report is about one host, and the links lead to several: name one of " + all);
    if (out.links.empty())
        return fail(ErrorCode::invalid_input,
                    fmt::format("no link leads to {}; there are {}", quote(out.host), all));
    if (wanted.empty()) out.host = *hosts.begin();
    out.first_seen = out.links.front()->first_seen;
    for (const Indicator* link : out.links) {
        out.first_seen = std::min(out.first_seen, link->first_seen);
        out.last_seen = std::max(out.last_seen, link->last_seen);
    }
    return out;
}

/// What we saw, for the receiver to compare with what he has.
std::string evidence_text(const SharedIncident& incident, const Case& about) {
    std::string text = fmt::format("Incident: {}\nFirst-Seen: {}\nLast-Seen: {}\n", incident.number,
                                   to_rfc3339(about.first_seen), to_rfc3339(about.last_seen));
    for (const Indicator* link : about.links) text += "Reported-URI: " + link->value + "\n";
    for (const Indicator* file : about.files) text += "Attachment-SHA256: " + file->value + "\n";
    return text;
}

json report_of(const SharedIncident& incident, const House& house, const Case& about, const std::string& id) {
    const json who = {{"org", house.organisation},
                      {"contact", house.contact},
                      {"domain", house.contact.substr(house.contact.find('@') + 1)}};
    const std::string evidence = evidence_text(incident, about);
    const Hash256 hash = sha256(as_bytes(evidence));
    json out = {{"xarf_version", xarf_version},
                {"report_id", id},
                {"timestamp", to_rfc3339(about.last_seen)},
                {"reporter", who},
                {"sender", who},
                {"source_identifier", std::string(without_brackets(about.host))},
                {"category", "content"},
                {"type", "phishing"},
                {"evidence_source", "user_report"},
                {"url", about.links.front()->value},
                {"verification_method", "user_report"},
                {"description",
                 "Mail with links to this host was reported and verified as an attack. Query and fragment "
                 "of the links are left out."},
                {"evidence", json::array({{{"content_type", "text/plain"},
                                           {"description", "Links of the mail, and when they were seen"},
                                           {"payload", to_base64(evidence)},
                                           {"hash", "sha256:" + to_hex(std::as_bytes(std::span(hash)))},
                                           {"size", evidence.size()}}})}};
    if (is_host(about.host)) out["domain"] = about.host;
    return out;
}

std::string words_for_people(const SharedIncident& incident, const House& house, const Case& about) {
    std::string text = fmt::format(
        "Mail that attacks people leads them to a host of yours: {}\n\nFirst seen {}, last seen {}. "
        "The links (the attached report has them as they are):\n",
        respond::defanged(about.host), to_rfc3339(about.first_seen), to_rfc3339(about.last_seen));
    for (const Indicator* link : about.links) text += "  " + respond::defanged(link->value) + "\n";
    text += fmt::format(
        "\nPlease take the pages down, keep what shows who put them there, and tell us when it is done. "
        "Our number: incident {} of {}.\n",
        incident.number, house.organisation);
    std::string out;
    for (const char c : text) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
    return out;
}

}  // namespace

Result<Exported> to_xarf(const SharedIncident& incident, const House& house, const AbuseReport& report) {
    if (!is_plain_address(house.contact))
        return fail(ErrorCode::invalid_input, "an abuse report names an address where the receiver may ask: "
                                              "set notices_from in [respond] of the "
                                              "configuration, or name one (--contact)");
    const Case about = TRY(case_of(incident, report.host));
    const std::string to = report.to.empty() ? "abuse@" + about.host : report.to;
    if (!is_plain_address(to))
        return fail(
            ErrorCode::invalid_input,
            fmt::format("{} is no address of mail: name the host's contact for abuse (--to)", quote(to)));
    const std::string name = fmt::format("xarf\n{}\n{}\n{}", house.organisation, incident.id, about.host);
    const std::string id = uuid_of(own_namespace, name, UuidVersion::v4);
    const std::string boundary = "=_tocsin-" + id;
    const std::string json_text =
        report_of(incident, house, about, id).dump(2, ' ', false, json::error_handler_t::replace) + "\n";
    std::string mail =
        fmt::format("From: <{}>\r\nTo: <{}>\r\nSubject: Abuse report: phishing at {}\r\nDate: {}\r\n"
                    "Message-ID: <{}@{}>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; "
                    "report-type=feedback-report;\r\n boundary=\"{}\"\r\n\r\n",
                    house.contact, to, respond::defanged(about.host), mail_date(report.now), id,
                    house.contact.substr(house.contact.find('@') + 1), boundary);
    const auto begin = [&](std::string_view head) {
        mail += fmt::format("--{}\r\n{}\r\n\r\n", boundary, head);
    };
    begin("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64");
    mail += in_lines(to_base64(words_for_people(incident, house, about)));
    // RFC 5965 section 3.1 asks for these three fields.
    begin("Content-Type: message/feedback-report\r\nContent-Disposition: inline");
    mail += "Feedback-Type: xarf\r\nUser-Agent: Tocsin\r\nVersion: 1\r\n";
    begin("Content-Type: application/json; name=xarf.json\r\nContent-Transfer-Encoding: base64\r\n"
          "Content-Disposition: attachment; filename=xarf.json");
    mail += in_lines(to_base64(json_text)) + fmt::format("--{}--\r\n", boundary);
    return Exported{fmt::format("incident-{}-{}.eml", incident.number, without_brackets(about.host)),
                    "message/rfc822", std::move(mail)};
}

}  // namespace tocsin::share
