#include <doctest/doctest.h>

#include "api/query.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::api;

namespace {

proto::HttpTarget target_of(const std::string& query) {
    auto target = proto::parse_target("/v1/journal?" + query);
    REQUIRE(target.has_value());
    return *target;
}

}  // namespace

TEST_CASE("a moment is read as RFC 3339 in UTC, and nothing else is") {
    struct Case {
        const char *text, *same;
    };
    for (const Case& c : {Case{"2026-03-01", "2026-03-01T00:00:00.000Z"},
                          Case{"2026-03-01T12:30Z", "2026-03-01T12:30:00.000Z"},
                          Case{"2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000Z"},
                          Case{"2026-03-01T12:00:00.250Z", "2026-03-01T12:00:00.250Z"}}) {
        ExactBuffer exact(c.text);
        auto moment = parse_moment(exact.text());
        CAPTURE(c.text);
        REQUIRE(moment.has_value());
        CHECK(to_rfc3339(*moment) == c.same);
    }
    for (const char* text : {"", "2026", "2026-13-01", "2025-02-29", "2026-03-01T", "2026-03-01T12Z",
                             "2026-03-01T24:00Z", "2026-03-01T12:00", "2026-03-01T12:00:00.25Z",
                             "2026-03-01T12:00:00Zx", "2026-3-1", "2026--1-01", "2026-+1-01"}) {
        ExactBuffer exact(text);
        CAPTURE(text);
        CHECK_FALSE(parse_moment(exact.text()).has_value());
    }
}

TEST_CASE("limit and before are checked, never bent in silence") {
    CHECK(*limit_parameter(target_of("")) == 100);
    CHECK(*limit_parameter(target_of("limit=1")) == 1);
    CHECK(*limit_parameter(target_of("limit=1000")) == 1000);
    for (const char* query : {"limit=0", "limit=1001", "limit=-1", "limit=ten", "limit=10x", "limit="}) {
        CAPTURE(query);
        auto limit = limit_parameter(target_of(query));
        REQUIRE_FALSE(limit.has_value());
        CHECK(limit.error().message.find("from 1 to 1000") != std::string::npos);
    }
    CHECK(before_parameter(target_of("before=01ABC"))->id == "01ABC");
    CHECK(before_parameter(target_of("before=2026-03-01"))->time.has_value());
    CHECK_FALSE(before_parameter(target_of("before=2026-99-01")).has_value());
    auto verdict = word_parameter(target_of("verdict=bogus"), "verdict", verdict_words);
    REQUIRE_FALSE(verdict.has_value());
    CHECK(verdict.error().message ==
          "verdict must be one of: clean, suspicious, phish, malware, unscannable");
}
