#include <doctest/doctest.h>

#include <string>

#include "base/ip_network.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;

namespace {

bool contains(std::string_view block, std::string_view address) {
    auto network = IpNetwork::parse(block);
    auto parsed = parse_ip_address(address);
    REQUIRE(network.has_value());
    REQUIRE(parsed.has_value());
    return network->contains(*parsed);
}

}  // namespace

TEST_CASE("a block contains its addresses and not its neighbours") {
    struct Case {
        const char *block, *inside, *outside;
    };
    for (const Case& c :
         {Case{"192.0.2.7", "192.0.2.7", "192.0.2.8"}, Case{"127.0.0.0/8", "127.255.0.1", "128.0.0.1"},
          Case{"192.0.2.99/25", "192.0.2.0", "192.0.2.128"}, Case{"192.0.2.6/31", "192.0.2.7", "192.0.2.8"},
          Case{"0.0.0.0/0", "203.0.113.9", "2001:db8::1"},
          Case{"2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"},
          Case{"2001:DB8::1", "2001:db8:0::1", "2001:db8::2"}, Case{"fe80::/10", "febf::1", "fec0::1"},
          Case{"::/0", "2001:db8::1", "192.0.2.7"}, Case{"192.0.2.0/24", "::ffff:192.0.2.9", "::192.0.2.9"},
          Case{"::ffff:192.0.2.0/120", "192.0.2.9", "192.0.3.9"}}) {
        CAPTURE(c.block);
        CHECK(contains(c.block, c.inside));
        CHECK_FALSE(contains(c.block, c.outside));
    }
}

TEST_CASE("what is no address or block is refused") {
    for (std::string_view text : {"",
                                  "/",
                                  "/8",
                                  "999.1.1.1",
                                  "1.2.3",
                                  "1.2.3.4.5",
                                  "192.0.2.0/",
                                  "192.0.2.0/33",
                                  "192.0.2.0/-1",
                                  "192.0.2.0/+8",
                                  "192.0.2.0/8x",
                                  "192.0.2.0/ 8",
                                  "192.0.2.0/8/8",
                                  "2001:db8::/129",
                                  "::ffff:1.2.3.4/200",
                                  "[::1]",
                                  "fe80::1%eth0",
                                  "localhost",
                                  " 192.0.2.1",
                                  "192.0.2.0/99999999999999999999"}) {
        CAPTURE(text);
        ExactBuffer exact(text);
        CHECK_FALSE(IpNetwork::parse(as_text(exact.view())).has_value());
    }
    CHECK_FALSE(parse_ip_address(std::string_view("192.0.2.1\0", 10)).has_value());
    CHECK_FALSE(parse_ip_address("192.0.2.0/24").has_value());
    CHECK(IpNetwork::parse("192.0.2.1")->is_single());
    CHECK_FALSE(IpNetwork::parse("192.0.2.1/31")->is_single());
}

TEST_CASE("addresses as text, and which of them are anybody's") {
    for (const char* text : {"192.0.2.7", "2001:db8::1", "8.8.8.8", "2a00::"}) {
        CHECK(to_text(parse_ip_address(text).value()) == text);
        CHECK_MESSAGE(is_public_address(parse_ip_address(text).value()), text);
    }
    for (const char* text : {"127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.0.1", "169.254.1.1",
                             "100.64.0.1", "224.0.0.1", "::1", "::", "fe80::1", "fd00::1", "::ffff:10.0.0.1"})
        CHECK_FALSE_MESSAGE(is_public_address(parse_ip_address(text).value()), text);
    CHECK(to_text(parse_ip_address("::FFFF:192.0.2.7").value()) == "192.0.2.7");
    CHECK(is_ipv4(parse_ip_address("::ffff:192.0.2.7").value()));
    CHECK_FALSE(is_ipv4(parse_ip_address("::192.0.2.7").value()));
}
