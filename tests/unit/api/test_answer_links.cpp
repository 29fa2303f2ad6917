#include <doctest/doctest.h>

#include "api/answer_links.hpp"

using namespace tocsin;
using namespace tocsin::api;

namespace {
constexpr TimePoint noon{1'767'700'800LL * 1'000'000};
constexpr TimePoint later{noon.microseconds + 3'600LL * 1'000'000};
}  // namespace

TEST_CASE("a link names its alarm until it ends") {
    const AnswerLinks links(HashKey{{1, 2, 3}});
    const std::string token = links.make("00a1b2c3d4e5f607", later);
    const Result<std::string> alarm = links.alarm_of(token, noon);
    REQUIRE(alarm.has_value());
    CHECK(*alarm == "00a1b2c3d4e5f607");
    CHECK(links.alarm_of(token, later).error().code == ErrorCode::timed_out);
    CHECK(AnswerLinks(HashKey{{9}}).alarm_of(token, noon).error().code == ErrorCode::permission);
}

TEST_CASE("whatever is changed in a link, it is none") {
    const AnswerLinks links(HashKey{{1, 2, 3}});
    const std::string token = links.make("00a1b2c3d4e5f607", later);
    for (std::size_t at = 0; at < token.size(); ++at) {
        CAPTURE(at);
        std::string changed = token;
        changed[at] = changed[at] == '0' ? '1' : '0';
        CHECK(links.alarm_of(changed, noon).error().code == ErrorCode::permission);
        CHECK(links.alarm_of(token.substr(0, at), noon).error().code == ErrorCode::permission);
    }
    CHECK(links.alarm_of(token + "0", noon).error().code == ErrorCode::permission);
    CHECK(links.alarm_of("", noon).error().code == ErrorCode::permission);
    CHECK(links.alarm_of("..", noon).error().code == ErrorCode::permission);
}
