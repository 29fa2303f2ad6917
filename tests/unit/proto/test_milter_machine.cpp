#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/limits.hpp"
#include "proto/milter_driver.hpp"

using namespace tocsin;
using namespace tocsin::proto;
using test::Chunks;
using test::milter_client;
using test::milter_frame;
using test::milter_offer;
using test::milter_strings;
using test::MilterDriver;

namespace {

constexpr Chunks both[] = {Chunks::whole, Chunks::byte_by_byte};
constexpr MilterDecides everything{
    .connect = true, .hello = true, .mail = true, .recipient = true, .data = true};

/// What Postfix 3.7 sends first: version 6, every action, every protocol bit.
const std::string postfix_offer = test::bytes_of("\0\0\0\x0d"
                                                 "O\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff");
const std::string client = milter_client("client.example", '4', 4711, "192.0.2.7");
const std::string opening = client + milter_strings('H', {"client.example"}) +
                            milter_strings('M', {"<a@example.org>", "SIZE=100"}) +
                            milter_strings('R', {"<b@example.net>"}) + milter_frame('T');
const std::string content =
    milter_strings('L', {"Subject", " x"}) + milter_frame('N') + milter_frame('B', "text\r\n");
const std::string message = content + milter_frame('E');

/// A driver that has negotiated with a Postfix.
MilterDriver negotiated(MilterOptions options = {}, const std::string& offer = postfix_offer) {
    MilterDriver driver(options);
    driver.send(offer);
    driver.take_events();
    driver.output.clear();
    return driver;
}

}  // namespace

TEST_CASE("milter: the negotiation, byte for byte") {
    struct Row {
        std::string offer;
        MilterOptions options;
        std::string answer;
    };
    const Row table[] = {
        // Postfix 3.7: everything is asked for that saves a reply, and headers as they are.
        {postfix_offer, {}, test::bytes_of("\0\0\0\x0dO\0\0\0\x06\0\0\0\xff\0\x1f\xf1\x80")},
        // The gate answers connect to DATA, and wants to stop large bodies.
        {postfix_offer,
         {.decides = everything, .large_body = MilterLargeBody::stop, .unknown_commands = true},
         test::bytes_of("\0\0\0\x0dO\0\0\0\x06\0\0\0\xff\0\x16\x04\x80")},
        // Few actions wanted.
        {postfix_offer,
         {.actions = milter_action::add_header | milter_action::quarantine},
         test::bytes_of("\0\0\0\x0dO\0\0\0\x06\0\0\0\x21\0\x1f\xf1\x80")},
        // Postfix 2.3 (milter_protocol = 2): nothing beyond what it offers.
        {test::bytes_of("\0\0\0\x0dO\0\0\0\x02\0\0\0\x3f\0\0\0\x7f"),
         {},
         test::bytes_of("\0\0\0\x0dO\0\0\0\x02\0\0\0\x3f\0\0\0\0")},
        // Version 4 knows DATA and unknown commands.
        {test::bytes_of("\0\0\0\x0dO\0\0\0\x04\0\0\0\x3f\0\0\x03\xff"),
         {},
         test::bytes_of("\0\0\0\x0dO\0\0\0\x04\0\0\0\x3f\0\0\x01\x80")},
        // A Sendmail that says nothing of its actions has the oldest four; a newer version is answered with ours.
        {test::bytes_of("\0\0\0\x0dO\0\0\0\x09\0\0\0\0\x30\0\0\x7f"),
         {},
         test::bytes_of("\0\0\0\x0dO\0\0\0\x06\0\0\0\x0f\0\0\0\0")},
        // More data than we know is let through.
        {test::bytes_of("\0\0\0\x0fO\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xffxx"),
         {},
         test::bytes_of("\0\0\0\x0dO\0\0\0\x06\0\0\0\xff\0\x1f\xf1\x80")},
    };
    for (const auto& row : table)
        for (const auto chunks : both) {
            CAPTURE(test::milter_readable(row.offer));
            MilterDriver driver(row.options);
            driver.send(row.offer, chunks);
            CHECK(driver.output == row.answer);
            CHECK(driver.machine.idle());
        }
    MilterDriver driver;
    driver.send(postfix_offer);
    const auto& agreed = driver.machine.negotiation();
    CHECK(agreed.offered_actions == 0x1FF);
    CHECK(agreed.offered_protocol == 0x1FFFFF);
    CHECK(agreed.actions == milter_action::everything);
    CHECK(driver.machine.may(milter_action::quarantine | milter_action::change_sender));
}

