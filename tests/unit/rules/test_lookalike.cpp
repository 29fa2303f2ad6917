#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "rules/lookalike.hpp"
#include "rules/lookalike_letters.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

const Confusables& confusables() {
    static const Confusables built = Confusables::build().value();
    return built;
}

ProtectedNames names() {
    using enum ProtectedKind;
    return {.domains = {{"paypal.com"},
                        {"microsoft.com"},
                        {"wellsfargo.com"},
                        {"bankofamerica.com"},
                        {"dhl.com"},
                        {"apple.com"},
                        {"barclays.co.uk"},
                        {"support.com"},
                        {"m\u00FCller.example", customer},
                        {"northwind.example", organisation},
                        {"klavier.example", customer}},
            .people = {{"Jane Smith", vip, {"jane@home.example"}},
                       {"Li Wu", staff, {}},
                       {"IT Helpdesk", team, {"helpdesk.example"}},
                       {"PayPal", brand, {"paypal.com"}},
                       {"José O'Neil", staff, {}}},
            .allowed = {"paypal.de", "paypa1-research.example"}};
}

LookAlikes protected_names() {
    mail::DomainNames domain_names;
    return LookAlikes::build(names(), domain_names, confusables()).value();
}

/// "combo paypal.com", or "" for nobody.
std::string told(const std::optional<LookAlike>& found) {
    return found ? std::string(to_string(found->imitation)) + " " + found->protected_name : "";
}

mail::EmailAddress address(const std::string& email) {
    mail::DomainNames domain_names;
    const std::size_t at = email.find('@');
    return {email, email.substr(0, at), domain_names.parse(email.substr(at + 1))};
}

}  // namespace

TEST_CASE("look-alikes: domains") {
    const LookAlikes look_alikes = protected_names();
    mail::DomainNames domain_names;
    struct Row {
        std::string domain, told;
    };
    for (const Row& c : std::vector<Row>{
             // nobody
             {"paypal.com", ""},
             {"www.paypal.com", ""},
             {"paypal.de", ""},  // allowed
             {"login.paypa1-research.example", ""},
             {"example.org", ""},
             {"", ""},
             {"com", ""},
             {"not a domain", ""},
             {"192.0.2.1", ""},
             {"playful.com", ""},
             {"apples-and-pears.com", ""},
             {"support-forum.com", ""},  // a name that is an ordinary word
             // confusable
             {"paypa1.com", "confusable paypal.com"},
             {"paypai.com", "confusable paypal.com"},
             {"rnicrosoft.com", "confusable microsoft.com"},
             {"micr0s0ft.net", "confusable microsoft.com"},
             {"vvellsfargo.com", "confusable wellsfargo.com"},
             {"р\u0430ypal.com", "confusable paypal.com"},
             {"xn--pypal-4ve.com", "confusable paypal.com"},
             {"аррӏе.com", "confusable apple.com"},
             {"dһl.com", "confusable dhl.com"},  // short, but of another script
             {"dh1.com", ""},                    // short
             {"muller.example", "confusable xn--mller-kva.example"},
             {"paypa1.login.example", "confusable paypal.com"},
             // typo
             {"paypak.com", "typo paypal.com"},   // neighbours
             {"pazpal.com", "typo paypal.com"},   // on QWERTZ
             {"pqypal.com", "typo paypal.com"},   // q is beside a on AZERTY, above it on QWERTY
             {"payppal.com", "typo paypal.com"},  // doubled
             {"papyal.com", "typo paypal.com"},   // swapped
             {"paypl.com", "typo paypal.com"},    // dropped
             {"pay-pal.com", "typo paypal.com"},  // hyphen
             {"paypak.net", ""},                  // six letters: only below the same top-level domain
             {"microsooft.net", "typo microsoft.com"},
             {"microsaft.com", "typo microsoft.com"},  // nine letters: any edit
             {"paybal.com", ""},
             {"appl.com", ""},  // leaves four letters
             {"bank-of-america.com", "typo bankofamerica.com"},
             // bit_flip
             {"paypad.com", "bit_flip paypal.com"},
             {"paypad.net", ""},
             // combo
             {"paypal-login.example", "combo paypal.com"},
             {"secure-paypal.example", "combo paypal.com"},
             {"paypallogin.example", "combo paypal.com"},
             {"securepaypalaccount.example", "combo paypal.com"},
             {"paypa1-login.example", "combo paypal.com"},
             {"wells-fargo-billing.example", "combo wellsfargo.com"},
             {"dhl-tracking.example", "combo dhl.com"},
             {"dhl-hotel.example", ""},
             {"apple-pie.example", ""},
             {"microsoft-cakes.example", "combo microsoft.com"},
             {"northwind-cakes.example", "combo northwind.example"},
             {"paypal.com.evil.example", "combo paypal.com"},
             {"www.dhl.com.evil.example", "combo dhl.com"},
             {"paypal.com-secure.example", "combo paypal.com"},
             {"barclays.co.uk.evil.example", "combo barclays.co.uk"},
             {"www-barclays-co-uk.example", "combo barclays.co.uk"},
             {"paypal-com.example", "combo paypal.com"},
             {"paypal.secure-area.example", "combo paypal.com"},
             {"paypal-login.pages.example", "combo paypal.com"},
             {"paypal.shop-software.example", "combo paypal.com"},
             {"paypal.cakes.example", ""},  // a customer's corner of a service has such names, too
             // other_tld
             {"paypal.net", "other_tld paypal.com"},
             {"paypal.co.uk", "other_tld paypal.com"},
             {"dhl.net", ""},
         }) {
        CAPTURE(c.domain);
        CHECK(told(look_alikes.of_domain(domain_names.parse(c.domain))) == c.told);
    }
}

