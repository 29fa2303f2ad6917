#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/limits.hpp"
#include "mail/addresses.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

struct Expected {
    std::string display_name, email;
    bool operator==(const Expected&) const = default;
};

std::vector<Expected> parse(std::string_view raw) {
    const ExactBuffer buffer(raw);
    CharsetConverters converters;
    DomainNames domain_names;
    std::vector<Expected> out;
    for (const Mailbox& mailbox : parse_mailboxes(buffer.text(), converters, domain_names))
        out.push_back({mailbox.display_name, mailbox.email.email});
    return out;
}

}  // namespace

namespace doctest {
template <>
struct StringMaker<Expected> {
    static String convert(const Expected& e) { return ("[" + e.display_name + "|" + e.email + "]").c_str(); }
};
}  // namespace doctest

TEST_CASE("addresses: what clients show") {
    struct Case {
        std::string raw;
        std::vector<Expected> expected;
    };
    const std::vector<Case> cases = {
        {"John Doe <John@Example.COM>", {{"John Doe", "John@example.com"}}},
        {"john@example.com (John)", {{"John", "john@example.com"}}},
        {"\"Doe, John\" <j@x.com>, b@y.org", {{"Doe, John", "j@x.com"}, {"", "b@y.org"}}},
        {"undisclosed-recipients:;", {{"Undisclosed recipients", ""}}},
        {"Undisclosed recipients:;", {{"Undisclosed recipients", ""}}},
        {"undisclosed-recipients", {{"Undisclosed recipients", ""}}},
        {"Friends: a@b.com, \"x y\"@c.de; z@q.fr", {{"", "a@b.com"}, {"", "\"x y\"@c.de"}, {"", "z@q.fr"}}},
        {"Staff:;, a@b.com", {{"Staff", ""}, {"", "a@b.com"}}},
        {"<@r1,@r2:joe@c.com>", {{"", "joe@c.com"}}},  // RFC 5322 section 4.4
        {"security @ paypal.example", {{"", "security@paypal.example"}}},  // the same section
        {"security@ paypal.example", {{"", "security@paypal.example"}}},
        {"security(x)@paypal.example", {{"x", "security@paypal.example"}}},
        {"a . b@(y)c.com", {{"y", "a.b@c.com"}}},
        {"Mr. Doe j @ c.com", {{"Mr. Doe", "j@c.com"}}},
        {"=?utf-8?Q?Doe,_J=C3=B6rg?= <j@b\xC3\xBC"
         "cher.de>",
         {{"Doe, Jörg", "j@xn--bcher-kva.de"}}},
        {"\"=?utf-8?Q?J=C3=B6rg?=\" <j@x.com>", {{"Jörg", "j@x.com"}}},
        {"\"evil <a@b.com>", {{"\"evil", "a@b.com"}}},  // a quote that never ends hides nothing
        {"a@bank.com <evil@x.com>", {{"a@bank.com", "evil@x.com"}}},
        {"\"a@bank.com\" <evil@x.com>", {{"a@bank.com", "evil@x.com"}}},
        {"<a@b.com> <c@d.com>", {{"", "a@b.com"}, {"", "c@d.com"}}},
        {"<a@b.com", {{"", "a@b.com"}}},
        {"a@b.com>", {{"", "a@b.com"}}},
        {"(c(n)) John . Doe (x) <a (k) @b.com>", {{"John . Doe", "a@b.com"}}},
        {"<a@b@c.com>", {{"", "\"a@b\"@c.com"}}},
        {"John john@x.com", {{"John", "john@x.com"}}},
        {"root", {{"root", ""}}},
        {"mailto:a@b.com", {{"", "a@b.com"}}},
        {"=?utf-8?q?a=40b.com?=", {{"", "a@b.com"}}},
        {"a@b.com; c@d.com", {{"", "a@b.com"}, {"", "c@d.com"}}},
        {"<\"a\\\"b\"@c.com>", {{"", "\"a\\\"b\"@c.com"}}},
        {"x@[192.0.2.1]", {{"", "x@[192.0.2.1]"}}},
        {"\r\n folded\r\n name <a@b.com>", {{"folded name", "a@b.com"}}},
        {"", {}},
        {" , ,", {}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.raw);
        CHECK(parse(c.raw) == c.expected);
    }
}

TEST_CASE("addresses: an undisclosed recipient has an invalid domain") {
    CharsetConverters converters;
    DomainNames domain_names;
    const auto mailboxes = parse_mailboxes("undisclosed-recipients:;", converters, domain_names);
    REQUIRE(mailboxes.size() == 1);
    CHECK_FALSE(mailboxes[0].email.domain.valid);
}

TEST_CASE("addresses: the list is bounded and hostile input takes linear time") {
    for (const std::string unit : {"<\"\\\",", "\"", "(", "<", ",", "a@", "=?a?q?", "<<\"(", "a:", ":", "\\",
                                   "a@b.com,", "()", "\"\""}) {
        std::string text;
        while (text.size() < 1'000'000) text += unit;
        CHECK(parse(text).size() <= limits::mailboxes);
    }
    std::string many;
    for (std::size_t i = 0; i < limits::mailboxes + 10; ++i) many += "a@b.com,";
    CHECK(parse(many).size() == limits::mailboxes);
}

TEST_CASE("addresses: what is written is read again") {
    rc::check([] {
        CharsetConverters converters;
        DomainNames domain_names;
        Mailbox mailbox;
        mailbox.display_name =
            *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab ,<>@\"\\();:.c")));
        const auto local = *rc::gen::nonEmpty(
            rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab ,<>@\"\\();:.c"))));
        mailbox.email = parse_email(
            '"' +
                [&] {
                    std::string escaped;
                    for (const char c : local) (escaped += c == '"' || c == '\\' ? "\\" : "") += c;
                    return escaped;
                }() +
                "\"@example.com",
            domain_names);
        RC_ASSERT(mailbox.email.local_part == local);
        const auto again = parse_mailboxes(to_address_text(mailbox), converters, domain_names);
        RC_ASSERT(again.size() == 1);
        RC_ASSERT(again[0].email.email == mailbox.email.email);
    });
}
