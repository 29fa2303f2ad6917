// What copies of a mailing share, and what of a copy may be its reader's own.
#include "rules/copy_form.hpp"

#include <string>

#include <doctest/doctest.h>

#include "base/bytes.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::rules;
using tocsin::ExactBuffer;

namespace {

/// The text between the marks [ and ], and whether it may be a reader's own.
struct Marked {
    std::string text;
    bool own = false;
};

Hash256 shared_of(const std::string& mail, const std::string& envelope = "anna@mail.example") {
    const ExactBuffer buffer(mail);
    const mail::MimeTree tree = mail::parse_mime(buffer.view());
    const auto form = copy_form(tree, envelope);
    return form ? form->shared : Hash256{};
}

std::string mail_to(const std::string& to, const std::string& header = {}) {
    return "From: Shop <news@shop.example>\r\nTo: " + to + "\r\n" + header +
           "Subject: Spring\r\nContent-Type: text/plain\r\n\r\nDear reader, the garden shop is open on "
           "Friday.\r\n";
}

}  // namespace

TEST_CASE(
    "a name or an id may be a reader's own; a host, an address, a telephone number, a hidden text may not") {
    const std::vector<Marked> rows = {
        {"Dear [Anna], hello", true},
        {"Dear [Jean-Paul O'Neil], hello", true},
        {"Dear [Jürgen Groß], hello", true},
        {"Dear [], hello", true},
        {"Your number is [123456], thanks", true},
        {"Call [1234567] now", false},
        {"Call +49 30 [1234] now", false},  // with what stands before it, seven digits
        {"Call 555-[0123]-77 now", false},
        {"Dear [Anna.Smith], hello", false},  // mail clients make a link of it
        {"see [evil.example] now", false},
        {"see www.[evil].example now", false},
        {"write to [anna@evil.example] now", false},
        {"write to [anna]@shop.example now", false},
        {"Dear [a=b], hello", false},
        {"Dear [a<b], hello", false},
        {"<a href=\"https://shop.example/u?[12345678]\">leave</a>", true},
        {"<a href=\"https://shop.example/u?[a_B-9]\">leave</a>", true},
        {"<a href=\"https://shop.example/[a/b]\">leave</a>", false},
        {"<a href=\"https://shop.example/[a.zip]\">leave</a>", false},
        {"<a href=\"https://shop.example/[%2e]\">leave</a>", false},
        {"<a href=\"https://shop.example/open/[abc123].gif\">leave</a>", true},
        {"<a href=\"https://x.example/?url=https%3A%2F%2F[q7k21].com%2F\">leave</a>", false},  // a link's true target
        {"<a href=\"https://x.example/3s/www.[q7k21].com/x\">leave</a>", false},
        {"<a href=\"https://x.example/3s/paypal.[cc]\">leave</a>", false},
        {"<a href=\"https://x.example/u?d=shop.example&u=[123]\">leave</a>", true},
        {"<a href=\"https://[shop].example/u\">leave</a>", false},
        {"<a href=\"https://shop.example[2]/u\">leave</a>", false},
        {"<a href=\"https://[a]@shop.example/u\">leave</a>", false},
        {"<a href=\"https://x@y/[abc]\">leave</a>", false},
        {"<a href=\"mailto:leave-[123]@shop.example\">leave</a>", true},
        {"<a href=\"mailto:leave@[shop].example\">leave</a>", false},
        {"<a href=\"mailto:leave@shop.example?subject=[x]\">leave</a>", false},
        {"https://shop.example/u/[YW5uYUBtYWlsLmV4YW1wbGU]", false},  // anna@mail.example in base64
        {"https://shop.example/u/[616e6e61406d61696c2e6578616d706c65]", false},  // the same in hexadecimal
        {"https://shop.example/u/YW5uYUBtYWls[LmV4YW1wbGU]", false},             // a part of it
        {"https://shop.example/u/[f81d4fae7dec11d0a76500a0c91e6bf6]", true},
        {"Dear [" + std::string(64, 'a') + "], hello", true},
        {"Dear [" + std::string(65, 'a') + "], hello", false},
    };
    for (const Marked& row : rows) {
        CAPTURE(row.text);
        const std::size_t begin = row.text.find('['), end = row.text.find(']') - 1;
        std::string text = row.text;
        text.erase(begin, 1).erase(end, 1);
        const ExactBuffer buffer(text);
        CHECK(readers_own(as_text(buffer.view()), begin, end) == row.own);
    }
}

