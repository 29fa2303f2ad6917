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
        REQUIRE(machine.recipient("b@example.net").has_value());
        REQUIRE(machine.recipient("\"c d\"@example.net").has_value());
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
        CHECK(machine.recipient(path).error().code == ErrorCode::invalid_input);
        CHECK(machine.mail({.path = path}).error().code == ErrorCode::invalid_input);
        CHECK(machine.take_output().empty());
    }
    SmtpClientMachine machine = opened();
    CHECK(machine.recipient("").error().code == ErrorCode::invalid_input);
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
