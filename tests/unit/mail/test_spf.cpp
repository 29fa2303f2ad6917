// SPF against zones written down here: the examples of RFC 7208, every mechanism and limit, and records made to hurt.
#include "mail/spf.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "mail/dns_zone.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

struct Evaluated {
    SpfResult result;
    std::string reason;
    std::size_t rounds = 0, questions = 0;
    std::vector<DnsQuestion> first{};  ///< asked in the first two rounds
};

Evaluated evaluate(const DnsZone& zone, const SpfSender& sender) {
    DnsKnown known;
    Evaluated out{};
    for (;;) {
        const SpfStep step = step_spf(sender, known);
        out.result = step.result;
        out.reason = step.reason;
        if (step.asks.empty()) return out;
        ++out.rounds;
        REQUIRE(out.rounds < 100);
        for (const DnsQuestion& question : step.asks) {
            REQUIRE(is_dns_name(question.name));
            REQUIRE_MESSAGE(!known.contains(question), question.name);
            if (out.rounds <= 2) out.first.push_back(question);
            known[question] = zone.ask(question);
            ++out.questions;
        }
    }
}

SpfSender sender(const char* client, std::string mail_from = "anna@example.com",
                 std::string helo = "mail.example.com") {
    return {parse_ip_address(client).value(), std::move(helo), std::move(mail_from)};
}

std::string result(const DnsZone& zone, const SpfSender& who) {
    return std::string(to_string(evaluate(zone, who).result));
}

/// What a record of example.com says of a client.
std::string said(const std::string& record, const char* client, const std::string& more = "") {
    return result(DnsZone("example.com TXT " + record + "\n" + more), sender(client));
}

/// RFC 7208 appendix A.
const char* const appendix_a = "example.com A 192.0.2.10\nexample.com A 192.0.2.11\n"
                               "example.com MX 10 mail-a.example.com\nexample.com MX 20 mail-b.example.com\n"
                               "amy.example.com A 192.0.2.65\nbob.example.com A 192.0.2.66\n"
                               "mail-a.example.com A 192.0.2.129\nmail-b.example.com A 192.0.2.130\n"
                               "www.example.com A 192.0.2.10\nwww.example.com A 192.0.2.11\n"
                               "example.org MX 10 mail-c.example.org\nmail-c.example.org A 192.0.2.140\n";

}  // namespace

TEST_CASE("SPF: the examples of RFC 7208 appendix A") {
    struct Row {
        const char* record;
        std::vector<const char*> pass, fail;
    };
    const Row rows[] = {
        {"v=spf1 +all", {"192.0.2.10", "198.51.100.1", "2001:db8::1"}, {}},
        {"v=spf1 a -all", {"192.0.2.10", "192.0.2.11"}, {"192.0.2.65", "2001:db8::1"}},
        {"v=spf1 a:example.org -all", {}, {"192.0.2.10", "192.0.2.140"}},
        {"v=spf1 mx -all", {"192.0.2.129", "192.0.2.130"}, {"192.0.2.10"}},
        {"v=spf1 mx:example.org -all", {"192.0.2.140"}, {"192.0.2.129"}},
        {"v=spf1 mx mx:example.org -all", {"192.0.2.129", "192.0.2.130", "192.0.2.140"}, {"192.0.2.65"}},
        {"v=spf1 mx/30 mx:example.org/30 -all",
         {"192.0.2.131", "192.0.2.143"},
         {"192.0.2.132", "192.0.2.139"}},
        {"v=spf1 ip4:192.0.2.128/28 -all", {"192.0.2.129", "192.0.2.143"}, {"192.0.2.65", "192.0.2.144"}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.record);
        for (const char* client : row.pass)
            CHECK_MESSAGE(said(row.record, client, appendix_a) == "pass", client);
        for (const char* client : row.fail)
            CHECK_MESSAGE(said(row.record, client, appendix_a) == "fail", client);
    }
    // A.2: several domains with one record; A.3: a list of clients; A.4: each sender has a list.
    const DnsZone zone(
        std::string(appendix_a) +
        "example.com TXT v=spf1 include:example.org include:la.example.com -all\n"
        "example.org TXT v=spf1 redirect=_spf.example.org\n_spf.example.org TXT v=spf1 mx:example.org -all\n"
        "la.example.com TXT v=spf1 exists:%{l1r-}.wl.%{d} exists:%{ir}.%{v}.bl.%{d} -all\n"
        "anna.wl.la.example.com A 127.0.0.2\n7.2.0.192.in-addr.bl.la.example.com A 127.0.0.2\n");
    CHECK(result(zone, sender("192.0.2.140", "zoe@example.com")) == "pass");
    CHECK(result(zone, sender("192.0.2.140", "zoe@example.org")) == "pass");
    CHECK(result(zone, sender("192.0.2.141", "zoe@example.org")) == "fail");
    CHECK(result(zone, sender("198.51.100.9", "x-anna@example.com")) == "fail");
    CHECK(result(zone, sender("198.51.100.9", "anna-x@example.com")) == "pass");
    CHECK(result(zone, sender("198.51.100.9", "anna@example.com")) == "pass");
    CHECK(result(zone, sender("192.0.2.7", "zoe@example.com")) == "pass");
}