TEST_CASE("fields differ by what belongs to a reader, and by nothing else") {
    struct Row {
        OwnField kind;
        std::string one, other;
        bool may = false;
    };
    const std::vector<Row> rows = {
        {OwnField::subject, "Spring, Anna", "Spring, Bob", true},
        {OwnField::subject, "Spring", "Spring, Bob", true},
        {OwnField::subject, "Spring, Anna", "Spring, see evil.example", false},
        {OwnField::subject, "Spring =?utf-8?q?Anna?=", "Spring =?utf-8?q?Bob?=", false},
        {OwnField::message_id, "<1.abc@shop.example>", "<2.xyz=$@shop.example>", true},
        {OwnField::message_id, "<1@shop.example>", "<1@evil.example>", false},
        {OwnField::message_id, "<1@shop.example>", "<a b@shop.example>", false},
        {OwnField::message_id, "1", "2", false},
        {OwnField::date, "Mon, 02 Mar 2026 09:00:10 +0000", "Mon, 02 Mar 2026 09:00:11 +0000", true},
        {OwnField::date, "Mon, 02 Mar 2026 09:00:10 +0000", "Mon, 02 Mar 2026 09:00:10 +0900", false},
        {OwnField::received, "from a.example (1.2.3.4) by b with ESMTP id A1; Mon",
         "from a.example (1.2.3.4) by b with ESMTP id B22; Tue", true},
        {OwnField::received, "from a.example (1.2.3.4) by b; Mon", "from a.example (1.2.3.5) by b; Mon",
         false},
        {OwnField::received, "from a.example by b; Mon", "from evil.example by b; Mon", false},
        {OwnField::received, "from a1 by b; Mon", "from c2 by b; Mon", true},
        {OwnField::received, "with SMTP id a1", "with HTTP id a1", false},
        {OwnField::signature, "v=1; d=shop.example; t=1; bh=aa; b=bb",
         "v=1; d=shop.example; t=2; bh=cc; b=dd", true},
        {OwnField::signature, "v=1; d=shop.example; b=bb", "v=1; d=evil.example; b=bb", false},
        {OwnField::links, "<https://shop.example/l?u=1>, <mailto:l-1@shop.example>",
         "<https://shop.example/l?u=2>, <mailto:l-2@shop.example>", true},
        {OwnField::links, "<https://shop.example/l?u=1>", "<https://evil.example/l?u=1>", false},
        {OwnField::links, "<https://shop.example/l?u=1>",
         "<https://shop.example/l?u=1>, <https://evil.example/>", false},
        {OwnField::id, "customer-12-a", "customer-13-b", true},
        {OwnField::id, "a", "http://evil.example/", false},
        {OwnField::id, "1:shop", "2:shop", true},
        {OwnField::id, "a", "two words", false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.one);
        CAPTURE(row.other);
        CHECK(differs_as_may_be(row.kind, row.one, row.other) == row.may);
        CHECK(differs_as_may_be(row.kind, row.other, row.one) == row.may);
        CHECK(differs_as_may_be(row.kind, row.one, row.one));
    }
}

TEST_CASE("what is not the reader's own makes another mailing") {
    const Hash256 mailing = shared_of(mail_to("Anna <anna@mail.example>"));
    CHECK(mailing != Hash256{});
    const auto is_copy = [&](const std::string& mail, const std::string& envelope = "anna@mail.example") {
        return shared_of(mail, envelope) == mailing;
    };
    CHECK(is_copy(mail_to("Bob <bob@mail.example>"), "bob@mail.example"));
    CHECK(is_copy(mail_to("\"Bob B.\" <bob@MAIL.example>"), "bob@mail.example"));
    CHECK(is_copy(mail_to("anna@mail.example")));
    // Rules see outgoing mail as its reader does: what his house is called matters.
    CHECK_FALSE(is_copy(mail_to("Anna <anna@bank.example>")));
    CHECK_FALSE(is_copy(mail_to("Anna <anna@mail.example>"), "anna@bank.example"));
    CHECK_FALSE(is_copy(mail_to("Anna <anna@mail.example>"), "bob@mail.example"));
    CHECK_FALSE(is_copy(mail_to("Anna <anna@mail.example>", "Reply-To: x@evil.example\r\n")));
    CHECK_FALSE(is_copy(mail_to("Anna <anna@mail.example>", "X-More: 1\r\n")));
    std::string other = mail_to("Anna <anna@mail.example>");
    other.replace(other.find("Shop"), 4, "Bank");
    CHECK_FALSE(is_copy(other));
}

TEST_CASE("a message that is read in more ways than one, or has not one plain reader, has no form") {
    const Hash256 none{};
    CHECK(shared_of(mail_to("a@mail.example, b@mail.example")) == none);
    CHECK(shared_of(mail_to("=?utf-8?q?Anna?= <a@mail.example>")) == none);
    CHECK(shared_of(mail_to("evil.example <a@mail.example>")) == none);
    CHECK(shared_of(mail_to("Anna <a@mail.example>", "To: b@mail.example\r\n")) == none);
    CHECK(shared_of(mail_to("Anna <\"a b\"@mail.example>")) == none);
    CHECK(shared_of("From: a@b.example\r\n\r\nno reader\r\n") == none);
}

TEST_CASE("a boundary is each copy's own") {
    const auto parts = [](const std::string& boundary) {
        return "From: a@b.example\r\nTo: anna@mail.example\r\nMIME-Version: 1.0\r\nContent-Type: "
               "multipart/alternative; boundary=\"" +
               boundary + "\"; charset=utf-8\r\n\r\n--" + boundary + "\r\n\r\nhello\r\n--" + boundary +
               "--\r\n";
    };
    CHECK(shared_of(parts("a")) != Hash256{});
    CHECK(shared_of(parts("a")) == shared_of(parts("bcd;e")));
}

TEST_CASE("where in a word a difference begins makes no other piece") {
    const std::string text = "aa bb cc <a href=\"https://shop.example/u?1000\">dd ee</a> ff";
    const std::size_t id = text.find("1000");
    const std::string_view piece = with_context(text, id, id + 4, 8);
    CHECK(piece == "a href=\"https://shop.example/u?1000\">dd ee</a");
    CHECK(with_context(text, id + 2, id + 3, 8) == piece);
    CHECK(with_context(text, id + 4, id + 4, 8) == piece);
    CHECK(with_context(text, 0, 0, 8) == "aa bb cc <a");
    CHECK(with_context(text, 0, text.size(), 8) == text);
    CHECK(with_context("", 0, 0, 8).empty());
}
