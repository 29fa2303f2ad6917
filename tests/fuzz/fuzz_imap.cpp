// The IMAP client machine on an arbitrary server. Relations: how the answers are split changes nothing; what it sends stays the
// commands that were given; what it hands on was asked for, and is within the limits.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/limits/imap.hpp"
#include "proto/imap_client.hpp"

using namespace tocsin;
using namespace tocsin::proto;

namespace {

constexpr std::uint64_t content_bytes = 5000;

void require(bool holds) {
    if (!holds) std::abort();
}

Result<void> give_command(ImapClientMachine& machine, std::size_t number) {
    switch (number % 12) {
        case 0: return machine.capability();
        case 1: return machine.login("user", "p\xC3\xA4ss");
        case 2: return machine.list("*");
        case 3: return machine.open_folder("INBOX", ImapAccess::read_write);
        case 4: return machine.search({.from = "a"});
        case 5: return machine.fetch({1, 2, 3}, ImapFetch::facts);
        case 6: return machine.fetch({4}, ImapFetch::message, content_bytes);
        case 7: return machine.copy({1, 2, 3}, "Sealed");
        case 8: return machine.name_space();
        case 9: return machine.rights_of("Sealed");
        case 10: return machine.store_flags({1}, ImapStore::replace, {"\\Seen"});
        default: return machine.start_tls();
    }
}

void check_answer(const ImapAnswer& answer) {
    require(answer.text.size() <= limits::imap_text_bytes);
    require(std::ranges::all_of(answer.text, [](char c) { return c >= ' ' && c <= '~'; }));
    require(answer.folders.size() <= limits::imap_folders && answer.uids.size() <= limits::imap_uids);
    require(std::ranges::is_sorted(answer.uids));
    for (const ImapMessage& message : answer.messages) {
        require(message.uid >= 1 && message.uid <= 4);
        require(!message.content || (message.uid == 4 && message.content->size() <= content_bytes));
    }
    if (!answer.copied) return;
    require(answer.copied->uids.size() <= 3);
    for (const auto& [before, after] : answer.copied->uids) require(before >= 1 && before <= 3 && after != 0);
}

struct Outcome {
    std::string events;
    std::string sent;
    auto operator<=>(const Outcome&) const = default;
};

Outcome run(std::string_view input, std::size_t piece_bytes) {
    ImapClientMachine machine;
    Outcome outcome;
    for (std::size_t commands = 0; commands < 100;) {
        const ImapEvent event = machine.next();
        if (event.kind != ImapEventKind::need_input)
            outcome.events += std::to_string(static_cast<int>(event.kind));
        if (event.kind == ImapEventKind::broken) {
            outcome.events += event.error.message;
            return outcome;
        }
        if (event.kind == ImapEventKind::answer) {
            check_answer(event.answer);
            outcome.events += event.answer.summary();
            for (const ImapMessage& message : event.answer.messages)
                outcome.events += message.content.value_or("-");
        }
        if (event.kind == ImapEventKind::idle)
            while (!give_command(machine, commands++) && commands < 100) machine.tls_started();
        outcome.sent += machine.take_output();
        if (event.kind != ImapEventKind::need_input) continue;
        if (input.empty()) return outcome;
        // A line at a time: what stands behind the end of a command is said unasked, and that depends on pieces.
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
