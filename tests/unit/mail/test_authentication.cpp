#include "mail/authentication.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/limits.hpp"
#include "mail/arc_vectors.hpp"
#include "mail/authentication_results.hpp"
#include "mail/dkim_vectors.hpp"
#include "mail/dns_zone.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

using Status = TxtTexts::Status;

/// A message that shop.example signed (selector s1), with From anna@shop.example.
const std::string message = dkim_vectors[0].message;
const std::string key = "s1._domainkey.shop.example TXT " + std::string(dkim_vector_key) + "\n";

struct Asked {
    AuthenticationResults results;
    std::vector<DnsQuestion> questions;
    std::size_t rounds = 0;
};

/// What differs from the message above, sent by nobody who is known.
struct Case {
    std::string text = message;
    std::string from = "shop.example";
    std::string client{};  ///< empty: SPF cannot be told
    std::string mail_from = "anna@shop.example";
    std::vector<std::string> trusted_sealers{};
};

Asked verify(const Case& given, const std::string& zone_lines) {
    const DnsZone zone(zone_lines);
    DomainNames domain_names;
    Asked out;
    AuthenticationSubject subject{.message = as_bytes(given.text), .from = domain_names.parse(given.from)};
    if (!given.client.empty())
        subject.sender = {parse_ip_address(given.client).value(), "mx.shop.example", given.mail_from};
    subject.trusted_sealers = given.trusted_sealers;
    out.results = verify_authentication(subject, TimePoint{}, domain_names,
                                        [&](const std::vector<DnsQuestion>& questions) {
                                            ++out.rounds;
                                            CHECK(questions.size() <= limits::dns_round_questions);
                                            std::vector<DnsAnswer> answers;
                                            for (const DnsQuestion& question : questions) {
                                                CHECK(is_dns_name(question.name));
                                                out.questions.push_back(question);
                                                answers.push_back(zone.ask(question));
                                            }
                                            return answers;
                                        });
    CHECK(out.rounds <= limits::dns_rounds);
    CHECK(out.questions.size() <= limits::dns_questions);
    return out;
}

std::string verdict(const AuthenticationResults& results, std::string_view method) {
    const AuthVerdict* found = find_verdict(results, method);
    return found == nullptr ? "" : found->verdict;
}

std::string verdict(const Case& given, const std::string& zone, std::string_view method) {
    return verdict(verify(given, zone).results, method);
}

}  // namespace

TEST_CASE("authentication: what can be is asked for at once") {
    const Asked asked = verify({.from = "mail.shop.example", .client = "192.0.2.1"}, "");
    CHECK(asked.rounds == 1);
    const auto txt = [](const char* name) { return DnsQuestion{DnsType::txt, name}; };
    CHECK(asked.questions == std::vector<DnsQuestion>{txt("_dmarc.mail.shop.example"),
                                                      txt("_dmarc.shop.example"), txt("shop.example"),
                                                      txt("s1._domainkey.shop.example")});
    const std::string plain = "Subject: x\r\n\r\n";
    CHECK(verify({.text = plain, .from = ""}, "").rounds == 0);
    CHECK(verdict({.text = plain, .from = ""}, "", "dkim") == "none");
    CHECK(verdict({.text = plain, .from = ""}, "", "spf").empty());
    CHECK(verdict({.text = plain, .from = ""}, "", "arc") == "none");
}

TEST_CASE("authentication: SPF by rounds, with what it says of itself") {
    const std::string zone =
        "shop.example TXT v=spf1 include:a.example -all\na.example TXT v=spf1 mx:b.example -all\n"
        "b.example MX 1 h.example\nh.example A 192.0.2.1\n";
    const Asked asked = verify({.client = "192.0.2.1"}, zone);
    CHECK(asked.rounds == 4);
    const AuthVerdict* spf = find_verdict(asked.results, "spf");
    REQUIRE(spf != nullptr);
    CHECK(spf->verdict == "pass");
    CHECK(spf->properties == std::map<std::string, std::string>{{"smtp.mailfrom", "anna@shop.example"},
                                                                {"client-ip", "192.0.2.1"}});
    CHECK(verdict({.client = "192.0.2.2"}, zone, "spf") == "fail");
    const Asked bounce = verify({.client = "192.0.2.2", .mail_from = ""},
                                "mx.shop.example TXT v=spf1 a -all\nmx.shop.example A?");
    spf = find_verdict(bounce.results, "spf");
    REQUIRE(spf != nullptr);
    CHECK(spf->verdict == "temperror");
    CHECK(spf->properties.at("smtp.helo") == "mx.shop.example");
    CHECK(spf->properties.contains("reason"));
    CHECK(verdict({.client = "192.0.2.2",
                   .mail_from = "x@b\xc3\xbc"
                                "cher.example"},
                  "xn--bcher-kva.example TXT v=spf1 all", "spf") == "pass");
}

