#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "mail/authentication_results.hpp"
#include "mail/received.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

Received parse(std::string_view value) {
    const ExactBuffer buffer(value);
    DomainNames domain_names;
    return parse_received(buffer.text(), domain_names);
}

}  // namespace

TEST_CASE("received: the clauses") {
    const Received received =
        parse("from mail-x.example.com (mail-x.example.com. [209.85.1.2]) by mx.example.org (Postfix, from "
              "userid 1) with ESMTPS id "
              "abc.def.com for <bob@example.net> (version=TLS1_3); Tue, 01 Sep 2026 10:00:00 +0000 (UTC)");
    CHECK(received.source == "mail-x.example.com");
    CHECK(received.server == "mx.example.org");
    CHECK(received.with == "ESMTPS");
    CHECK(received.id == "abc.def.com");
    CHECK(received.envelope_for == "bob@example.net");
    CHECK(received.time == "Tue, 01 Sep 2026 10:00:00 +0000 (UTC)");
    REQUIRE(received.ips.size() == 1);
    CHECK(received.ips[0].ip == "209.85.1.2");
    REQUIRE(received.domains.size() == 2);
    CHECK(received.domains[0].domain == "mail-x.example.com");
    CHECK(received.domains[1].domain == "mx.example.org");
}

TEST_CASE("received: forms of all kinds never fail") {
    CHECK(parse("").server.empty());
    CHECK(parse("by 2002:a05:6a10:1234 with SMTP id x; date").server == "2002:a05:6a10:1234");
    CHECK(parse("from [192.0.2.7] (HELO x) by y").ips.at(0).ip == "192.0.2.7");
    CHECK(parse("from x (IPv6:2001:db8::5) by y").ips.at(0).ip == "2001:db8::5");
    CHECK(parse("from x ([IPv6:2001:db8::6]:25) by y").ips.at(0).version == 6);
    CHECK(parse("from localhost (((((").source == "localhost");
    CHECK(parse("(qmail 123 invoked from network); date").time == "date");
    CHECK(parse(std::string(100'000, '(')).source.empty());
}

TEST_CASE("received: IP addresses in text") {
    const std::vector<IpAddress> ips = find_ips("a 192.0.2.1, [198.51.100.2]:25 v1.2.3.4x 1.2.3.4.5 "
                                                "300.1.1.1 203.0.113.9:8080 2001:db8::1 12:30:45 192.0.2.1.",
                                                10);
    std::vector<std::string> texts;
    for (const IpAddress& ip : ips) texts.push_back(ip.ip);
    CHECK(texts == std::vector<std::string>{"192.0.2.1", "198.51.100.2", "203.0.113.9", "2001:db8::1"});
    CHECK(find_ips("1.1.1.1 1.1.1.2 1.1.1.3", 2).size() == 2);
}

TEST_CASE("authentication results: RFC 8601 and Microsoft") {
    const AuthenticationResults results = parse_authentication_results(
        "mx.Example.org 1; dkim=pass (good; \"signature\") header.i=@news.com header.s=k1; spf=softfail "
        "(google.com: domain of transitioning b@bounce.com does "
        "not designate 192.0.2.1 as permitted sender) smtp.mailfrom=b@bounce.com; dmarc=fail (p=REJECT "
        "sp=NONE) header.from=news.com");
    CHECK(results.server == "mx.example.org");
    REQUIRE(results.verdicts.size() == 3);
    CHECK(find_verdict(results, "dkim")->verdict == "pass");
    CHECK(find_verdict(results, "dkim")->properties.at("header.i") == "@news.com");
    CHECK(find_verdict(results, "spf")->verdict == "softfail");
    CHECK(find_verdict(results, "spf")->properties.at("designator") == "b@bounce.com");
    CHECK(find_verdict(results, "dmarc")->properties.at("header.from") == "news.com");
    CHECK(find_verdict(results, "arc") == nullptr);

    const AuthenticationResults outlook = parse_authentication_results(
        "spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=x.com; compauth=pass reason=100");
    CHECK(outlook.server.empty());
    CHECK(find_verdict(outlook, "compauth")->properties.at("reason") == "100");
    CHECK(parse_authentication_results("none.example; none").verdicts.empty());
    CHECK(parse_authentication_results("a; b=c ((((").verdicts.size() == 1);
    CHECK(parse_authentication_results(std::string(200'000, ';')).verdicts.empty());
    std::string many = "x;";
    for (int i = 0; i < 200; ++i) many += "dkim=pass;";
    CHECK(parse_authentication_results(many).verdicts.size() == 64);
}

TEST_CASE("authentication results: Received-SPF and DKIM tags") {
    const AuthVerdict spf =
        parse_received_spf("Pass (mx: domain of a@b.com designates 192.0.2.3 as permitted sender) "
                           "client-ip=192.0.2.3; envelope-from=\"a@b.com\"; helo=h;");
    CHECK(spf.verdict == "pass");
    CHECK(spf.properties.at("client-ip") == "192.0.2.3");
    CHECK(spf.properties.at("envelope-from") == "a@b.com");
    CHECK(spf.properties.at("designator") == "a@b.com");
    CHECK(tag_of_list("v=1; a=rsa; d=Example. com ; h=from:to :subject", "d") == "Example.com");
    CHECK(tag_of_list("v=1; h=from:\r\n to", "h") == "from:to");
    CHECK_FALSE(tag_of_list("v=1; bd=x", "d"));
}
