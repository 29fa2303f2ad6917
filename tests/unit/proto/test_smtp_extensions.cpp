#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/limits.hpp"
#include "proto/smtp_driver.hpp"
#include "proto/smtp_xtext.hpp"

using namespace tocsin;
using namespace tocsin::proto;
using test::Feeding;
using test::SmtpDriver;

namespace {

constexpr Feeding both_ways[] = {Feeding::whole, Feeding::byte_by_byte};

SmtpServerOptions options_with(SmtpTls tls) {
    return {.host_name = "gate.example", .tls = tls};
}

SmtpServerOptions trusting() {
    return {.host_name = "gate.example", .trust_forwarding = true};
}

SmtpDriver with_dsn(SmtpServerOptions options = {.host_name = "gate.example"}) {
    SmtpDriver driver(std::move(options));
    driver.offer.dsn = true;
    driver.take_codes();
    return driver;
}

}  // namespace

TEST_CASE("xtext") {
    struct Row {
        std::string xtext;
        std::optional<std::string> text;
    };
    const Row table[] = {
        {"", ""},
        {"abc", "abc"},
        {"a+2Bb+3D", "a+b="},
        {"+00+0D+0A", std::string("\0\r\n", 3)},
        {"a+2bb", "a+b"},
        {"+", std::nullopt},
        {"a+2", std::nullopt},
        {"a+2G", std::nullopt},
        {"a=b", std::nullopt},
        {"a b", std::nullopt},
        {"\xC3\xA4", std::nullopt},
        {"+C3+A4", "\xC3\xA4"},
    };
    for (const auto& row : table) {
        CAPTURE(row.xtext);
        CHECK(decode_xtext(row.xtext) == row.text);
    }
    std::string every;
    for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
    CHECK(decode_xtext(encode_xtext(every)) == every);
    CHECK(encode_xtext("a b+c=\xFF") == "a+20b+2Bc+3D+FF");
}

TEST_CASE("EHLO announces what the gate offers, and no more than the machine can do") {
    for (const auto feeding : both_ways) {
        SmtpDriver driver({.host_name = "gate.example",
                           .size_bytes = 1000,
                           .tls = SmtpTls::offered,
                           .trust_forwarding = true});
        driver.offer = {.size_bytes = 500, .eight_bit = false, .smtputf8 = false, .dsn = true};
        driver.take_codes();
        driver.send("EHLO x\r\n", feeding);
        CHECK(driver.session.replies ==
              "250-gate.example\r\n250-PIPELINING\r\n250-SIZE 500\r\n250-DSN\r\n250-STARTTLS\r\n"
              "250-XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE\r\n"
              "250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN\r\n250 ENHANCEDSTATUSCODES\r\n");
        driver.take_codes();
        driver.send(
            "MAIL FROM:<a@b> SMTPUTF8\r\nMAIL FROM:<a@b> BODY=8BITMIME\r\nMAIL FROM:<a@b> SIZE=501\r\n",
            feeding);
        CHECK(driver.take_codes() == "555 555 552");
        driver.offer = {};
        driver.send("EHLO x\r\nMAIL FROM:<a@b> SIZE=1001\r\nMAIL FROM:<a@b> SIZE=1000 BODY=8BITMIME\r\n",
                    feeding);
        CHECK(driver.take_codes() == "250 552 250");
    }
}

