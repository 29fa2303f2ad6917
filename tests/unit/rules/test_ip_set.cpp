#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/limits.hpp"
#include "rules/ip_set.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

IpSet build(const std::vector<std::string_view>& entries) {
    Result<IpSet> set = IpSet::build(entries);
    REQUIRE(set.has_value());
    return std::move(*set);
}

}  // namespace

TEST_CASE("ip set: membership") {
    struct Case {
        std::vector<std::string_view> entries;
        std::vector<std::string_view> inside, outside;
    };
    const std::vector<Case> cases = {
        {{"5.188.60.0/24"},
         {"5.188.60.0", "5.188.60.255"},
         {"5.188.59.255", "5.188.61.0", "", "5.188.60", "x"}},
        {{"31.177.108.0/22"}, {"31.177.108.0", "31.177.111.255"}, {"31.177.107.255", "31.177.112.0"}},
        {{"192.0.2.7"}, {"192.0.2.7", "::ffff:192.0.2.7"}, {"192.0.2.6", "192.0.2.8", "::192.0.2.7"}},
        {{"192.0.2.77/24"}, {"192.0.2.0", "192.0.2.255"}, {"192.0.3.0"}},  // bits behind the prefix
        {{"0.0.0.0/0"}, {"0.0.0.0", "255.255.255.255"}, {"::", "::1", "2001:db8::1"}},
        {{"::/0"}, {"::", "2001:db8::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}, {"192.0.2.1"}},
        {{"255.255.255.255"}, {"255.255.255.255"}, {"::1:0:0:0", "255.255.255.254"}},
        {{"2001:db8::/32"}, {"2001:db8::", "2001:DB8:ffff::1"}, {"2001:db7:ffff::", "2001:db9::"}},
        {{"2001:db8::/33"}, {"2001:db8:7fff::1"}, {"2001:db8:8000::1"}},
        {{"ffff:ffff::/32", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
         {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
         {"ffff:fffe::"}},
        {{"::ffff:192.0.2.0/120"}, {"192.0.2.200"}, {"192.0.3.1"}},
        {{" 192.0.2.1 "}, {"192.0.2.1"}, {" 192.0.2.1"}},
        {{"10.0.0.0/9", "10.128.0.0/9", "10.1.2.3", "10.0.0.0/8"},
         {"10.255.255.255"},
         {"11.0.0.0", "9.255.255.255"}},
        {{}, {}, {"192.0.2.1", "::1"}},
    };
    for (const Case& c : cases) {
        const IpSet set = build(c.entries);
        CHECK(set.invalid().empty());
        for (const std::string_view address : c.inside) {
            CAPTURE(address);
            CHECK(set.contains(address));
        }
        for (const std::string_view address : c.outside) {
            CAPTURE(address);
            CHECK_FALSE(set.contains(address));
        }
    }
    CHECK(build({"10.0.0.0/9", "10.128.0.0/9", "10.1.2.3"}).ranges() == 1);  // what touches becomes one
}

TEST_CASE("ip set: what is no address is told, by place and text") {
    const std::string long_text(1000, '9');
    const IpSet set = build({"192.0.2.1", "192.0.2.0/33", "example.org", "2001:db8::/129", "1.2.3.4/", "/8",
                             "1.2.3.4/-1", "01.2.3.4", "1.2.3.4/8/8", long_text});
    REQUIRE(set.invalid().size() == 9);
    CHECK(set.invalid()[0].index == 1);
    CHECK(set.invalid()[0].text == "192.0.2.0/33");
    CHECK(set.invalid()[8].index == 9);
    CHECK(set.invalid()[8].text.size() == IpSet::text_bytes_max);
    CHECK(set.contains("192.0.2.1"));
}

TEST_CASE("ip set: more entries than the limit are refused") {
    std::vector<std::string_view> entries(limits::ip_set_entries, "192.0.2.1");
    CHECK(IpSet::build(entries).has_value());
    entries.emplace_back("192.0.2.2");
    const Result<IpSet> set = IpSet::build(entries);
    REQUIRE_FALSE(set.has_value());
    CHECK(set.error().code == ErrorCode::limit);
}

TEST_CASE("ip set: agrees with asking every block") {
    std::mt19937 random(7);
    std::vector<std::string> texts;
    for (int index = 0; index < 5000; ++index)
        texts.push_back(index % 2 == 0
                            ? fmt::format("10.{}.{}.{}/{}", random() % 256, random() % 256, random() % 256,
                                          20 + random() % 13)
                            : fmt::format("2001:db8:{:x}::/{}", random() % 65536, 40 + random() % 88));
    const std::vector<std::string_view> entries(texts.begin(), texts.end());
    const IpSet set = build(entries);
    std::vector<IpNetwork> networks;
    for (const std::string& text : texts) networks.push_back(*IpNetwork::parse(text));
    for (int index = 0; index < 300; ++index) {
        const std::string text =
            index % 2 == 0 ? fmt::format("10.{}.{}.{}", random() % 256, random() % 256, random() % 256)
                           : fmt::format("2001:db8:{:x}:{:x}::", random() % 65536, random() % 4);
        CAPTURE(text);
        const IpAddress address = *parse_ip_address(text);
        bool expected = false;
        for (const IpNetwork& network : networks) expected = expected || network.contains(address);
        CHECK(set.contains(address) == expected);
    }
}