TEST_CASE("look-alikes: what is told") {
    const LookAlikes look_alikes = protected_names();
    mail::DomainNames domain_names;
    const auto found = look_alikes.of_domain(domain_names.parse("paypa1.com"));
    REQUIRE(found);
    CHECK(found->kind == ProtectedKind::brand);
    CHECK(found->distance == 1);
    CHECK(found->words == "paypa1.com is not paypal.com, the domain of a known brand, but looks like it: "
                          "characters are replaced by "
                          "others that look like them.");
    CHECK(look_alikes.of_domain(domain_names.parse("papyal.com"))->distance == 2);
    CHECK(look_alikes.of_domain(domain_names.parse("northwimd.example"))->words.contains("our own domain"));
    CHECK(look_alikes.of_domain(domain_names.parse("klaviier.example"))->kind == ProtectedKind::customer);
}

TEST_CASE("look-alikes: display names") {
    const LookAlikes look_alikes = protected_names();
    struct Row {
        std::string name, from, told;
    };
    for (const Row& c : std::vector<Row>{
             {"Jane Smith", "x@evil.example", "display_name Jane Smith"},
             {"SMITH, Jane", "x@evil.example", "display_name Jane Smith"},
             {"Dr. Jane M. Smith (CEO)", "x@evil.example", "display_name Jane Smith"},
             {"JaneSmith", "x@evil.example", "display_name Jane Smith"},
             {"J\u0430ne Sm1th", "x@evil.example", "display_name Jane Smith"},
             {"Jane Smith via Phone", "x@evil.example", "display_name Jane Smith"},
             {"\"jane.smith\"", "x@evil.example", "display_name Jane Smith"},
             {"Jane Smith", "jane@northwind.example", ""},
             {"Jane Smith", "jane@mail.northwind.example", ""},
             {"Jane Smith", "Jane@Home.example", ""},  // her own
             {"Jane Smithson", "x@evil.example", ""},
             {"Jane", "x@evil.example", ""},
             {"Mary Jane Black Smith", "x@evil.example", ""},  // not side by side
             {"Jose ONeil", "x@evil.example", "display_name José O'Neil"},
             {"Li Wu", "x@evil.example", "display_name Li Wu"},
             {"Li Wu Trading", "x@evil.example", ""},  // short names alone
             {"IT-Helpdesk", "x@evil.example", "display_name IT Helpdesk"},
             {"IT Helpdesk", "x@helpdesk.example", ""},
             {"PayPa1", "x@evil.example", "display_name PayPal"},
             {"PayPal", "service@mail.paypal.com", ""},
             {"paypal.com", "x@evil.example", "display_name paypal.com"},
             {"service@intl.paypal.com", "x@evil.example", "display_name paypal.com"},
             {"<ceo@northwind.example>", "x@evil.example", "display_name northwind.example"},
             {"ceo@northwind.example", "ceo@northwind.example", ""},
             {"notpaypal.com", "x@evil.example", ""},
             {"", "x@evil.example", ""},
             {"\xFF\xFE ...", "x@evil.example", ""},
         }) {
        CAPTURE(c.name);
        CAPTURE(c.from);
        CHECK(told(look_alikes.of_display_name(c.name, address(c.from))) == c.told);
    }
    CHECK(look_alikes.of_display_name("Jane Smith", address("x@evil.example"))->distance == 0);
    CHECK(look_alikes.of_display_name("Jane Sm1th", address("x@evil.example"))->distance == 1);
}

