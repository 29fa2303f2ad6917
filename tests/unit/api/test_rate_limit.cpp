#include "api/rate_limit.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tocsin;
using namespace tocsin::api;

namespace {

constexpr std::int64_t second = 1'000'000, begin = 1'700'000'000 * second;

IpAddress address(const std::string& text) {
    return parse_ip_address(text).value();
}
TimePoint at(std::int64_t seconds) {
    return {begin + seconds * second};
}

}  // namespace

TEST_CASE("each client may bring some at once, then one in each while") {
    RateLimit rate({3, 60 * second}, {1'000, 1}, 100);
    const IpAddress anna = address("192.0.2.1"), bert = address("192.0.2.2");
    for (int count = 0; count < 3; ++count) CHECK(rate.take(anna, at(0)));
    CHECK_FALSE(rate.take(anna, at(0)));
    CHECK(rate.wait_us(anna, at(0)) == 60 * second);
    CHECK(rate.take(bert, at(0)));
    CHECK_FALSE(rate.take(anna, at(59)));
    CHECK(rate.take(anna, at(60)));
    CHECK_FALSE(rate.take(anna, at(60)));
    // What was refused counted for nothing; after a while all is as in the beginning.
    for (int count = 0; count < 3; ++count) CHECK(rate.take(anna, at(1'000)));
    CHECK_FALSE(rate.take(anna, at(1'000)));
}

TEST_CASE("a clock that goes backwards gives nothing back") {
    RateLimit rate({1, 60 * second}, {1'000, 1}, 100);
    CHECK(rate.take(address("192.0.2.1"), at(100)));
    CHECK_FALSE(rate.take(address("192.0.2.1"), at(0)));
    CHECK(rate.wait_us(address("192.0.2.1"), at(0)) == 160 * second);
}

TEST_CASE("all clients together have their own rate") {
    RateLimit rate({10, second}, {4, 10 * second}, 100);
    for (int client = 0; client < 4; ++client)
        CHECK(rate.take(address("192.0.2." + std::to_string(client)), at(0)));
    CHECK_FALSE(rate.take(address("192.0.2.77"), at(0)));
    CHECK(rate.take(address("192.0.2.77"), at(10)));
}

TEST_CASE("a flood of clients takes no more memory, and does not make others forgotten that sent much") {
    RateLimit rate({2, 60 * second}, {1'000'000, 1}, 8);
    const IpAddress busy = address("198.51.100.1");
    CHECK(rate.take(busy, at(0)));
    CHECK(rate.take(busy, at(0)));
    for (int client = 0; client < 200; ++client) {
        CHECK(rate.take(address("192.0.2." + std::to_string(client)), at(0)));
        CHECK(rate.clients() <= 8);
    }
    CHECK_FALSE(rate.take(busy, at(0)));
    CHECK(rate.take(address("203.0.113.1"), at(3'600)));
    CHECK(rate.clients() == 1);
}
