// `tocsin mailbox pickup`.
#include <algorithm>
#include <csignal>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/mailbox_words.hpp"
#include "cli/picked_folder.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"
#include "mailbox/pick_up.hpp"
#include "net/loop.hpp"

namespace tocsin::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint32_t ms_per_s = 1000;

void say(const std::string& text) {
    std::fputs(fmt::format("tocsin: {}\n", for_terminal(text)).c_str(), stderr);
}

void print(const mailbox::PickUpTally& tally) {
    const Json line = {{"stored", tally.stored},
                       {"known", tally.known},
                       {"gone", tally.gone},
                       {"too_large", tally.too_large},
                       {"failed", tally.failed},
                       {"given_up", tally.given_up},
                       {"started_over", tally.started_over},
                       {"more", tally.more}};
    std::fputs((line.dump() + "\n").c_str(), stdout);
    std::fflush(stdout);
    for (const std::string& problem : tally.problems) say(problem);
}

class PickUpRun {
public:
    PickUpRun(const MailboxWords& words, const mailbox::ImapServer& server, PickedFolder& folder)
        : words_(words), server_(server), folder_(folder), state_(folder.state()) {}
    void run(net::Fiber& fiber);
    [[nodiscard]] int exit_code() const { return all_stored_ ? exit_nothing_found : exit_error; }

private:
    Result<mailbox::PickUpTally> pass(net::Fiber& fiber);
    const MailboxWords& words_;
    const mailbox::ImapServer& server_;
    PickedFolder& folder_;
    mailbox::PickUpState state_;
    bool all_stored_ = true;
};

Result<mailbox::PickUpTally> PickUpRun::pass(net::Fiber& fiber) {
    const Deadline deadline = net::deadline_in_ms(std::uint64_t{words_.mailbox_s} * ms_per_s);
    const auto session = TRY(mailbox::ImapSession::open(fiber, server_, words_.mailboxes.front(), deadline));
    mailbox::PickUpSettings settings{.folder = words_.folder, .done_folder = words_.done_folder};
    if (!words_.done_folder.empty()) settings.after = mailbox::AfterStoring::move;
    settings.store = [&](net::Fiber&, const mailbox::PickedMessage& message) {
        return folder_.store(message);
    };
    settings.save = [&](net::Fiber&, const mailbox::PickUpState& state) { return folder_.save(state); };
    Result<mailbox::PickUpTally> tally = mailbox::pick_up(fiber, *session, settings, state_);
    session->logout();
    return tally;
}

void PickUpRun::run(net::Fiber& fiber) {
    std::uint32_t failures = 0;
    while (!fiber.stop_requested()) {
        const Result<mailbox::PickUpTally> tally = pass(fiber);
        if (tally) print(*tally);
        if (!tally) say(tally.error().message);
        failures = tally ? 0 : failures + 1;
        all_stored_ = tally && tally->failed + tally->given_up + tally->too_large == 0;
        if (tally && tally->more && tally->failed == 0) continue;
        if (words_.every_s == 0) return;
        const std::uint32_t wait_ms =
            std::max(words_.every_s * ms_per_s, mailbox::pick_up_delay_ms(failures));
        if (!net::sleep_until(fiber, net::deadline_in_ms(wait_ms))) return;
    }
}

Result<int> pick_up(const MailboxWords& words) {
    const mailbox::ImapServer server = TRY(server_from(words.server));
    PickedFolder folder = TRY(PickedFolder::open(words.into));
    PickUpRun pick_up_run(words, server, folder);
    net::Loop loop;
    TRY(loop.on_signals({SIGINT, SIGTERM}, [&](int) { loop.stop(); }));
    loop.spawn([&](net::Fiber& fiber) { pick_up_run.run(fiber); });
    loop.run();
    return pick_up_run.exit_code();
}

}  // namespace

int run_mailbox_pickup(const MailboxWords& words) {
    const Result<int> code = pick_up(words);
    if (code) return *code;
    say(code.error().message);
    return exit_error;
}

}  // namespace tocsin::cli
