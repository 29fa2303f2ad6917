#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "store/order_value.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::store;

TEST_CASE("a value that can match is kept in the form in which it is compared") {
    const std::string hash(64, 'A');
    struct Case {
        SubjectKind kind;
        std::string value, kept;
    };
    for (const Case& c :
         {Case{SubjectKind::sender, " Thief@Evil.example ", "thief@evil.example"},
          Case{SubjectKind::sender, "*@Evil.example", "@evil.example"},
          Case{SubjectKind::sender, "@evil.example", "@evil.example"},
          Case{SubjectKind::sender, "a+b=c@x-y.example", "a+b=c@x-y.example"},
          Case{SubjectKind::sender, "\"john smith\"@evil.example", "\"john smith\"@evil.example"},
          Case{SubjectKind::sender, "a@[192.0.2.1]", "a@[192.0.2.1]"},
          Case{SubjectKind::sender, "a@localhost", "a@localhost"},
          Case{SubjectKind::recipient, "Boss@corp.example", "boss@corp.example"},
          Case{SubjectKind::login, " Key-7 ", "key-7"},
          Case{SubjectKind::login, "Anna@Shop.example", "anna@shop.example"},
          Case{SubjectKind::login, "name with spaces", "name with spaces"},
          Case{SubjectKind::domain, "Evil.example", "evil.example"},
          Case{SubjectKind::domain, "bücher.example", "bücher.example"},
          Case{SubjectKind::domain, "zip", "zip"},
          Case{SubjectKind::link_domain, "192.0.2.1", "192.0.2.1"},
          Case{SubjectKind::link_domain, "xn--bcher-kva.example", "xn--bcher-kva.example"},
          Case{SubjectKind::client_ip, "127.0.0.0/8", "127.0.0.0/8"},
          Case{SubjectKind::client_ip, "2001:DB8::/32", "2001:db8::/32"},
          Case{SubjectKind::content_sha256, hash, std::string(64, 'a')},
          Case{SubjectKind::url, "HTTPS://me@Evil.example:8443/Login?x=1#top", "evil.example:8443/Login?x=1"},
          Case{SubjectKind::url, "evil.example/", "evil.example/"},
          Case{SubjectKind::similar, "00000000000000FF", "00000000000000ff"},
          Case{SubjectKind::subject, " Your Invoice ", "Your Invoice"}}) {
        CAPTURE(c.value);
        const auto kept = order_value(c.kind, c.value);
        REQUIRE(kept.has_value());
        CHECK(*kept == c.kept);
        CHECK(order_value(c.kind, *kept).value_or("refused") == *kept);
    }
}

