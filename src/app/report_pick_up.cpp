#include "app/report_pick_up.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "app/mailbox_server.hpp"
#include "base/fold_case.hpp"
#include "base/limits/imap.hpp"

namespace tocsin::app {

namespace {

constexpr std::uint64_t ms_per_s = 1000;
/// Of the hash, in an id.
constexpr std::size_t id_hash_bytes = 20;

mailbox::PickUpState state_of(const std::optional<store::PickedUp>& stored) {
    if (!stored) return {};
    mailbox::PickUpState state{
        .uid_validity = stored->uid_validity, .next_uid = stored->next_uid, .untaken = {}};
    for (const store::PickedUp::Untaken& one : stored->untaken) state.untaken.push_back({one.uid, one.tries});
    return state;
}

store::PickedUp stored_of(const mailbox::PickUpState& state) {
    store::PickedUp stored{.uid_validity = state.uid_validity, .next_uid = state.next_uid, .untaken = {}};
    for (const mailbox::Untaken& one : state.untaken) stored.untaken.push_back({one.uid, one.tries});
    return stored;
}

}  // namespace

std::string picked_report_id(const std::string& mailbox, const Hash256& content) {
    const Hash256 name = sha256(as_bytes(mailbox + "\n" + mailbox::hash_hex(content)));
    return "i-" + to_hex(std::as_bytes(std::span(name)).first(id_hash_bytes));
}

void ReportPickUp::work_for_ever(net::Fiber& fiber) {
    while (!fiber.stop_requested()) {
        const Result<mailbox::PickUpTally> tally = pass(fiber);
        tell(tally);
        failures_ = tally ? 0 : failures_ + 1;
        if (tally && tally->more && tally->failed == 0) continue;
        const std::uint64_t wait_ms = std::max<std::uint64_t>(
            services_.settings.mailboxes.report_poll_s * ms_per_s, mailbox::pick_up_delay_ms(failures_));
        if (!net::sleep_until(fiber, net::deadline_in_ms(wait_ms))) return;
    }
}

Result<mailbox::PickUpTally> ReportPickUp::pass(net::Fiber& fiber) {
    const config::MailboxSettings& set = services_.settings.mailboxes;
    const mailbox::ImapServer server =
        TRY(services_.blocking.call(fiber, [&] { return mailbox_server(set); }));
    mailbox::PickUpState state = state_of(TRY(services_.blocking.call(
        fiber, [&] { return services_.store.picked_up(mailbox_, set.report_folder); })));
    const auto session = TRY(
        mailbox::ImapSession::open(fiber, server, mailbox_, net::deadline_in_ms(set.mailbox_s * ms_per_s)));
    mailbox::PickUpSettings settings{.folder = set.report_folder,
                                     .done_folder = set.report_done_folder.value_or("")};
    if (set.report_done_folder) settings.after = mailbox::AfterStoring::move;
    settings.store = [this](net::Fiber& own, const mailbox::PickedMessage& message) {
        return take(own, message);
    };
    settings.save = [&](net::Fiber& own, const mailbox::PickUpState& reached) {
        return services_.blocking.call(own, [&] {
            return services_.store.note_picked_up(mailbox_, set.report_folder, stored_of(reached));
        });
    };
    Result<mailbox::PickUpTally> tally = mailbox::pick_up(fiber, *session, settings, state);
    session->logout();
    return tally;
}

Result<mailbox::Stored> ReportPickUp::take(net::Fiber& fiber, const mailbox::PickedMessage& message) {
    const std::string id = picked_report_id(mailbox_, message.sha256);
    if (services_.response.response().report(id) != nullptr) return mailbox::Stored::before;
    TRY(services_.intake.take(fiber,
                              {.id = id,
                               .way = respond::Way::imap,
                               .reporter = reporter_of(fiber, message.bytes),
                               .authenticated = respond::Authenticated::no,
                               .deed = respond::Deed::none,
                               .note = {}},
                              message.bytes));
    return mailbox::Stored::now;
}

/// Who says that he sent it. Nobody vouches for it, and without a reader nobody reads it: the report is taken all the same.
std::string ReportPickUp::reporter_of(net::Fiber& fiber, ByteView message) {
    pool::ScanRequest request;
    request.bytes = message;
    const pool::ScanOutcome scanned = services_.readers.scan(fiber, request);
    return scanned.outcome == sandbox::Outcome::verdict ? ascii_lower(scanned.report.facts.header_from)
                                                        : std::string();
}

void ReportPickUp::tell(const Result<mailbox::PickUpTally>& tally) {
    if (!tally) {
        services_.log.write(LogLevel::error, "report.pick_up_failed",
                            {{"mailbox", mailbox_},
                             {"in_a_row", std::to_string(failures_ + 1)},
                             {"error", tally.error().message}});
        return;
    }
    for (const std::string& problem : tally->problems)
        services_.log.write(LogLevel::warning, "report.not_picked_up",
                            {{"mailbox", mailbox_}, {"error", problem}});
    if (tally->stored > 0)
        services_.log.write(LogLevel::info, "report.picked_up",
                            {{"mailbox", mailbox_}, {"reports", std::to_string(tally->stored)}});
}

}  // namespace tocsin::app
