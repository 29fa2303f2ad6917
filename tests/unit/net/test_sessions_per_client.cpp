#include <doctest/doctest.h>

#include <utility>
#include <vector>

#include "net/sessions_per_client.hpp"

using namespace tocsin;
using namespace tocsin::net;

namespace {
IpAddress address(const char* text) {
    return parse_ip_address(text).value();
}
}  // namespace

TEST_CASE("each client has its own places, and they are free again when its sessions end") {
    SessionsPerClient sessions(2);
    std::vector<SessionsPerClient::Place> places;
    for (const char* client : {"192.0.2.1", "192.0.2.2", "192.0.2.1"}) {
        auto place = sessions.enter(address(client));
        REQUIRE(place);
        places.push_back(std::move(*place));
    }
    CHECK_FALSE(sessions.enter(address("192.0.2.1")));
    CHECK_FALSE(sessions.enter(address("::ffff:192.0.2.1")));
    CHECK(sessions.first_refusal(address("192.0.2.1")));
    CHECK_FALSE(sessions.first_refusal(address("192.0.2.1")));
    CHECK(sessions.enter(address("192.0.2.2")));
    CHECK(sessions.clients() == 2);
    places.pop_back();
    CHECK(sessions.enter(address("192.0.2.1")));
    CHECK(sessions.first_refusal(address("192.0.2.1")));
    places.clear();
    CHECK(sessions.clients() == 0);
    CHECK_FALSE(sessions.first_refusal(address("192.0.2.1")));
}

TEST_CASE("an IPv6 client is its /64") {
    SessionsPerClient sessions(1);
    const auto place = sessions.enter(address("2001:db8::1"));
    REQUIRE(place);
    CHECK_FALSE(sessions.enter(address("2001:db8::ffff:ffff:ffff:ffff")));
    CHECK(sessions.enter(address("2001:db8:0:1::1")));
}
