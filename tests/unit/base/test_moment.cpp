#include <doctest/doctest.h>

#include "base/moment.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;

TEST_CASE("a moment is read as RFC 3339 writes it, and nothing else is") {
    struct Case {
        const char *text, *same;
    };
    for (const Case& c : {Case{"2026-03-01", "2026-03-01T00:00:00.000Z"},
                          Case{"2026-03-01T12:30Z", "2026-03-01T12:30:00.000Z"},
                          Case{"2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000Z"},
                          Case{"2026-03-01T12:00:00.250Z", "2026-03-01T12:00:00.250Z"},
                          Case{"2026-03-01T12:00:00.25Z", "2026-03-01T12:00:00.250Z"},
                          Case{"2026-03-01T12:00:00.123456Z", "2026-03-01T12:00:00.123Z"},
                          Case{"2026-03-01T00:30:00+02:00", "2026-02-28T22:30:00.000Z"},
                          Case{"2026-03-01T23:30-01:45", "2026-03-02T01:15:00.000Z"},
                          Case{"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"}}) {
        ExactBuffer exact(c.text);
        auto moment = parse_moment(exact.text());
        CAPTURE(c.text);
        REQUIRE(moment.has_value());
        CHECK(to_rfc3339(*moment) == c.same);
    }
    for (const char* text :
         {"", "2026", "2026-13-01", "2025-02-29", "2026-03-01T", "2026-03-01T12Z", "2026-03-01T24:00Z",
          "2026-03-01T12:00", "2026-03-01T12:00:00.Z", "2026-03-01T12:00:00.1234567Z",
          "2026-03-01T12:00+2:00", "2026-03-01T12:00+24:00", "2026-03-01T12:00+02:60", "2026-03-01T12:00:61Z",
          "2026-03-01T12:00:00Zx", "2026-3-1", "2026--1-01", "2026-+1-01"}) {
        ExactBuffer exact(text);
        CAPTURE(text);
        CHECK_FALSE(parse_moment(exact.text()).has_value());
    }
}
