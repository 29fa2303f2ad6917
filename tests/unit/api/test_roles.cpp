// What somebody with a token of his own may ask, and in whose name.
#include "api/roles.hpp"

#include <doctest/doctest.h>

#include "respond/event.hpp"

using namespace tocsin;
using namespace tocsin::api;

namespace {

Principal who(const std::string& roles) {
    return {"anna", roles_from(roles).value()};
}

bool may_ask(const std::string& roles, const std::string& method, const std::string& path) {
    return check_role(who(roles), method, path).has_value();
}

proto::HttpTarget target(const std::string& text) {
    return proto::parse_target(text).value();
}

}  // namespace

TEST_CASE("roles and what they may ask") {
    struct Row {
        const char *method, *path, *roles;  ///< of roles, all that may
    };
    const Row rows[] = {
        {"POST", "/v1/reports", "employee desk responder approver admin intake"},
        {"GET", "/v1/reports/r1", "employee desk responder approver admin intake"},
        {"GET", "/v1/journal", "desk responder approver"},
        {"GET", "/v1/held/h1/message", "desk responder"},
        {"GET", "/v1/held/h1/content", "responder"},
        {"POST", "/v1/held/h1/release", "responder"},
        {"DELETE", "/v1/held/h1", "responder"},
        {"POST", "/v1/orders", "responder"},
        {"GET", "/v1/incidents/1", "desk responder approver"},
        {"GET", "/v1/notices", "desk responder approver"},
        {"GET", "/v1/incidents/1/export", "responder"},
        {"POST", "/v1/acts", "desk responder approver admin"},
        {"POST", "/v1/tokens", "admin"},
        {"DELETE", "/v1/tokens/t1", "admin"},
        {"POST", "/v1/events", ""},
        {"GET", "/v1/nothing", ""},
        {"PUT", "/v1/orders", ""},
    };
    for (const Row& row : rows)
        for (const char* role : {"employee", "desk", "responder", "approver", "admin", "intake"}) {
            CAPTURE(row.path);
            CAPTURE(role);
            const bool may =
                (" " + std::string(row.roles) + " ").find(" " + std::string(role) + " ") != std::string::npos;
            CHECK(may_ask(role, row.method, row.path) == may);
        }
    const Result<void> refused = check_role(who("employee"), "POST", "/v1/orders");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::permission);
    CHECK(refused.error().message == "POST /v1/orders is for responder; the token of anna is for employee");
}

TEST_CASE("who decides does not approve, and only kinds that people may say are allowed at all") {
    CHECK(check_act(who("approver"), "approval"));
    for (const char* role : {"desk", "responder", "admin", "employee", "intake"})
        CHECK_FALSE(check_act(who(role), "approval"));
    CHECK(check_act(who("desk"), "verdict_given"));
    CHECK_FALSE(check_act(who("approver"), "verdict_given"));
    CHECK_FALSE(check_act(who("desk"), "run_started"));
    CHECK(check_act(who("responder"), "run_started"));
    CHECK(check_act(who("admin"), "override_added"));
    CHECK_FALSE(check_act(who("responder"), "override_added"));
    for (const char* kind : {"effect_succeeded", "setup_changed", "report_taken", "", "approval "})
        CHECK_FALSE(check_act(who("desk responder approver"), kind));
}

TEST_CASE("an admin decides nothing, not in two tokens either") {
    for (const char* roles : {"admin desk", "approver admin", "admin responder"}) {
        const auto refused = roles_from(roles);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message.find("who is admin decides nothing") != std::string::npos);
    }
    CHECK(words_of(roles_from("  approver desk  desk ").value()) == "desk approver");
    CHECK(roles_from("admin employee"));
    CHECK(conflict({Role::admin}, {Role::approver}));
    CHECK(conflict({Role::desk}, {Role::admin}));
    CHECK_FALSE(conflict({Role::desk}, {Role::approver}));
    CHECK_FALSE(conflict({Role::admin}, {Role::employee}));
    CHECK_FALSE(roles_from(""));
    CHECK(roles_from("boss").error().message ==
          "\"boss\" is no role; there are: employee, desk, responder, approver, admin, intake");
}

TEST_CASE("nobody acts in another's name") {
    proto::HttpRequest request;
    const auto may = [&](const std::string& body, const std::string& path = "/v1/acts") {
        request.body = body;
        return check_name(who("desk"), request, target(path)).has_value();
    };
    CHECK(may(""));
    CHECK(may("{}"));
    CHECK(may("{\"by\": \"anna\"}"));
    CHECK(may("{\"by\": \"\"}"));
    CHECK_FALSE(may("{\"by\": \"bob\"}"));
    CHECK_FALSE(may("{\"given_by\": \"bob\"}", "/v1/orders"));
    CHECK_FALSE(may("", "/v1/held/h1/content?by=bob"));
    CHECK(may("", "/v1/held/h1/content?by=anna"));
    CHECK_FALSE(may("{\"by\": \"anna\", \"by\": \"bob\"}"));
    CHECK(may("From: by bob\r\n\r\nno JSON\r\n", "/v1/reports"));
}
