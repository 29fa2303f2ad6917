// The same in many mailboxes, some at once. What fails in one is said, and stops no other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/limits/imap.hpp"
#include "base/result.hpp"
#include "mailbox/imap_session.hpp"
#include "mailbox/purge.hpp"

namespace tocsin::mailbox {

/// A mailbox, and the Message-IDs that its copies have; none: those of the order.
struct Target {
    std::string mailbox;
    std::vector<std::string> message_ids;
};

struct VisitLimits {
    std::size_t at_once = limits::mailboxes_at_once;
    std::uint32_t mailbox_s = limits::mailbox_s;  ///< for one mailbox, from connecting to goodbye
    /// Mailboxes in a row that could not be entered before it is the server's fault and no further one is begun; 0: all are.
    std::size_t not_entered = 0;
    /// Once it is asked to stop, those that were begun have so long; 0: until they are done.
    std::uint32_t stop_ms = 0;
};

/// Works in one mailbox; on a fiber of its own.
using VisitMailbox = std::function<MailboxReport(net::Fiber&, ImapSession&, const Target&)>;
/// Hears of each mailbox once, in the order in which they are done.
using TellReport = std::function<void(const MailboxReport&)>;

/// Returns when all are done. Asked to stop, it begins with no further mailbox. Returns how many were begun.
[[nodiscard]] std::size_t visit_mailboxes(net::Fiber& fiber, const ImapServer& server,
                                          const std::vector<Target>& targets, const VisitLimits& limits,
                                          const VisitMailbox& visit, const TellReport& tell);

}  // namespace tocsin::mailbox
