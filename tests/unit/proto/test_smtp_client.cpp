#include <doctest/doctest.h>

#include <array>

#include <string>
#include <vector>

#include "base/limits.hpp"
#include "proto/smtp_client_machine.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::proto;

namespace {

/// All events until input is needed, as words: `ready mail=250 idle`.
std::string events_of(SmtpClientMachine& machine) {
    std::string words;
    for (;;) {
        const auto event = machine.next();
        words += words.empty() ? "" : " ";
        switch (event.kind) {
            case SmtpClientEventKind::need_input: return words + "need_input";
            case SmtpClientEventKind::idle: return words + "idle";
            case SmtpClientEventKind::broken: return words + "broken";
            case SmtpClientEventKind::ready: words += "ready"; break;
            case SmtpClientEventKind::reply:
                words += std::string(to_string(event.step)) + "=" + std::to_string(event.reply.code);
        }
    }
}

std::string feed(SmtpClientMachine& machine, std::string_view bytes) {
    const ExactBuffer buffer(bytes);
    machine.feed(buffer.view());
    return events_of(machine);
}

SmtpClientMachine opened() {
    SmtpClientMachine machine("gate.example");
    CHECK(feed(machine, "220 next.example ESMTP\r\n") == "need_input");
    CHECK(feed(machine,
               "250-next.example\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-smtputf8\r\n"
               "250-STARTTLS\r\n250 ENHANCEDSTATUSCODES\r\n") == "ready idle");
    CHECK(machine.take_output() == "EHLO gate.example\r\n");
    return machine;
}

}  // namespace

