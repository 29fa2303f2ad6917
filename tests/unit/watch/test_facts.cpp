#include <doctest/doctest.h>

#include "base/limits/watch.hpp"
#include "support/exact_buffer.hpp"
#include "watch/facts.hpp"

using namespace tocsin;
using namespace tocsin::watch;

TEST_CASE("what somebody registered of a host") {
    const std::vector<std::string> known = {"example.co.uk", "a.example.co.uk", "shop.ltd.uk"};
    struct Case {
        const char *host, *domain;
    };
    for (const Case& c : {Case{"", ""}, Case{"localhost", "localhost"}, Case{".example", ".example"},
                          Case{"acme.example", "acme.example"}, Case{"www.mail.acme.example", "acme.example"},
                          Case{"www.example.co.uk", "example.co.uk"}, Case{"example.co.uk", "example.co.uk"},
                          Case{"x.a.example.co.uk", "a.example.co.uk"}, Case{"anexample.co.uk", "co.uk"},
                          Case{"www.shop.ltd.uk", "shop.ltd.uk"}, Case{"192.0.2.7", "192.0.2.7"},
                          Case{"[2001:db8::1]", "[2001:db8::1]"}}) {
        const ExactBuffer exact(c.host);
        CAPTURE(c.host);
        CHECK(registrable_domain(exact.text(), known) == c.domain);
    }
}

TEST_CASE("networks and domains of addresses") {
    CHECK(network_of("192.0.2.77") == "192.0.2.0/24");
    CHECK(network_of("::ffff:192.0.2.77") == "192.0.2.0/24");
    CHECK(network_of("2001:db8:1:2::3") == "2001:db8:1::/48");
    CHECK(network_of("nowhere") == "");
    CHECK(network_of("") == "");
    CHECK(domain_of("Anna@Example.ORG") == "example.org");
    CHECK(domain_of("\"a@b\"@c.example") == "c.example");
    CHECK(domain_of("postmaster") == "");
}

TEST_CASE("places of links: strangers' pages by host, all others by domain, each with its share") {
    WatchRules rules;
    rules.shared_place = [](std::string_view domain) {
        return domain == "pages.example" || domain == "docs.big.example";
    };
    MessageEvent event;
    event.links = {{"www.acme.example", 4},
                   {"img.acme.example", 3},
                   {"evil.pages.example", 1},
                   {"docs.big.example", 1},
                   {"big.example", 1}};
    const std::vector<LinkPlace> places = link_places(event, rules, ValueHash(HashKey{}));
    REQUIRE(places.size() == 4);
    CHECK(places[0].place.text == "acme.example");
    CHECK(places[0].count == 7);
    CHECK(places[0].share == 3);
    CHECK_FALSE(places[0].shared);
    CHECK(places[1].place.text == "evil.pages.example");
    CHECK(places[1].shared);
    CHECK(places[1].share == 1);
    CHECK(places[2].place.text == "docs.big.example");
    CHECK(places[2].shared);
    CHECK(places[3].place.text == "big.example");
    CHECK_FALSE(places[3].shared);
}

TEST_CASE("how much a part is of a whole") {
    CHECK(share_level(0, 9) == 0);
    CHECK(share_level(3, 9) == 1);
    CHECK(share_level(4, 9) == 2);
    CHECK(share_level(6, 9) == 2);
    CHECK(share_level(7, 9) == 3);
}

TEST_CASE("offices are told from people") {
    for (const char* address :
         {"abuse@x.example", "Postmaster@x.example", "jane@agency.gov", "jane@sub.agency.GOV",
          "jane@council.gov.uk", "jane@army.mil", "jane@salud.gob.mx", "jane@meti.go.jp", "jane@bmi.gv.at",
          "jane@x.europa.eu", "a@who.int"}) {
        CAPTURE(address);
        CHECK(is_official(address));
    }
    for (const char* address :
         {"jane@x.example", "jane@gov.example", "jane@mygov.com", "jane@gov.xn.example", "gov", "", "jane@",
          "jane.abuse@x.example", "jane@go.jpx", "jane@militaria.de", "@gov.example"}) {
        CAPTURE(address);
        CHECK_FALSE(is_official(address));
    }
}
