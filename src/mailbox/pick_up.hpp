// Takes reports out of an existing mailbox: each is stored before anything is done to it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "mailbox/imap_session.hpp"
#include "mailbox/types.hpp"

namespace tocsin::mailbox {

/// A message of the mailbox. (uid_validity, uid, sha256) is its identity: whoever stores it looks all three up, and the hash
/// alone when the mailbox was made anew.
struct PickedMessage {
    std::uint32_t uid_validity = 0;
    std::uint32_t uid = 0;
    Hash256 sha256{};
    std::string internal_date;
    ByteView bytes;  ///< valid during the call
};

enum class Stored : std::uint8_t { now, before };
/// Returns when the message is on disk. May suspend. On error it stays as it is, and is tried again at the next pass.
using StoreMessage = std::function<Result<Stored>(net::Fiber&, const PickedMessage&)>;

/// What happens to a message that is stored.
enum class AfterStoring : std::uint8_t { mark_seen, move };

/// A message that was tried in vain.
struct Untaken {
    std::uint32_t uid = 0;
    std::uint32_t tries = 0;
};

/// How far the pick-up came. Small; it may be lost or old: then messages are fetched once more and found to be stored.
struct PickUpState {
    std::uint32_t uid_validity = 0;
    std::uint32_t next_uid = 1;  ///< all before it are done, but for `untaken`
    std::vector<Untaken> untaken;
};
using SaveState = std::function<Result<void>(net::Fiber&, const PickUpState&)>;

struct PickUpSettings {
    std::string folder = "INBOX";
    AfterStoring after = AfterStoring::mark_seen;
    std::string done_folder;  ///< for `move`; made if it is not there
    StoreMessage store;
    SaveState save;
};

/// What one pass did.
struct PickUpTally {
    std::size_t stored = 0;
    std::size_t known = 0;              ///< stored by an earlier pass, which did not come to say so
    std::size_t gone = 0;               ///< somebody removed it meanwhile
    std::size_t too_large = 0;          ///< left as it is, unseen
    std::size_t failed = 0;             ///< to be tried again
    std::size_t given_up = 0;           ///< after limits::pick_up_tries; left as it is, unseen
    bool started_over = false;          ///< UIDVALIDITY changed
    bool more = false;                  ///< limits::pick_up_messages were taken, and others wait
    std::vector<std::string> problems;  ///< limits::pick_up_retries of them at most
};

/// One pass: all messages that are new since `state`, the oldest first, seen or not (a colleague may have looked). Errors: those
/// of ImapSession after which it is over, and what save() says; `state` is what was saved last, or a little ahead.
[[nodiscard]] Result<PickUpTally> pick_up(net::Fiber& fiber, ImapSession& session,
                                          const PickUpSettings& settings, PickUpState& state);

/// How long to wait after so many failures in a row: twice as long each time, limits::pick_up_retry_ms to _max. 0 failures: 0.
[[nodiscard]] std::uint32_t pick_up_delay_ms(std::uint32_t failures);

}  // namespace tocsin::mailbox