TEST_CASE("opening: EHLO, extensions, or HELO for an old server") {
    SmtpClientMachine machine = opened();
    CHECK(machine.extensions().pipelining);
    CHECK(machine.extensions().eight_bit);
    CHECK(machine.extensions().smtputf8);
    CHECK(machine.extensions().starttls);
    CHECK(machine.extensions().enhanced_status);
    CHECK(machine.extensions().size_bytes == 1'000);

    SmtpClientMachine old("gate.example");
    CHECK(feed(old, "220-hello\r\n220 there\r\n") == "need_input");
    CHECK(feed(old, "502 what?\r\n") == "need_input");
    CHECK(feed(old, "250 ok\r\n") == "ready idle");
    CHECK(old.take_output() == "EHLO gate.example\r\nHELO gate.example\r\n");
    CHECK_FALSE(old.extensions().pipelining);
}

TEST_CASE("a next hop that refuses the session") {
    for (const char* greeting : {"554 no\r\n", "421 later\r\n", "250 ok\r\n"}) {
        SmtpClientMachine machine("gate.example");
        const std::string events = feed(machine, greeting);
        CHECK(events.starts_with("greeting="));
        CHECK(events.ends_with(" broken"));
        CHECK(machine.data().error().code == ErrorCode::closed);
    }
    SmtpClientMachine machine("gate.example");
    CHECK(feed(machine, "220 x\r\n") == "need_input");
    CHECK(feed(machine, "421 busy\r\n") == "hello=421 broken");
}

TEST_CASE("a transaction, pipelined, whole and byte by byte") {
    for (const bool slowly : {false, true}) {
        SmtpClientMachine machine = opened();
        const SmtpSender sender{.path = "a@example.org", .size_bytes = 12, .eight_bit = true, .utf8 = true};
        REQUIRE(machine.mail(sender).has_value());
        REQUIRE(machine.recipient({.path = "b@example.net"}).has_value());
        REQUIRE(machine.recipient({.path = "\"c d\"@example.net"}).has_value());
        REQUIRE(machine.data().has_value());
        CHECK(machine.take_output() ==
              "MAIL FROM:<a@example.org> SIZE=12 BODY=8BITMIME SMTPUTF8\r\n"
              "RCPT TO:<b@example.net>\r\nRCPT TO:<\"c d\"@example.net>\r\nDATA\r\n");
        const std::string replies =
            "250 2.1.0 ok\r\n250 2.1.5 ok\r\n550-5.1.1 no\r\n550 5.1.1 such user\r\n354 go\r\n";
        std::string events;
        for (std::size_t at = 0; at < replies.size(); at += slowly ? 1 : replies.size()) {
            std::string some =
                feed(machine, std::string_view(replies).substr(at, slowly ? 1 : replies.size()));
            some.resize(some.rfind(some.ends_with("idle") ? "idle" : "need_input"));
            events += some;
        }
        CHECK(events == "mail=250 recipient=250 recipient=550 data=354 ");
        REQUIRE(machine.content(as_bytes("Subject: x\r\n\r\n.\r\n..two\r\nend")).has_value());
        REQUIRE(machine.end_content().has_value());
        CHECK(machine.take_output() == "Subject: x\r\n\r\n..\r\n...two\r\nend\r\n.\r\n");
        CHECK(feed(machine, "250 2.0.0 queued\r\n") == "content=250 idle");
        REQUIRE(machine.reset().has_value());
        REQUIRE(machine.quit().has_value());
        CHECK(machine.take_output() == "RSET\r\nQUIT\r\n");
        CHECK(feed(machine, "250 ok\r\n221 bye\r\n") == "reset=250 quit=221 idle");
    }
}

TEST_CASE("content: the end and the stuffing, at every split") {
    struct Row {
        std::string content, sent;
    };
    const Row table[] = {
        {"", ".\r\n"},
        {"\r\n", "\r\n.\r\n"},
        {".", "..\r\n.\r\n"},
        {"a", "a\r\n.\r\n"},
        {"a\r\n.", "a\r\n..\r\n.\r\n"},
        {"a\r\n.\r\n", "a\r\n..\r\n.\r\n"},
        {"a.\r\n.b.\r\n", "a.\r\n..b.\r\n.\r\n"},
    };
    for (const auto& row : table)
        for (std::size_t split = 0; split <= row.content.size(); ++split) {
            SmtpClientMachine machine = opened();
            REQUIRE(machine.data().has_value());
            (void)machine.take_output();
            const ExactBuffer first(row.content.substr(0, split)), second(row.content.substr(split));
            REQUIRE(machine.content(first.view()).has_value());
            REQUIRE(machine.content(second.view()).has_value());
            REQUIRE(machine.end_content().has_value());
            CHECK(machine.take_output() == row.sent);
        }
}

// Class L of the evasion list, outgoing: what another server might read as the end is never sent.
TEST_CASE("content with a false end is refused and never completed") {
    const std::vector<std::string> table = {"\n.\n",
                                            "\r.\r",
                                            "\r.\n",
                                            "\n.\r",
                                            "\n.\r\n",
                                            "\r\n.\n",
                                            "\r.\r\n",
                                            "\r\n.\r",
                                            "\r\n.\r\r\n",
                                            "\r\r\n.\r\r\n",
                                            std::string("\r\n\0.\r\n", 6),
                                            std::string("\r\n.\0\r\n", 6),
                                            std::string("\r\n\0.", 4),
                                            "x\r",
                                            "x\n",
                                            "\n"};
    for (const auto& false_end : table)
        for (const bool slowly : {false, true}) {
            CAPTURE(false_end);
            SmtpClientMachine machine = opened();
            REQUIRE(machine.data().has_value());
            (void)machine.take_output();
            Result<void> result;
            const std::string content = "body" + false_end;
            for (std::size_t at = 0; at < content.size() && result; at += slowly ? 1 : content.size())
                result = machine.content(
                    as_bytes(std::string_view(content).substr(at, slowly ? 1 : content.size())));
            if (result) result = machine.end_content();
            REQUIRE_FALSE(result.has_value());
            CHECK(result.error().code == ErrorCode::invalid_input);
            CHECK(machine.take_output().find("\r\n.\r\n") == std::string::npos);
            CHECK_FALSE(machine.end_content().has_value());
        }
}

TEST_CASE("addresses that would end the command are not sent") {
    for (const char* path : {"a@b>\r\nDATA", "a@b\r\nRSET", "a>@b", "a b@c", "<a@b>", "a\\", "\"a", "@b"}) {
        CAPTURE(path);
        SmtpClientMachine machine = opened();
        CHECK(machine.recipient({.path = path}).error().code == ErrorCode::invalid_input);
        CHECK(machine.mail({.path = path}).error().code == ErrorCode::invalid_input);
        CHECK(machine.take_output().empty());
    }
    SmtpClientMachine machine = opened();
    CHECK(machine.recipient({}).error().code == ErrorCode::invalid_input);
    CHECK(machine.mail({.path = ""}).has_value());
}

TEST_CASE("SMTPUTF8 is not sent where it was not offered") {
    SmtpClientMachine machine("gate.example");
    CHECK(feed(machine, "220 x\r\n") == "need_input");
    CHECK(feed(machine, "250 x\r\n") == "ready idle");
    (void)machine.take_output();
    CHECK(machine.mail({.path = "a@b", .utf8 = true}).error().code == ErrorCode::unavailable);
    REQUIRE(machine.mail({.path = "a@b", .size_bytes = 5, .eight_bit = true}).has_value());
    CHECK(machine.take_output() == "MAIL FROM:<a@b>\r\n");
}

TEST_CASE("replies that are none break the session") {
    const std::vector<std::string> table = {
        "hello\r\n", "25\r\n",
        "250_x\r\n", "150 x\r\n",
        "650 x\r\n", "250-x\r\n550 y\r\n",
        "250 x\n",   std::string(limits::smtp_reply_line_bytes + 1, '2'),
    };
    for (const auto& reply : table) {
        CAPTURE(reply.substr(0, 40));
        SmtpClientMachine machine = opened();
        REQUIRE(machine.data().has_value());
        CHECK(feed(machine, reply) == "broken");
        CHECK(machine.next().reply.lines.size() == 1);
    }
    SmtpClientMachine unasked = opened();
    CHECK(feed(unasked, "250 surprise\r\n") == "broken");
    SmtpClientMachine closing = opened();
    REQUIRE(closing.data().has_value());
    CHECK(feed(closing, "421 4.3.2 going down\r\n") == "data=421 broken");
}

TEST_CASE("limits: lines of a reply, commands ahead") {
    SmtpClientMachine machine = opened();
    REQUIRE(machine.data().has_value());
    std::string lines;
    for (std::size_t index = 0; index < limits::smtp_reply_lines; ++index) lines += "550-x\r\n";
    CHECK(feed(machine, lines) == "need_input");
    CHECK(feed(machine, "550 x\r\n") == "broken");

    SmtpClientMachine eager = opened();
    for (std::size_t index = 0; index < limits::smtp_outstanding; ++index) REQUIRE(eager.reset().has_value());
    CHECK(eager.reset().error().code == ErrorCode::limit);
}

TEST_CASE("enhanced codes are taken from the text, if they fit the code") {
    const std::vector<std::array<std::string, 3>> table = {
        {"550 5.7.1 no\r\n", "5.7.1", "no"},      {"550 5.7.1\r\n", "5.7.1", ""},
        {"550 2.7.1 no\r\n", "", "2.7.1 no"},     {"550 5.7 no\r\n", "", "5.7 no"},
        {"550 5.7.1.1 no\r\n", "", "5.7.1.1 no"}, {"550\r\n", "", ""},
        {"550 5.1234.1 x\r\n", "", "5.1234.1 x"}, {"550 a\tb\x01\r\n", "", "a?b?"},
    };
    for (const auto& [sent, enhanced, text] : table) {
        SmtpClientMachine machine = opened();
        REQUIRE(machine.data().has_value());
        machine.feed(as_bytes(sent));
        const auto event = machine.next();
        CHECK(event.reply.code == 550);
        CHECK(event.reply.enhanced == enhanced);
        CHECK(event.reply.lines == std::vector<std::string>{text});
    }
}

TEST_CASE("STARTTLS: extensions are forgotten and asked for again") {
    SmtpClientMachine machine = opened();
    REQUIRE(machine.start_tls().has_value());
    CHECK(machine.take_output() == "STARTTLS\r\n");
    CHECK(feed(machine, "220 go\r\n") == "start_tls=220 idle");
    machine.tls_started();
    CHECK(machine.take_output() == "EHLO gate.example\r\n");
    CHECK_FALSE(machine.extensions().starttls);
    CHECK(feed(machine, "250-next.example\r\n250 DSN\r\n") == "ready idle");
    CHECK(machine.extensions().dsn);
    CHECK_FALSE(machine.extensions().smtputf8);
    CHECK(machine.start_tls().error().code == ErrorCode::unavailable);
}

TEST_CASE("STARTTLS: a refusal leaves the session as it was, words behind the 220 end it") {
    SmtpClientMachine refused = opened();
    REQUIRE(refused.start_tls().has_value());
    CHECK(feed(refused, "454 4.7.0 not now\r\n") == "start_tls=454 idle");
    CHECK(refused.extensions().smtputf8);
    CHECK(refused.mail({.path = "a@b"}).has_value());
    for (const char* injected : {"250 x\r\n", "2", "250-x\r\n250 AUTH PLAIN\r\n"}) {
        SmtpClientMachine machine = opened();
        REQUIRE(machine.start_tls().has_value());
        CHECK(feed(machine, std::string("220 go\r\n") + injected) == "broken");
    }
}

TEST_CASE("DSN parameters go to a next hop that knows them, and to no other") {
    const SmtpSender sender{.path = "a@b", .dsn_return = "HDRS", .envelope_id = "q+2Bq"};
    const SmtpRecipient recipient{
        .path = "c@d", .notify = "SUCCESS,DELAY", .original_recipient = "rfc822;x@d"};
    SmtpClientMachine old = opened();
    CHECK(old.mail(sender).error().code == ErrorCode::unavailable);
    CHECK(old.recipient(recipient).error().code == ErrorCode::unavailable);
    SmtpClientMachine machine("gate.example");
    CHECK(feed(machine, "220 x\r\n") == "need_input");
    CHECK(feed(machine, "250-x\r\n250 DSN\r\n") == "ready idle");
    (void)machine.take_output();
    REQUIRE(machine.mail(sender).has_value());
    REQUIRE(machine.recipient(recipient).has_value());
    CHECK(machine.take_output() ==
          "MAIL FROM:<a@b> RET=HDRS ENVID=q+2Bq\r\nRCPT TO:<c@d> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;x@d\r\n");
    CHECK(machine.mail({.path = "a@b", .dsn_return = "FULL\r\nRSET"}).error().code ==
          ErrorCode::invalid_input);
    CHECK(machine.mail({.path = "a@b", .envelope_id = "a b"}).error().code == ErrorCode::invalid_input);
    CHECK(machine.recipient({.path = "a@b", .notify = "NEVER X"}).error().code == ErrorCode::invalid_input);
    CHECK(machine.recipient({.path = "a@b", .original_recipient = "rfc822;a\r\nRSET"}).error().code ==
          ErrorCode::invalid_input);
}

TEST_CASE("XFORWARD: what is known, of what the next hop asks for, in lines of at most 510 bytes") {
    const SmtpClientFacts facts{.name = "host.example",
                                .address = "2001:db8::1",
                                .port = "1234",
                                .helo = "",
                                .ident = "a+b",
                                .login = "anna"};
    SmtpClientMachine silent = opened();
    REQUIRE(silent.forward(facts).has_value());
    CHECK(silent.take_output().empty());
    SmtpClientMachine machine("gate.example");
    CHECK(feed(machine, "220 x\r\n") == "need_input");
    CHECK(feed(machine, "250-x\r\n250 XFORWARD name ADDR PROTO HELO IDENT SOURCE LOGIN\r\n") == "ready idle");
    (void)machine.take_output();
    REQUIRE(machine.forward(facts).has_value());
    CHECK(machine.take_output() ==
          "XFORWARD NAME=host.example ADDR=IPv6:2001:db8::1 HELO=[UNAVAILABLE] IDENT=a+2Bb\r\n");
    CHECK(feed(machine, "550 no\r\n") == "forward=550 idle");
    REQUIRE(machine
                .forward({.name = std::string(255, 'n'),
                          .helo = std::string(255, 'h'),
                          .ident = std::string(255, '+')})
                .has_value());
    // One after the other: PIPELINING was not announced.
    CHECK(machine.take_output() == "XFORWARD NAME=" + std::string(255, 'n') + "\r\n");
    CHECK(feed(machine, "250 ok\r\n") == "forward=250 need_input");
    CHECK(machine.take_output() == "XFORWARD HELO=" + std::string(255, 'h') + " IDENT=[UNAVAILABLE]\r\n");
    CHECK_FALSE(machine.nothing_awaited());
    CHECK(feed(machine, "250 ok\r\n") == "forward=250 idle");
}

TEST_CASE("a reply that does not fit the command breaks the session: a 250 to DATA promises nothing") {
    struct Row {
        const char* replies;
        const char* events;
    };
    for (const Row& row : {Row{"250 ok\r\n250 ok\r\n250 ok\r\n", "mail=250 recipient=250 broken"},
                           Row{"250 ok\r\n250 ok\r\n221 bye\r\n", "mail=250 recipient=250 broken"},
                           Row{"250 ok\r\n250 ok\r\n334 x\r\n", "mail=250 recipient=250 broken"},
                           Row{"354 go\r\n", "broken"}, Row{"250 ok\r\n354 go\r\n", "mail=250 broken"}}) {
        SmtpClientMachine machine = opened();
        REQUIRE(machine.mail({.path = "a@b"}).has_value());
        REQUIRE(machine.recipient({.path = "c@d"}).has_value());
        REQUIRE(machine.data().has_value());
        CHECK(feed(machine, row.replies) == row.events);
    }
    SmtpClientMachine machine = opened();
    REQUIRE(machine.data().has_value());
    REQUIRE(feed(machine, "354 go\r\n") == "data=354 idle");
    REQUIRE(machine.end_content().has_value());
    CHECK(feed(machine, "354 more?\r\n") == "broken");
}

TEST_CASE("what a next hop says unasked is not taken for the answer to the next command") {
    for (const char* unasked : {"250 again\r\n", "250-half", "2"}) {
        SmtpClientMachine machine = opened();
        REQUIRE(machine.mail({.path = "a@b"}).has_value());
        const ExactBuffer buffer(std::string("250 ok\r\n") + unasked);
        machine.feed(buffer.view());
        REQUIRE(machine.next().reply.code == 250);
        CHECK(machine.recipient({.path = "c@d"}).error().code == ErrorCode::closed);
        CHECK(events_of(machine) == "broken");
    }
}
