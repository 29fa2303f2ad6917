// STIX 2.1 (OASIS standard, June 2021).
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "share/exports.hpp"
#include "share/text.hpp"
#include "share/uuid.hpp"

namespace tocsin::share {

namespace {

using nlohmann::json;

/// A host is cleaned up, an address gets another owner: what is older is blocked for nothing. A file stays what it is.
constexpr std::int64_t valid_us = 90LL * 24 * 3'600 * 1'000'000;

// The markings of TLP 2.0 are objects that everybody has: extension-definition "tlp-2.0" of the OASIS common objects.
constexpr std::string_view tlp_extension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
constexpr std::string_view tlp_created = "2022-10-01T00:00:00.000Z";
constexpr std::array<std::string_view, std::size(tlp_words)> tlp_ids = {
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"};
constexpr std::array<std::string_view, std::size(tlp_words)> tlp_names = {
    "TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"};

/// The type of the observable. STIX 2.1 sections 6.4, 6.5, 6.7, 6.10, 6.11, 6.18.
std::string_view stix_type_of(const Indicator& indicator) {
    switch (indicator.kind) {
        case IndicatorKind::url: return "url";
        case IndicatorKind::domain: return "domain-name";
        case IndicatorKind::ip:
            return indicator.value.find(':') == std::string::npos ? "ipv4-addr" : "ipv6-addr";
        case IndicatorKind::email: return "email-addr";
        case IndicatorKind::sha256: break;
    }
    return "file";
}

/// STIX 2.1 section 9.2: in a string of a pattern ' and \ are escaped.
std::string in_pattern(std::string_view value) {
    std::string out = "'";
    for (const char c : value) out += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return out + "'";
}

std::string pattern_of(const Indicator& indicator) {
    const std::string_view property = indicator.kind == IndicatorKind::sha256 ? "hashes.'SHA-256'" : "value";
    return fmt::format("[{}:{} = {}]", stix_type_of(indicator), property, in_pattern(indicator.value));
}

/// Section 2.9: the identifier of an observable is made of the properties that say what it is, so that everybody gives it the
/// same one. All values are ASCII here, so that dump() writes the canonical form of RFC 8785.
json observable_of(const Indicator& indicator) {
    const json what = indicator.kind == IndicatorKind::sha256
                          ? json{{"hashes", {{"SHA-256", indicator.value}}}}
                          : json{{"value", indicator.value}};
    json out = what;
    out["type"] = stix_type_of(indicator);
    out["spec_version"] = "2.1";
    out["id"] = fmt::format("{}--{}", stix_type_of(indicator), uuid_of(stix_namespace, what.dump()));
    return out;
}

class Bundle {
public:
    Bundle(const SharedIncident& incident, const House& house, Tlp tlp)
        : incident_(incident), house_(house), tlp_(static_cast<std::size_t>(tlp)) {}

    json build() {
        add_marking();
        add_identity();
        json names = json::array();
        for (const Indicator& indicator : incident_.indicators) {
            names.push_back(add_indicator(indicator));
            names.push_back(add(observable_of(indicator)));
        }
        add_report(std::move(names));
        return {{"type", "bundle"},
                {"id", own_id("bundle", fmt::format("{}\n{}\n{}", house_.organisation, incident_.id,
                                                    to_rfc3339(incident_.changed)))},
                {"objects", std::move(objects_)}};
    }

private:
    std::string add(json object) {
        std::string id = object["id"];
        objects_.push_back(std::move(object));
        return id;
    }

    void add_marking() {
        add({{"type", "marking-definition"},
             {"spec_version", "2.1"},
             {"id", tlp_ids[tlp_]},
             {"created", tlp_created},
             {"name", tlp_names[tlp_]},
             {"extensions",
              {{std::string(tlp_extension),
                {{"extension_type", "property-extension"}, {"tlp_2_0", tlp_words[tlp_]}}}}}});
    }

    void add_identity() {
        identity_ = own_id("identity", house_.organisation);
        json identity = {
            {"type", "identity"},      {"spec_version", "2.1"},       {"id", identity_},
            {"created", tlp_created},  // it has been there for ever: it never changes, and so its version neither
            {"modified", tlp_created}, {"name", house_.organisation}, {"identity_class", "organization"}};
        if (!house_.contact.empty()) identity["contact_information"] = house_.contact;
        add(std::move(identity));
    }

    json object(std::string_view type, const std::string& name, TimePoint created, TimePoint modified) {
        return {{"type", type},
                {"spec_version", "2.1"},
                {"id", own_id(type, house_.organisation + "\n" + name)},
                {"created_by_ref", identity_},
                {"created", to_rfc3339(created)},
                {"modified", to_rfc3339(modified)},
                {"object_marking_refs", {tlp_ids[tlp_]}}};
    }

    std::string add_indicator(const Indicator& indicator) {
        json out = object("indicator", fmt::format("{}\n{}", to_string(indicator.kind), indicator.value),
                          indicator.first_seen, indicator.last_seen);
        out["name"] = fmt::format("{} of a hostile mail", to_string(indicator.kind));
        out["indicator_types"] = {"malicious-activity"};
        out["pattern"] = pattern_of(indicator);
        out["pattern_type"] = "stix";
        out["pattern_version"] = "2.1";
        out["valid_from"] = to_rfc3339(indicator.first_seen);
        if (indicator.kind != IndicatorKind::sha256)
            out["valid_until"] = to_rfc3339(TimePoint{indicator.last_seen.microseconds + valid_us});
        return add(std::move(out));
    }

    void add_report(json names) {
        if (names.empty()) names.push_back(identity_);  // section 4.16: a report names something
        json out = object("report", incident_.id, incident_.opened, incident_.changed);
        out["name"] = fmt::format("Incident {} of {}", incident_.number, house_.organisation);
        out["report_types"] = {"indicator"};
        out["published"] = to_rfc3339(incident_.changed);
        out["object_refs"] = std::move(names);
        add(std::move(out));
    }

    const SharedIncident& incident_;
    const House& house_;
    std::size_t tlp_;
    std::string identity_;
    json objects_ = json::array();
};

}  // namespace

Exported to_stix(const SharedIncident& incident, const House& house, Tlp tlp) {
    const json bundle = Bundle(incident, house, tlp).build();
    return {fmt::format("incident-{}.stix.json", incident.number), "application/stix+json;version=2.1",
            bundle.dump(2, ' ', false, json::error_handler_t::replace) + "\n"};
}

}  // namespace tocsin::share
