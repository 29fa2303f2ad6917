#include <doctest/doctest.h>

#include <chrono>

#include "base/limits.hpp"
#include "gate/order_book.hpp"

using namespace tocsin;
using namespace tocsin::gate;
using store::OrderAction;
using store::SubjectKind;

namespace {

store::Order order_of(OrderAction action, SubjectKind kind, std::string value) {
    store::Order order;
    order.id = "1";
    order.action = action;
    order.subject_kind = kind;
    order.value = std::move(value);
    return order;
}

bool matches(const store::Order& order, const OrderSubject& subject, TimePoint now = {}) {
    OrderBook book;
    book.replace({order});
    return book.find(subject, now).has_value();
}

}  // namespace

TEST_CASE("each kind of order matches what it names, and its neighbour not") {
    scan::ScanReport report;
    report.facts.header_from = "Boss@Corp.example";
    report.facts.further_from = {"\"Second\"@Hidden.example."};
    report.facts.subject = "Wedding photos!";
    report.facts.attachment_sha256 = {"ab12"};
    report.facts.text_fingerprint = 0xFE;
    report.urls.push_back({"https://user@login.bad.example:8443/path?x=1", "html", 0});
    OrderSubject subject{mail::Direction::outbound, "news@garden.example.org", "192.0.2.7", &report, "",
                         "Key-7"};
    struct Case {
        SubjectKind kind;
        const char* hit;
        const char* miss;
    };
    for (const Case& c :
         {Case{SubjectKind::sender, "NEWS@garden.example.org", "ews@garden.example.org"},
          Case{SubjectKind::sender, "boss@corp.example", "boss@corp.example.net"},
          Case{SubjectKind::sender, "\"news\"@garden.example.org", "\"new\"@garden.example.org"},
          Case{SubjectKind::sender, "second@hidden.example", "third@hidden.example"},
          Case{SubjectKind::sender, "@hidden.example", "@idden.example"},
          Case{SubjectKind::domain, "hidden.example", "idden.example"},
          Case{SubjectKind::domain, "example.org", "mple.org"},
          Case{SubjectKind::domain, "corp.example", "orp.example"},
          Case{SubjectKind::client_ip, "192.0.2.7", "192.0.2.70"},
          Case{SubjectKind::login, "key-7", "key-70"},
          Case{SubjectKind::login, "KEY-7", "ey-7"},
          Case{SubjectKind::link_domain, "bad.example", "ad.example"},
          Case{SubjectKind::content_sha256, "AB12", "ab1"},
          Case{SubjectKind::subject, "Wedding photos!", "Wedding photos?"},
          // Every address of exactly one domain.
          Case{SubjectKind::sender, "@garden.EXAMPLE.org", "@example.org"},
          Case{SubjectKind::sender, "@corp.example", "@"},
          // Blocks of addresses.
          Case{SubjectKind::client_ip, "192.0.2.0/24", "192.0.3.0/24"},
          Case{SubjectKind::client_ip, "192.0.2.4/30", "192.0.2.8/30"},
          Case{SubjectKind::client_ip, "::ffff:192.0.2.7", "::/0"},
          Case{SubjectKind::url, "login.bad.example:8443/pa", "bad.example:8443/pa"},
          Case{SubjectKind::url, "login.bad.example:8443/path?x=1", "login.bad.example:8443/PATH"},
          Case{SubjectKind::similar, "00000000000000ff", "ffffffffffffff00"},
          // A part of the subject, whatever its case.
          Case{SubjectKind::subject, "wedding", "weddings"},
          Case{SubjectKind::subject, "DING PHOTOS", "photos wed"}}) {
        CAPTURE(c.hit);
        CHECK(matches(order_of(OrderAction::block, c.kind, c.hit), subject));
        CHECK_FALSE(matches(order_of(OrderAction::block, c.kind, c.miss), subject));
    }
}

TEST_CASE("direction and expiry limit an order") {
    OrderSubject subject{mail::Direction::inbound, "a@example.org", "", nullptr};
    store::Order order = order_of(OrderAction::block, SubjectKind::sender, "a@example.org");
    order.direction = "outbound";
    CHECK_FALSE(matches(order, subject));
    order.direction = "inbound";
    CHECK(matches(order, subject));
    order.expires_at = TimePoint{1000};
    CHECK(matches(order, subject, TimePoint{999}));
    CHECK_FALSE(matches(order, subject, TimePoint{1000}));
}

TEST_CASE("block wins over hold") {
    OrderBook book;
    book.replace({order_of(OrderAction::hold, SubjectKind::sender, "a@example.org"),
                  order_of(OrderAction::block, SubjectKind::domain, "example.org")});
    auto found = book.find({mail::Direction::inbound, "a@example.org", "", nullptr}, {});
    REQUIRE(found.has_value());
    CHECK(found->action == OrderAction::block);
}

TEST_CASE("orders about recipients are found for one recipient too, the strictest first") {
    OrderBook book;
    book.replace({order_of(OrderAction::hold, SubjectKind::recipient, "@Example.com"),
                  order_of(OrderAction::block, SubjectKind::recipient, "boss@example.com"),
                  order_of(OrderAction::block, SubjectKind::sender, "a@example.org")});
    CHECK(book.looks_at_recipients());
    const auto action_for = [&](std::string_view recipient) {
        const auto order = book.find_for_recipient(mail::Direction::inbound, recipient, {});
        return !order ? "none" : order->action == OrderAction::block ? "block" : "hold";
    };
    CHECK(action_for("Boss@EXAMPLE.com") == std::string("block"));
    CHECK(action_for("other@example.com") == std::string("hold"));
    CHECK(action_for("a@example.org") == std::string("none"));
    CHECK(action_for("no-domain") == std::string("none"));
    CHECK(action_for("a@sub.example.com") == std::string("none"));
    CHECK_FALSE(book.find({mail::Direction::inbound, "b@example.org", "", nullptr}, {}).has_value());
}