TEST_CASE("a value that can match nothing is refused in words that say what is expected") {
    struct Case {
        SubjectKind kind;
        std::string value;
        const char* expected;
    };
    for (const Case& c :
         {Case{SubjectKind::sender, "not an address", "give an address such as"},
          Case{SubjectKind::sender, "not an@address.example", "give an address such as"},
          Case{SubjectKind::sender, "evil.example", "@mail.example for every address"},
          Case{SubjectKind::sender, "thief*@evil.example", "@mail.example for every address"},
          Case{SubjectKind::sender, "a@b@evil.example", "give an address"},
          Case{SubjectKind::sender, "<a@evil.example>", "give an address"},
          Case{SubjectKind::sender, "a@", "give an address"},
          Case{SubjectKind::sender, "a@192.0.2.1", "give an address"},
          Case{SubjectKind::sender, "@*.evil.example", "give an address"},
          Case{SubjectKind::sender, std::string(limits::smtp_path_bytes, 'a') + "@evil.example",
               "give an address"},
          Case{SubjectKind::recipient, "boss", "give an address such as boss@"},
          Case{SubjectKind::url, "https://evil.example", "use link_domain"},
          Case{SubjectKind::url, "/login", "give host and path"},
          Case{SubjectKind::url, "two words/login", "give host and path"},
          Case{SubjectKind::similar, "ff", "give the text_fingerprint"},
          Case{SubjectKind::similar, "0000000000000000", "give the text_fingerprint"},
          Case{SubjectKind::domain, "bad..domain", "give a domain such as"},
          Case{SubjectKind::domain, ".evil.example", "give a domain"},
          Case{SubjectKind::domain, "evil.example.", "give a domain"},
          Case{SubjectKind::domain, "*.evil.example", "without @ and *"},
          Case{SubjectKind::domain, "@evil.example", "without @ and *"},
          Case{SubjectKind::domain, "-evil.example", "give a domain"},
          Case{SubjectKind::domain, "999.1.1.1", "give a domain"},
          Case{SubjectKind::domain, std::string(64, 'a') + ".example", "give a domain"},
          Case{SubjectKind::link_domain, "https://evil.example/", "give a domain such as"},
          Case{SubjectKind::link_domain, "bücher.example", "xn--"},
          Case{SubjectKind::link_domain, "192.0.2.0/24", "give a domain"},
          Case{SubjectKind::client_ip, "999.1.1.1", "192.0.2.0/24"},
          Case{SubjectKind::client_ip, "10.0.0.0/40", "192.0.2.0/24"},
          Case{SubjectKind::client_ip, "mail.example", "give an IPv4 or IPv6 address"},
          Case{SubjectKind::content_sha256, "xyz", "64 hexadecimal digits"},
          Case{SubjectKind::content_sha256, std::string(63, 'a'), "64 hexadecimal digits"},
          Case{SubjectKind::content_sha256, std::string(63, 'a') + "g", "64 hexadecimal digits"},
          Case{SubjectKind::login, "key\r\n7", "tocsin journal list --login"},
          Case{SubjectKind::login, std::string(limits::order_login_bytes + 1, 'k'), "give the name"},
          Case{SubjectKind::login, "", "needs a value"},
          Case{SubjectKind::subject, "ab", "three letters"},
          Case{SubjectKind::sender, " \t", "needs a value"}}) {
        CAPTURE(c.value);
        ExactBuffer exact(c.value);
        const auto refused = order_value(c.kind, as_text(exact.view()));
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == ErrorCode::invalid_input);
        CAPTURE(refused.error().message);
        CHECK(refused.error().message.find(c.expected) != std::string::npos);
        CHECK(refused.error().message.size() < 400);
    }
}

TEST_CASE("an order has a direction that gates have, or none") {
    for (const char* direction : {"", "inbound", "outbound"})
        CHECK(check_order_direction(direction).has_value());
    for (const char* direction : {"sideways", "Inbound", "internal"}) {
        const auto refused = check_order_direction(direction);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().message.find("give inbound or outbound") != std::string::npos);
    }
}

TEST_CASE("the meaning of an order says what it does") {
    Order order;
    order.subject_kind = SubjectKind::subject;
    order.value = "invoice";
    order.direction = "inbound";
    CHECK(order_meaning(order) ==
          "block inbound messages whose subject contains \"invoice\", upper and lower case alike");
    order.action = OrderAction::hold;
    order.subject_kind = SubjectKind::sender;
    order.value = "@evil.example";
    order.direction.clear();
    CHECK(order_meaning(order) ==
          "hold messages whose sender (envelope or From) is any address of evil.example");
}

TEST_CASE("what one recipient gets is not paced, all else is") {
    for (const std::string_view word : subject_kind_words) {
        const SubjectKind kind = *subject_kind_from(word);
        CHECK(check_order_action(OrderAction::pace, kind).has_value() == (kind != SubjectKind::recipient));
        CHECK(check_order_action(OrderAction::hold, kind).has_value());
    }
    Order order;
    order.action = OrderAction::pace;
    order.subject_kind = SubjectKind::login;
    order.value = "key-7";
    order.direction = "outbound";
    CHECK(order_meaning(order) == "pace outbound messages sent with the login key-7: 100 recipients get them in "
                                  "30 minutes, the rest comes again");
}
