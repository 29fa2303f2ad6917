// MISP core format (draft-18-misp-core-format), and comma-separated values.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/time_units.hpp"
#include "share/exports.hpp"
#include "share/uuid.hpp"

namespace tocsin::share {

namespace {

using nlohmann::json;

/// Distribution 5: as the event is.
constexpr std::string_view inherit = "5";

/// To whom an instance of MISP hands the event on by itself: all of them; this community; nobody but this organisation. Further
/// than the marking allows, it never is; who knows his partners chooses a sharing group.
constexpr std::array<std::string_view, std::size(tlp_words)> distributions = {"3", "1", "0", "0", "0"};
constexpr std::array<std::string_view, std::size(tlp_words)> colours = {"#FFFFFF", "#33FF00", "#FFC000",
                                                                        "#FFC000", "#FF2B2B"};

struct MispType {
    std::string_view type, category;
};

MispType misp_type_of(const Indicator& indicator) {
    switch (indicator.kind) {
        case IndicatorKind::url: return {"url", "Network activity"};
        case IndicatorKind::domain: {
            const bool below = std::ranges::count(indicator.value, '.') > 1;
            return {below ? "hostname" : "domain", "Network activity"};
        }
        case IndicatorKind::ip: return {"ip-dst", "Network activity"};
        case IndicatorKind::email: return {"email-src", "Payload delivery"};
        case IndicatorKind::sha256: break;
    }
    return {"sha256", "Payload delivery"};
}

std::string epoch(TimePoint time) {
    return fmt::format("{}", time.microseconds / second_us);
}

json attribute_of(const Indicator& indicator, const House& house, const std::string& event) {
    const MispType type = misp_type_of(indicator);
    return {{"uuid", uuid_of(own_namespace, fmt::format("misp\n{}\n{}\n{}\n{}", house.organisation, event,
                                                        to_string(indicator.kind), indicator.value))},
            {"type", type.type},
            {"category", type.category},
            {"value", indicator.value},
            {"to_ids", true},
            {"disable_correlation", false},
            {"distribution", inherit},
            {"timestamp", epoch(indicator.last_seen)},
            {"first_seen", to_rfc3339(indicator.first_seen)},
            {"last_seen", to_rfc3339(indicator.last_seen)},
            {"comment", ""}};
}

/// A cell that begins with one of these is a formula to a spreadsheet.
std::string cell(std::string_view text) {
    std::string plain(text);
    if (!plain.empty() && std::string_view("=+-@\t\r").find(plain.front()) != std::string_view::npos)
        plain.insert(0, 1, '\'');
    if (plain.find_first_of(",\"\r\n") == std::string::npos) return plain;
    std::string out = "\"";
    for (const char c : plain) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
}

}  // namespace

Exported to_misp(const SharedIncident& incident, const House& house, Tlp tlp) {
    const auto level = static_cast<std::size_t>(tlp);
    const std::string uuid =
        uuid_of(own_namespace, fmt::format("misp\n{}\n{}", house.organisation, incident.id));
    // Threat levels of MISP: 1 high, 2 medium, 3 low.
    const int threat = std::min(static_cast<int>(incident.severity) + 1, 3);
    const json organisation = {{"name", house.organisation},
                               {"uuid", uuid_of(own_namespace, "organisation\n" + house.organisation)}};
    json event = {
        {"uuid", uuid},
        {"info", fmt::format("Hostile mail, incident {} of {}", incident.number, house.organisation)},
        {"date", to_rfc3339(incident.opened).substr(0, std::string_view("2026-03-01").size())},
        {"timestamp", epoch(incident.changed)},
        {"publish_timestamp", "0"},
        {"published", false},
        {"threat_level_id", fmt::format("{}", threat)},
        {"analysis", incident.is_open ? "1" : "2"},
        {"distribution", distributions[level]},
        {"Orgc", organisation},
        {"Tag", json::array({{{"name", fmt::format("tlp:{}", tlp_words[level])},
                              {"colour", colours[level]},
                              {"exportable", true}}})},
        {"Attribute", json::array()}};
    for (const Indicator& indicator : incident.indicators)
        event["Attribute"].push_back(attribute_of(indicator, house, uuid));
    event["attribute_count"] = fmt::format("{}", incident.indicators.size());
    return {fmt::format("incident-{}.misp.json", incident.number), "application/json",
            json{{"Event", std::move(event)}}.dump(2, ' ', false, json::error_handler_t::replace) + "\n"};
}

Exported to_csv(const SharedIncident& incident, const House& house) {
    std::string out = "type,value,first_seen,last_seen,incident,comment\r\n";
    const std::string comment = "hostile mail, seen by " + house.organisation;
    for (const Indicator& indicator : incident.indicators)
        out += fmt::format("{},{},{},{},{},{}\r\n", cell(to_string(indicator.kind)), cell(indicator.value),
                           to_rfc3339(indicator.first_seen), to_rfc3339(indicator.last_seen), incident.number,
                           cell(comment));
    return {fmt::format("incident-{}.csv", incident.number), "text/csv; charset=utf-8", std::move(out)};
}

}  // namespace tocsin::share
