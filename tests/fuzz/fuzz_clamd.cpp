// The clamd machine on an arbitrary client. Relations: how the bytes are split changes nothing; a reply is made of
// lines without control bytes, whatever path, command or result stands in it; each question has one reply line; no
// stream is larger than allowed.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "proto/clamd_machine.hpp"

using namespace tocsin;
using namespace tocsin::proto;

namespace {

constexpr std::size_t stream_bytes_max = 100;

struct Outcome {
    std::string events;
    std::string content;
    std::string output;
    std::size_t asked = 0;
    bool closed = false;
    auto operator<=>(const Outcome&) const = default;
};

void require(bool holds) {
    if (!holds) std::abort();
}

void react(ClamdMachine& machine, const ClamdEvent& event, Outcome& outcome, std::string& stream) {
    if (event.kind == ClamdEventKind::content) {
        stream += as_text(event.content);
        return;
    }
    outcome.events += std::to_string(static_cast<int>(event.kind)) + event.text + '|';
    if (event.kind == ClamdEventKind::stream) stream.clear();
    if (event.kind == ClamdEventKind::stats) machine.answer_stats({});
    if (event.kind == ClamdEventKind::scan)
        machine.answer({.kind = event.text.size() % 2 == 0 ? ClamdResultKind::ok : ClamdResultKind::error,
                        .text = event.text});
    if (event.kind == ClamdEventKind::stream_end) {
        require(stream.size() <= stream_bytes_max);
        outcome.content += stream + '|';
        machine.answer({.kind = ClamdResultKind::found, .text = stream});
    }
    if (event.kind == ClamdEventKind::stream_refused)
        machine.answer({.kind = ClamdResultKind::error, .text = stream});
    const bool answered = event.kind != ClamdEventKind::stream && event.kind != ClamdEventKind::closed;
    outcome.asked += answered ? 1U : 0U;
}

Outcome run(std::string_view input, std::size_t piece_bytes) {
    ClamdMachine machine({.version = "fuzz", .stream_bytes = stream_bytes_max});
    Outcome outcome;
    std::string stream;
    for (;;) {
        const auto event = machine.next();
        outcome.closed = event.kind == ClamdEventKind::closed;
        if (!outcome.closed && event.kind != ClamdEventKind::need_input) {
            react(machine, event, outcome, stream);
            continue;
        }
        outcome.output += machine.take_output();
        if (outcome.closed || input.empty()) return outcome;
        const std::size_t size = std::min(piece_bytes, input.size());
        machine.feed(as_bytes(input.substr(0, size)));
        input.remove_prefix(size);
    }
}

void check_output(const Outcome& outcome) {
    const std::string_view output = outcome.output;
    require(output.empty() || output.back() == '\n' || output.back() == '\0');
    std::size_t replies = 0;
    for (const char c : output) {
        const bool end = c == '\n' || c == '\0';
        require(end || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
        replies += end ? 1U : 0U;
    }
    // PING, VERSION and VERSIONCOMMANDS are answered without a question.
    require(replies >= outcome.asked);
    std::size_t alone = 0;
    for (const std::string_view reply : {"PONG", "fuzz", "fuzz| COMMANDS: SCAN "})
        for (std::size_t at = output.find(reply); at != std::string_view::npos;
             at = output.find(reply, at + 1))
            ++alone;
    require(replies <= outcome.asked + alone);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const Outcome whole = run(input, input.size() + 1);
    require(whole == run(input, 1));
    require(whole == run(input, 7));
    check_output(whole);
    return 0;
}
