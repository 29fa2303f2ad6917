#include "api/roles.hpp"

#include <algorithm>
#include <array>
#include <ranges>

#include <nlohmann/json.hpp>

#include "api/answers.hpp"
#include "api/query.hpp"
#include "api/routes.hpp"
#include "base/contains.hpp"

namespace tocsin::api {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 6> role_names = {"employee", "desk",  "responder",
                                                        "approver", "admin", "intake"};
/// Roles that decide something about mail or incidents.
constexpr std::array deciding = {Role::desk, Role::responder, Role::approver};

/// What people may say in POST /v1/acts (respond::kind_of), and with which roles.
struct ActRule {
    std::string_view kind, roles;
};
constexpr ActRule act_rules[] = {
    {"verdict_given", "desk responder"},
    {"opened_by_hand", "desk responder"},
    {"people_touched", "desk responder"},
    {"owner_set", "desk responder"},
    {"severity_set", "desk responder"},
    {"incidents_merged", "desk responder"},
    {"incident_unmerged", "desk responder"},
    {"reports_split", "desk responder"},
    {"manual_done", "desk responder"},
    {"incident_closed", "desk responder"},
    {"note_added", "desk responder approver"},
    {"acknowledged", "desk responder approver"},
    {"run_started", "responder"},
    {"run_undone", "responder"},
    {"step_retried", "responder"},
    {"state_set", "responder"},
    {"approval", "approver"},
    {"override_added", "admin"},
};

bool fits(const Principal& principal, std::string_view roles) {
    return std::ranges::any_of(roles | std::views::split(' '), [&](auto word) {
        const std::optional<Role> role = role_from(std::string_view(word));
        return role && principal.has(*role);
    });
}

Result<void> refuse_role(const Principal& principal, std::string_view what, std::string_view roles) {
    std::string who;
    for (const auto word : roles | std::views::split(' '))
        (who += who.empty() ? "" : " or ") += std::string_view(word);
    return fail(ErrorCode::permission, std::string(what) + " is for " + (who.empty() ? "the operator" : who) +
                                           "; the token of " + principal.person + " is for " +
                                           words_of(principal.roles));
}

}  // namespace

std::string_view to_string(Role role) {
    return role_names[static_cast<std::size_t>(role)];
}

std::optional<Role> role_from(std::string_view word) {
    const auto found = std::ranges::find(role_names, word);
    if (found == role_names.end()) return std::nullopt;
    return static_cast<Role>(found - role_names.begin());
}

std::string role_words() {
    std::string words;
    for (const std::string_view name : role_names) (words += words.empty() ? "" : ", ") += name;
    return words;
}

bool Principal::has(Role role) const {
    return contains(roles, role);
}

Result<std::vector<Role>> roles_from(std::string_view words) {
    std::vector<Role> roles;
    for (const auto part : words | std::views::split(' ')) {
        const std::string_view word(part);
        if (word.empty()) continue;
        const std::optional<Role> role = role_from(word);
        if (!role)
            return fail(ErrorCode::invalid_input,
                        "\"" + std::string(word) + "\" is no role; there are: " + role_words());
        if (!contains(roles, *role)) roles.push_back(*role);
    }
    if (roles.empty()) return fail(ErrorCode::invalid_input, "a token needs a role: " + role_words());
    std::ranges::sort(roles);
    if (conflict(roles, roles))
        return fail(ErrorCode::invalid_input,
                    "who is admin decides nothing: give desk, responder and approver to others");
    return roles;
}

std::string words_of(const std::vector<Role>& roles) {
    std::string words;
    for (const Role role : roles) (words += words.empty() ? "" : " ") += to_string(role);
    return words;
}

bool conflict(const std::vector<Role>& one, const std::vector<Role>& other) {
    const auto decides = [](const std::vector<Role>& roles) {
        return std::ranges::any_of(deciding, [&](Role role) { return contains(roles, role); });
    };
    return (contains(one, Role::admin) && decides(other)) || (contains(other, Role::admin) && decides(one));
}

Result<void> check_role(const Principal& principal, std::string_view method, std::string_view path) {
    const std::string_view roles = roles_for(method, path);
    if (fits(principal, roles)) return {};
    return refuse_role(principal, std::string(method) + " " + std::string(path), roles);
}

Result<void> check_act_kind(std::string_view kind) {
    if (contains(act_rules, kind, &ActRule::kind)) return {};
    std::string kinds;
    for (const ActRule& rule : act_rules) (kinds += kinds.empty() ? "" : ", ") += rule.kind;
    return fail(ErrorCode::invalid_input, "kind must be one of " + kinds);
}

Result<void> check_act(const Principal& principal, std::string_view kind) {
    const auto* const rule = std::ranges::find(act_rules, kind, &ActRule::kind);
    const std::string_view roles = rule == std::end(act_rules) ? std::string_view() : rule->roles;
    if (fits(principal, roles)) return {};
    return refuse_role(principal, "the act " + std::string(kind), roles);
}

Result<void> check_name(const Principal& principal, const proto::HttpRequest& request,
                        const proto::HttpTarget& target) {
    const auto own = [&](const std::string& name) { return name.empty() || name == principal.person; };
    const Error foreign{ErrorCode::permission, "this token speaks for " + principal.person +
                                                   " alone: leave out `by` and `given_by`, or name " +
                                                   principal.person};
    if (!own(parameter(target, "by").value_or(""))) return std::unexpected(foreign);
    const json body = json::parse(request.body, nullptr, false);
    if (!body.is_object()) return {};
    for (const char* member : {"by", "given_by"})
        if (!own(text_member(body, member))) return std::unexpected(foreign);
    return {};
}

}  // namespace tocsin::api
