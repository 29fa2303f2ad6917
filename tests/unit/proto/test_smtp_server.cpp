#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/limits.hpp"
#include "proto/smtp_driver.hpp"

using namespace tocsin;
using namespace tocsin::proto;
using test::Feeding;
using test::SmtpDriver;

namespace {

const std::string opening = "EHLO client.example\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\n";

/// Sends the opening and DATA, waits for the 354, then `content`.
void send_message(SmtpDriver& driver, std::string_view content, Feeding feeding = Feeding::whole) {
    driver.send(opening + "DATA\r\n", feeding);
    driver.session.events.clear();
    driver.take_codes();
    driver.send(content, feeding);
}

}  // namespace

TEST_CASE("a session, whole and byte by byte") {
    for (const auto feeding : {Feeding::whole, Feeding::byte_by_byte}) {
        SmtpDriver driver;
        CHECK(driver.session.replies == "220 gate.example ESMTP\r\n");
        driver.take_codes();
        driver.send("EHLO client.example\r\n", feeding);
        CHECK(driver.session.replies ==
              "250-gate.example\r\n250-PIPELINING\r\n250-SIZE 268435456\r\n250-8BITMIME\r\n"
              "250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n");
        CHECK(driver.machine.idle());
        CHECK(driver.machine.extended());
        driver.take_codes();
        driver.send("MAIL FROM:<a@example.org> SIZE=100 BODY=8BITMIME\r\n", feeding);
        CHECK_FALSE(driver.machine.idle());
        driver.send("RCPT TO:<b@example.net>\r\nRCPT TO:<c@example.net>\r\nDATA\r\n", feeding);
        driver.send("Subject: x\r\n\r\n..leading dot\r\n.also\r\ntext.\r\n.\r\n", feeding);
        CHECK(driver.session.content == "Subject: x\r\n\r\n.leading dot\r\nalso\r\ntext.\r\n");
        driver.send("MAIL FROM:<>\r\nRSET\r\nNOOP\r\nVRFY x\r\nQUIT\r\n", feeding);
        CHECK(driver.session.events ==
              "hello(client.example) mail(a@example.org) rcpt(b@example.net) rcpt(c@example.net) data "
              "message mail() reset closed");
        CHECK(driver.take_codes() == "250 250 250 354 250 250 250 250 252 221");
    }
}

TEST_CASE("commands in the wrong order, malformed or not offered are refused by name") {
    struct Row {
        const char* input;
        const char* codes;
    };
    const Row table[] = {
        {"MAIL FROM:<a@b>\r\n", "503"},
        {"EHLO x\r\nRCPT TO:<a@b>\r\n", "250 503"},
        {"EHLO x\r\nDATA\r\n", "250 503"},
        {"EHLO x\r\nMAIL FROM:<a@b>\r\nDATA\r\n", "250 250 554"},
        {"EHLO x\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<a@b>\r\n", "250 250 503"},
        {"EHLO\r\n", "501"},
        {"EHLO two words\r\n", "501"},
        {"HELO x\r\n", "250"},
        {"ehlo x\r\nmail from:<a@b>\r\nrcpt to: <c@d>\r\n", "250 250 250"},
        {"STARTTLS\r\n", "502"},
        {"AUTH PLAIN x\r\n", "502"},
        {"EXPN x\r\n", "502"},
        {"HELP\r\n", "502"},
        {"\r\n", "500"},
        {"EHLO x\r\nMAIL FROM:a@b\r\n", "250 501"},
        {"EHLO x\r\nMAIL FROM:<a@b\r\n", "250 501"},
        {"EHLO x\r\nMAIL FROM:<a b@c>\r\n", "250 501"},
        {"EHLO x\r\nMAIL FROM:<a@b>x\r\n", "250 501"},
        {"EHLO x\r\nMAIL FROM:<a@b> FOO=1\r\n", "250 555"},
        {"EHLO x\r\nMAIL FROM:<a@b> BODY=BINARYMIME\r\n", "250 555"},
        {"EHLO x\r\nMAIL FROM:<a@b> SIZE=1x\r\n", "250 555"},
        {"EHLO x\r\nMAIL FROM:<a@b> SIZE=99999999999999999999999\r\n", "250 555"},
        {"EHLO x\r\nMAIL FROM:<a@b> SIZE=999999999999\r\n", "250 552"},
        {"EHLO x\r\nMAIL FROM:<a@b> =1\r\n", "250 501"},
        {"EHLO x\r\nMAIL FROM:<\xC3\xA4@b>\r\n", "250 553"},
        {"EHLO x\r\nMAIL FROM:<\xC3\xA4@b> SMTPUTF8\r\nRCPT TO:<\xC3\xB6@b>\r\n", "250 250 250"},
        {"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<\xC3\xB6@b>\r\n", "250 250 553"},
        {"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<>\r\n", "250 250 501"},
        {"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d> NOTIFY=NEVER\r\n", "250 250 555"},
        {"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA now\r\n", "250 250 250 501"},
    };
    for (const auto& row : table)
        for (const auto feeding : {Feeding::whole, Feeding::byte_by_byte}) {
            CAPTURE(row.input);
            SmtpDriver driver;
            driver.take_codes();
            driver.send(row.input, feeding);
            CHECK(driver.take_codes() == row.codes);
            CHECK_FALSE(driver.session.closed);
        }
}

