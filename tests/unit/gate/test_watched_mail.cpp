#include <doctest/doctest.h>

#include "base/unknown_customer.hpp"
#include "gate/watched_mail.hpp"

using namespace tocsin;
using namespace tocsin::gate;

TEST_CASE("who is compared with what: the customer, or where there is none each login") {
    const SenderTable senders({{.name = "acme",
                                .logins = {"acme-*"},
                                .networks = {},
                                .envelope_domains = {},
                                .header_domains = {},
                                .listeners = {}},
                               {.name = "staff",
                                .logins = {"*"},
                                .networks = {},
                                .envelope_domains = {},
                                .header_domains = {},
                                .listeners = {},
                                .organisation = true}},
                              {});
    Envelope envelope;
    envelope.direction = mail::Direction::outbound;
    envelope.sasl_login = "anna@esp.example";
    const std::string unknown(unknown_customer);
    CHECK(watched_name(senders, envelope, "acme") == "acme");
    CHECK(watched_name(senders, envelope, "staff") == "staff/anna@esp.example");
    CHECK(watched_name(senders, envelope, unknown) == "(unknown)/anna@esp.example");
    CHECK(watched_name(senders, envelope, "") == "");
    envelope.sasl_login.clear();
    CHECK(watched_name(senders, envelope, "acme") == "acme");
    CHECK(watched_name(senders, envelope, "staff") == "");
    CHECK(watched_name(senders, envelope, unknown) == "");
    envelope.direction = mail::Direction::inbound;
    CHECK(watched_name(senders, envelope, "acme") == "");
}