TEST_CASE("SPF: every result") {
    struct Row {
        const char* zone;
        const char* result;
    };
    const Row rows[] = {
        {"example.com TXT v=spf1 -all", "fail"},
        {"example.com TXT v=spf1 ~all", "softfail"},
        {"example.com TXT v=spf1 ?all", "neutral"},
        {"example.com TXT v=spf1", "neutral"},
        {"example.com TXT V=SPF1 +ALL", "pass"},
        {"example.com TXT other\nexample.com TXT v=spf1 all", "pass"},
        {"", "none"},
        {"example.com TXT v=spf10 all", "none"},
        {"example.com TXT v=spf1\tall", "none"},
        {"example.com TXT v=spf1 all\nexample.com TXT v=spf1 -all", "permerror"},
        {"example.com TXT?", "temperror"},
        {"example.com TXT v=spf1 a -all\nexample.com A?", "temperror"},
        {"example.com TXT v=spf1 all a", "pass"},
        {"example.com TXT v=spf1 mx -all\nexample.com MX?", "temperror"},
        {"example.com TXT v=spf1 mx -all\nexample.com MX 1 a.example.com\na.example.com A?", "temperror"},
        {"example.com TXT v=spf1 mx -all\nexample.com MX 1 a.example.com\na.example.com A?\n"
         "example.com MX 2 b.example.com\nb.example.com A 192.0.2.1",
         "pass"},
        {"example.com TXT v=spf1 mx -all\nexample.com MX 0 .", "fail"},
        {"example.com TXT v=spf1 exists:a.example.com -all\na.example.com A?", "temperror"},
        {"example.com TXT v=spf1 exists:a.example.com -all\na.example.com A 127.0.0.1", "pass"},
        {"example.com TXT v=spf1 ptr ptr:example.com -all", "fail"},
        {"example.com TXT v=spf1 include:b.example.com all\nb.example.com TXT v=spf1 -all", "pass"},
        {"example.com TXT v=spf1 -include:b.example.com all\nb.example.com TXT v=spf1 all", "fail"},
        {"example.com TXT v=spf1 include:b.example.com all", "permerror"},
        {"example.com TXT v=spf1 include:b.example.com all\nb.example.com TXT?", "temperror"},
        {"example.com TXT v=spf1 include:b.example.com all\nb.example.com TXT v=spf1 nonsense", "permerror"},
        {"example.com TXT v=spf1 redirect=b.example.com", "permerror"},
        {"example.com TXT v=spf1 redirect=b.example.com\nb.example.com TXT v=spf1 ~all", "softfail"},
        {"example.com TXT v=spf1 redirect=b.example.com ?all", "neutral"},
        {"example.com TXT v=spf1 include:-.example.com all", "permerror"},
        {"example.com TXT v=spf1 a:..example.com -all", "fail"},
    };
    for (const Row& row : rows)
        CHECK_MESSAGE(result(DnsZone(row.zone), sender("192.0.2.1")) == row.result, row.zone);
}

