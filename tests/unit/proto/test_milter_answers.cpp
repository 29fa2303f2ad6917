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

constexpr std::uint32_t every_bit = 0x1FFFFF;
const std::string client = milter_client("client.example", '4', 4711, "192.0.2.7");
const std::string mail = milter_strings('M', {"<a@example.org>"});
const std::string recipient = milter_strings('R', {"<b@example.net>"});
const std::string message = mail + recipient + milter_frame('T') + milter_frame('N') + milter_frame('E');
const std::string hello = milter_strings('H', {"x"});

/// What the MTA hears when `change` is done at the end of a message, and whether it was possible.
struct Changed {
    std::string output;
    Result<void> result;
};
template <typename Change>
Changed changed(Change change, std::uint32_t actions = 0xFF, std::uint32_t protocol = every_bit) {
    MilterDriver driver;
    driver.send(milter_offer(6, actions, protocol) + client);
    Changed changed;
    driver.decide = [&](MilterMachine& machine, const MilterEvent&) {
        (void)machine.take_output();
        changed.result = change(machine);
        changed.output = test::milter_readable(machine.take_output());
        machine.answer(MilterAnswer::accept);
    };
    driver.send(message);
    return changed;
}

using Change = Result<void> (*)(MilterMachine&);

}  // namespace

TEST_CASE("milter: changes, as the MTA reads them, and what is needed for them") {
    struct Row {
        std::uint32_t action;
        Change change;
        const char* output;
    };
    const Row table[] = {
        {0x01, [](MilterMachine& m) { return m.add_header("X-Tocsin", "yes"); }, "h(X-Tocsin\\0 yes\\0)"},
        {0x01, [](MilterMachine& m) { return m.add_header("X", "a\n\tb\n c"); },
         "h(X\\0 a\\x0a\\x09b\\x0a c\\0)"},
        {0x01, [](MilterMachine& m) { return m.add_header("X", ""); }, "h(X\\0 \\0)"},
        {0x01, [](MilterMachine& m) { return m.insert_header(0, "X", "y"); }, "i(\\0\\0\\0\\0X\\0 y\\0)"},
        {0x01, [](MilterMachine& m) { return m.insert_header(258, "X", "y"); },
         "i(\\0\\0\\x01\\x02X\\0 y\\0)"},
        {0x10, [](MilterMachine& m) { return m.change_header(2, "X", "y"); }, "m(\\0\\0\\0\\x02X\\0 y\\0)"},
        {0x10, [](MilterMachine& m) { return m.change_header(1, "X", ""); }, "m(\\0\\0\\0\\x01X\\0\\0)"},
        {0x04, [](MilterMachine& m) { return m.add_recipient("a@b"); }, "+(<a@b>\\0)"},
        {0x80, [](MilterMachine& m) { return m.add_recipient("a@b", {"NOTIFY=NEVER", "X=1"}); },
         "2(<a@b>\\0NOTIFY=NEVER X=1\\0)"},
        {0x08, [](MilterMachine& m) { return m.delete_recipient("\"a b\"@c"); }, "-(<\"a b\"@c>\\0)"},
        {0x40, [](MilterMachine& m) { return m.change_sender(""); }, "e(<>\\0)"},
        {0x40, [](MilterMachine& m) { return m.change_sender("a@b", {"X=1"}); }, "e(<a@b>\\0X=1\\0)"},
        {0x02, [](MilterMachine& m) { return m.replace_body(as_bytes("new\r\n")); }, "b(new\\x0d\\x0a)"},
        {0x02, [](MilterMachine& m) { return m.replace_body({}); }, "b"},
        {0x20, [](MilterMachine& m) { return m.quarantine("bad\r\n\x7f link"); }, "q(bad??? link\\0)"},
        {0x20, [](MilterMachine& m) { return m.quarantine(""); }, "q(quarantined\\0)"},
    };
    for (const auto& row : table) {
        CAPTURE(row.output);
        const auto alone = changed(row.change, row.action);
        CHECK(alone.result.has_value());
        CHECK(alone.output == row.output);
        const auto without = changed(row.change, 0xFF & ~row.action);
        REQUIRE_FALSE(without.result.has_value());
        CHECK(without.result.error().code == ErrorCode::unavailable);
        CHECK(without.output.empty());
    }
    // Without 0x100000 the MTA puts the space.
    const auto bare = changed([](MilterMachine& m) { return m.add_header("X", "y"); }, 0xFF, 0);
    CHECK(bare.output == "h(X\\0y\\0)");
}

