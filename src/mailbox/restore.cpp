// The way back: what the record of a purge says was moved.
#include <algorithm>
#include <map>
#include <set>

#include "base/limits/imap.hpp"
#include "mailbox/move.hpp"
#include "mailbox/purge.hpp"

namespace tocsin::mailbox {

namespace {

class Restore {
public:
    Restore(net::Fiber& fiber, ImapSession& session, const WriteRecords& write, MailboxReport& report)
        : fiber_(fiber), session_(session), write_(write), report_(report) {}
    Result<void> run(const std::vector<PurgeRecord>& known);

private:
    Result<void> look_in_sealed(const std::string& sealed_folder, const std::vector<PurgeRecord>& records);
    Result<void> look_at_origin(const PurgeRecord& record);
    Result<void> bring_back(const std::string& sealed_folder, const std::string& folder,
                            const std::vector<PurgeRecord>& records);
    Result<std::vector<Seen>> move_back(const OpenFolder& sealed, const std::vector<PurgeRecord>& records,
                                        const std::string& folder);
    Result<void> finish(const PurgeRecord& record, Seen seen, CopyState state);

    net::Fiber& fiber_;
    ImapSession& session_;
    const WriteRecords& write_;
    MailboxReport& report_;
    /// UIDs that were restored before, by folder: equal messages are not taken for each other.
    std::map<std::string, std::set<std::uint32_t>> taken_;
};

/// Flags as they were, then the record. The folder is open for reading.
Result<void> Restore::finish(const PurgeRecord& record, Seen seen, CopyState state) {
    if (seen.flags != record.before.flags) {
        TRY(session_.open_folder(record.before.folder, proto::ImapAccess::read_write));
        TRY(session_.store_flags({seen.uid}, proto::ImapStore::replace, record.before.flags));
        const proto::ImapMessage again = TRY(session_.message(seen.uid));
        seen.flags = *again.flags;
    }
    if (seen.flags != record.before.flags || seen.internal_date != record.before.internal_date) {
        report_.outcome = MailboxOutcome::partly;
        report_.why = "a message is back with other flags, or another date of arrival";
    }
    PurgeRecord done = record;
    done.stage = RecordStage::restored;
    done.restored_uid_validity = seen.uid_validity;
    done.restored_uid = seen.uid;
    TRY(write_(fiber_, {&done, 1}));
    taken_[record.before.folder].insert(seen.uid);
    report_.copies.push_back({record.before, state, seen.uid});
    return {};
}

Result<std::vector<Seen>> Restore::move_back(const OpenFolder& sealed,
                                             const std::vector<PurgeRecord>& records,
                                             const std::string& folder) {
    std::vector<FoundCopy> copies;
    for (const PurgeRecord& record : records) {
        copies.push_back(record.before);
        copies.back().folder = sealed.name;
        copies.back().uid_validity = sealed.uid_validity;
        copies.back().uid = record.sealed_uid;
    }
    return move_messages(session_, sealed, copies, folder, taken_[folder]);
}

Result<void> Restore::bring_back(const std::string& sealed_folder, const std::string& folder,
                                 const std::vector<PurgeRecord>& records) {
    OpenFolder sealed = TRY(session_.open_folder(sealed_folder, proto::ImapAccess::read_write));
    if (sealed.uid_validity != records.front().sealed_uid_validity)
        return fail(ErrorCode::unavailable, "the sealed folder was made anew meanwhile; restore again");
    Result<std::vector<Seen>> seen = move_back(sealed, records, folder);
    if (!seen && seen.error().code == ErrorCode::not_found && !session_.is_over()) {
        TRY(session_.create(folder));  // its owner removed it meanwhile
        sealed = TRY(session_.open_folder(sealed_folder, proto::ImapAccess::read_write));
        seen = move_back(sealed, records, folder);
    }
    if (!seen) return std::unexpected(seen.error());
    TRY(session_.open_folder(folder, proto::ImapAccess::read_only));
    for (std::size_t index = 0; index < records.size(); ++index) {
        if (seen->at(index).uid == 0)
            report_.copies.push_back({records[index].before, CopyState::missing, 0});
        else
            TRY(finish(records[index], seen->at(index), CopyState::restored));
    }
    return {};
}

/// A run before this one brought it back and did not come to say so; or it was never moved.
Result<void> Restore::look_at_origin(const PurgeRecord& record) {
    const FoundCopy& before = record.before;
    const Result<std::vector<Seen>> seen =
        see(session_, before.folder, {{before.sha256, before.size_bytes, before.uid}}, taken_[before.folder]);
    if (!seen && session_.is_over()) return std::unexpected(seen.error());
    if (!seen || seen->front().uid == 0) {
        report_.copies.push_back({before, CopyState::missing, 0});
        return {};
    }
    const bool never_moved =
        seen->front().uid == before.uid && seen->front().uid_validity == before.uid_validity;
    return finish(record, seen->front(), never_moved ? CopyState::never_moved : CopyState::restored_before);
}

Result<void> Restore::look_in_sealed(const std::string& sealed_folder,
                                     const std::vector<PurgeRecord>& records) {
    std::vector<Sought> sought;
    for (const PurgeRecord& record : records)
        sought.push_back({record.before.sha256, record.before.size_bytes, record.sealed_uid});
    const Result<std::vector<Seen>> seen = see(session_, sealed_folder, sought);
    if (!seen && session_.is_over()) return std::unexpected(seen.error());
    std::map<std::string, std::vector<PurgeRecord>> by_folder;
    std::vector<PurgeRecord> elsewhere;
    for (std::size_t index = 0; index < records.size(); ++index) {
        PurgeRecord record = records[index];
        if (!seen || seen->at(index).uid == 0) {
            elsewhere.push_back(record);
            continue;
        }
        record.sealed_uid_validity = seen->at(index).uid_validity;
        record.sealed_uid = seen->at(index).uid;
        by_folder[record.before.folder].push_back(record);
    }
    for (const PurgeRecord& record : elsewhere) TRY(look_at_origin(record));
    for (const auto& [folder, there] : by_folder) {
        for (std::size_t at = 0; at < there.size(); at += limits::imap_uids_per_command) {
            const auto begin = there.begin() + static_cast<std::ptrdiff_t>(at);
            const std::size_t count = std::min(limits::imap_uids_per_command, there.size() - at);
            TRY(bring_back(sealed_folder, folder, {begin, begin + static_cast<std::ptrdiff_t>(count)}));
        }
    }
    return {};
}

Result<void> Restore::run(const std::vector<PurgeRecord>& known) {
    std::map<std::string, std::vector<PurgeRecord>> by_sealed;
    for (const PurgeRecord& record : last_words(known)) {
        report_.sealed_folder = record.sealed_folder;
        if (record.stage == RecordStage::restored) {
            taken_[record.before.folder].insert(record.restored_uid);
            report_.copies.push_back({record.before, CopyState::restored_before, record.restored_uid});
        } else {
            by_sealed[record.sealed_folder].push_back(record);
        }
    }
    for (const auto& [folder, records] : by_sealed) TRY(look_in_sealed(folder, records));
    const bool missing = std::ranges::any_of(
        report_.copies, [](const CopyReport& copy) { return copy.state == CopyState::missing; });
    if (missing) {
        report_.outcome = MailboxOutcome::partly;
        report_.why = "a message is neither in the sealed folder nor where it was";
    }
    return {};
}

}  // namespace

MailboxReport restore_mailbox(net::Fiber& fiber, ImapSession& session, const std::string& mailbox,
                              const std::vector<PurgeRecord>& known, const WriteRecords& write) {
    MailboxReport report;
    report.mailbox = mailbox;
    Restore restore(fiber, session, write, report);
    if (const Result<void> done = restore.run(known); !done) {
        note_error(report, done.error());
        if (done.error().code == ErrorCode::limit) report.outcome = MailboxOutcome::over_quota;
    }
    return report;
}

}  // namespace tocsin::mailbox