TEST_CASE("authentication: a record that would ask without end is not told, and the rest is") {
    // Each round finds ten more hosts to ask about.
    std::string zone = key + "_dmarc.shop.example TXT v=DMARC1; p=reject\n";
    std::string record = "evil.example TXT v=spf1";
    for (int at = 0; at < 10; ++at) {
        record += " mx:m" + std::to_string(at) + ".example";
        for (int host = 0; host < 10; ++host)
            zone += "m" + std::to_string(at) + ".example MX 1 h" + std::to_string(host) + ".m" +
                    std::to_string(at) + ".example\n";
    }
    for (const char* more : {" -all", " redirect=evil.example"}) {
        const Asked asked =
            verify({.client = "192.0.2.2", .mail_from = "x@evil.example"}, zone + record + more + "\n");
        CHECK(asked.questions.size() > 100);
        CHECK(verdict(asked.results, "dkim") == "pass");
        CHECK(verdict(asked.results, "dmarc") == "pass");
    }
}

TEST_CASE("authentication: DMARC by alignment of DKIM") {
    struct Row {
        const char* from;
        const char* policy;
        const char* verdict;      ///< where SPF passes for another domain
        const char* without_spf;  ///< where who sends is not known
    };
    const Row rows[] = {
        {"shop.example", "_dmarc.shop.example TXT v=DMARC1; p=reject", "pass", "pass"},
        {"shop.example", "_dmarc.shop.example TXT v=DMARC1; p=reject; adkim=s", "pass", "pass"},
        {"mail.shop.example", "_dmarc.shop.example TXT v=DMARC1; p=reject", "pass", "pass"},
        {"mail.shop.example", "_dmarc.shop.example TXT v=DMARC1; p=reject; adkim=s", "fail", ""},
        {"mail.shop.example", "_dmarc.mail.shop.example TXT v=DMARC1; p=none", "pass", "pass"},
        {"evilshop.example", "_dmarc.evilshop.example TXT v=DMARC1; p=reject", "fail", ""},
        {"bank.example", "_dmarc.bank.example TXT v=DMARC1; p=reject", "fail", ""},
        {"shop.example", "_dmarc.elsewhere.example TXT v=DMARC1; p=reject", "none", "none"},
        {"shop.example", "_dmarc.shop.example TXT v=spf1 -all", "none", "none"},
        {"example", "_dmarc.example TXT v=DMARC1; p=reject", "", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.from);
        CAPTURE(row.policy);
        const std::string zone = key + row.policy + "\nevil.example TXT v=spf1 all\n";
        CHECK(verdict({.from = row.from}, zone, "dkim") == "pass");
        CHECK(verdict({.from = row.from}, zone, "dmarc") == row.without_spf);
        CHECK(verdict({.from = row.from, .client = "192.0.2.1", .mail_from = "x@evil.example"}, zone,
                      "dmarc") == row.verdict);
    }
}

