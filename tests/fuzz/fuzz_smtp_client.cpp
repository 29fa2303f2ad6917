// The SMTP client machine on an arbitrary next hop. Relations: how the replies are split changes nothing; what it
// sends stays the commands that were given, whatever comes back; replies handed on cannot break out of a reply; no command
// is longer than a server must take.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "proto/smtp_client_machine.hpp"

using namespace tocsin;
using namespace tocsin::proto;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void give_command(SmtpClientMachine& machine, std::size_t number) {
    Result<void> given;
    const bool dsn = machine.extensions().dsn;
    SmtpClientFacts facts{.name = "host.example", .address = "2001:db8::1", .helo = ""};
    facts.ident = std::string(limits::smtp_client_fact_bytes, '+');
    switch (number % 7) {
        case 0:
            given = machine.mail(
                {.path = "a@b", .size_bytes = 1, .dsn_return = dsn ? "FULL" : "", .envelope_id = ""});
            break;
        case 1: given = machine.recipient({.path = "c@d", .notify = dsn ? "NEVER" : ""}); break;
        case 5: given = machine.forward(facts); break;
        case 6:
            if (machine.extensions().starttls) given = machine.start_tls();
            break;
        case 2: given = machine.data(); break;
        case 3: given = machine.end_content(); break;
        default: given = machine.reset(); break;
    }
    require(given.has_value());
}

void check_lines(std::string_view sent) {
    while (!sent.empty()) {
        const std::size_t end = sent.find("\r\n");
        require(end != std::string_view::npos && end <= 510);
        sent.remove_prefix(end + 2);
    }
}

struct Outcome {
    std::string events;
    std::string sent;
    auto operator<=>(const Outcome&) const = default;
};

Outcome run(std::string_view input, std::size_t piece_bytes) {
    SmtpClientMachine machine("fuzz.example");
    Outcome outcome;
    for (std::size_t commands = 0; commands < 100;) {
        const auto event = machine.next();
        outcome.events += std::to_string(static_cast<int>(event.kind));
        if (event.kind == SmtpClientEventKind::broken) return outcome;
        if (event.kind == SmtpClientEventKind::reply) {
            outcome.events += std::string(to_string(event.step)) + event.reply.summary() + "|";
            const std::string bytes = event.reply.serialise();
            std::size_t line_ends = 0;
            for (std::size_t at = 0; at < bytes.size(); ++at)
                line_ends += bytes[at] == '\n' || bytes[at] == '\r' ? 1U : 0U;
            require(line_ends == 2 * event.reply.lines.size() && bytes.ends_with("\r\n"));
        }
        const bool go_ahead = event.kind == SmtpClientEventKind::reply && event.step == SmtpStep::start_tls;
        if (go_ahead && event.reply.code == 220) machine.tls_started();
        if (event.kind == SmtpClientEventKind::idle) give_command(machine, commands++);
        outcome.sent += machine.take_output();
        if (event.kind == SmtpClientEventKind::need_input) check_lines(outcome.sent);
        if (event.kind != SmtpClientEventKind::need_input) continue;
        outcome.events.pop_back();  // how often it needs input is what splitting changes
        if (input.empty()) return outcome;
        const std::size_t line = std::min(input.find('\n'), input.size() - 1) + 1;
        const std::size_t size = std::min(piece_bytes, line);
        machine.feed(as_bytes(input.substr(0, size)));
        input.remove_prefix(size);
    }
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const Outcome whole = run(input, input.size() + 1);
    require(whole == run(input, 1));
    require(whole == run(input, 5));
    return 0;
}
