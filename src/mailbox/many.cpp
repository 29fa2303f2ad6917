#include "mailbox/many.hpp"

#include "base/assert.hpp"
#include "net/task_group.hpp"

namespace tocsin::mailbox {

namespace {

constexpr std::uint64_t ms_per_s = 1000;

enum class Entered : std::uint8_t { no, yes };

MailboxReport visit_one(net::Fiber& fiber, const ImapServer& server, const Target& target,
                        std::uint32_t mailbox_s, const VisitMailbox& visit, Entered& entered) {
    const Deadline deadline = net::deadline_in_ms(mailbox_s * ms_per_s);
    Result<std::unique_ptr<ImapSession>> session = ImapSession::open(fiber, server, target.mailbox, deadline);
    if (session) {
        entered = Entered::yes;
        MailboxReport report = visit(fiber, **session, target);
        (*session)->logout();
        return report;
    }
    MailboxReport report;
    report.mailbox = target.mailbox;
    note_error(report, session.error());
    if (session.error().code == ErrorCode::permission) report.outcome = MailboxOutcome::login_refused;
    if (session.error().code == ErrorCode::unavailable) report.outcome = MailboxOutcome::unreachable;
    return report;
}

/// Waits for all; asked to stop, for so long.
void wait_for_all(net::Fiber& fiber, net::TaskGroup& group, std::uint32_t stop_ms) {
    while (stop_ms > 0 && !fiber.stop_requested()) {
        if (group.join(fiber, net::deadline_in_ms(limits::mailbox_stop_look_ms))) return;
    }
    if (stop_ms > 0) return group.stop_and_join(fiber, net::deadline_in_ms(stop_ms));
    const Result<void> joined = group.join(fiber, net::no_deadline);
    ASSERT(joined.has_value(), "without a deadline joining ends when all are done");
}

}  // namespace

std::size_t visit_mailboxes(net::Fiber& fiber, const ImapServer& server, const std::vector<Target>& targets,
                            const VisitLimits& limits, const VisitMailbox& visit, const TellReport& tell) {
    net::TaskGroup group(fiber.loop(), limits.at_once);
    std::size_t begun = 0, not_entered = 0;
    for (const Target& target : targets) {
        if (fiber.stop_requested() || !group.wait_for_room(fiber, net::no_deadline)) break;
        if (limits.not_entered > 0 && not_entered >= limits.not_entered) break;
        const Result<void> spawned = group.spawn([&](net::Fiber& child) {
            Entered entered = Entered::no;
            const MailboxReport report = visit_one(child, server, target, limits.mailbox_s, visit, entered);
            not_entered = entered == Entered::yes ? 0 : not_entered + 1;
            tell(report);
        });
        ASSERT(spawned.has_value(), "there was room");
        ++begun;
    }
    wait_for_all(fiber, group, limits.stop_ms);
    return begun;
}

}  // namespace tocsin::mailbox