TEST_CASE("the smaller size limit is kept while the content comes") {
    SmtpDriver driver({.host_name = "gate.example", .size_bytes = 1000});
    driver.offer.size_bytes = 100;
    driver.send("EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
        .send(std::string(99, 'x') + "\r\n.\r\n");
    CHECK(driver.session.events.ends_with("data content_refused"));
    CHECK(driver.machine.content_bytes() == 101);
    driver.send("HELO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
        .send(std::string(99, 'x') + "\r\n.\r\n");
    CHECK(driver.session.events.ends_with("data message"));
}

TEST_CASE("a hello that the gate refuses is none") {
    SmtpDriver driver;
    driver.hello_code = 450;
    driver.send("EHLO x\r\nMAIL FROM:<a@b>\r\n");
    CHECK(driver.take_codes() == "220 450 503");
    driver.hello_code = 421;
    driver.send("EHLO x\r\n");
    CHECK(driver.session.closed);
}

TEST_CASE("after HELO no extension is open") {
    SmtpDriver driver = with_dsn();
    driver.send("HELO x\r\nMAIL FROM:<a@b> SMTPUTF8\r\nMAIL FROM:<a@b> RET=FULL\r\nMAIL FROM:<a@b>\r\n");
    CHECK(driver.take_codes() == "250 555 555 250");
}

// RFC 3461 sections 4.1 to 4.4.
TEST_CASE("DSN parameters") {
    struct Row {
        std::string command;
        const char* code;
        std::string kept;  ///< `RET ENVID`, or `NOTIFY ORCPT`
    };
    const std::string long_id(limits::smtp_envelope_id_bytes, 'x');
    const std::string long_address(limits::smtp_original_recipient_bytes - 7, 'x');
    const Row mail[] = {
        {"RET=FULL ENVID=QQ314159", "250", "FULL QQ314159"},
        {"ret=hdrs", "250", "HDRS "},
        {"ENVID=a+20b", "250", " a+20b"},
        {"ENVID=" + long_id, "250", " " + long_id},
        {"ENVID=" + long_id + "x", "501", ""},
        {"RET=SOME", "501", ""},
        {"RET", "501", ""},
        {"RET=FULL RET=FULL", "501", ""},
        {"ENVID=", "501", ""},
        {"ENVID=a=b", "501", ""},
        {"ENVID=a+0Db", "501", ""},
        {"ENVID=a ENVID=b", "501", ""},
        {"NOTIFY=NEVER", "555", ""},
        {"AUTH=<>", "555", ""},
    };
    for (const auto& row : mail)
        for (const auto feeding : both_ways) {
            CAPTURE(row.command);
            SmtpDriver driver = with_dsn();
            driver.send("EHLO x\r\n").take_codes();
            driver.send("MAIL FROM:<a@b> " + row.command + "\r\n", feeding);
            CHECK(driver.take_codes() == row.code);
            if (row.code == std::string("250"))
                CHECK(driver.session.sender.dsn_return + " " + driver.session.sender.envelope_id == row.kept);
        }
    const Row recipient[] = {
        {"NOTIFY=NEVER", "250", "NEVER "},
        {"NOTIFY=success,Delay ORCPT=rfc822;Bob+2Bx@c", "250", "SUCCESS,DELAY rfc822;Bob+2Bx@c"},
        {"ORCPT=rfc822;" + long_address, "250", " rfc822;" + long_address},
        {"ORCPT=rfc822;" + long_address + "x", "501", ""},
        {"ORCPT=utf-8;\\x{E4}@c", "250", " utf-8;\\x{E4}@c"},
        {"ORCPT=utf-8;\xC3\xA4@c", "501", ""},
        {"NOTIFY=NEVER,SUCCESS", "501", ""},
        {"NOTIFY=SUCCESS,SUCCESS", "501", ""},
        {"NOTIFY=SUCCESS,", "501", ""},
        {"NOTIFY=", "501", ""},
        {"NOTIFY=ALWAYS", "501", ""},
        {"NOTIFY=NEVER NOTIFY=NEVER", "501", ""},
        {"ORCPT=bob@c", "501", ""},
        {"ORCPT=;bob@c", "501", ""},
        {"ORCPT=rfc822;", "501", ""},
        {"ORCPT=rfc822;a+0Ab", "501", ""},
        {"RET=FULL", "555", ""},
    };
    for (const auto& row : recipient)
        for (const auto feeding : both_ways) {
            CAPTURE(row.command);
            SmtpDriver driver = with_dsn();
            driver.send("EHLO x\r\nMAIL FROM:<a@b>\r\n").take_codes();
            driver.send("RCPT TO:<c@d> " + row.command + "\r\n", feeding);
            CHECK(driver.take_codes() == row.code);
            if (row.code == std::string("250"))
                CHECK(driver.session.recipient.notify + " " + driver.session.recipient.original_recipient ==
                      row.kept);
        }
    SmtpDriver driver = with_dsn();
    driver.send("EHLO x\r\nMAIL FROM:<a@b> SMTPUTF8\r\nRCPT TO:<c@d> ORCPT=utf-8;\xC3\xA4@c\r\n");
    CHECK(driver.take_codes() == "250 250 250");
}

TEST_CASE("DSN parameters that were not announced are refused") {
    SmtpDriver driver;
    driver.send("EHLO x\r\nMAIL FROM:<a@b> RET=FULL\r\nMAIL FROM:<a@b> ENVID=x\r\nMAIL FROM:<a@b>\r\n");
    driver.send("RCPT TO:<c@d> ORCPT=rfc822;x\r\n");
    CHECK(driver.take_codes() == "220 250 555 555 250 555");
}

TEST_CASE("STARTTLS: announced once, and everything before it is forgotten") {
    for (const auto feeding : both_ways) {
        SmtpDriver driver(options_with(SmtpTls::offered));
        driver.take_codes();
        driver.send("EHLO x\r\nMAIL FROM:<a@b>\r\n", feeding).take_codes();
        driver.send("STARTTLS now\r\n", feeding).send("STARTTLS\r\n", feeding);
        CHECK(driver.take_codes() == "501 220");
        CHECK(driver.session.events == "hello(x) mail(a@b) start_tls");
        CHECK(driver.machine.hello_name().empty());
        CHECK(driver.machine.idle());
        driver.send("RCPT TO:<c@d>\r\nMAIL FROM:<a@b>\r\nSTARTTLS\r\n", feeding);
        CHECK(driver.take_codes() == "503 503 503");
        driver.send("EHLO x\r\n", feeding);
        CHECK(driver.session.replies.find("STARTTLS") == std::string::npos);
    }
}

// CVE-2011-0411 and its kin: commands that somebody in between puts behind STARTTLS.
TEST_CASE("what is sent behind STARTTLS in the clear ends the session") {
    for (const char* injected :
         {"RSET\r\n", "EHLO evil\r\nMAIL FROM:<evil@example>\r\n", "x", "\r\n", "STARTTLS\r\n"}) {
        CAPTURE(injected);
        SmtpDriver driver(options_with(SmtpTls::offered));
        driver.take_codes();
        driver.send(std::string("EHLO x\r\n")).take_codes();
        driver.send(std::string("STARTTLS\r\n") + injected);
        CHECK(driver.session.events == "hello(x) violation(commands_before_tls) closed");
        CHECK(driver.take_codes() == "521");
    }
}

TEST_CASE("TLS required: before it nothing but EHLO, NOOP, QUIT, STARTTLS") {
    SmtpDriver driver(options_with(SmtpTls::required));
    driver.send(
        "EHLO x\r\nMAIL FROM:<a@b>\r\nRSET\r\nVRFY x\r\nXFORWARD NAME=x\r\nFOO\r\nNOOP\r\nSTARTTLS\r\n");
    CHECK(driver.take_codes() == "220 250 530 530 530 530 530 250 220");
    driver.send("EHLO x\r\nMAIL FROM:<a@b>\r\n");
    CHECK(driver.take_codes() == "250 250");
    SmtpDriver quick(options_with(SmtpTls::required));
    quick.send("BDAT 10 LAST\r\n");
    CHECK(quick.session.events == "violation(chunking) closed");
}

TEST_CASE("XFORWARD and XCLIENT are for clients that are trusted") {
    SmtpDriver driver;
    driver.send("EHLO x\r\n");
    CHECK(driver.session.replies.find("XFORWARD") == std::string::npos);
    CHECK(driver.session.replies.find("XCLIENT") == std::string::npos);
    driver.take_codes();
    driver.send("XFORWARD ADDR=192.0.2.1\r\nXCLIENT ADDR=192.0.2.1\r\n");
    CHECK(driver.session.replies ==
          "550 5.7.0 XFORWARD is not for you\r\n550 5.7.0 XCLIENT is not for you\r\n");
    CHECK_FALSE(driver.machine.forwarded());
    CHECK(driver.machine.impersonated() == SmtpClientFacts{});
}

TEST_CASE("XFORWARD: holds for one message") {
    for (const auto feeding : both_ways) {
        SmtpDriver driver(trusting());
        driver.send("EHLO x\r\nXFORWARD NAME=spike.example ADDR=168.100.189.2 PROTO=ESMTP\r\n", feeding);
        driver.send("XFORWARD HELO=spike.example ident=4F3\r\n", feeding);
        REQUIRE(driver.machine.forwarded());
        // What was not said is unavailable, not unknown: this session's own must not be mixed in.
        CHECK(*driver.machine.forwarded() ==
              SmtpClientFacts{"spike.example", "168.100.189.2", "", "ESMTP", "spike.example", "4F3", "", ""});
        driver.send("MAIL FROM:<a@b>\r\nXFORWARD NAME=other\r\n", feeding);
        CHECK(driver.machine.forwarded()->name == "spike.example");
        driver.send("RCPT TO:<c@d>\r\nDATA\r\n", feeding).send("x\r\n.\r\n", feeding);
        CHECK_FALSE(driver.machine.forwarded());
        driver.send("XFORWARD ADDR=[unavailable]\r\n", feeding);
        CHECK(driver.machine.forwarded()->address == "");
        driver.send("RSET\r\n", feeding);
        CHECK_FALSE(driver.machine.forwarded());
        CHECK(driver.take_codes() == "220 250 250 250 250 503 250 354 250 250 250");
    }
}

TEST_CASE("XCLIENT: begins the session anew as another client") {
    for (const auto feeding : both_ways) {
        SmtpDriver driver(trusting());
        driver.send("EHLO x\r\nXCLIENT ADDR=IPv6:2001:db8::7 NAME=[TEMPUNAVAIL] LOGIN=anna+40example.org\r\n",
                    feeding);
        CHECK(driver.session.replies.ends_with("\r\n220 gate.example ESMTP\r\n"));
        CHECK(driver.machine.impersonated().address == "2001:db8::7");
        CHECK(driver.machine.impersonated().name == "");
        CHECK(driver.machine.impersonated().login == "anna@example.org");
        CHECK(driver.machine.impersonated().port == std::nullopt);
        driver.take_codes();
        driver.send("MAIL FROM:<a@b>\r\nXCLIENT HELO=mail.example PROTO=smtp\r\n", feeding);
        CHECK(driver.take_codes() == "503 220");
        CHECK(driver.machine.impersonated().address == "2001:db8::7");
        CHECK(driver.machine.impersonated().helo == "mail.example");
        CHECK(driver.machine.impersonated().protocol == "SMTP");
        driver.send("EHLO own\r\nMAIL FROM:<a@b>\r\nXCLIENT ADDR=192.0.2.1\r\nRSET\r\n", feeding);
        CHECK(driver.take_codes() == "250 250 503 250");
        CHECK(driver.machine.impersonated().helo == std::nullopt);
        CHECK(driver.machine.impersonated().login == "anna@example.org");
        driver.send("XCLIENT LOGIN=[UNAVAILABLE]\r\n", feeding);
        CHECK(driver.machine.impersonated().login == "");
    }
}

TEST_CASE("attributes of XFORWARD and XCLIENT") {
    struct Row {
        std::string command;
        const char* code;
    };
    const Row table[] = {
        {"XFORWARD", "501"},
        {"XFORWARD NAME", "501"},
        {"XFORWARD NAME=", "501"},
        {"XFORWARD =x", "501"},
        {"XFORWARD FOO=x", "501"},
        {"XFORWARD LOGIN=x", "501"},
        {"XFORWARD NAME=+4", "501"},
        {"XFORWARD NAME=" + std::string(limits::smtp_client_fact_bytes, 'x'), "250"},
        {"XFORWARD NAME=" + std::string(limits::smtp_client_fact_bytes + 1, 'x'), "501"},
        {"XFORWARD ADDR=192.0.2.256", "501"},
        {"XFORWARD ADDR=IPv6:192.0.2.1", "501"},
        {"XFORWARD ADDR=IPV6:2001:db8::1", "250"},
        {"XFORWARD ADDR=2001:db8::1", "250"},
        {"XFORWARD ADDR=mail.example", "501"},
        {"XFORWARD PORT=65535", "250"},
        {"XFORWARD PORT=65536", "501"},
        {"XFORWARD PORT=2x", "501"},
        {"XFORWARD PROTO=ESMTPSA", "250"},
        {"XFORWARD PROTO=" + std::string(65, 'x'), "501"},
        {"XFORWARD SOURCE=remote", "250"},
        {"XFORWARD SOURCE=elsewhere", "501"},
        {"XFORWARD IDENT=4F3 NAME=[UNAVAILABLE]", "250"},
        {"XCLIENT IDENT=4F3", "501"},
        {"XCLIENT SOURCE=LOCAL", "501"},
        {"XCLIENT PROTO=ESMTPSA", "501"},
        {"XCLIENT PROTO=esmtp", "220"},
        {"XCLIENT LOGIN=a+0Ab", "501"},
        {"XCLIENT LOGIN=+C3+A4@example.org", "220"},
        {"XCLIENT ADDR=192.0.2.1 FOO=1", "501"},
    };
    for (const auto& row : table) {
        CAPTURE(row.command);
        SmtpDriver driver(trusting());
        driver.send("EHLO x\r\n").take_codes();
        driver.send(row.command + "\r\n");
        CHECK(driver.take_codes() == row.code);
        if (row.code == std::string("501")) {
            CHECK_FALSE(driver.machine.forwarded());
            CHECK(driver.machine.impersonated() == SmtpClientFacts{});
        }
    }
    SmtpDriver driver(trusting());
    driver.send("EHLO x\r\nXFORWARD HELO=a+3Cb+3E+20+0D+0Ac+22+FF NAME=x\r\n");
    CHECK(driver.machine.forwarded()->helo == "a?b????c??");
}
