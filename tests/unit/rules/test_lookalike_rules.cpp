// Look-alikes as rules ask for them: which names the lists protect, and the two functions.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "mail/addresses.hpp"
#include "rules/language.hpp"
#include "rules/protected_names.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

using Texts = std::vector<std::string>;

/// Lists, and what is protected by them.
struct Protected {
    Lists lists;
    LoadNotices notices;
    std::optional<LookAlikes> names;

    Protected& with(std::string_view list, const Texts& entries) {
        REQUIRE(lists.set(list, entries).has_value());
        return *this;
    }
    const LookAlikes& build() {
        mail::DomainNames domain_names;
        names = look_alikes_of(lists, domain_names, test::confusables(), notices).value();
        return *names;
    }
    /// "typo acme.example organisation", or "" for nobody.
    std::string domain(const std::string& domain) {
        mail::DomainNames domain_names;
        return told(names->of_domain(domain_names.parse(domain)));
    }
    std::string person(const std::string& name, const std::string& email) {
        mail::DomainNames domain_names;
        return told(names->of_display_name(name, mail::parse_email(email, domain_names)));
    }
    /// "$list: what: why" of each.
    [[nodiscard]] Texts told_notices() const {
        Texts out;
        for (const LoadNotice& one : notices.told()) out.push_back(one.path + ": " + one.message);
        return out;
    }

private:
    static std::string told(const std::optional<LookAlike>& found) {
        return found ? std::string(to_string(found->imitation)) + " " + found->protected_name + " " +
                           std::string(to_string(found->kind))
                     : "";
    }
};

Protected usual() {
    Protected all;
    all.with("org_domains", {"acme-widgets.example", "acme.hosting.example"})
        .with("tenant_domains", {"acmetenant.example"})
        .with("customer_domains", {"willowbrook.example"})
        .with("brand_domains", {"paypal.com", "microsoft.com"})
        .with("lookalike_allowed", {"acme-widgets.test"})
        .with("org_display_names", {"Kim Park", "Acme Helpdesk", "Vera Stone"});
    REQUIRE(all.lists
                .set_vips({{"Vera Stone", "vera@acme-widgets.example"},
                           {"Vera Stone", "vera@home.example"},
                           {"Max Reed", ""}})
                .has_value());
    all.build();
    return all;
}

}  // namespace

TEST_CASE("protected names: each list protects in its own way") {
    Protected all = usual();
    CHECK(all.domain("acme-widgetz.example") == "typo acme-widgets.example organisation");
    CHECK(all.domain("acmetenamt.example") == "typo acmetenant.example organisation");
    CHECK(all.domain("wi11owbrook.example") == "confusable willowbrook.example customer");
    CHECK(all.domain("rnicrosoft.com") == "confusable microsoft.com brand");
    CHECK(all.domain("acme-widgets.com") == "other_tld acme-widgets.example organisation");
    for (const char* nobody :
         {"acme-widgets.example", "mail.acme-widgets.example", "acme-widgets.test", "www.acme-widgets.test",
          "willowbrook.example", "paypal.com", "sender.example"})
        CHECK_MESSAGE(all.domain(nobody).empty(), nobody);
    CHECK(all.told_notices().empty());
}

TEST_CASE("protected names: a host below a shared domain is allowed, and does not protect the domain") {
    Protected all = usual();
    CHECK(all.domain("acme.hosting.example").empty());
    CHECK(all.domain("h0sting.example").empty());
    CHECK(all.person("Kim Park", "kim@acme.hosting.example").empty());
    CHECK(all.person("Kim Park", "kim@other.hosting.example") == "display_name Kim Park staff");
}

TEST_CASE("protected names: people, teams, and addresses of their own") {
    Protected all = usual();
    CHECK(all.person("Stone, Vera", "x@evil.example") == "display_name Vera Stone vip");
    CHECK(all.person("Vera Stone", "vera@home.example").empty());  // her second address; as staff neither
    CHECK(all.person("Dr. Max Reed", "max@evil.example") == "display_name Max Reed vip");
    CHECK(all.person("Kim Park", "kim@evil.example") == "display_name Kim Park staff");
    CHECK(all.person("Kim Park", "kim@acmetenant.example").empty());
    CHECK(all.person("Acme He1pdesk", "x@evil.example") == "display_name Acme Helpdesk team");
    CHECK(all.person("Kim Parker", "kim@evil.example").empty());
    CHECK(all.person("", "kim@evil.example").empty());
    CHECK(is_team_name("IT Helpdesk"));
    CHECK(is_team_name("acme billing"));
    CHECK_FALSE(is_team_name("Titus Itten"));
    CHECK_FALSE(is_team_name(""));
}

