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

TEST_CASE("an address that a listing looks for is a whole one") {
    struct Case {
        const char *given, *kept;
    };
    for (const Case& c :
         {Case{"a@x.example", "a@x.example"}, Case{"%20A@X.example", "a@x.example"},
          Case{"a@[192.0.2.1]", "a@[192.0.2.1]"}, Case{"Root", "Root"}, Case{"postmaster", "postmaster"}}) {
        CAPTURE(c.given);
        CHECK(sender_parameter(target_of(std::string("sender=") + c.given))->value() == c.kept);
        CHECK(recipient_parameter(target_of(std::string("recipient=") + c.given))->value() == c.kept);
    }
    for (const char* given :
         {"@x.example", "*@x.example", "x.example", "a@", "a b@x.example", "%3Ca@x.example%3E", "*", "%20"}) {
        CAPTURE(given);
        const auto sender = sender_parameter(target_of(std::string("sender=") + given));
        REQUIRE_FALSE(sender.has_value());
        CHECK(
            sender.error().message.starts_with("sender must be one whole address such as anna@mail.example"));
        CHECK_FALSE(recipient_parameter(target_of(std::string("recipient=") + given)).has_value());
    }
    CHECK(sender_parameter(target_of("sender="))->value() == "");
    CHECK(sender_parameter(target_of("sender=%3C%3E"))->value() == "");
    CHECK_FALSE(sender_parameter(target_of("")).value().has_value());
    CHECK_FALSE(recipient_parameter(target_of("recipient=")).has_value());
}

TEST_CASE("a filter is refused where an order for the same would be") {
    using store::SubjectKind;
    const std::string hash(64, 'A');
    CHECK(order_parameter(target_of("x=" + hash), "x", SubjectKind::content_sha256)->value() ==
          std::string(64, 'a'));
    CHECK(order_parameter(target_of("x=Evil.example"), "x", SubjectKind::link_domain)->value() ==
          "evil.example");
    CHECK_FALSE(order_parameter(target_of(""), "x", SubjectKind::link_domain).value().has_value());
    const auto link = order_parameter(target_of("x=https://evil.example/"), "x", SubjectKind::link_domain);
    REQUIRE_FALSE(link.has_value());
    CHECK(link.error().message.starts_with("x: \"https://evil.example/\" is not a domain of links"));
    const auto short_hash = order_parameter(target_of("x=abc"), "x", SubjectKind::content_sha256);
    REQUIRE_FALSE(short_hash.has_value());
    CHECK(short_hash.error().message.find("64 hexadecimal digits") != std::string::npos);
    const auto nothing = order_parameter(target_of("x="), "x", SubjectKind::link_domain);
    CHECK(nothing.error().message.find("x is empty") != std::string::npos);
}

TEST_CASE("before means a moment or an id") {
    CHECK(is_moment_word("2026-03-01"));
    CHECK_FALSE(is_moment_word("01m84xkwca9raaaqwkg83kkz11"));
    CHECK_FALSE(is_moment_word("r-m-01m84xkwca9raaaqwkg83kkz11.1.block_link.do"));
    CHECK_FALSE(is_moment_word("r-01m84xkwca9raaaqwkg83kkz11"));
    CHECK_FALSE(is_moment_word(""));
}