TEST_CASE("milter: a session with two messages and a client on the same connection, whole and byte by byte") {
    const std::string session =
        opening + milter_strings('L', {"Subject", " a\n\tfolded one"}) + milter_strings('L', {"X", ""}) +
        milter_strings('L', {"Y", "\tz"}) + milter_frame('N') + milter_frame('B', "one\r\n") +
        milter_frame('B', test::bytes_of("\0\xff")) + milter_frame('E') + milter_frame('A') +
        milter_strings('M', {"<>"}) + milter_strings('R', {"c@example.net", "NOTIFY=NEVER", "ORCPT=x"}) +
        milter_frame('N') + milter_frame('E') + milter_frame('K') +
        milter_client("localhost", 'L', 0, "/run/x.sock") + milter_frame('Q');
    for (const auto chunks : both) {
        MilterDriver driver = negotiated();
        std::vector<std::string> contents;
        driver.decide = [&](MilterMachine& machine, const MilterEvent&) {
            contents.push_back(driver.content);
            machine.answer(MilterAnswer::accept);
        };
        driver.send(session, chunks);
        CHECK(driver.take_events() == "connect(client.example|ipv4|4711|192.0.2.7) hello(client.example) "
                                      "mail(a@example.org SIZE=100) rcpt(b@example.net) data eoh end "
                                      "mail() rcpt(c@example.net NOTIFY=NEVER ORCPT=x) eoh end "
                                      "again connect(localhost|unix|0|/run/x.sock) quit closed");
        REQUIRE(contents.size() == 2);
        CHECK(contents[0] ==
              test::bytes_of("Subject: a\r\n\tfolded one\r\nX:\r\nY:\tz\r\n\r\none\r\n\0\xff"));
        CHECK(contents[1] == "\r\n");
        CHECK(driver.take_output() == "a a");  // nothing else was answered
    }
}

TEST_CASE("milter: an MTA that waits for replies gets one for each command") {
    for (const auto chunks : both) {
        MilterDriver driver = negotiated({}, milter_offer(2, 0x3F, 0x7F));
        driver.send(opening + message, chunks);
        // connect, hello, mail, recipient, data, header, end of headers, body, end of message
        CHECK(driver.take_output() == "c c c c c c c c c");
        CHECK(driver.content == "Subject: x\r\n\r\ntext\r\n");
    }
}

TEST_CASE("milter: without leading spaces one is put back") {
    MilterDriver driver = negotiated({}, milter_offer(6, 0x3F, 0));
    driver.send(opening + milter_strings('L', {"Subject", "x"}) + milter_strings('L', {"Empty", ""}) +
                milter_strings('L', {"Tab", "\tx"}) + milter_frame('N') + milter_frame('E'));
    CHECK(driver.content == "Subject: x\r\nEmpty:\r\nTab:\tx\r\n\r\n");
    CHECK(milter_header_line("A", " b\r\n c\n d") == "A: b\r\n c\r\n d\r\n");
}

