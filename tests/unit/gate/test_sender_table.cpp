#include <doctest/doctest.h>

#include "base/unknown_customer.hpp"
#include "gate/sender_table.hpp"

using namespace tocsin;
using namespace tocsin::gate;
using mail::Direction;

namespace {

IpNetwork network(const char* text) {
    return *IpNetwork::parse(text);
}

Envelope outbound(std::string login, std::string ip, std::string from) {
    Envelope envelope;
    envelope.listener = "submission";
    envelope.direction = Direction::outbound;
    envelope.sasl_login = std::move(login);
    envelope.client_ip = std::move(ip);
    envelope.mail_from = std::move(from);
    return envelope;
}

}  // namespace

TEST_CASE("direction comes from the listener, or from who sends") {
    SenderTable table({}, {network("192.0.2.0/24")});
    using L = ListenerDirection;
    CHECK(table.direction(L::inbound, "acme", "192.0.2.1") == Direction::inbound);
    CHECK(table.direction(L::outbound, "", "198.51.100.1") == Direction::outbound);
    CHECK(table.direction(L::by_sender, "acme", "198.51.100.1") == Direction::outbound);
    CHECK(table.direction(L::by_sender, "", "192.0.2.9") == Direction::outbound);
    CHECK(table.direction(L::by_sender, "", "198.51.100.1") == Direction::inbound);
    CHECK(table.direction(L::by_sender, "", "") == Direction::inbound);
    CHECK(table.direction(L::by_sender, "", "not an address") == Direction::inbound);
}

TEST_CASE("the first row that fits names the customer") {
    SenderTable table(
        {
            {.name = "acme",
             .logins = {"acme", "acme-*"},
             .networks = {},
             .envelope_domains = {},
             .header_domains = {},
             .listeners = {}},
            {.name = "relay",
             .logins = {},
             .networks = {network("203.0.113.0/28")},
             .envelope_domains = {"shop.example"},
             .header_domains = {},
             .listeners = {}},
            {.name = "by header",
             .logins = {},
             .networks = {},
             .envelope_domains = {},
             .header_domains = {"brand.example"},
             .listeners = {}},
            {.name = "by door",
             .logins = {},
             .networks = {},
             .envelope_domains = {},
             .header_domains = {},
             .listeners = {"injector"}},
        },
        {});
    struct Case {
        Envelope envelope;
        const char* header_from;
        const char* customer;
    };
    Envelope by_door = outbound("", "", "");
    by_door.listener = "injector";
    const Case cases[] = {
        {outbound("acme", "", "x@any.example"), "", "acme"},
        {outbound("ACME-7", "", ""), "", "acme"},
        {outbound("acm", "", ""), "", "(unknown)"},
        {outbound("", "203.0.113.3", "a@mail.shop.example"), "", "relay"},
        {outbound("", "203.0.113.3", "a@other.example"), "", "(unknown)"},
        {outbound("", "203.0.113.99", "a@shop.example"), "", "(unknown)"},
        {outbound("", "", "a@notshop.example"), "a@News.Brand.example", "by header"},
        {outbound("", "", "a@brand.example"), "", "(unknown)"},
        {by_door, "", "by door"},
        // The first row wins, whatever the others say.
        {outbound("acme", "203.0.113.3", "a@shop.example"), "a@brand.example", "acme"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.envelope.sasl_login);
        CAPTURE(c.envelope.mail_from);
        CHECK(table.customer(c.envelope, c.header_from) == c.customer);
    }
}

TEST_CASE("inbound mail is nobody's, and without a table every outbound sender is unknown") {
    Envelope inbound = outbound("acme", "", "");
    inbound.direction = Direction::inbound;
    SenderTable table({{.name = "acme",
                        .logins = {"acme"},
                        .networks = {},
                        .envelope_domains = {},
                        .header_domains = {},
                        .listeners = {}}},
                      {});
    CHECK(table.customer(inbound, "") == "");
    CHECK(SenderTable().customer(outbound("acme", "", ""), "") == unknown_customer);
}

TEST_CASE("whose outbound mail is the organisation's own") {
    CHECK(SenderTable().is_organisation(unknown_customer));
    CustomerRow acme, staff;
    acme.name = "acme";
    staff.name = "staff";
    staff.organisation = true;
    const SenderTable table({acme, staff}, {});
    CHECK(table.is_organisation("staff"));
    CHECK_FALSE(table.is_organisation("acme"));
    CHECK_FALSE(table.is_organisation(unknown_customer));
}