TEST_CASE("paths: routes are dropped, quoting is kept") {
    struct Row {
        const char* path;
        const char* read;
    };
    const Row table[] = {
        {"<b@example.net>", "b@example.net"},
        {"<@one.example,@two.example:b@example.net>", "b@example.net"},
        {"<\"b c\"@example.net>", "\"b c\"@example.net"},
        {"<\"b>\\\"c\"@example.net>", "\"b>\\\"c\"@example.net"},
        {"<postmaster>", "postmaster"},
        {"<b@[IPv6:2001:db8::1]>", "b@[IPv6:2001:db8::1]"},
        {"<b@>", nullptr},
        {"<@example.net>", nullptr},
        {"<b\\>@example.net>", nullptr},
        {"<\"b@example.net>", nullptr},
        {"<<b@example.net>>", nullptr},
        {"<b\x01@example.net>", nullptr},
        {"b@example.net", nullptr},
    };
    for (const auto& row : table) {
        CAPTURE(row.path);
        SmtpDriver driver;
        driver.send("EHLO x\r\nMAIL FROM:<>\r\n");
        driver.session.events.clear();
        driver.send(std::string("RCPT TO:") + row.path + "\r\n");
        CHECK(driver.session.events == (row.read == nullptr ? "" : "rcpt(" + std::string(row.read) + ")"));
    }
}

// Class L of the evasion list: SMTP smuggling (CVE-2023-51764 and others).
TEST_CASE("no sequence but CRLF . CRLF ends a message, and what others might take for an end is refused") {
    struct Row {
        std::string false_end;
        const char* name;
    };
    const std::vector<Row> table = {
        {"\n.\n", "bare_lf"},
        {"\r.\r", "bare_cr"},
        {"\r.\n", "bare_lf"},
        {"\n.\r", "bare_cr"},
        {"\n.\r\n", "bare_lf"},
        {"\r\n.\n", "bare_lf"},
        {"\r.\r\n", "bare_cr"},
        {"\r\n.\r", "bare_cr"},
        {"\r\n.\r\r\n", "bare_cr"},
        {"\r\r\n.\r\r\n", "bare_cr"},
        {"\n\n.\n\n", "bare_lf"},
        {"\r\n\n.\r\n", "bare_lf"},
        {std::string("\r\n\0.\r\n", 6), "nul_at_dot"},
        {std::string("\r\n.\0\r\n", 6), "nul_at_dot"},
        {std::string("\r\n\0\0.\0\r\n", 8), "nul_at_dot"},
        {std::string("\n\0.\0\n", 5), "bare_lf"},
        {"just a bare\nline feed", "bare_lf"},
        {"just a bare\rreturn", "bare_cr"},
    };
    const std::string smuggled =
        "MAIL FROM:<smuggled@example.org>\r\nRCPT TO:<victim@example.net>\r\nDATA\r\nspoofed\r\n.\r\n";
    for (const auto& row : table)
        for (const auto feeding : {Feeding::whole, Feeding::byte_by_byte}) {
            CAPTURE(row.false_end);
            SmtpDriver driver;
            send_message(driver, "Subject: x\r\n\r\nbody" + row.false_end + smuggled + "QUIT\r\n", feeding);
            CHECK(driver.session.messages == 0);
            CHECK(driver.session.events == "violation(" + std::string(row.name) + ") closed");
            CHECK(driver.take_codes() == "521");
        }
}

