#include "mail/authentication.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/limits.hpp"
#include "mail/authentication_results.hpp"
#include "mail/dkim_vectors.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

using Status = TxtTexts::Status;
using Records = std::map<std::string, TxtTexts>;

/// A message that shop.example signed (selector s1), with From anna@shop.example.
const std::string message = dkim_vectors[0].message;

struct Asked {
    AuthenticationResults results;
    std::vector<std::string> names;
    int questions = 0;
};

Asked verify(const std::string& text, const std::string& from, const Records& records) {
    DomainNames domain_names;
    Asked out;
    out.results = verify_authentication(
        as_bytes(text), domain_names.parse(from), TimePoint{}, domain_names,
        [&](const std::vector<std::string>& names) {
            ++out.questions;
            out.names = names;
            std::vector<TxtTexts> answers;
            for (const std::string& name : names) {
                const auto found = records.find(name);
                answers.push_back(found == records.end() ? TxtTexts{Status::none, {}} : found->second);
            }
            return answers;
        });
    return out;
}

std::string verdict(const AuthenticationResults& results, std::string_view method) {
    const AuthVerdict* found = find_verdict(results, method);
    return found == nullptr ? "" : found->verdict;
}

const std::pair<const std::string, TxtTexts> key{"s1._domainkey.shop.example",
                                                 {Status::found, {dkim_vector_key}}};

TxtTexts text(const std::string& record) {
    return {Status::found, {record}};
}

}  // namespace

TEST_CASE("authentication: everything is asked for at once") {
    const Asked asked = verify(message, "mail.shop.example", {});
    CHECK(asked.questions == 1);
    CHECK(asked.names == std::vector<std::string>{"s1._domainkey.shop.example", "_dmarc.mail.shop.example",
                                                  "_dmarc.shop.example"});
    CHECK(verify("Subject: x\r\n\r\n", "", {}).questions == 0);
    CHECK(verdict(verify("Subject: x\r\n\r\n", "", {}).results, "dkim") == "none");
}

TEST_CASE("authentication: DMARC by alignment") {
    struct Row {
        const char* from;
        const char* at;
        const char* record;
        const char* verdict;
    };
    const Row rows[] = {
        {"shop.example", "_dmarc.shop.example", "v=DMARC1; p=reject", "pass"},
        {"shop.example", "_dmarc.shop.example", "v=DMARC1; p=reject; adkim=s", "pass"},
        {"mail.shop.example", "_dmarc.shop.example", "v=DMARC1; p=reject", "pass"},
        {"mail.shop.example", "_dmarc.shop.example", "v=DMARC1; p=reject; adkim=s", ""},
        {"mail.shop.example", "_dmarc.mail.shop.example", "v=DMARC1; p=none", "pass"},
        {"evilshop.example", "_dmarc.evilshop.example", "v=DMARC1; p=reject", ""},
        {"bank.example", "_dmarc.bank.example", "v=DMARC1; p=reject", ""},
        {"shop.example", "_dmarc.elsewhere.example", "v=DMARC1; p=reject", "none"},
        {"shop.example", "_dmarc.shop.example", "v=spf1 -all", "none"},
        {"example", "_dmarc.example", "v=DMARC1; p=reject", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.from);
        CAPTURE(row.record);
        const Asked asked = verify(message, row.from, {key, {row.at, text(row.record)}});
        CHECK(verdict(asked.results, "dkim") == "pass");
        CHECK(verdict(asked.results, "dmarc") == row.verdict);
    }
}

TEST_CASE("authentication: what DNS does not say is no failure of the sender") {
    const Records late{key, {"_dmarc.shop.example", {Status::failed, {}}}};
    CHECK(verdict(verify(message, "shop.example", late).results, "dmarc") == "temperror");
    const Records no_key{{key.first, {Status::failed, {}}},
                         {"_dmarc.shop.example", text("v=DMARC1; p=none")}};
    CHECK(verdict(verify(message, "shop.example", no_key).results, "dkim") == "temperror");
    CHECK(verdict(verify(message, "shop.example", no_key).results, "dmarc").empty());
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
}
