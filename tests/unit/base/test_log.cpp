// What stands in a log line, and that no sender can forge one.
#include "base/log.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <rapidcheck.h>

#include "base/counted_log.hpp"

using namespace tocsin;

TEST_CASE("quoted values of the text format") {
    CHECK(log_quoted("plain") == "plain");
    CHECK(log_quoted("") == "\"\"");
    CHECK(log_quoted("two words") == "\"two words\"");
    CHECK(log_quoted("a=b\n2026 error x") == "\"a=b\\x0a2026 error x\"");
}

TEST_CASE("quoted values of the JSON format") {
    CHECK(log_json_quoted("plain") == "\"plain\"");
    CHECK(log_json_quoted("a\"b\\c\n\x7F") == "\"a\\\"b\\\\c\\u000a\\u007f\"");
    CHECK(log_json_quoted("\xC3\xBC \xE2\x82\xAC \xF0\x9F\x94\x94") ==
          "\"\xC3\xBC \xE2\x82\xAC \xF0\x9F\x94\x94\"");
    // Overlong, a surrogate, beyond Unicode, cut off: one replacement for each byte.
    CHECK(log_json_quoted("\xC0\x80") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    CHECK(log_json_quoted("\xED\xA0\x80") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    CHECK(log_json_quoted("\xF4\x90\x80\x80").size() == 2 + 4 * 3);
    CHECK(log_json_quoted("\xE2\x82") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("any bytes become one line of valid JSON") {
    rc::check([](const std::string& text) {
        const std::string quoted = log_json_quoted(text);
        RC_ASSERT(quoted.find('\n') == std::string::npos);
        const nlohmann::json parsed = nlohmann::json::parse(quoted, nullptr, false);
        RC_ASSERT(parsed.is_string());
        const bool was_utf8 = nlohmann::json::parse(nlohmann::json(text).dump(
                                  -1, ' ', false, nlohmann::json::error_handler_t::replace)) == text;
        if (was_utf8) RC_ASSERT(parsed.get<std::string>() == text);
    });
}

TEST_CASE("a counted log passes on and counts") {
    NullLog nothing;
    CountedLog log(nothing);
    log.write(LogLevel::info, "a.b", {});
    log.write(LogLevel::debug, "a.b", {});
    log.write(LogLevel::error, "c.d", {{"key", "value"}});
    CHECK(log.counts() == std::map<std::string, std::uint64_t, std::less<>>{{"a.b", 2}, {"c.d", 1}});
}