TEST_CASE("milter: where clients come from") {
    struct Row {
        std::string frame;
        const char* event;
    };
    const Row table[] = {
        {milter_client("c.example", '4', 25, "192.0.2.7"), "connect(c.example|ipv4|25|192.0.2.7)"},
        {milter_client("[2001:db8::1]", '6', 65535, "2001:db8::1"),
         "connect([2001:db8::1]|ipv6|65535|2001:db8::1)"},
        {milter_client("c", '6', 1, "IPv6:2001:db8::1"), "connect(c|ipv6|1|2001:db8::1)"},
        {milter_client("c", '6', 1, "ipv6:::1"), "connect(c|ipv6|1|::1)"},
        {milter_client("c", '6', 1, "fe80::1%eth0"), "connect(c|ipv6|1|fe80::1)"},
        {milter_client("c", 'L', 0, "/run/x"), "connect(c|unix|0|/run/x)"},
        {milter_frame('C', test::bytes_of("unknown\0U")), "connect(unknown|unknown|0|)"},
        {milter_client("unknown", 'U', 9, "x"), "connect(unknown|unknown|0|)"},
        {milter_frame('C', "host"), "violation(missing_nul) closed"},
        {milter_frame('C'), "violation(missing_nul) closed"},
        {milter_frame('C', test::bytes_of("host\0")), "violation(malformed) closed"},
        {milter_frame('C', test::bytes_of("host\0004")), "violation(malformed) closed"},
        {milter_frame('C', test::bytes_of("host\0004\0")), "violation(malformed) closed"},
        {milter_frame('C', test::bytes_of("host\0004\0\0")), "violation(malformed) closed"},
        {milter_frame('C', test::bytes_of("host\0004\0\0001.2.3.4")), "violation(missing_nul) closed"},
        {milter_client("c", '5', 1, "192.0.2.7"), "violation(malformed) closed"},
        {milter_client("c", '4', 1, "192.0.2.700"), "violation(malformed) closed"},
        {milter_client("c", '4', 1, ""), "violation(malformed) closed"},
        {milter_client("c", '4', 1, test::bytes_of("192.0.2.7\0x")), "violation(malformed) closed"},
    };
    for (const auto& row : table)
        for (const auto chunks : both) {
            CAPTURE(test::milter_readable(row.frame));
            MilterDriver driver = negotiated();
            driver.send(row.frame, chunks);
            CHECK(driver.take_events() == row.event);
        }
}

TEST_CASE("milter: what breaks the protocol ends the session by name") {
    struct Row {
        std::string input;
        const char* violation;
    };
    const auto frames = [](std::initializer_list<const char*> commands) {
        std::string bytes;
        for (const char* command : commands) bytes += milter_strings(*command, {"x"});
        return bytes;
    };
    const std::string too_long = test::milter_u32(limits::milter_frame_bytes + 1);
    const Row table[] = {
        {milter_client("c", '4', 1, "192.0.2.7"), "out_of_order"},
        {milter_frame('A'), "out_of_order"},
        {milter_frame('K'), "out_of_order"},
        {milter_frame('E'), "out_of_order"},
        {milter_strings('D', {"i", "x"}, "C"), "out_of_order"},
        {milter_offer(1, 0xFF, 0), "version_too_old"},
        {milter_offer(0, 0xFF, 0), "version_too_old"},
        {milter_frame('O', "short"), "malformed"},
        {postfix_offer + postfix_offer, "out_of_order"},
        {postfix_offer + std::string(4, '\0'), "empty_frame"},
        {too_long, "frame_too_long"},
        {postfix_offer + "\xff\xff\xff\xff", "frame_too_long"},
        {postfix_offer + milter_frame('c'), "unknown_command"},
        {postfix_offer + milter_frame('\0'), "unknown_command"},
        {std::string("EHLO client.example\r\n"), "frame_too_long"},
        {postfix_offer + frames({"H"}), "out_of_order"},
        {postfix_offer + frames({"M"}), "out_of_order"},
        {postfix_offer + client + client, "out_of_order"},
        {postfix_offer + client + frames({"R"}), "out_of_order"},
        {postfix_offer + client + milter_frame('T'), "out_of_order"},
        {postfix_offer + client + milter_frame('B', "x"), "out_of_order"},
        {postfix_offer + opening + frames({"R"}), "out_of_order"},
        {postfix_offer + opening + milter_frame('T'), "out_of_order"},
        {postfix_offer + opening + milter_frame('B', "x"), "out_of_order"},
        {postfix_offer + opening + milter_frame('E'), "out_of_order"},
        {postfix_offer + opening + client, "out_of_order"},
        {postfix_offer + opening + content + frames({"M"}), "out_of_order"},
        {postfix_offer + opening + content + frames({"H"}), "out_of_order"},
        {postfix_offer + opening + content + frames({"U"}), "out_of_order"},
        {postfix_offer + opening + content + milter_strings('L', {"a", "b"}), "out_of_order"},
        {postfix_offer + opening + content + milter_frame('N'), "out_of_order"},
        {postfix_offer + opening + message + milter_frame('E'), "out_of_order"},
        {postfix_offer + client + milter_frame('H', "no end"), "missing_nul"},
        {postfix_offer + client + milter_frame('H'), "malformed"},
        {postfix_offer + client + milter_strings('H', {"a", "b"}), "malformed"},
        {postfix_offer + client + milter_frame('M', "<a@b>"), "missing_nul"},
        {postfix_offer + client + milter_frame('M'), "malformed"},
        {postfix_offer + opening + milter_strings('L', {"name"}), "malformed"},
        {postfix_offer + opening + milter_strings('L', {"name", "value", "x"}), "malformed"},
        {postfix_offer + opening + milter_frame('L', test::bytes_of("name\0value")), "missing_nul"},
        {postfix_offer + client + milter_frame('D'), "malformed"},
        {postfix_offer + client + milter_strings('D', {"i"}, "M"), "malformed"},
        {postfix_offer + client + milter_strings('D', {"i", "x"}, "?"), "malformed"},
        {postfix_offer + client + milter_frame('D', test::bytes_of("Mi\0x")), "missing_nul"},
    };
    for (const auto& row : table)
        for (const auto chunks : both) {
            CAPTURE(test::milter_readable(row.input));
            MilterDriver driver;
            driver.send(row.input, chunks);
            const std::string end = std::string("violation(") + row.violation + ") closed";
            CHECK(driver.events.ends_with(end));
            CHECK(driver.machine.next().kind == MilterEventKind::closed);
        }
}