TEST_CASE("dots and NULs that mean nothing are let through") {
    const std::vector<std::pair<std::string, std::string>> table = {
        {".\r\n", ""},
        {"\r\n.\r\n", "\r\n"},
        {"..\r\n.\r\n", ".\r\n"},
        {"...\r\n.\r\n", "..\r\n"},
        {". \r\n.\r\n", " \r\n"},
        {"a.\r\n.\r\n", "a.\r\n"},
        {std::string("a\0.\r\n.\r\n", 8), std::string("a\0.\r\n", 5)},
        {std::string("\0\r\n.\r\n", 6), std::string("\0\r\n", 3)},
        {std::string("\0..\r\n.\r\n", 8), std::string("\0..\r\n", 5)},
        {"\xFF\xFE\r\n.\r\n", "\xFF\xFE\r\n"},
    };
    for (const auto& [sent, content] : table)
        for (const auto feeding : {Feeding::whole, Feeding::byte_by_byte}) {
            CAPTURE(sent);
            SmtpDriver driver;
            send_message(driver, sent, feeding);
            CHECK(driver.session.events == "message");
            CHECK(driver.session.content == content);
        }
}

TEST_CASE("a message cut at any byte is no message") {
    const std::string sent = "Subject: x\r\n\r\nbody\r\n.\r\n";
    for (std::size_t size = 0; size < sent.size(); ++size) {
        SmtpDriver driver;
        send_message(driver, sent.substr(0, size));
        CHECK(driver.session.messages == 0);
    }
}

TEST_CASE("bare CR, LF and NUL in commands end the session") {
    const std::vector<std::pair<std::string, std::string>> table = {
        {"EHLO x\n", "violation(bare_lf) closed"},
        {"EHLO x\rNOOP\r\n", "violation(bare_cr) closed"},
        {"EHLO x\r\r\n", "violation(bare_cr) closed"},
        {"\n", "violation(bare_lf) closed"},
        {std::string("EHLO \0x\r\n", 9), "violation(nul_in_command) closed"},
        {std::string("\x16\x03\x01\x00\x05hello", 10), "violation(nul_in_command) closed"},  // a TLS client
        {"BDAT 10 LAST\r\nMAIL FROM:", "violation(chunking) closed"},
        {"POST / HTTP/1.1\r\nHost: x\r\n\r\nEHLO x\r\nMAIL FROM:<a@b.example>\r\n", "violation(web_request) closed"},
        {"GET / HTTP/1.1\r\n", "violation(web_request) closed"},
    };
    for (const auto& [sent, events] : table)
        for (const auto feeding : {Feeding::whole, Feeding::byte_by_byte}) {
            CAPTURE(sent);
            SmtpDriver driver;
            driver.take_codes();
            driver.send(sent, feeding);
            CHECK(driver.session.events == events);
            CHECK(driver.take_codes() == "521");
        }
}

TEST_CASE("content sent before the go-ahead is refused") {
    SmtpDriver driver;
    driver.send(opening + "DATA\r\nSubject: x\r\n\r\n.\r\n");
    CHECK(driver.session.events.ends_with("violation(data_before_go_ahead) closed"));
    CHECK(driver.session.messages == 0);
}

