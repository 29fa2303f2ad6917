// What steps ask of other systems.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "hooks/step_call.hpp"

using namespace tocsin;
using namespace tocsin::hooks;
using nlohmann::json;

namespace {

StepCall stop() {
    return {.key = "h-1.1.stop.do",
            .undoes = {},
            .incident = "h-1",
            .step = "stop",
            .webhook = "suspend",
            .attempt = 2,
            .values = {{"customer", "acme"}, {"reason", "a \"test\""}},
            .time = TimePoint{1'772'355'600'000'000}};
}

}  // namespace

TEST_CASE("json: what is asked, and what it takes back") {
    StepCall step = stop();
    json sent = json::parse(step_body(step));
    CHECK(sent["type"] == "tocsin.step");
    CHECK(sent["data"] == json{{"key", "h-1.1.stop.do"},
                               {"incident", "h-1"},
                               {"step", "stop"},
                               {"webhook", "suspend"},
                               {"attempt", 2},
                               {"customer", "acme"},
                               {"reason", "a \"test\""}});
    step.undoes = step.key;
    step.key += ".undo";
    sent = json::parse(step_body(step));
    CHECK(sent["type"] == "tocsin.step_undo");
    CHECK(sent["data"]["undoes"] == "h-1.1.stop.do");
}

TEST_CASE("KumoMTA: a tenant is suspended, and never everybody") {
    const json sent = json::parse(*kumomta_suspend_body(stop(), 168));
    CHECK(sent ==
          json{{"tenant", "acme"}, {"duration", "168h"}, {"reason", "a \"test\" [tocsin:h-1.1.stop.do]"}});
    StepCall nobody = stop();
    nobody.values.erase("customer");
    CHECK(kumomta_suspend_body(nobody, 168).error().code == ErrorCode::invalid_input);
    StepCall silent = stop();
    silent.values.erase("reason");
    CHECK(kumomta_reason(silent, silent.key) == "incident h-1 [tocsin:h-1.1.stop.do]");
}

TEST_CASE("KumoMTA: our suspensions are found by the key in their reason, and others are left") {
    const std::string list = R"([
        {"id": "1", "reason": "x [tocsin:h-1.1.stop.do]", "tenant": "acme", "duration": "1h"},
        {"id": "2", "reason": "x [tocsin:h-1.1.stop.do.ff]"},
        {"id": "3", "reason": "[tocsin:h-1.1.stop.do] by hand"},
        {"id": 4, "reason": "x [tocsin:h-1.1.stop.do]"}, 5, {}, null,
        {"id": "6", "reason": "another [tocsin:h-1.1.stop.do]"}])";
    CHECK(*kumomta_suspensions(list, "h-1.1.stop.do") == std::vector<std::string>{"1", "6"});
    CHECK(kumomta_suspensions("[]", "h-1.1.stop.do")->empty());
    for (const char* bad : {"", "{}", "null", "[", "<html>"}) {
        CAPTURE(bad);
        CHECK(kumomta_suspensions(bad, "k").error().code == ErrorCode::corrupt);
    }
    CHECK(json::parse(kumomta_cancel_body("1")) == json{{"id", "1"}});
}