TEST_CASE("milter: limits of frames, arguments, macros and recipients") {
    MilterDriver frame = negotiated();
    frame.send(opening);
    frame.send(milter_strings('L', {"Long", std::string(limits::milter_frame_bytes - 7, 'x')}));
    CHECK_FALSE(frame.closed);
    CHECK(frame.content.size() == limits::milter_frame_bytes);

    std::vector<std::string> arguments(limits::smtp_parameters + 1, "A=1");
    arguments.front() = "<a@b>";
    MilterDriver mail = negotiated();
    mail.send(client + milter_strings('M', arguments));
    CHECK_FALSE(mail.closed);
    arguments.emplace_back("A=1");
    mail.send(milter_strings('R', arguments));
    CHECK(mail.events.ends_with("violation(too_many_arguments) closed"));

    std::vector<std::string> names(2 * limits::milter_macros, "x");
    MilterDriver macros = negotiated();
    macros.send(client + milter_strings('D', names, "M"));
    macros.send(milter_strings('D', {"big", std::string(limits::milter_macro_bytes - 3, 'x')}, "M"));
    CHECK_FALSE(macros.closed);
    names.insert(names.end(), {"i", "x"});
    macros.send(milter_strings('D', names, "M"));
    CHECK(macros.events.ends_with("violation(too_many_macros) closed"));
    MilterDriver bytes = negotiated();
    bytes.send(client + milter_strings('D', {"big", std::string(limits::milter_macro_bytes - 2, 'x')}, "M"));
    CHECK(bytes.events.ends_with("violation(too_many_macros) closed"));

    MilterDriver recipients = negotiated({.recipients_max = 1});
    recipients.send(client + milter_strings('M', {"<a@b>"}) + milter_strings('R', {"<c@d>"}) +
                    milter_strings('R', {"<e@f>"}));
    CHECK(recipients.events.ends_with("rcpt(c@d) violation(too_many_recipients) closed"));
    // Where the gate answers recipients there is a reply for it.
    MilterDriver asked = negotiated({.decides = {.recipient = true}, .recipients_max = 1});
    asked.send(client + milter_strings('M', {"<a@b>"}) + milter_strings('R', {"<c@d>"}) +
               milter_strings('R', {"<e@f>"}) + milter_frame('T'));
    CHECK(asked.events.ends_with("rcpt(c@d) data"));
    CHECK(asked.take_output() == "c y(452 4.5.3 too many recipients\\0)");
}