TEST_CASE(
    "authentication: DMARC by alignment of SPF, and what DNS does not say is no failure of the sender") {
    const std::string policy = "_dmarc.shop.example TXT v=DMARC1; p=reject\n";
    const std::string strict = "_dmarc.shop.example TXT v=DMARC1; p=reject; aspf=s\n";
    const std::string spf =
        "shop.example TXT v=spf1 ip4:192.0.2.1 -all\nnews.shop.example TXT v=spf1 ip4:192.0.2.1 -all\n";
    struct Row {
        std::string zone;
        const char* client;
        const char* mail_from;
        const char* verdict;
    };
    const Row rows[] = {
        {policy + spf, "192.0.2.1", "x@shop.example", "pass"},
        {policy + spf, "192.0.2.1", "x@news.shop.example", "pass"},
        {strict + spf, "192.0.2.1", "x@news.shop.example", "fail"},
        {strict + spf, "192.0.2.1", "x@shop.example", "pass"},
        {policy + spf, "192.0.2.2", "x@shop.example", "fail"},
        {policy + spf, "192.0.2.2", "", "fail"},
        {policy + "mx.shop.example TXT v=spf1 all", "192.0.2.2", "", "pass"},
        {policy, "192.0.2.1", "x@shop.example", "fail"},
        {"_dmarc.shop.example TXT?\n" + spf, "192.0.2.1", "x@shop.example", "temperror"},
        {policy + "shop.example TXT?", "192.0.2.1", "x@shop.example", "temperror"},
        {policy + "s1._domainkey.shop.example TXT?", "192.0.2.1", "x@shop.example", "temperror"},
        {policy + "s1._domainkey.shop.example TXT?\n" + spf, "192.0.2.1", "x@shop.example", "pass"},
        // Silence about a domain that could not have helped keeps nobody from failing.
        {policy + "evil.example TXT?", "192.0.2.1", "x@evil.example", "fail"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.mail_from);
        CHECK_MESSAGE(verdict({.client = row.client, .mail_from = row.mail_from}, row.zone, "dmarc") ==
                          row.verdict,
                      row.zone);
    }
    // Nor does a key that cannot exist.
    std::string unaskable = message;
    unaskable.replace(unaskable.find("s=s1"), 4, "s=s 1\\");
    CHECK(verdict({.text = unaskable, .client = "192.0.2.2"}, policy + spf, "dkim") == "permerror");
    CHECK(verdict({.text = unaskable, .client = "192.0.2.2"}, policy + spf, "dmarc") == "fail");
    CHECK(verdict({}, policy + "s1._domainkey.shop.example TXT?", "dmarc") == "temperror");
}

TEST_CASE("authentication: what a sealer says of the hop before it counts where it is trusted by name") {
    // The first says that DMARC passed, the second that it failed, the third that it passed.
    std::string zone = "_dmarc.shop.example TXT v=DMARC1; p=reject\nshop.example TXT v=spf1 -all\n";
    for (const char* domain : {"list.example", "forward.example", "college.example"})
        zone += "s1._domainkey." + std::string(domain) + " TXT " + arc_vector_key + "\n";
    struct Row {
        std::size_t vector;
        std::vector<std::string> trusted;
        const char* dmarc;
        const char* spf;
    };
    const std::vector<std::string> all = {"list.example", "forward.example", "college.example"};
    const Row rows[] = {
        {0, {}, "fail", "fail"},
        {0, {"forward.example", "example", "mx.list.example"}, "fail", "fail"},
        {0, {"list.example"}, "pass", "pass"},
        {1, {"list.example"}, "fail", "fail"},  // only the newest is asked
        {1, {"forward.example"}, "fail", "pass"},
        {2, {"college.example"}, "pass", "fail"},
        {3, all, "fail", "fail"},
        {4, all, "fail", "fail"},
        {5, all, "fail", "fail"},
    };
    for (const Row& row : rows) {
        CAPTURE(arc_vectors[row.vector].name);
        const Asked asked = verify(
            {.text = arc_vectors[row.vector].message, .client = "192.0.2.1", .trusted_sealers = row.trusted},
            zone);
        CHECK(verdict(asked.results, "arc") == arc_vectors[row.vector].verdict);
        CHECK(verdict(asked.results, "dmarc") == row.dmarc);
        CHECK(verdict(asked.results, "spf") == row.spf);
        const AuthVerdict* dmarc = find_verdict(asked.results, "dmarc");
        CHECK(dmarc->properties.contains("sealer") == (dmarc->verdict == "pass"));
    }
    // About another domain than the one that is seen it says nothing; where SPF is not known here, it does.
    const Case other{.text = arc_vectors[0].message, .from = "bank.example", .trusted_sealers = all};
    CHECK(verdict(other, zone + "_dmarc.bank.example TXT v=DMARC1; p=reject\n", "dmarc").empty());
    const Case unknown{.text = arc_vectors[0].message, .trusted_sealers = all};
    CHECK(verdict(unknown, zone, "dmarc") == "pass");
    CHECK(verdict(unknown, zone, "spf") == "pass");
}

