#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "api/routes.hpp"

using namespace tocsin;
using namespace tocsin::api;

namespace {

/// What is wrong with a request; empty: nothing.
std::string wrong_with(const char* method, const std::string& target) {
    const auto parsed = proto::parse_target(target);
    REQUIRE(parsed.has_value());
    const Result<void> checked = check_request(method, *parsed);
    return checked ? "" : std::string(to_string(checked.error().code)) + ": " + checked.error().message;
}

constexpr Member members[] = {{"why"}, {"by"}, {"again", MemberKind::flag}, {"count", MemberKind::other}};

std::string wrong_with_body(const std::string& body) {
    const auto object = object_from(body, members);
    if (object) return "";
    CHECK(object.error().code == ErrorCode::invalid_input);
    return object.error().message;
}

}  // namespace

TEST_CASE("a request takes the parameters that the manual names") {
    for (const char* target :
         {"/v1/journal", "/v1/journal?sender=a&recipient=b&subject=c&direction=d&verdict=e&disposition=f",
          "/v1/journal?customer=a&login=b&queue_id=c&link_domain=d&attachment_sha256=e&campaign=f&since=g",
          "/v1/journal?limit=1&before=2", "/v1/journal/ID", "/v1/journal/",
          "/v1/held?state=a&sender=b&recipient=c&customer=d&limit=1&before=2", "/v1/held/x",
          "/v1/held/x/message?by=a", "/v1/held/x/content?by=a", "/v1/orders?all=1&limit=1&before=2",
          "/v1/incidents/7/export?as=a&tlp=b&include_known=c&organisation=d&contact=e&host=f&to=g",
          "/v1/status", "/metrics?anything=1", "/health?x&x", "/ready?from=balancer"}) {
        CAPTURE(target);
        CHECK(wrong_with("GET", target) == "");
    }
    CHECK(wrong_with("POST", "/v1/held/x/release") == "");
    CHECK(wrong_with("POST", "/v1/orders") == "");
    CHECK(wrong_with("DELETE", "/v1/held/x?why=a&by=b") == "");
    CHECK(wrong_with("DELETE", "/v1/orders/x?by=b") == "");
}

TEST_CASE("a parameter that is not known, or given twice, is refused with those that are") {
    CHECK(wrong_with("GET", "/v1/held?sate=held") ==
          "invalid_input: the parameter \"sate\" is not known; GET /v1/held takes state, sender, recipient, "
          "customer, limit, before");
    CHECK(wrong_with("GET", "/v1/journal?sendr=x").find("takes sender, recipient,") != std::string::npos);
    CHECK(wrong_with("GET", "/v1/status?x=1") ==
          "invalid_input: the parameter \"x\" is not known; GET /v1/status takes none");
    CHECK(wrong_with("GET", "/v1/held?=held").starts_with("invalid_input: the parameter \"\" is not known"));
    CHECK(wrong_with("GET", "/v1/status?=").starts_with("invalid_input: the parameter \"\" is not known"));
    CHECK(wrong_with("GET", "/v1/held?state+sender=x").starts_with("invalid_input"));
    CHECK(wrong_with("GET", "/v1/held?State=held").starts_with("invalid_input"));
    CHECK(wrong_with("DELETE", "/v1/held/x?why=a&reason=b").starts_with("invalid_input"));
    CHECK(wrong_with("POST", "/v1/orders?direction=inbound").starts_with("invalid_input"));
    CHECK(wrong_with("GET", "/v1/held?state=held&state=released") ==
          "invalid_input: the parameter state is given twice: give it once");
    CHECK(wrong_with("GET", "/v1/held?" + std::string(5'000, 'x') + "=1").size() < 500);
}

TEST_CASE("what is no request is not there") {
    CHECK(wrong_with("GET", "/nowhere?x=1") == "not_found: no such resource: GET /nowhere");
    for (const char* target : {"/", "/v1/journal/a/b", "/v1/held/a/release", "/metrics/", "//metrics", "/v1"})
        CHECK(wrong_with("GET", target).starts_with("not_found"));
    CHECK(wrong_with("PUT", "/v1/journal").starts_with("not_found"));
}

TEST_CASE("a body has known members, once each and of their kind") {
    CHECK(*object_from("", members) == nlohmann::json::object());
    const auto object =
        object_from(R"({"why": "w", "by": null, "again": true, "count": {"why": 1, "why": 2}})", members);
    REQUIRE(object.has_value());
    CHECK((*object)["why"] == "w");
    CHECK_FALSE(object->contains("by"));
    CHECK((*object)["again"] == true);
    CHECK(wrong_with_body("[]") == "the body must be a JSON object");
    CHECK(wrong_with_body("{\"why\": ") == "the body must be a JSON object");
    CHECK(wrong_with_body(R"({"why": "w", "agian": true})") ==
          "the body has a member \"agian\" that is not known; there are: why, by, again, count");
    CHECK(wrong_with_body(R"({"agian": null})").find("not known") != std::string::npos);
    CHECK(wrong_with_body(R"({"why": "a", "by": "x", "why": "b"})") ==
          "the body has why twice: give it once");
    CHECK(wrong_with_body(R"({"why": 5})").starts_with("why must be a text"));
    CHECK(wrong_with_body(R"({"again": "true"})").starts_with("again must be true or false"));
    CHECK(wrong_with_body(R"({"again": 1})").starts_with("again must be true or false"));
}
