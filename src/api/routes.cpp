#include "api/routes.hpp"

#include <algorithm>
#include <ranges>
#include <set>

#include <nlohmann/json.hpp>

#include "api/query.hpp"
#include "store/stored_text.hpp"

namespace tocsin::api {

namespace {

using nlohmann::json;

constexpr std::string_view readers = "desk responder approver", watchers = "desk responder",
                           staff = "desk responder approver admin",
                           everybody = "employee desk responder approver admin intake", nobody = "";

constexpr Route all_routes[] = {
    {"GET", "/v1/journal",
     "sender recipient subject direction verdict disposition customer login queue_id link_domain "
     "attachment_sha256 campaign since limit before",
     readers},
    {"GET", "/v1/journal/ID", "", readers},
    {"GET", "/v1/held", "state sender recipient customer limit before", readers},
    {"GET", "/v1/held/ID", "", readers},
    {"GET", "/v1/held/ID/message", "by", watchers},
    {"GET", "/v1/held/ID/content", "by", "responder"},
    {"POST", "/v1/held/ID/release", "", "responder"},
    {"DELETE", "/v1/held/ID", "why by", "responder"},
    {"GET", "/v1/orders", "all limit before", readers},
    {"POST", "/v1/orders", "", "responder"},
    {"DELETE", "/v1/orders/ID", "by", "responder"},
    {"POST", "/v1/events", "", nobody},
    {"GET", "/v1/watch/alarms", "state customer sleeping limit before", readers},
    {"GET", "/v1/watch/alarms/ID", "", readers},
    {"POST", "/v1/watch/alarms/ID/answer", "", watchers},
    {"POST", "/v1/watch/alarms/ID/snooze", "", watchers},
    {"GET", "/v1/watch/events", "after", watchers},
    {"GET", "/v1/watch/customers", "", watchers},
    {"GET", "/v1/watch/customer", "name", watchers},
    {"POST", "/v1/reports", "way reporter authenticated deed note is_the_mail", everybody},
    {"GET", "/v1/reports", "limit before", readers},
    {"GET", "/v1/reports/ID", "", everybody},
    {"GET", "/v1/reports/ID/message", "original by", readers},
    {"GET", "/v1/reports/ID/evidence", "original by", readers},
    {"GET", "/v1/incidents", "state limit", readers},
    {"GET", "/v1/incidents/ID", "", readers},
    {"GET", "/v1/notices", "incident state limit", readers},
    {"GET", "/v1/playbooks", "", staff},
    {"GET", "/v1/people", "", staff},
    {"POST", "/v1/acts", "", staff},
    {"GET", "/v1/status", "", staff},
    {"GET", "/v1/openapi.json", "", everybody},
    {"GET", "/metrics", any_parameter, everybody},
    {"GET", "/health", any_parameter, everybody},
    {"GET", "/ready", any_parameter, everybody},
    {"GET", "/v1/tokens", "all", "admin"},
    {"POST", "/v1/tokens", "", "admin"},
    {"DELETE", "/v1/tokens/ID", "by", "admin"},
    {"GET", "/v1/incidents/ID/export", "as tlp include_known organisation contact host to", "responder"},
};

bool fits(std::string_view pattern, std::string_view path) {
    return std::ranges::equal(pattern | std::views::split('/'), path | std::views::split('/'),
                              [](auto wanted, auto word) {
                                  return std::string_view(wanted) == "ID" || std::ranges::equal(wanted, word);
                              });
}

const Route* route_of(std::string_view method, std::string_view path) {
    const auto* const route = std::ranges::find_if(
        all_routes, [&](const Route& one) { return one.method == method && fits(one.path, path); });
    return route == std::end(all_routes) ? nullptr : route;
}

bool has_word(std::string_view words, std::string_view word) {
    return std::ranges::any_of(words | std::views::split(' '),
                               [word](auto one) { return std::string_view(one) == word; });
}

std::string listed(std::string_view words) {
    std::string list;
    for (char c : words) list += c == ' ' ? std::string(", ") : std::string(1, c);
    return list;
}

std::string in_quotes(std::string_view word) {
    return "\"" + store::stored_text(word, quoted_bytes) + "\"";
}

/// The body, and which of its own members stand there twice: of these the library would take the last.
json parse_body(const std::string& body, std::set<std::string>& twice) {
    std::set<std::string> seen;
    const auto note_member = [&](int depth, json::parse_event_t event, json& value) {
        if (event != json::parse_event_t::key || depth != 1) return true;
        if (auto name = value.get<std::string>(); !seen.insert(name).second) twice.insert(std::move(name));
        return true;
    };
    return json::parse(body, note_member, false);
}

Result<void> check_member(const std::string& name, const json& value, std::span<const Member> known) {
    const auto member = std::ranges::find(known, name, &Member::name);
    if (member == known.end()) {
        std::string names;
        for (const Member& one : known) names += (names.empty() ? "" : ", ") + std::string(one.name);
        return fail(ErrorCode::invalid_input,
                    "the body has a member " + in_quotes(name) + " that is not known; there are: " + names);
    }
    if (value.is_null()) return {};
    if (member->kind == MemberKind::text && !value.is_string())
        return fail(ErrorCode::invalid_input, name + " must be a text, in quotation marks");
    if (member->kind == MemberKind::flag && !value.is_boolean())
        return fail(ErrorCode::invalid_input, name + " must be true or false, without quotation marks");
    return {};
}

}  // namespace

std::span<const Route> routes() {
    return all_routes;
}

Result<void> check_request(std::string_view method, const proto::HttpTarget& target) {
    const Route* const route = route_of(method, target.path);
    if (route == nullptr)
        return fail(ErrorCode::not_found, "no such resource: " + std::string(method) + " " + target.path);
    if (route->parameters == any_parameter) return {};
    std::set<std::string_view> seen;
    for (const auto& [name, value] : target.query) {
        if (route->parameters.empty() || !has_word(route->parameters, name))
            return fail(ErrorCode::invalid_input,
                        "the parameter " + in_quotes(name) + " is not known; " + std::string(route->method) +
                            " " + std::string(route->path) + " takes " +
                            (route->parameters.empty() ? "none" : listed(route->parameters)));
        if (!seen.insert(name).second)
            return fail(ErrorCode::invalid_input, "the parameter " + name + " is given twice: give it once");
    }
    return {};
}

std::string_view roles_for(std::string_view method, std::string_view path) {
    const Route* const route = route_of(method, path);
    return route == nullptr ? nobody : route->roles;
}

Result<json> object_from(const std::string& body, std::span<const Member> known) {
    if (body.empty()) return json::object();
    std::set<std::string> twice;
    json object = parse_body(body, twice);
    if (!object.is_object()) return fail(ErrorCode::invalid_input, "the body must be a JSON object");
    json given = json::object();
    for (auto& [name, value] : object.items()) {
        TRY(check_member(name, value, known));
        if (twice.contains(name))
            return fail(ErrorCode::invalid_input, "the body has " + name + " twice: give it once");
        if (!value.is_null()) given[name] = std::move(value);
    }
    return given;
}

}  // namespace tocsin::api
