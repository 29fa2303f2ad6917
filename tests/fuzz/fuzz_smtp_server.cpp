// The SMTP server machine on arbitrary bytes. Relations: how the bytes are split changes nothing; a message taken
// has only whole lines; handing it to the client machine and back yields the same message; what XFORWARD, XCLIENT and the
// DSN parameters leave behind can be sent on.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "proto/smtp_client_machine.hpp"
#include "proto/smtp_parameters.hpp"
#include "proto/smtp_server_machine.hpp"
#include "proto/smtp_xtext.hpp"

using namespace tocsin;
using namespace tocsin::proto;

namespace {

struct Outcome {
    std::string events;
    std::string messages;
    std::string replies;
    bool closed = false;
    auto operator<=>(const Outcome&) const = default;
};

void require(bool holds) {
    if (!holds) std::abort();
}

/// Sent on and read again, the facts are the same.
void check_facts(SmtpClientFacts facts) {
    facts.login.reset();  // XFORWARD has no such attribute
    SmtpClientFacts again;
    const std::vector<std::string> all = {"NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE"};
    for (const std::string& command : xforward_commands(facts, all)) {
        require(command.size() <= 510 && command.find_first_of("\r\n") == std::string::npos);
        require(!merge_client_facts(std::string_view(command).substr(9), SmtpForwarding::xforward, again));
    }
    // A value that would be longer than a command may be is said to be unavailable.
    const auto too_long = [](const auto& fact) { return fact && encode_xtext(*fact).size() > 490; };
    if (too_long(facts.name) || too_long(facts.helo) || too_long(facts.ident)) return;
    require(again == facts);
}

void check_dsn(const SmtpServerEvent& event) {
    require(has_valid_dsn(event.sender) && has_valid_dsn(event.recipient));
    const std::string all =
        event.sender.envelope_id + event.recipient.original_recipient + event.recipient.notify;
    require(all.find_first_of(" \r\n") == std::string::npos);
}

void react(SmtpServerMachine& machine, const SmtpServerEvent& event, Outcome& outcome, std::string& pending) {
    switch (event.kind) {
        case SmtpServerEventKind::hello:
            machine.answer_hello({.size_bytes = 1500, .smtputf8 = true, .dsn = event.text.starts_with("d")});
            break;
        case SmtpServerEventKind::start_tls:
            outcome.replies += machine.take_output();
            machine.tls_started();
            require(!machine.forwarded() && machine.impersonated() == SmtpClientFacts{} && machine.idle());
            break;
        case SmtpServerEventKind::forwarded:
            check_facts(machine.forwarded().value_or(SmtpClientFacts{}));
            check_facts(machine.impersonated());
            break;
        case SmtpServerEventKind::mail:
        case SmtpServerEventKind::recipient: machine.answer(make_reply(250, "2.0.0", "ok")); break;
        case SmtpServerEventKind::data:
            pending.clear();
            machine.answer(make_reply(354, "", "go"));
            break;
        case SmtpServerEventKind::content: pending += as_text(event.content); return;
        case SmtpServerEventKind::message:
            outcome.messages += pending + '\0';
            machine.answer(make_reply(250, "2.0.0", "ok"));
            break;
        default: break;
    }
    outcome.events += std::to_string(static_cast<int>(event.kind)) + event.text + event.sender.path +
                      event.sender.envelope_id + event.recipient.original_recipient + event.recipient.notify;
    check_dsn(event);
}

/// One byte of `input` says how many bytes come at once, unless `piece_bytes` is given. DATA must stand at the end
/// of a piece, so pieces end after each line end.
Outcome run(std::string_view input, std::size_t piece_bytes) {
    SmtpServerMachine machine({.host_name = "fuzz.example",
                               .size_bytes = 2000,
                               .recipients_max = 5,
                               .tls = SmtpTls::offered,
                               .trust_forwarding = true});
    machine.start();
    Outcome outcome;
    std::string pending;
    for (;;) {
        const auto event = machine.next();
        if (event.kind == SmtpServerEventKind::closed) outcome.closed = true;
        if (event.kind != SmtpServerEventKind::need_input && !outcome.closed) {
            react(machine, event, outcome, pending);
            continue;
        }
        outcome.replies += machine.take_output();
        if (outcome.closed || input.empty()) return outcome;
        const std::size_t line = std::min(input.find('\n'), input.size() - 1) + 1;
        const std::size_t size = std::min({piece_bytes, line, input.size()});
        machine.feed(as_bytes(input.substr(0, size)));
        input.remove_prefix(size);
    }
}

std::string through_client(std::string_view message) {
    SmtpClientMachine client("fuzz.example");
    client.feed(as_bytes("220 x\r\n"));
    (void)client.next();
    client.feed(as_bytes("250 x\r\n"));
    (void)client.next();
    require(client.data().has_value());
    (void)client.take_output();
    require(client.content(as_bytes(message)).has_value());
    require(client.end_content().has_value());
    return client.take_output();
}

void check_message(std::string_view message) {
    for (std::size_t at = 0; at < message.size(); ++at) {
        if (message[at] == '\n') require(at > 0 && message[at - 1] == '\r');
        if (message[at] == '\r') require(at + 1 < message.size() && message[at + 1] == '\n');
    }
    const std::string sent = through_client(message);
    const Outcome again = run("EHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n" + sent, 1000);
    require(again.messages == std::string(message) + '\0');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const Outcome whole = run(input, input.size() + 1);
    require(whole == run(input, 1));
    require(whole == run(input, 7));
    // A message that holds NULs would be cut by the separator below: such runs are checked for splitting only.
    if (input.find('\0') != std::string_view::npos) return 0;
    std::string_view rest = whole.messages;
    while (!rest.empty()) {
        const std::size_t end = rest.find('\0');
        check_message(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    return 0;
}