TEST_CASE("milter: text that would be read as something else is refused") {
    const Change table[] = {
        [](MilterMachine& m) { return m.add_header("", "x"); },
        [](MilterMachine& m) { return m.add_header("X:", "x"); },
        [](MilterMachine& m) { return m.add_header("X Y", "x"); },
        [](MilterMachine& m) { return m.add_header("X\xC3\xA4", "x"); },
        [](MilterMachine& m) { return m.add_header("X\n", "x"); },
        [](MilterMachine& m) { return m.add_header("X", "a\r\n b"); },
        [](MilterMachine& m) { return m.add_header("X", "a\rb"); },
        [](MilterMachine& m) { return m.add_header("X", "a\nBcc: x"); },
        [](MilterMachine& m) { return m.add_header("X", "a\n"); },
        [](MilterMachine& m) { return m.add_header("X", "\n"); },
        [](MilterMachine& m) { return m.add_header("X", "a\n\n b"); },
        [](MilterMachine& m) { return m.add_header("X", "a\n \n b"); },
        [](MilterMachine& m) { return m.add_header("X", "a\n\t "); },
        [](MilterMachine& m) { return m.add_header("X", std::string_view("a\0b", 3)); },
        [](MilterMachine& m) { return m.add_header(std::string_view("X\0", 2), "b"); },
        [](MilterMachine& m) { return m.add_header("X", "\x1b[2J"); },
        [](MilterMachine& m) { return m.insert_header(0x80000000, "X", "y"); },
        [](MilterMachine& m) { return m.insert_header(0, "X", "y\nz"); },
        [](MilterMachine& m) { return m.change_header(0, "X", "y"); },
        [](MilterMachine& m) { return m.change_header(0x7FFFFFFF, "X", "y"); },
        [](MilterMachine& m) { return m.change_header(1, "X\r", ""); },
        [](MilterMachine& m) { return m.add_recipient("a@b>\r\nDATA"); },
        [](MilterMachine& m) { return m.add_recipient("a b@c"); },
        [](MilterMachine& m) { return m.add_recipient("a@b", {""}); },
        [](MilterMachine& m) { return m.add_recipient("a@b", {"X=1 Y=2"}); },
        [](MilterMachine& m) { return m.add_recipient("a@b", {"X=\r"}); },
        [](MilterMachine& m) { return m.delete_recipient("<a@b>"); },
        [](MilterMachine& m) { return m.delete_recipient("@route:a@b"); },
        [](MilterMachine& m) { return m.delete_recipient(std::string_view("a\0@b", 4)); },
        [](MilterMachine& m) { return m.change_sender("a\n@b"); },
        [](MilterMachine& m) { return m.change_sender("a@b", {test::bytes_of("X\0")}); },
    };
    for (std::size_t index = 0; index < std::size(table); ++index) {
        CAPTURE(index);
        const auto refused = changed(table[index]);
        REQUIRE_FALSE(refused.result.has_value());
        CHECK(refused.result.error().code == ErrorCode::invalid_input);
        CHECK(refused.output.empty());
    }
}