TEST_CASE("an order about links looks at every link") {
    scan::ScanReport report;
    for (const char* url : {"https://b.example/x", "https://[2001:db8::1]:8443/x", "mailto:a@c.example",
                            "https://a.example/y?q", "https://a.example/"})
        report.urls.push_back({url, "html", 0});
    const OrderSubject subject{mail::Direction::inbound, "a@example.org", "", &report};
    auto fits = [&](SubjectKind kind, const char* value) {
        return matches(order_of(OrderAction::block, kind, value), subject);
    };
    for (const char* value : {"a.example/", "a.example/y", "a.example/y?q", "b.example/", "b.example/x"})
        CHECK_MESSAGE(fits(SubjectKind::url, value), value);
    for (const char* value : {"a.example/x", "a.example/y?r", "b.example/y", "c.example/", ".example/"})
        CHECK_FALSE_MESSAGE(fits(SubjectKind::url, value), value);
    CHECK(fits(SubjectKind::link_domain, "[2001:db8::1]"));
    CHECK_FALSE(fits(SubjectKind::link_domain, "[2001"));
}

TEST_CASE("thousands of links, recipients and orders do not hold the gate up") {
    constexpr std::size_t orders_count = 20'000, links = 4'000, recipients = 10'000;
    std::vector<store::Order> orders;
    for (std::size_t index = 0; index < orders_count; ++index) {
        const std::string domain = "bad" + std::to_string(index) + ".example";
        orders.push_back(order_of(OrderAction::block,
                                  index % 2 == 0 ? SubjectKind::link_domain : SubjectKind::recipient,
                                  (index % 2 == 0 ? "" : "@") + domain));
        orders.push_back(order_of(OrderAction::block, SubjectKind::url, domain + "/login"));
    }
    OrderBook book;
    book.replace(std::move(orders));
    scan::ScanReport report;
    for (std::size_t index = 0; index < links; ++index)
        report.urls.push_back({"https://a.b.c" + std::to_string(index) + ".example/", "html", 0});
    report.urls.push_back({"https://" + std::string(16'000, '.') + "/", "html", 0});
    const OrderSubject subject{mail::Direction::inbound, "a@example.org", "", &report};
    const auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(book.find(subject, {}).has_value());
    std::size_t found = 0;
    for (std::size_t index = 0; index < recipients; ++index)
        found += book.find_for_recipient(mail::Direction::inbound,
                                         "x@bad" + std::to_string(index) + ".example", {})
                     ? 1U
                     : 0U;
    CHECK(found == recipients / 2);
    report.urls.push_back({"https://www.Bad2.example/", "html", 0});
    CHECK(book.find(subject, {}).has_value());
    // One comparison of each with each would be 10^12 of them.
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}

TEST_CASE("an order about a login fits nobody who did not sign in") {
    const store::Order order = order_of(OrderAction::block, SubjectKind::login, "");
    CHECK_FALSE(matches(order, {mail::Direction::outbound, "a@example.org", "", nullptr}));
}

TEST_CASE("an order that paces lets a hundred recipients have it in half an hour") {
    OrderBook book;
    store::Order order = order_of(OrderAction::pace, SubjectKind::login, "key-7");
    book.replace({order});
    const TimePoint begin{1'000'000'000};
    const auto later = [&](std::int64_t us) { return TimePoint{begin.microseconds + us}; };
    CHECK(book.take_from_pace(order, 60, begin));
    CHECK_FALSE(book.take_from_pace(order, 41, begin));
    CHECK(book.take_from_pace(order, 40, later(1)));
    CHECK_FALSE(book.take_from_pace(order, 1, later(limits::order_pace_window_us - 1)));
    CHECK(book.take_from_pace(order, 100, later(limits::order_pace_window_us)));
    CHECK_FALSE(book.take_from_pace(order, 1, later(limits::order_pace_window_us + 1)));
    // A clock that was set back does not stop it for good.
    CHECK(book.take_from_pace(order, 100, later(-1)));
    CHECK_FALSE(book.take_from_pace(order, 1, begin));
    // Other orders come and go: what it let go still counts. Given anew, it is another order.
    book.replace({order, order_of(OrderAction::hold, SubjectKind::sender, "a@example.org")});
    CHECK_FALSE(book.take_from_pace(order, 1, begin));
    book.replace({});
    book.replace({order});
    CHECK(book.take_from_pace(order, 1, begin));
}

TEST_CASE("of orders that fit the strictest counts") {
    OrderBook book;
    book.replace({order_of(OrderAction::pace, SubjectKind::sender, "a@example.org"),
                  order_of(OrderAction::hold, SubjectKind::domain, "example.org")});
    const OrderSubject subject{mail::Direction::inbound, "a@example.org", "", nullptr};
    REQUIRE(book.find(subject, {}).has_value());
    CHECK(book.find(subject, {})->action == OrderAction::hold);
}