TEST_CASE("authentication: policies as DNS has them") {
    struct Row {
        std::vector<std::string> records;
        const char* policy;  // nullptr: none
        const char* subdomain_policy;
    };
    const Row rows[] = {{{"v=DMARC1; p=reject"}, "reject", "reject"},
                        {{"v = DMARC1 ;p= Quarantine ; sp=none;"}, "quarantine", "none"},
                        {{"v=DMARC1; p=none; sp=nonsense"}, "none", "none"},
                        {{"google-site=x", "v=DMARC1; p=none"}, "none", "none"},
                        {{"v=DMARC1; p=none", "v=DMARC1; p=reject"}, nullptr, nullptr},
                        {{"v=DMARC1"}, nullptr, nullptr},
                        {{"v=DMARC1; p=maybe"}, nullptr, nullptr},
                        {{"p=reject; v=DMARC1"}, nullptr, nullptr},
                        {{"v=dmarc1; p=reject"}, nullptr, nullptr},
                        {{}, nullptr, nullptr}};
    for (const Row& row : rows) {
        const auto policy = read_dmarc({Status::found, row.records});
        REQUIRE(policy.has_value() == (row.policy != nullptr));
        if (!policy) continue;
        CHECK(policy->policy == row.policy);
        CHECK(policy->subdomain_policy == row.subdomain_policy);
    }
}

TEST_CASE("authentication: ours count before a trusted server's, and only about the domain that is seen") {
    const AuthenticationResults ours{
        "tocsin", {{"dkim", "none", {}}, {"dmarc", "pass", {{"header.from", "a.example"}}}}};
    const AuthenticationResults theirs{"mx",
                                       {{"dkim", "pass", {}}, {"spf", "pass", {}}, {"dmarc", "fail", {}}}};
    const AuthenticationResults joined = join_results(ours, &theirs, "a.example");
    CHECK(verdict(joined, "dkim") == "none");
    CHECK(verdict(joined, "dmarc") == "pass");
    CHECK(verdict(joined, "spf") == "pass");
    CHECK(verdict(join_results(ours, &theirs, "b.example"), "dmarc").empty());
    CHECK(verdict(join_results(ours, nullptr, "a.example"), "spf").empty());
}

TEST_CASE("authentication: results in a message count by who wrote them") {
    const std::string text =
        "Authentication-Results: evil.example; dmarc=pass header.from=bank.example; spf=pass\r\n"
        "Authentication-Results: MX.example.org; dmarc=fail header.from=bank.example\r\n"
        "Received-SPF: pass\r\nReceived: from a by mx.example.org; Sun, 1 Mar 2026 12:00:00 +0000\r\n"
        "From: a@bank.example\r\n\r\n";
    const auto read = [&](std::vector<std::string> trusted, const AuthenticationResults* verified) {
        return build_message(parse_mime(as_bytes(text)), 0,
                             {.trusted_servers = std::move(trusted), .verified = verified})
            .headers;
    };
    CHECK(read({}, nullptr).dmarc_pass == true);
    CHECK(read({"nobody.example"}, nullptr).dmarc_pass == std::nullopt);
    CHECK(read({"nobody.example"}, nullptr).spf_pass == std::nullopt);
    CHECK(read({"mx.example.org"}, nullptr).dmarc_pass == false);
    CHECK(read({"mx.example.org"}, nullptr).spf_pass == std::nullopt);
    CHECK(read({"mx.example.org", "evil.example"}, nullptr).dmarc_pass == true);
    const AuthenticationResults ours{"tocsin", {{"dkim", "none", {}}}};
    CHECK(read({}, &ours).dmarc_pass == std::nullopt);
    CHECK(read({}, &ours).spf_pass == std::nullopt);
    const AuthenticationResults pass{"tocsin", {{"dmarc", "pass", {{"header.from", "bank.example"}}}}};
    CHECK(read({}, &pass).dmarc_pass == true);
    const AuthenticationResults silent{
        "tocsin", {{"dmarc", "temperror", {{"header.from", "bank.example"}}}, {"spf", "temperror", {}}}};
    CHECK(read({}, &silent).dmarc_pass == std::nullopt);
    CHECK(read({}, &silent).spf_pass == false);
}
