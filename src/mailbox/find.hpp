// Looks for copies of a message in all folders of a mailbox. Changes nothing: folders are opened for reading, content is peeked
// at.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "mailbox/imap_session.hpp"
#include "mailbox/types.hpp"

namespace tocsin::mailbox {

/// What is looked for. Every condition that is given must hold; of all Message-IDs and senders one. They choose candidates;
/// what a candidate is, `confirm` says of its bytes.
struct Wanted {
    std::vector<std::string>
        message_ids;  ///< with their angle brackets; compared as a whole, unless there are senders
    std::vector<std::string> senders;  ///< mail of one of these is a candidate, whatever its Message-ID
    std::string from;
    std::string subject;
    std::string since;  ///< `1-Mar-2026`; one day early, because servers have their own midnight
    Confirm confirm;
};

struct Findings {
    std::vector<FoundCopy> copies;
    std::size_t folders = 0;     ///< looked through
    std::size_t candidates = 0;  ///< fetched and compared
    std::size_t innocent = 0;    ///< of these, not what is looked for
    /// What could not be looked at, and why: then the mailbox is not done.
    std::vector<std::string> problems;
};

/// Whether a header field Message-ID of the message has one of these values. Field names and blanks around the value are all that
/// is understood of it.
[[nodiscard]] bool has_message_id(ByteView message, const std::vector<std::string>& message_ids);

/// `left_out`: a folder that is not looked into, with all below it. Errors: those of ImapSession after which it is over;
/// invalid_input (nothing is looked for).
[[nodiscard]] Result<Findings> find_copies(net::Fiber& fiber, ImapSession& session, const Wanted& wanted,
                                           const std::vector<proto::ImapFolder>& folders,
                                           const std::string& left_out);

}  // namespace tocsin::mailbox