TEST_CASE("milter: bodies are split, changes are counted, frames have a size") {
    const std::string body(2 * limits::milter_answer_bytes + 1, 'x');
    const auto split = changed([&](MilterMachine& m) { return m.replace_body(as_bytes(body)); });
    CHECK(split.output.size() == body.size() + 3 * 3 + 2);  // `b(…) b(…) b(x)`
    CHECK(split.output.ends_with(" b(x)"));
    const std::string exact(limits::milter_answer_bytes, 'x');
    const auto one = changed([&](MilterMachine& m) { return m.replace_body(as_bytes(exact)); });
    CHECK(one.output.size() == exact.size() + 3);

    const std::string fits(limits::milter_answer_bytes - 4, 'x');  // X, NUL, space, NUL
    CHECK(changed([&](MilterMachine& m) { return m.add_header("X", fits); }).result.has_value());
    const auto long_field = changed([&](MilterMachine& m) { return m.add_header("X", fits + "x"); });
    REQUIRE_FALSE(long_field.result.has_value());
    CHECK(long_field.result.error().code == ErrorCode::limit);

    const auto many = changed([](MilterMachine& m) -> Result<void> {
        for (std::size_t count = 0; count < limits::milter_changes; ++count) TRY(m.delete_recipient("a@b"));
        (void)m.take_output();
        const auto body_too = m.replace_body(as_bytes("x"));
        CHECK_FALSE(body_too.has_value());
        return m.delete_recipient("a@b");
    });
    REQUIRE_FALSE(many.result.has_value());
    CHECK(many.result.error().code == ErrorCode::limit);
    CHECK(many.output.empty());
}

TEST_CASE("milter: the fate of a message") {
    struct Row {
        MilterAnswer answer;
        const char* output;
    };
    const Row table[] = {{MilterAnswer::proceed, "p p c"},
                         {MilterAnswer::accept, "p p a"},
                         {MilterAnswer::reject, "p p r"},
                         {MilterAnswer::tempfail, "p p t"},
                         {MilterAnswer::discard, "p p d"}};
    for (const auto& row : table)
        for (const auto chunks : {Chunks::whole, Chunks::byte_by_byte}) {
            CAPTURE(row.output);
            MilterDriver driver;
            driver.send(milter_offer(6, 0xFF, every_bit) + client);
            driver.output.clear();
            driver.decide = [&](MilterMachine& machine, const MilterEvent&) {
                CHECK_FALSE(machine.idle());
                machine.progress();
                machine.progress();
                machine.answer(row.answer);
            };
            driver.send(message, chunks);
            CHECK(driver.take_output() == row.output);
            CHECK(driver.machine.idle());
        }
}

TEST_CASE("milter: replies of our own") {
    struct Row {
        SmtpReply reply;
        const char* output;  ///< nullptr: refused
    };
    const Row table[] = {
        {{550, "5.7.1", {"not here"}}, "y(550 5.7.1 not here\\0)"},
        {{451, "4.3.2", {"later"}}, "y(451 4.3.2 later\\0)"},
        {{550, "", {"100% sure, %s"}}, "y(550 5.7.1 100%% sure, %%s\\0)"},
        {{450, "5.7.1", {"x"}}, "y(450 4.7.1 x\\0)"},
        {{550, "5.7", {"x"}}, "y(550 5.7.1 x\\0)"},
        {{550, "5.7.1000", {"x"}}, "y(550 5.7.1 x\\0)"},
        {{550, "5.7.1\r\n", {"x"}}, "y(550 5.7.1 x\\0)"},
        {{550, "5.7.1", {test::bytes_of("a\r\n250 b\0c")}}, "y(550 5.7.1 a??250 b?c\\0)"},
        {{550, "5.7.1", {"one", "two"}}, "y(550-5.7.1 one\\x0d\\x0a550 5.7.1 two\\0)"},
        {{250, "2.0.0", {"x"}}, nullptr},
        {{354, "", {"x"}}, nullptr},
        {{399, "", {"x"}}, nullptr},
        {{600, "", {"x"}}, nullptr},
        {{550, "5.7.1", {}}, nullptr},
    };
    for (const auto& row : table) {
        MilterDriver driver;
        driver.send(milter_offer(6, 0xFF, every_bit) + client);
        driver.output.clear();
        driver.decide = [&](MilterMachine& machine, const MilterEvent&) {
            const auto answered = machine.answer(row.reply);
            CHECK(answered.has_value() == (row.output != nullptr));
            if (!answered) machine.answer(MilterAnswer::tempfail);  // the question is still open
        };
        driver.send(message);
        CHECK(driver.take_output() == (row.output == nullptr ? "t" : row.output));
    }
    MilterDriver long_reply;
    long_reply.send(milter_offer(6, 0xFF, every_bit) + client);
    long_reply.output.clear();
    long_reply.decide = [](MilterMachine& machine, const MilterEvent&) {
        SmtpReply reply{550, "5.7.1", std::vector<std::string>(1000, std::string(1000, '%'))};
        CHECK(machine.answer(reply).has_value());
    };
    long_reply.send(message);
    CHECK(long_reply.output.size() < limits::milter_answer_bytes);
    CHECK_FALSE(long_reply.take_output().ends_with("BROKEN"));
}

