// Takes delivered copies of a message out of one mailbox and brings them back. What is done is written down before and after, so
// that whoever dies in between leaves nothing that a repeat does not put right: the name of the sealed folder is the key of the
// effect.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "mailbox/find.hpp"
#include "mailbox/imap_session.hpp"
#include "mailbox/sealed_folder.hpp"
#include "mailbox/types.hpp"

namespace tocsin::mailbox {

enum class PurgeMode : std::uint8_t {
    dry_run,  ///< says what would be moved; changes nothing, not even a flag
    act,
};

enum class CopyState : std::uint8_t {
    found,             ///< dry run: it would be moved
    moved,             ///< now
    moved_before,      ///< by an earlier run for the same incident
    left_where_it_is,  ///< could not be moved; the mailbox's `why` says why
    restored,
    restored_before,
    never_moved,  ///< restore: it is where it was
    missing,      ///< restore: it is neither in the sealed folder nor where it was
};
[[nodiscard]] std::string_view to_string(CopyState state);

struct CopyReport {
    FoundCopy copy;  ///< as it was when it was found
    CopyState state = CopyState::found;
    std::uint32_t uid_now = 0;  ///< in the sealed folder, or back in its own; 0: unknown
};

/// What was done in one mailbox.
struct MailboxReport {
    std::string mailbox;
    MailboxOutcome outcome = MailboxOutcome::done;
    std::string why;  ///< unless `done`
    std::string sealed_folder;
    SealState seal = SealState::not_made;
    std::size_t folders = 0, candidates = 0, innocent = 0;
    std::vector<CopyReport> copies;
};

struct PurgeOrder {
    std::string incident;
    std::string sealed_root = std::string(sealed_root_name);
    PurgeMode mode = PurgeMode::dry_run;
    ImapLogin login = ImapLogin::own;  ///< how the session signed in
    Wanted wanted;
    WriteRecords write;  ///< `act` only
};

/// `known`: what the record says about this mailbox and this incident. Never fails: the report says how it ended.
[[nodiscard]] MailboxReport purge_mailbox(net::Fiber& fiber, ImapSession& session, const std::string& mailbox,
                                          const PurgeOrder& order, const std::vector<PurgeRecord>& known);

/// Brings everything back that `known` says was moved, to the folder it came from (which is made again if it is gone), and
/// compares bytes, flags and date. Flags that the server did not keep are set again.
[[nodiscard]] MailboxReport restore_mailbox(net::Fiber& fiber, ImapSession& session,
                                            const std::string& mailbox, const std::vector<PurgeRecord>& known,
                                            const WriteRecords& write);

/// The last word of the record about each message, in the order in which they were first named.
[[nodiscard]] std::vector<PurgeRecord> last_words(const std::vector<PurgeRecord>& records);
/// Puts an error into a report.
void note_error(MailboxReport& report, const Error& error);

}  // namespace tocsin::mailbox
