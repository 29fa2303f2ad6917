// What is known of one purge: written down before each step, and read again by whoever goes on with it.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "mailbox/purge.hpp"
#include "net/blocking_pool.hpp"
#include "store/purge_store.hpp"

namespace tocsin::app {

/// Records of one effect. Calls block their fiber, not the loop.
class PurgeRecords {
public:
    PurgeRecords(store::PurgeStore& store, net::BlockingPool& blocking, const Clock& clock,
                 std::string effect)
        : store_(store), blocking_(blocking), clock_(clock), effect_(std::move(effect)) {}

    /// Reads what was written by earlier tries. Errors: unavailable, io, corrupt.
    [[nodiscard]] Result<void> read(net::Fiber& fiber);
    [[nodiscard]] Result<void> write(net::Fiber& fiber, std::span<const mailbox::PurgeRecord> records);
    /// Says how it went with a mailbox, durably.
    [[nodiscard]] Result<void> note(net::Fiber& fiber, const mailbox::MailboxReport& report);

    /// Of one mailbox, as far as read() knew.
    [[nodiscard]] std::vector<mailbox::PurgeRecord> known(const std::string& mailbox) const;
    [[nodiscard]] const std::map<std::string, std::vector<mailbox::PurgeRecord>>& all() const {
        return mails_;
    }
    /// What read() and note() say, by mailbox.
    [[nodiscard]] const std::map<std::string, store::PurgedMailbox>& mailboxes() const { return mailboxes_; }

private:
    store::PurgeStore& store_;
    net::BlockingPool& blocking_;
    const Clock& clock_;
    std::string effect_;
    std::map<std::string, std::vector<mailbox::PurgeRecord>> mails_;
    std::map<std::string, store::PurgedMailbox> mailboxes_;
};

/// What a report about a mailbox comes to.
[[nodiscard]] store::PurgedMailbox summary_of(const mailbox::MailboxReport& report);

}  // namespace tocsin::app