TEST_CASE("milter: stages that the gate answers") {
    constexpr MilterDecides everything{
        .connect = true, .hello = true, .mail = true, .recipient = true, .data = true};
    struct Row {
        MilterEventKind refused;
        std::string input;
        const char* events;
        const char* output;
    };
    const std::string later = mail + recipient;
    const Row table[] = {
        {MilterEventKind::closed, client + hello + later + milter_frame('T'),
         "connect(client.example|ipv4|4711|192.0.2.7) hello(x) mail(a@example.org) rcpt(b@example.net) data",
         "c c c c c"},
        {MilterEventKind::connect, client + milter_frame('Q'),
         "connect(client.example|ipv4|4711|192.0.2.7) quit closed", "r"},
        {MilterEventKind::hello, client + hello + hello,
         "connect(client.example|ipv4|4711|192.0.2.7) hello(x) hello(x)", "c r r"},
        {MilterEventKind::mail, client + mail + milter_frame('A') + mail,
         "connect(client.example|ipv4|4711|192.0.2.7) mail(a@example.org) mail(a@example.org)", "c r r"},
        {MilterEventKind::recipient, client + later + recipient,
         "connect(client.example|ipv4|4711|192.0.2.7) mail(a@example.org) rcpt(b@example.net) "
         "rcpt(b@example.net)",
         "c c r r"},
        {MilterEventKind::data, client + later + milter_frame('T') + mail,
         "connect(client.example|ipv4|4711|192.0.2.7) mail(a@example.org) rcpt(b@example.net) data "
         "mail(a@example.org)",
         "c c c r c"},
    };
    for (const auto& row : table)
        for (const auto chunks : {Chunks::whole, Chunks::byte_by_byte}) {
            CAPTURE(row.events);
            MilterDriver driver({.decides = everything});
            driver.send(milter_offer(6, 0xFF, every_bit));
            driver.take_events();
            driver.output.clear();
            driver.decide = [&](MilterMachine& machine, const MilterEvent& event) {
                machine.answer(event.kind == row.refused ? MilterAnswer::reject : MilterAnswer::proceed);
            };
            driver.send(row.input, chunks);
            CHECK(driver.take_events() == row.events);
            CHECK(driver.take_output() == row.output);
        }
    // A refused recipient is not counted.
    MilterDriver driver({.decides = everything, .recipients_max = 1});
    driver.send(milter_offer(6, 0xFF, every_bit) + client + mail);
    driver.output.clear();
    driver.decide = [](MilterMachine& machine, const MilterEvent&) {
        CHECK(machine.answer(make_reply(450, "4.2.1", "later")).has_value());
    };
    driver.send(recipient + recipient);
    CHECK(driver.take_output() == "y(450 4.2.1 later\\0) y(450 4.2.1 later\\0)");
}