TEST_CASE("the gate's answers decide") {
    SUBCASE("sender refused") {
        SmtpDriver driver;
        driver.mail_code = 550;
        driver.send(opening + "DATA\r\n");
        CHECK(driver.take_codes() == "220 250 550 503 503");
    }
    SUBCASE("recipient refused") {
        SmtpDriver driver;
        driver.recipient_code = 450;
        driver.send(opening + "DATA\r\n");
        CHECK(driver.take_codes() == "220 250 250 450 554");
    }
    SUBCASE("content refused before it comes") {
        SmtpDriver driver;
        driver.data_code = 451;
        driver.send(opening + "DATA\r\n").send("RSET\r\n");
        CHECK(driver.take_codes() == "220 250 250 250 451 250");
    }
    SUBCASE("message refused, next one taken") {
        SmtpDriver driver;
        driver.message_code = 550;
        send_message(driver, "x\r\n.\r\n");
        driver.message_code = 250;
        driver.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n").send("y\r\n.\r\n");
        CHECK(driver.take_codes() == "550 250 250 354 250");
        CHECK(driver.session.content == "y\r\n");
    }
    SUBCASE("421 closes") {
        SmtpDriver driver;
        driver.message_code = 421;
        send_message(driver, "x\r\n.\r\nNOOP\r\n");
        CHECK(driver.session.events == "message closed");
        CHECK(driver.take_codes() == "421");
    }
    SUBCASE("refused at the door") {
        SmtpServerMachine machine({.host_name = "gate.example"});
        machine.start_refused(make_reply(421, "4.3.2", "no room"));
        CHECK(machine.next().kind == SmtpServerEventKind::closed);
        CHECK(machine.take_output() == "421 4.3.2 no room\r\n");
    }
    SUBCASE("EHLO forgets the envelope") {
        SmtpDriver driver;
        driver.send(opening + "EHLO again\r\nDATA\r\n");
        CHECK(driver.take_codes() == "220 250 250 250 250 503");
    }
}

TEST_CASE("limits: command line, recipients, size, errors") {
    SUBCASE("command line") {
        const std::string fits = "NOOP " + std::string(limits::smtp_command_bytes - 5, 'x');
        for (const auto feeding : {Feeding::whole, Feeding::byte_by_byte}) {
            SmtpDriver driver;
            driver.send(fits + "\r\n", feeding);
            CHECK(driver.take_codes() == "220 250");
            driver.send(fits + "xxxx", feeding);
            CHECK(driver.session.events == "violation(command_too_long) closed");
        }
    }
    SUBCASE("recipients") {
        SmtpDriver driver({.host_name = "gate.example", .recipients_max = 2});
        driver.send(opening + "RCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\n");
        CHECK(driver.take_codes() == "220 250 250 250 250 452");
    }
    SUBCASE("size") {
        for (const auto feeding : {Feeding::whole, Feeding::byte_by_byte}) {
            SmtpDriver driver({.host_name = "gate.example", .size_bytes = 100});
            send_message(driver, std::string(98, 'x') + "\r\n.\r\n", feeding);
            CHECK(driver.session.events == "message");
            driver.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n", feeding);
            driver.send(std::string(99, 'x') + "\r\n.\r\nNOOP\r\n", feeding);
            CHECK(driver.session.events.ends_with("data content_refused"));
            CHECK(driver.take_codes() == "250 250 250 354 552 250");
            CHECK(driver.session.messages == 1);
        }
    }
    SUBCASE("content without end") {
        SmtpDriver driver({.host_name = "gate.example", .size_bytes = 100});
        send_message(driver, std::string(400, 'x'));
        CHECK(driver.session.events == "violation(endless_content) closed");
    }
    SUBCASE("errors") {
        SmtpDriver driver;
        for (std::size_t index = 0; index < limits::smtp_errors; ++index) driver.send("FOO\r\n");
        CHECK_FALSE(driver.session.closed);
        driver.send("FOO\r\n");
        CHECK(driver.session.events == "violation(too_many_errors) closed");
        CHECK(driver.session.replies.ends_with("421 4.7.0 too many errors\r\n"));
    }
}

TEST_CASE("replies are one line each or several, and nothing breaks out of them") {
    CHECK(make_reply(250, "2.0.0", "ok").serialise() == "250 2.0.0 ok\r\n");
    CHECK(make_reply(354, "2.0.0", "go").serialise() == "354 go\r\n");
    CHECK((SmtpReply{550, "5.7.1", {"one", "two"}}.serialise()) == "550-5.7.1 one\r\n550 5.7.1 two\r\n");
    CHECK(make_reply(550, "", "a\r\n250 ok\x80").serialise() == "550 a??250 ok?\r\n");
    CHECK(make_reply(550, "", std::string(5'000, 'x')).serialise().size() <= 512);
    CHECK(make_reply(550, "5.7.1", "phish").summary() == "550 5.7.1 phish");
    CHECK(make_reply(250, "", "").summary() == "250");
}