TEST_CASE("SPF: networks of both kinds") {
    struct Row {
        const char* record;
        const char* client;
        const char* result;
    };
    const Row rows[] = {
        {"v=spf1 ip4:192.0.2.1 -all", "192.0.2.1", "pass"},
        {"v=spf1 ip4:192.0.2.1 -all", "::ffff:192.0.2.1", "pass"},
        {"v=spf1 ip4:0.0.0.0/0 -all", "2001:db8::1", "fail"},
        {"v=spf1 ip6:::/0 -all", "192.0.2.1", "fail"},
        {"v=spf1 ip6:::/0 -all", "2001:db8::1", "pass"},
        {"v=spf1 ip6:2001:db8::/33 -all", "2001:db8:7fff::1", "pass"},
        {"v=spf1 ip6:2001:db8::/33 -all", "2001:db8:8000::1", "fail"},
        {"v=spf1 a:h.example.com/24//64 -all", "192.0.2.200", "pass"},
        {"v=spf1 a:h.example.com/24//64 -all", "2001:db8::ffff", "pass"},
        {"v=spf1 a:h.example.com//64 -all", "192.0.2.200", "fail"},
        {"v=spf1 a:h.example.com/24 -all", "2001:db8::ffff", "fail"},
        {"v=spf1 a:h.example.com/0 -all", "198.51.100.1", "pass"},
        {"v=spf1 mx:m.example.com//64 -all", "2001:db8::ffff", "pass"},
    };
    const std::string more =
        "h.example.com A 192.0.2.7\nh.example.com AAAA 2001:db8::7\nm.example.com MX 1 h.example.com\n";
    for (const Row& row : rows) {
        CAPTURE(row.client);
        CHECK_MESSAGE(said(row.record, row.client, more) == row.result, row.record);
    }
}

TEST_CASE("SPF: who is asked about") {
    const DnsZone zone("mail.example.com TXT v=spf1 exists:%{l}.%{o}.%{h}.x.example -all\n"
                       "postmaster.mail.example.com.mail.example.com.x.example A 127.0.0.1\n"
                       "example.com TXT v=spf1 -all\nb.example TXT v=spf1 all\n");
    CHECK(result(zone, sender("192.0.2.1", "")) == "pass");  // section 2.4
    CHECK(result(zone, sender("192.0.2.1", "", "")) == "none");
    CHECK(result(zone, sender("192.0.2.1", "", "[192.0.2.1]")) == "none");
    CHECK(result(zone, sender("192.0.2.1", "", "localhost")) == "none");
    CHECK(result(zone, sender("192.0.2.1", "@EXAMPLE.com.")) == "fail");
    CHECK(result(zone, sender("192.0.2.1", "\"a@b.example\"@example.com")) == "fail");
    CHECK(result(zone, sender("192.0.2.1", "anna")) == "none");
    CHECK(result(zone, sender("192.0.2.1", "anna@a..b.example")) == "none");
    CHECK(result(zone, sender("192.0.2.1", "anna@" + std::string(64, 'a') + ".example")) == "none");
    CHECK(result(zone, sender("192.0.2.1", "anna@a\0b.example")) == "none");
    CHECK(spf_domain(sender("192.0.2.1", "", "Mail.Example.COM.")) == "mail.example.com");
}

