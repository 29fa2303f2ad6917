// Moves messages from one folder to another so that none is lost: a message counts as moved when its bytes were seen where it is.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "mailbox/imap_session.hpp"
#include "mailbox/types.hpp"

namespace tocsin::mailbox {

/// A message that is looked for by its content.
struct Sought {
    Hash256 sha256{};
    std::uint64_t size_bytes = 0;
    std::uint32_t uid_hint = 0;  ///< where it should be; 0: unknown
};

/// A message that was seen: its bytes are those that were looked for. uid 0: it is not there.
struct Seen {
    std::uint32_t uid_validity = 0;
    std::uint32_t uid = 0;
    std::vector<std::string> flags;
    std::string internal_date;
};

/// Opens `folder` for reading and looks for each message; by hint, else among those of its size, without those in `taken`. No UID
/// is given out twice. Errors: those of ImapSession; not_found: there is no such folder.
[[nodiscard]] Result<std::vector<Seen>> see(ImapSession& session, const std::string& folder,
                                            const std::vector<Sought>& sought,
                                            std::set<std::uint32_t> taken = {});

/// Moves these messages of `from`, a folder that is open for writing, and sees them in `to`; one for each copy, uid 0 for those
/// that were not there any more. With MOVE (RFC 6851); where it is not offered by copying, comparing, and then expunging these
/// alone (UIDPLUS). Afterwards another folder is open. Errors: unavailable (neither is offered), limit (OVERQUOTA; nothing is
/// gone), not_found (no folder `to`), and those of ImapSession.
[[nodiscard]] Result<std::vector<Seen>> move_messages(ImapSession& session, const OpenFolder& from,
                                                      const std::vector<FoundCopy>& copies,
                                                      const std::string& to,
                                                      const std::set<std::uint32_t>& taken);

/// Takes one message out of its folder that was seen elsewhere: \Deleted and UID EXPUNGE. Errors: unavailable (no UIDPLUS).
[[nodiscard]] Result<void> expunge_copied(ImapSession& session, const std::string& folder,
                                          std::uint32_t uid_validity, const std::vector<std::uint32_t>& uids);

}  // namespace tocsin::mailbox
