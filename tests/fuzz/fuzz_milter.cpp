// The milter machine on an arbitrary MTA. The first byte chooses what the filter wants and answers. Relations: how the
// bytes are split changes nothing; whatever text the MTA gave, what goes back to it is whole frames with the strings
// that belong into them; no limit is passed.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "proto/milter_machine.hpp"

using namespace tocsin;
using namespace tocsin::proto;

namespace {

constexpr std::size_t message_bytes_max = 300;
constexpr std::size_t recipients_max = 3;

struct Outcome {
    std::string events;
    std::string content;
    std::string output;
    auto operator<=>(const Outcome&) const = default;
};

void require(bool holds) {
    if (!holds) std::abort();
}

struct Gate {
    std::uint8_t choice = 0;
    std::string last_text;  ///< of the MTA, given back to it
    std::size_t recipients = 0;
    std::size_t message_bytes = 0;
};

MilterOptions options_of(std::uint8_t choice) {
    MilterOptions options{.message_bytes = message_bytes_max, .recipients_max = recipients_max};
    const bool asked = (choice & 1) != 0;
    options.decides = {.connect = asked, .hello = asked, .mail = asked, .recipient = asked, .data = asked};
    if ((choice & 2) != 0) options.large_body = MilterLargeBody::stop;
    options.unknown_commands = (choice & 4) != 0;
    return options;
}

void change(MilterMachine& machine, const Gate& gate) {
    const std::string& text = gate.last_text;
    (void)machine.add_header("X-Text", text);
    (void)machine.insert_header(0, text, "value");
    (void)machine.change_header(1, "Subject", text);
    (void)machine.add_recipient(text, {text});
    (void)machine.add_recipient(text);
    (void)machine.delete_recipient(text);
    (void)machine.change_sender(text);
    (void)machine.replace_body(as_bytes(text));
    (void)machine.quarantine(text);
    machine.progress();
}

void answer(MilterMachine& machine, const MilterEvent& event, const Gate& gate) {
    const bool at_end = event.kind == MilterEventKind::end_of_message;
    if (at_end) change(machine, gate);
    switch (gate.choice >> 4 & 3) {
        case 0: machine.answer(MilterAnswer::proceed); break;
        case 1: machine.answer(at_end ? MilterAnswer::discard : MilterAnswer::tempfail); break;
        case 2: machine.answer(at_end ? MilterAnswer::accept : MilterAnswer::proceed); break;
        default:
            require(machine.answer(SmtpReply{550, gate.last_text, {gate.last_text, "x"}}).has_value());
            break;
    }
}

void note(const MilterEvent& event, Outcome& outcome, Gate& gate) {
    outcome.events += std::to_string(static_cast<int>(event.kind)) + event.text + '|' + event.value + '|' +
                      event.client.host + '|' + event.client.address;
    for (const auto& argument : event.arguments) outcome.events += argument + ' ';
    if (event.kind == MilterEventKind::mail) {
        gate.recipients = 0;
        gate.message_bytes = 0;
    }
    if (event.kind == MilterEventKind::recipient && !event.wants_answer)
        require(++gate.recipients <= recipients_max);
    if (event.kind == MilterEventKind::header)
        gate.message_bytes += milter_header_line(event.text, event.value).size() -
                              static_cast<std::size_t>(std::ranges::count(event.value, '\n'));
    gate.message_bytes += event.content.size();
    require(gate.message_bytes <= message_bytes_max);
    outcome.content += as_text(event.content);
    if (!event.text.empty()) gate.last_text = event.text;
    if (!event.value.empty()) gate.last_text = event.value;
}

Outcome run(std::uint8_t choice, std::string_view input, std::size_t piece_bytes) {
    MilterMachine machine(options_of(choice));
    Outcome outcome;
    Gate gate{.choice = choice};
    for (;;) {
        const auto event = machine.next();
        if (event.kind != MilterEventKind::need_input && event.kind != MilterEventKind::closed) {
            note(event, outcome, gate);
            outcome.events += std::string(machine.macro("i").value_or("-"));
            if (event.wants_answer) answer(machine, event, gate);
            continue;
        }
        outcome.output += machine.take_output();
        if (event.kind == MilterEventKind::closed || input.empty()) return outcome;
        const std::size_t size = std::min(piece_bytes, input.size());
        machine.feed(as_bytes(input.substr(0, size)));
        input.remove_prefix(size);
    }
}

/// Multi-line at most, and each line with the same 4xx or 5xx code.
void check_reply(std::string_view text) {
    const std::string code(text.substr(0, 3));
    for (;;) {
        require(text.starts_with(code) && (code[0] == '4' || code[0] == '5'));
        const std::size_t end = text.find_first_of("\r\n");
        require(text[3] == (end == std::string_view::npos ? ' ' : '-'));
        if (end == std::string_view::npos) return;
        require(text.substr(end).starts_with("\r\n"));
        text.remove_prefix(end + 2);
    }
}

void check_output(std::string_view output) {
    while (!output.empty()) {
        const auto frame = peek_milter_frame(output);
        require(frame.has_value() && frame->has_value());
        output.remove_prefix((*frame)->size);
        const std::string_view data = (*frame)->data;
        const auto command = (*frame)->command;
        require(data.size() <= limits::milter_answer_bytes);
        if (command == 'b' || command == 'O') continue;
        const bool indexed = command == 'i' || command == 'm';
        const auto strings = split_milter_strings(indexed ? data.substr(4) : data);
        require(strings.has_value());
        switch (command) {
            case 'h':
            case 'i':
            case 'm':
                require(strings->size() == 2);
                require(check_milter_header(strings->front(), strings->back()).has_value());
                break;
            case '2': require(strings->size() == 2); break;
            case '+':
            case '-':
            case 'e':
            case 'q': require(strings->size() == 1); break;
            case 'y':
                require(strings->size() == 1);
                check_reply(strings->front());
                break;
            default:
                require(strings->empty());
                require(std::string_view("cartdsp").find(command) != std::string_view::npos);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Outcome whole = run(data[0], input, input.size() + 1);
    require(whole == run(data[0], input, 1));
    require(whole == run(data[0], input, 7));
    check_output(whole.output);
    return 0;
}