TEST_CASE("SPF: as many rounds as records stand behind each other") {
    const DnsZone zone("example.com TXT v=spf1 a mx include:b.example include:c.example -all\n"
                       "b.example TXT v=spf1 include:d.example -all\nc.example TXT v=spf1 a:h.example -all\n"
                       "d.example TXT v=spf1 -all\nexample.com MX 1 h.example\nh.example A 192.0.2.1\n"
                       "example.com A 192.0.2.2\n");
    const Evaluated all = evaluate(zone, sender("192.0.2.1"));
    CHECK(all.result == SpfResult::pass);
    CHECK(all.rounds == 3);
    CHECK(all.first.size() == 1 + 4);
    const Evaluated first = evaluate(DnsZone("example.com TXT v=spf1 ip4:192.0.2.1 include:b.example -all\n"),
                                     sender("192.0.2.1"));
    CHECK(first.questions == 1);
}

TEST_CASE("SPF: limits of section 4.6.4") {
    std::string many = "v=spf1", voids = many, hosts;
    for (int at = 0; at < 10; ++at) many += " a:h" + std::to_string(at) + ".example";
    for (int at = 0; at < 10; ++at) hosts += "h" + std::to_string(at) + ".example A 198.51.100.1\n";
    CHECK(said(many + " -all", "192.0.2.1", hosts) == "fail");
    CHECK(said(many + " a:h1.example -all", "192.0.2.1", hosts) == "permerror");
    CHECK(said(many + " ptr -all", "192.0.2.1", hosts) == "permerror");
    CHECK(said(many + " redirect=b.example", "192.0.2.1", hosts) == "permerror");
    CHECK(said("v=spf1 a:v1.example exists:v2.example -all", "192.0.2.1") == "fail");
    CHECK(said("v=spf1 a:v1.example exists:v2.example mx:v3.example -all", "192.0.2.1") == "permerror");
    std::string mx;
    for (int at = 0; at < 10; ++at) mx += "example.com MX 1 h" + std::to_string(at) + ".example\n";
    CHECK(said("v=spf1 mx -all", "192.0.2.1", mx + hosts) == "fail");
    CHECK(said("v=spf1 mx -all", "198.51.100.1", mx + hosts) == "pass");
    CHECK(said("v=spf1 mx -all", "198.51.100.1", mx + "example.com MX 1 h10.example\n" + hosts) ==
          "permerror");
    // What stands behind the deepest chain that is allowed still comes within the rounds of one message.
    std::string chain = "a0.example TXT v=spf1 mx -all\na0.example MX 1 h1.example\n" + hosts;
    for (int at = 1; at < 10; ++at)
        chain += "a" + std::to_string(at) + ".example TXT v=spf1 include:a" + std::to_string(at - 1) +
                 ".example -all\n";
    const Evaluated deep =
        evaluate(DnsZone("example.com TXT v=spf1 redirect=a8.example\n" + chain), sender("198.51.100.1"));
    CHECK(deep.result == SpfResult::pass);
    CHECK(deep.rounds == limits::dns_rounds);
    CHECK(result(DnsZone("example.com TXT v=spf1 include:a9.example\n" + chain), sender("198.51.100.1")) ==
          "permerror");
}