TEST_CASE("look-alikes: what cannot be protected is said") {
    mail::DomainNames domain_names;
    const ProtectedNames odd = {.domains = {{"www.paypal.com"}, {"co.uk"}, {"no domain"}},
                                .people = {{"...", {}, {}}, {"Ann", {}, {}}},
                                .allowed = {"localhost"}};
    const LookAlikes look_alikes = LookAlikes::build(odd, domain_names, confusables()).value();
    CHECK(look_alikes.skipped() ==
          std::vector<std::string>{"www.paypal.com", "co.uk", "no domain", "...", "Ann", "localhost"});
    const ProtectedNames many = {
        .domains = {}, .people = {}, .allowed = std::vector<std::string>(limits::protected_names + 1)};
    const auto refused = LookAlikes::build(many, domain_names, confusables());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::limit);
}

TEST_CASE("look-alikes: hostile names are bounded") {
    const LookAlikes look_alikes = protected_names();
    std::string hyphens, dots;
    for (int at = 0; at < 31; ++at) hyphens += "a-";
    for (int at = 0; at < 120; ++at) dots += "a.";
    mail::DomainNames domain_names;
    CHECK_FALSE(look_alikes.of_domain(domain_names.parse(hyphens + "a.example")));
    CHECK_FALSE(look_alikes.of_domain(domain_names.parse(dots + "example.com")));
    mail::Domain broken;
    broken.domain = std::string(1U << 20, '.');
    broken.root_domain = "x.example";
    CHECK_FALSE(look_alikes.of_domain(broken));
    broken.domain = "x";
    broken.subdomain = "a.b.c.d";
    CHECK_FALSE(look_alikes.of_domain(broken));
    std::string words;
    for (int at = 0; at < 100'000; ++at) words += "Jane x ";
    CHECK_FALSE(look_alikes.of_display_name(words, address("x@evil.example")));
    mail::EmailAddress from;
    from.domain.domain = std::string(1U << 20, '.');
    CHECK(told(look_alikes.of_display_name("Jane Smith", from)) == "display_name Jane Smith");
}

TEST_CASE("look-alikes: one slip") {
    struct Row {
        std::string name, written;
        Slip slip;
    };
    for (const Row& c : std::vector<Row>{
             {"paypal", "paypal", Slip::none},
             {"paypal", "paypaal", Slip::doubled},
             {"paypal", "paypall", Slip::doubled},
             {"paypal", "paypal-", Slip::hyphen},
             {"pay-pal", "paypal", Slip::hyphen},
             {"paypal", "paypla", Slip::swapped},
             {"paypal", "ppayal", Slip::none},
             {"paypal", "oaypal", Slip::neighbour},
             {"paypal", "pay0al", Slip::neighbour},
             {"paypal", "qaypal", Slip::bit_flip},
             {"paypal", "zaypal", Slip::replaced},
             {"paypal", "payxpal", Slip::added},
             {"paypal", "aypal", Slip::dropped},
             {"paypal", "", Slip::none},
             {"", "a", Slip::added},
         }) {
        CAPTURE(c.written);
        CHECK(slip_of(c.name, c.written) == c.slip);
    }
    CHECK(are_neighbours('y', 'x'));  // QWERTZ
    CHECK(are_neighbours('a', 'z'));  // QWERTY and AZERTY
    CHECK_FALSE(are_neighbours('q', 'p'));
    CHECK(hurried_look("rnicr0soft") == hurried_look("microsoft"));
    CHECK(hurried_look("clell") == hurried_look("dell"));
    CHECK(is_lure("login"));
    CHECK_FALSE(is_lure("cake"));
}