TEST_CASE("milter: what ends a message before its end") {
    struct Row {
        std::string input;
        const char* events;
    };
    const std::string opening = mail + recipient;
    const std::string header = milter_strings('L', {"A", " b"});
    const Row table[] = {
        {milter_frame('A'), ""},
        {opening + milter_frame('A') + milter_frame('A'), "mail(a@example.org) rcpt(b@example.net) abort"},
        {opening + header + milter_frame('A') + mail,
         "mail(a@example.org) rcpt(b@example.net) abort mail(a@example.org)"},
        {opening + header + milter_frame('N') + milter_frame('B', "x") + milter_frame('A'),
         "mail(a@example.org) rcpt(b@example.net) eoh abort"},
        // EHLO within a transaction, and MAIL without an abort before it.
        {opening + hello + milter_frame('A'), "mail(a@example.org) rcpt(b@example.net) abort hello(x)"},
        {opening + milter_frame('T') + mail,
         "mail(a@example.org) rcpt(b@example.net) data abort mail(a@example.org)"},
        {opening + milter_frame('Q'), "mail(a@example.org) rcpt(b@example.net) quit closed"},
        {opening + header + milter_frame('K') + client,
         "mail(a@example.org) rcpt(b@example.net) again connect(client.example|ipv4|4711|192.0.2.7)"},
        {milter_strings('U', {"XYZZY"}) + opening + milter_strings('U', {"FOO bar"}) + milter_frame('T'),
         "unknown(XYZZY) mail(a@example.org) rcpt(b@example.net) unknown(FOO bar) data"},
    };
    for (const auto& row : table)
        for (const auto chunks : {Chunks::whole, Chunks::byte_by_byte}) {
            CAPTURE(row.events);
            MilterDriver driver({.unknown_commands = true});
            driver.send(milter_offer(6, 0xFF, every_bit) + client);
            driver.take_events();
            driver.send(row.input, chunks);
            CHECK(driver.take_events() == row.events);
        }
    // Not wanted, sent all the same: answered, not told.
    MilterDriver driver;
    driver.send(milter_offer(2, 0x3F, 0x7F) + client);
    driver.take_events();
    driver.output.clear();
    driver.send(milter_strings('U', {"XYZZY"}));
    CHECK(driver.events.empty());
    CHECK(driver.take_output() == "c");
}

TEST_CASE("milter: macros belong to their stage and to their message") {
    MilterDriver driver;
    const auto macro = [&](std::string_view name) {
        return std::string(driver.machine.macro(name).value_or("-"));
    };
    driver.send(milter_offer(6, 0xFF, every_bit));
    driver.send(milter_strings('D', {"j", "mx.example", "{daemon_name}", "smtpd"}, "C"));
    CHECK(macro("j") == "-");  // until its command comes
    driver.send(client);
    CHECK(macro("j") == "mx.example");
    CHECK(macro("{j}") == "mx.example");
    CHECK(macro("daemon_name") == "smtpd");
    CHECK(macro("{daemon_name}") == "smtpd");
    CHECK(macro("daemon") == "-");
    driver.send(milter_strings('D', {"{tls_version}", "TLSv1.3"}, "H") + hello);
    driver.send(milter_strings('D', {"{auth_authen}", "kim", "{i}", "one"}, "M") + mail);
    CHECK(macro("auth_authen") == "kim");
    driver.send(milter_strings('D', {"{rcpt_addr}", "b@example.net"}, "R") + recipient);
    CHECK(macro("rcpt_addr") == "b@example.net");
    driver.send(milter_strings('D', {"{rcpt_addr}", "c@example.net"}, "R") + recipient);
    CHECK(macro("rcpt_addr") == "c@example.net");
    driver.send(milter_strings('U', {"XYZZY"}));
    CHECK(macro("rcpt_addr") == "c@example.net");
    driver.send(recipient);
    CHECK(macro("rcpt_addr") == "-");  // this recipient brought none
    driver.send(milter_frame('T') + milter_frame('N') + milter_strings('D', {"i", "two"}, "E"));
    std::string at_end;
    driver.decide = [&](MilterMachine& machine, const MilterEvent&) {
        at_end = macro("i") + " " + macro("auth_authen") + " " + macro("tls_version");
        machine.answer(MilterAnswer::proceed);
    };
    driver.send(milter_frame('E'));
    CHECK(at_end == "two kim TLSv1.3");
    // The next message is not this login's, even if nothing is said about it.
    CHECK(macro("auth_authen") == "-");
    driver.send(mail);
    CHECK(macro("auth_authen") == "-");
    CHECK(macro("i") == "-");
    CHECK(macro("tls_version") == "TLSv1.3");
    // MAIL without an abort: the macros before it are the new message's.
    driver.send(milter_strings('D', {"{auth_authen}", "eve"}, "M") + mail);
    CHECK(macro("auth_authen") == "eve");
    driver.send(milter_frame('A'));
    CHECK(macro("auth_authen") == "-");
    driver.send(milter_frame('K'));
    CHECK(macro("j") == "-");
}
