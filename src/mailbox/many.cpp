#include "mailbox/many.hpp"

#include "base/assert.hpp"
#include "net/task_group.hpp"

namespace tocsin::mailbox {

namespace {

constexpr std::uint64_t ms_per_s = 1000;

MailboxReport visit_one(net::Fiber& fiber, const ImapServer& server, const Target& target,
                        std::uint32_t mailbox_s, const VisitMailbox& visit) {
    const Deadline deadline = net::deadline_in_ms(mailbox_s * ms_per_s);
    Result<std::unique_ptr<ImapSession>> session = ImapSession::open(fiber, server, target.mailbox, deadline);
    if (session) {
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

}  // namespace

std::size_t visit_mailboxes(net::Fiber& fiber, const ImapServer& server, const std::vector<Target>& targets,
                            const VisitLimits& limits, const VisitMailbox& visit, const TellReport& tell) {
    net::TaskGroup group(fiber.loop(), limits.at_once);
    std::size_t begun = 0;
    for (const Target& target : targets) {
        if (fiber.stop_requested() || !group.wait_for_room(fiber, net::no_deadline)) break;
        const Result<void> spawned = group.spawn(
            [&](net::Fiber& child) { tell(visit_one(child, server, target, limits.mailbox_s, visit)); });
        ASSERT(spawned.has_value(), "there was room");
        ++begun;
    }
    const Result<void> joined = group.join(fiber, net::no_deadline);
    ASSERT(joined.has_value(), "without a deadline joining ends when all are done");
    return begun;
}

}  // namespace tocsin::mailbox