TEST_CASE("protected names: who imitates others is not exempted by being a customer") {
    Protected all;
    all.with("brand_domains", {"paypal.com"})
        .with("org_domains", {"acme-widgets.example"})
        .with("customer_domains", {"paypa1.com", "acme-widget.example", "gmail.com", "willowbrook.example"})
        .with("free_email_providers", {"gmail.com"})
        .build();
    CHECK(all.domain("paypa1.com") == "confusable paypal.com brand");
    CHECK(all.domain("acme-widget.example") == "typo acme-widgets.example organisation");
    CHECK(all.domain("gmai1.com").empty());
    CHECK(all.domain("wi11owbrook.example") == "confusable willowbrook.example customer");
    CHECK(
        all.told_notices() ==
        Texts{
            "$customer_domains: paypa1.com: looks like paypal.com; not protected, unless it is in "
            "$lookalike_allowed",
            "$customer_domains: acme-widget.example: looks like acme-widgets.example; not protected, unless "
            "it is in $lookalike_allowed",
            "$customer_domains: gmail.com: anybody gets a mailbox there"});

    Protected allowed;
    allowed.with("brand_domains", {"paypal.com"})
        .with("customer_domains", {"paypa1.com"})
        .with("lookalike_allowed", {"paypa1.com"})
        .build();
    CHECK(allowed.domain("paypa1.com").empty());
    CHECK(allowed.told_notices().empty());
}

TEST_CASE("protected names: what is no name is told, and harms no other") {
    Protected all;
    all.with("org_domains", {"com", "not a domain", "acme-widgets.example"})
        .with("org_display_names", {"Support", "--", "Kim Park"})
        .build();
    CHECK(all.domain("acme-widgetz.example") == "typo acme-widgets.example organisation");
    CHECK(all.person("Support", "x@evil.example").empty());
    CHECK(all.person("Kim Park", "x@evil.example") == "display_name Kim Park staff");
    CHECK(all.told_notices() == Texts{"$org_domains: com: not a registrable domain",
                                      "$org_domains: not a domain: not a registrable domain",
                                      "$org_display_names: Support: a word that everybody uses, no name",
                                      ": --: too short, or no letters in it"});
    Protected none;
    none.build();
    CHECK(none.domain("paypa1.com").empty());
}

TEST_CASE("tocsin.lookalike and tocsin.impersonates: answers, null and cost") {
    Protected all = usual();
    test::Asker ask("From: \"Stone, Vera\" <vera@paypa1.com>\r\nTo: bob@example.net\r\n"
                    "Reply-To: x@acme-widgets.example\r\nSubject: x\r\n\r\n"
                    "https://www.acme-widgets-login.example/ http://192.0.2.1/\r\n");
    ask.look_alikes = &*all.names;
    for (const auto& [expression, answer] : std::vector<std::pair<std::string, std::string>>{
             {"tocsin.lookalike(sender.email.domain).imitation", "\"confusable\""},
             {"tocsin.lookalike(sender.email.domain).kind", "\"brand\""},
             {"tocsin.lookalike(sender.email.domain).name", "\"paypal.com\""},
             {"tocsin.lookalike(sender.email.domain).distance", "1"},
             {"strings.contains(tocsin.lookalike(sender.email.domain).words, 'paypa1.com is not paypal.com')",
              "true"},
             {"tocsin.lookalike('micros0ft.com').name", "\"microsoft.com\""},
             {"tocsin.lookalike('sender.example') is null", "true"},
             {"tocsin.lookalike('sender.example').kind == 'brand'", "null"},
             {"tocsin.lookalike('') is null", "true"},
             {"tocsin.lookalike(null)", "null"},
             {"any(headers.reply_to, tocsin.lookalike(.email.domain) is not null)", "false"},
             {"map(body.links, tocsin.lookalike(.href_url.domain).imitation)", "[\"combo\", null]"},
             {"tocsin.impersonates(sender.display_name, sender.email).kind", "\"vip\""},
             {"tocsin.impersonates(sender.display_name, 'vera@home.example') is null", "true"},
             {"tocsin.impersonates('service@paypal.com', sender.email).name", "\"paypal.com\""},
             {"tocsin.impersonates('Nobody Here', sender.email) is null", "true"},
             {"tocsin.impersonates('Kim Park', null).kind", "\"staff\""},
             {"tocsin.impersonates(null, sender.email)", "null"},
         }) {
        CAPTURE(expression);
        CHECK(ask(expression) == answer);
    }
    CHECK(ask("tocsin.lookalike(3)").contains("1:"));  // checked when a rule is loaded
    CHECK(ask("tocsin.lookalike(sender.email.domain).nothing").contains("nothing"));
    ask.budget = {.rule_steps = 15, .message_steps = 1'000'000};
    CHECK(ask("tocsin.lookalike(sender.email.domain).kind") == "null ? budget");
    CHECK(ask("tocsin.impersonates(sender.display_name, sender.email).kind") == "null ? budget");
    test::Asker nobody;
    CHECK(nobody("tocsin.lookalike('paypa1.com') is null") == "true");  // no name is protected
}