TEST_CASE("milter: a message that is too large goes on without its content") {
    struct Row {
        const char* what;
        MilterOptions options;
        std::uint32_t protocol;
        std::string content;
        const char* events;
        std::string kept;
        const char* output;
    };
    const std::string header = milter_strings('L', {"A", " b"});  // 6 bytes with CRLF
    const std::string five = milter_frame('B', "12345");
    const std::string end = milter_frame('E');
    const std::string eoh = milter_frame('N');
    const Row table[] = {
        {"fits",
         {.message_bytes = 16},
         0x1FFFFF,
         header + eoh + five + five + end,
         "eoh end",
         "A: b\r\n\r\n1234512345",
         "c"},
        {"body",
         {.message_bytes = 15},
         0x1FFFFF,
         header + eoh + five + five + five + end,
         "eoh too_large(message_bytes) end",
         "A: b\r\n\r\n12345",
         "c"},
        {"in the last frame",
         {.message_bytes = 15},
         0x1FFFFF,
         header + eoh + five + milter_frame('E', "12345"),
         "eoh too_large(message_bytes) end",
         "A: b\r\n\r\n12345",
         "c"},
        {"last frame fits",
         {.message_bytes = 16},
         0x1FFFFF,
         header + eoh + five + milter_frame('E', "12345"),
         "eoh end",
         "A: b\r\n\r\n1234512345",
         "c"},
        {"header",
         {.message_bytes = 11},
         0x1FFFFF,
         header + header + header + eoh + five + end,
         "too_large(message_bytes) eoh end",
         "A: b\r\n\r\n",
         "c"},
        {"replied",
         {.message_bytes = 10},
         0,
         header + eoh + five + five + end,
         "eoh too_large(message_bytes) end",
         "A: b\r\n\r\n",
         "c c c c c"},
        {"stopped",
         {.large_body = MilterLargeBody::stop, .message_bytes = 15},
         0x1FFFFF,
         header + eoh + five + five + end,
         "eoh too_large(message_bytes) end",
         "A: b\r\n\r\n12345",
         "c s c"},
        {"stop is not offered",
         {.large_body = MilterLargeBody::stop, .message_bytes = 10},
         0x1FFBFF,
         header + eoh + five + end,
         "eoh too_large(message_bytes) end",
         "A: b\r\n\r\n",
         "c"},
    };
    for (const auto& row : table)
        for (const auto chunks : both) {
            CAPTURE(row.what);
            MilterDriver driver = negotiated(row.options, milter_offer(6, 0x1FF, row.protocol));
            driver.send(opening, chunks);
            driver.take_events();
            driver.output.clear();
            driver.send(row.content, chunks);
            CHECK(driver.take_events() == row.events);
            CHECK(driver.content == row.kept);
            CHECK(driver.take_output() == row.output);
            // The next message starts anew.
            driver.send(milter_strings('M', {"<n@b>"}) + eoh + milter_frame('B', "next") + end, chunks);
            CHECK(driver.take_events() == "mail(n@b) eoh end");
            CHECK(driver.content == "\r\nnext");
        }
}

TEST_CASE("milter: header fields and their bytes have limits of their own") {
    MilterDriver fields = negotiated();
    fields.send(opening);
    std::string header;
    for (std::size_t count = 0; count < limits::milter_header_fields; ++count)
        header += milter_strings('L', {"A", ""});
    fields.send(header);
    CHECK(fields.events.ends_with(" data"));
    fields.send(milter_strings('L', {"A", ""}) + message);
    CHECK(fields.events.ends_with(" data too_large(milter_header_fields) eoh end"));

    MilterDriver bytes = negotiated();
    bytes.send(opening);
    const std::string big(limits::milter_header_bytes / 4 - 4, 'x');  // with name, colon and CRLF a quarter
    for (int count = 0; count < 4; ++count) bytes.send(milter_strings('L', {"A", big}));
    CHECK(bytes.events.ends_with(" data"));
    bytes.send(milter_strings('L', {"A", ""}));
    CHECK(bytes.events.ends_with(" data too_large(milter_header_bytes)"));
}

TEST_CASE("milter: the gate may leave the rest of a body out") {
    MilterDriver driver = negotiated({.decides = {.data = true}, .large_body = MilterLargeBody::stop});
    driver.decide = [](MilterMachine& machine, const MilterEvent& event) {
        if (event.kind == MilterEventKind::data) machine.skip_body();
        machine.answer(MilterAnswer::proceed);
    };
    driver.send(opening + message);
    CHECK(driver.content == "Subject: x\r\n\r\n");
    CHECK(driver.take_output() == "c s c");
}
