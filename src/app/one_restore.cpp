// The way back of a purge.
#include <algorithm>
#include <set>
#include <utility>

#include <fmt/core.h>

#include "app/one_purge.hpp"
#include "base/limits/imap.hpp"

namespace tocsin::app {

OneRestore::OneRestore(const MailboxWorld& world, const respond::Effect& effect)
    : world_(world), effect_(effect), records_(world.purges, world.blocking, world.clock, effect.undoes) {}

Result<std::string> OneRestore::run(net::Fiber& fiber) {
    // From here on the purge itself moves nothing any more, however late somebody asks for it.
    TRY(world_.blocking.call(fiber, [&] {
        return world_.purges.take_back(effect_.undoes, effect_.incident, world_.clock.now());
    }));
    TRY(records_.read(fiber));
    if (records_.all().empty()) return std::string("nothing was moved, and nothing is to be brought back");
    const mailbox::ImapServer server =
        TRY(world_.blocking.call(fiber, [&] { return mailbox_server(world_.settings.mailboxes); }));
    TRY(visit(fiber, server));
    return result();
}

Result<void> OneRestore::visit(net::Fiber& fiber, const mailbox::ImapServer& server) {
    std::vector<mailbox::Target> targets;
    for (const auto& [mailbox, records] : records_.all())
        if (std::ranges::any_of(records, [](const mailbox::PurgeRecord& record) {
                return record.stage != mailbox::RecordStage::restored;
            }))
            targets.push_back({.mailbox = mailbox, .message_ids = {}});
    targets_ = targets.size();
    const mailbox::WriteRecords write = [this](net::Fiber& own,
                                               std::span<const mailbox::PurgeRecord> records) {
        return records_.write(own, records);
    };
    std::ignore = mailbox::visit_mailboxes(
        fiber, server, targets, visit_limits(world_.settings.mailboxes),
        [&](net::Fiber& own, mailbox::ImapSession& session, const mailbox::Target& target) {
            return mailbox::restore_mailbox(own, session, target.mailbox, records_.known(target.mailbox),
                                            write);
        },
        [&](const mailbox::MailboxReport& report) { reports_.insert_or_assign(report.mailbox, report); });
    return {};
}

Result<std::string> OneRestore::result() const {
    std::size_t back = 0, missing = 0, not_done = targets_ - reports_.size();
    std::string why;
    for (const auto& [mailbox, records] : records_.all())
        if (!reports_.contains(mailbox)) {
            back += static_cast<std::size_t>(
                std::ranges::count(records, mailbox::RecordStage::restored, &mailbox::PurgeRecord::stage));
        }
    for (const auto& [mailbox, report] : reports_) {
        std::size_t lost = 0;
        for (const mailbox::CopyReport& copy : report.copies)
            ++(copy.state == mailbox::CopyState::missing ? lost : back);
        missing += lost;
        const bool is_back = report.outcome == mailbox::MailboxOutcome::done;
        if (!is_back && why.empty())
            why = fmt::format("{} ({}: {})", mailbox, to_string(report.outcome), report.why);
        if (!is_back && report.outcome != mailbox::MailboxOutcome::partly) ++not_done;
    }
    const std::string text =
        fmt::format("brought {} messages back to {} mailboxes", back, records_.all().size());
    if (not_done > 0)
        return fail(ErrorCode::unavailable,
                    fmt::format("{} of {} mailboxes are not done: {}; {}", not_done, records_.all().size(),
                                why.empty() ? "they were not tried" : why, text));
    if (missing > 0)
        return fail(ErrorCode::not_found,
                    fmt::format("{} messages are neither in the sealed folder nor where they were: somebody "
                                "removed them; {}; {}",
                                missing, why, text));
    return why.empty() ? text : text + "; " + why;
}

}  // namespace tocsin::app
