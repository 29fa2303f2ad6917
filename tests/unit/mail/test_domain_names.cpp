#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "mail/domain_names.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;

TEST_CASE("domain names: taken apart by the public suffix list") {
    struct Case {
        std::string host, domain, root, subdomain, tld;
        bool valid;
    };
    const std::vector<Case> cases = {
        {"Mail.Example.COM", "mail.example.com", "example.com", "mail", "com", true},
        {"a.b.example.co.uk.", "a.b.example.co.uk", "example.co.uk", "a.b", "co.uk", true},
        {"storage.googleapis.com", "storage.googleapis.com", "googleapis.com", "storage", "com",
         true},  // private part not used
        {"someone.github.io", "someone.github.io", "github.io", "someone", "io", true},
        {"co.uk", "co.uk", "", "", "co.uk", false},
        {"host.corp.local", "host.corp.local", "corp.local", "host", "local", false},
        {"localhost", "localhost", "", "", "localhost", false},
        {"192.0.2.1", "192.0.2.1", "", "", "", false},
        {"a..b.com", "a..b.com", "", "", "", false},
        {"has space.com", "has space.com", "", "", "", false},
        {"", "", "", "", "", false},
        {"under_score.example.com", "under_score.example.com", "example.com", "under_score", "com", true},
    };
    DomainNames domain_names;
    for (int round = 0; round < 2; ++round) {  // the second time from memory
        for (const Case& c : cases) {
            CAPTURE(c.host);
            const ExactBuffer host(c.host);
            const Domain domain = domain_names.parse(host.text());
            CHECK(domain.domain == c.domain);
            CHECK(domain.root_domain == c.root);
            CHECK(domain.subdomain == c.subdomain);
            CHECK(domain.tld == c.tld);
            CHECK(domain.valid == c.valid);
        }
    }
}

TEST_CASE("domain names: internationalised ones") {
    DomainNames domain_names;
    for (const char* host : {"bücher.de", "BÜCHER.de", "xn--bcher-kva.de", "bücher。de"}) {
        const Domain domain = domain_names.parse(host);
        CHECK(domain.domain == "xn--bcher-kva.de");
        CHECK(domain.punycode == "bücher.de");
        CHECK(domain.valid);
    }
    CHECK(domain_names.parse("example.com").punycode.empty());
    CHECK(domain_names.parse("xn--a.com").punycode.empty());  // not decodable
}

TEST_CASE("domain names: very long names and very many names") {
    DomainNames domain_names;
    CHECK_FALSE(domain_names.parse(std::string(300, 'a') + ".com").valid);
    CHECK_FALSE(domain_names.parse(std::string(100'000, '.')).valid);
    for (std::size_t i = 0; i < limits::remembered_domains + 100; ++i)
        CHECK(domain_names.parse("h" + std::to_string(i) + ".example.com").valid);
}

TEST_CASE("domain names: IP addresses") {
    CHECK(parse_ip("192.0.2.1")->ip == "192.0.2.1");
    CHECK(parse_ip("2001:DB8:0::1")->ip == "2001:db8::1");
    CHECK(parse_ip("::1")->version == 6);
    for (const char* text : {"", "1", "1.2.3", "1.2.3.256", "1.2.3.4.5", "g::1", "1.2.3.4 "})
        CHECK_FALSE(parse_ip(text));
    CHECK(parse_browser_ipv4("0x7f.0.0.01")->ip == "127.0.0.1");
    CHECK(parse_browser_ipv4("1")->ip == "0.0.0.1");
    for (const char* text : {"", "08", "1.2.3.4.5", "4294967296", "0x100000000", "a.1", "1..2"})
        CHECK_FALSE(parse_browser_ipv4(text));
}