TEST_CASE("SPF: records that are not well-formed") {
    for (const char* term : {"nonsense",
                             "a:",
                             "a:/24",
                             "a/33",
                             "a//129",
                             "a/024",
                             "a/1/2",
                             "a:example",
                             "a:example.1",
                             "a:example.-a",
                             "all:x",
                             "all/8",
                             "include",
                             "include:",
                             "exists",
                             "exists:",
                             "ip4",
                             "ip4:",
                             "ip4:192.0.2",
                             "ip4:192.0.2.1/33",
                             "ip4:192.0.2.1/",
                             "ip4:192.0.2.1//8",
                             "ip4:::1",
                             "ip6:192.0.2.1",
                             "ip6:::1/129",
                             "ip6:",
                             "mx:x",
                             "ptr/8",
                             "ptr:",
                             "redirect=",
                             "redirect=x",
                             "exp=",
                             "+redirect=a.example",
                             "=a",
                             "1=a",
                             "a:%.example.com",
                             "a:%{d",
                             "a:%{}.example",
                             "a:%{d}.",
                             "a:%{x}.example",
                             "a:%{d0}.example",
                             "a:%{c}.example",
                             "a:%{dr.-2}.example",
                             "a:%(d).example",
                             "x=%{q}",
                             "x=%",
                             "a:\xc3\xa4.example",
                             "exp=a.example exp=b.example",
                             "redirect=a.example redirect=b.example"}) {
        const DnsZone zone("example.com TXT v=spf1 +all " + std::string(term) + "\n");
        const Evaluated evaluated = evaluate(zone, sender("192.0.2.1"));
        CHECK_MESSAGE(evaluated.result == SpfResult::permerror, term);
        CHECK_MESSAGE(evaluated.reason.find("not well-formed") != std::string::npos, term);
    }
    for (const char* term :
         {"", " ", "x=", "x=%{c}%{t}%%%_%-", "unknown.modifier-1_=a/b", "exp=a.example", "A:B.example",
          "a:%{d}", "a:x%{d}.example.", "exists:%{ir}.%{v}._spf.%{d2}", "a:a.example.", "a:1-2.example.1-2"})
        CHECK_MESSAGE(said("v=spf1 +all " + std::string(term), "192.0.2.1") == "pass", term);
}

TEST_CASE("SPF: records made to hurt end soon") {
    // It includes itself; many include each other.
    CHECK(said("v=spf1 include:example.com -all", "192.0.2.1") == "permerror");
    CHECK(said("v=spf1 redirect=example.com", "192.0.2.1") == "permerror");
    std::string wide = "v=spf1", zone;
    for (char c = 'a'; c <= 'j'; ++c) wide += std::string(" include:") + c + ".example";
    for (char c = 'a'; c <= 'j'; ++c) zone += std::string(1, c) + ".example TXT " + wide + "\n";
    const Evaluated web = evaluate(DnsZone("example.com TXT " + wide + "\n" + zone), sender("192.0.2.1"));
    CHECK(web.result == SpfResult::permerror);
    CHECK(web.rounds <= limits::dns_rounds);
    CHECK(web.questions <= 12);
    // A new name at each step: the look-ups end it.
    std::string fresh;
    for (int at = 0; at < 12; ++at)
        fresh += std::string(static_cast<std::size_t>(at), 'x') +
                 "y.example TXT v=spf1 include:x%{d} a:%{d} -all\n";
    const Evaluated growing =
        evaluate(DnsZone("example.com TXT v=spf1 include:y.example\n" + fresh), sender("192.0.2.1"));
    CHECK(growing.result == SpfResult::permerror);
    CHECK(growing.questions < 40);
    // Thousands of terms, a record of macros, a spec that is too long.
    std::string terms = "v=spf1";
    for (int at = 0; at < 5'000; ++at) terms += " ip4:198.51.100." + std::to_string(at % 256);
    CHECK(said(terms + " all", "192.0.2.1") == "pass");
    std::string macros;
    while (macros.size() + 4 <= limits::spf_spec_bytes) macros += "%{S}";
    CHECK(said("v=spf1 exists:" + macros + " -all", "192.0.2.1") == "fail");
    CHECK(said("v=spf1 exists:" + macros + "%{S} -all", "192.0.2.1") == "permerror");
    // Bytes that are no record.
    const SpfSender who = sender("192.0.2.1");
    DnsKnown known;
    known[{DnsType::txt, "example.com"}] = {DnsStatus::found, {std::string("\xff short")}};
    CHECK(step_spf(who, known).result == SpfResult::temperror);
    known[{DnsType::txt, "example.com"}] = {DnsStatus::found, {wire_text("v=spf1 mx a -all")}};
    known[{DnsType::mx, "example.com"}] = {DnsStatus::found,
                                           {"", "\1", "xx\77", std::string("xx\0", 3), "xx\3a.b"}};
    known[{DnsType::a, "example.com"}] = {DnsStatus::found, {"", "123", "12345"}};
    CHECK(step_spf(who, known).result == SpfResult::fail);
}
