#include "mail/spf_macros.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/dns.hpp"
#include "base/limits.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

constexpr SpfMacroValues values{.sender = "strong-bad@email.example.com",
                                .local_part = "strong-bad",
                                .sender_domain = "email.example.com",
                                .helo = "mx.example.org",
                                .client = "192.0.2.3",
                                .version = "in-addr",
                                .domain = "email.example.com"};

std::string expanded(std::string_view spec) {
    return expand_spf_domain(spec, values);
}

}  // namespace

TEST_CASE("SPF macros: the examples of RFC 7208 section 7.4") {
    struct Row {
        const char* spec;
        const char* expanded;
    };
    const Row rows[] = {
        {"%{s}", "strong-bad@email.example.com"},
        {"%{o}", "email.example.com"},
        {"%{d}", "email.example.com"},
        {"%{d4}", "email.example.com"},
        {"%{d3}", "email.example.com"},
        {"%{d2}", "example.com"},
        {"%{d1}", "com"},
        {"%{dr}", "com.example.email"},
        {"%{d2r}", "example.email"},
        {"%{l}", "strong-bad"},
        {"%{l-}", "strong.bad"},
        {"%{lr}", "strong-bad"},
        {"%{lr-}", "bad.strong"},
        {"%{l1r-}", "strong"},
        {"%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"},
        {"%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"},
        {"%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"},
        {"%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"},
        {"%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"},
        {"%{p}.%{h}", "unknown.mx.example.org"},
        {"%{S}", "strong-bad%40email.example.com"},
        {"a%%b%-c.example", "a%b%20c.example"},
        {"%{d99999999999999999999999}", "email.example.com"},
        {"%{i.,/}", "192.0.2.3"},
    };
    for (const Row& row : rows) {
        CHECK_MESSAGE(is_spf_domain_spec(row.spec), row.spec);
        CHECK(expanded(row.spec) == row.expanded);
    }
    const SpfMacroValues v6{.sender = {},
                            .local_part = {},
                            .sender_domain = {},
                            .helo = {},
                            .client = "2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.b.0.1",
                            .version = "ip6",
                            .domain = "email.example.com"};
    CHECK(expand_spf_domain("%{ir}.%{v}._spf.%{d2}", v6) ==
          "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com");
}

TEST_CASE("SPF macros: a name that is too long loses labels on the left, and never grows") {
    const std::string label(63, 'a'), end = ".example.com";
    const std::string long_name = label + "." + label + "." + label + "." + label + "." + label + end;
    CHECK(expanded(long_name) == label + "." + label + "." + label + end);
    CHECK(expanded(std::string(400, 'b') + ".x" + end) == "x" + end);
    CHECK(expanded("x." + std::string(400, 'b') + ".y" + end) == "y" + end);
    CHECK(expanded(std::string(400, 'b')).empty());
    std::string many;
    for (int at = 0; at < 128; ++at) many += "%{s}";
    CHECK(expanded(many).size() <= limits::domain_name_bytes);
    const std::string exact = "a." + std::string(limits::domain_name_bytes - 2 - end.size(), 'b') + end;
    CHECK(expanded(exact) == exact);
    CHECK(expanded("c" + exact) == exact.substr(2));
}
