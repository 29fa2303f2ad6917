#include "mail/dns_records.hpp"

#include <doctest/doctest.h>

#include "mail/dns_zone.hpp"

using namespace tocsin;
using namespace tocsin::mail;

TEST_CASE("texts of TXT records are put together, and a damaged one makes all of them unusable") {
    const TxtTexts texts =
        read_texts({DnsStatus::found, {std::string("\3one\3two"), std::string("\1b\0", 3), ""}});
    CHECK(texts.status == DnsStatus::found);
    CHECK(texts.texts == std::vector<std::string>{"onetwo", "b", ""});
    CHECK(read_texts({DnsStatus::found, {"\3one", "\x09short"}}).status == DnsStatus::failed);
    CHECK(read_texts({DnsStatus::found, {"\3one", "\x09short"}}).texts.empty());
    CHECK(read_texts({DnsStatus::none, {}}).status == DnsStatus::none);
    CHECK(read_texts({}).status == DnsStatus::failed);
}

TEST_CASE("addresses have four or sixteen bytes") {
    const auto addresses = read_addresses(
        {DnsStatus::found, {"\xc0\x01\x02\x03", "abc", "", std::string(16, '\x20'), std::string(17, 'x')}});
    REQUIRE(addresses.size() == 2);
    CHECK(addresses[0] == parse_ip_address("192.1.2.3"));
    CHECK(addresses[1] == parse_ip_address("2020:2020:2020:2020:2020:2020:2020:2020"));
}

TEST_CASE("hosts that take mail: whole names, or nothing") {
    const std::string preference(2, '\0');
    const auto hosts =
        read_mail_hosts({DnsStatus::found,
                         {preference + wire_name("MX1.Example.org"), preference + std::string(1, '\0'), "",
                          "x", preference, preference + "\x03mx1", preference + wire_name("mx1"),
                          preference + wire_name("a.b") + "x", preference + std::string("\3a.b\1c\0", 7),
                          preference + wire_name("a b.c"), preference + "\xc0\x0c"}});
    REQUIRE(hosts.size() == 11);
    CHECK(hosts[0] == "mx1.example.org");
    for (std::size_t at = 1; at < hosts.size(); ++at) CHECK_MESSAGE(hosts[at].empty(), at);
}
