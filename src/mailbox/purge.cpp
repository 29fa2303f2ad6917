#include "mailbox/purge.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/limits/imap.hpp"
#include "mailbox/move.hpp"

namespace tocsin::mailbox {

namespace {

/// One run in one mailbox.
class Purge {
public:
    Purge(net::Fiber& fiber, ImapSession& session, const PurgeOrder& order, MailboxReport& report)
        : fiber_(fiber), session_(session), order_(order), report_(report) {}
    Result<void> run(const std::vector<PurgeRecord>& known);

private:
    Result<void> take_known(const std::vector<PurgeRecord>& known);
    Result<void> recover(const std::vector<PurgeRecord>& open);
    Result<Findings> look();
    Result<void> act();
    Result<void> seal();
    Result<void> move_from(const std::string& folder, const std::vector<FoundCopy>& copies);
    [[nodiscard]] PurgeRecord record_of(const FoundCopy& copy, RecordStage stage, const Seen& seen) const;
    void claim(const FoundCopy& copy, CopyState state, const Seen& seen);

    net::Fiber& fiber_;
    ImapSession& session_;
    const PurgeOrder& order_;
    MailboxReport& report_;
    SealedNames names_;
    std::vector<proto::ImapFolder> folders_;
    std::set<std::uint32_t> taken_;  ///< UIDs in the sealed folder whose origin is known
};

PurgeRecord Purge::record_of(const FoundCopy& copy, RecordStage stage, const Seen& seen) const {
    return {.stage = stage,
            .mailbox = report_.mailbox,
            .before = copy,
            .sealed_folder = names_.folder,
            .sealed_uid_validity = seen.uid_validity,
            .sealed_uid = seen.uid};
}

void Purge::claim(const FoundCopy& copy, CopyState state, const Seen& seen) {
    taken_.insert(seen.uid);
    report_.copies.push_back({copy, state, seen.uid});
}

Result<void> Purge::take_known(const std::vector<PurgeRecord>& known) {
    std::vector<PurgeRecord> open;
    for (const PurgeRecord& record : last_words(known)) {
        if (record.stage == RecordStage::moved)
            claim(record.before, CopyState::moved_before, {.uid = record.sealed_uid});
        if (record.stage == RecordStage::intent) open.push_back(record);
    }
    if (open.empty() || order_.mode == PurgeMode::dry_run) return {};
    return recover(open);
}

/// A run before this one ended between its intent and its result. What it moved is in the sealed folder; what it only copied is
/// in both, and leaves the old one now; the rest is found again.
Result<void> Purge::recover(const std::vector<PurgeRecord>& open) {
    std::vector<Sought> sought;
    for (const PurgeRecord& record : open)
        sought.push_back({record.before.sha256, record.before.size_bytes, 0});
    const Result<std::vector<Seen>> seen = see(session_, names_.folder, sought, taken_);
    if (!seen && !session_.is_over()) return {};  // there is no such folder yet: nothing was moved
    if (!seen) return std::unexpected(seen.error());
    for (std::size_t index = 0; index < open.size(); ++index) {
        const FoundCopy& copy = open[index].before;
        if (seen->at(index).uid == 0) continue;
        const Result<OpenFolder> folder = session_.open_folder(copy.folder, proto::ImapAccess::read_only);
        if (!folder && session_.is_over()) return std::unexpected(folder.error());
        const bool same = folder && folder->uid_validity == copy.uid_validity;
        if (same && !TRY(session_.fetch({copy.uid}, proto::ImapFetch::facts)).empty())
            TRY(expunge_copied(session_, copy.folder, copy.uid_validity, {copy.uid}));
        const PurgeRecord record = record_of(copy, RecordStage::moved, seen->at(index));
        TRY(order_.write(fiber_, {&record, 1}));
        claim(copy, CopyState::moved_before, seen->at(index));
    }
    return {};
}

Result<Findings> Purge::look() {
    folders_ = TRY(session_.folders());
    Findings findings = TRY(find_copies(fiber_, session_, order_.wanted, folders_, names_.root));
    report_.folders = std::max(report_.folders, findings.folders);
    report_.candidates += findings.candidates;
    report_.innocent += findings.innocent;
    if (!findings.problems.empty()) {
        report_.outcome = MailboxOutcome::partly;
        report_.why = findings.problems.front();
    }
    return findings;
}

Result<void> Purge::seal() {
    if (report_.seal != SealState::not_made) return {};
    report_.seal = TRY(make_sealed_folder(session_, names_, report_.mailbox, order_.login));
    return {};
}

Result<void> Purge::move_from(const std::string& name, const std::vector<FoundCopy>& copies) {
    const OpenFolder folder = TRY(session_.open_folder(name, proto::ImapAccess::read_write));
    // Made anew since it was looked at: these numbers are other messages now. The next pass looks again.
    if (folder.uid_validity != copies.front().uid_validity) return {};
    std::vector<PurgeRecord> records;
    for (const FoundCopy& copy : copies) records.push_back(record_of(copy, RecordStage::intent, {}));
    TRY(order_.write(fiber_, records));
    const std::vector<Seen> seen = TRY(move_messages(session_, folder, copies, names_.folder, taken_));
    records.clear();
    for (std::size_t index = 0; index < copies.size(); ++index) {
        if (seen[index].uid == 0) continue;  // its owner moved it meanwhile: the next pass finds it
        records.push_back(record_of(copies[index], RecordStage::moved, seen[index]));
        claim(copies[index], CopyState::moved, seen[index]);
    }
    if (!records.empty()) TRY(order_.write(fiber_, records));
    return {};
}

Result<void> Purge::act() {
    for (std::size_t pass = 0; pass < limits::purge_passes; ++pass) {
        const Findings findings = TRY(look());
        if (findings.copies.empty()) return {};
        TRY(seal());
        std::map<std::string, std::vector<FoundCopy>> by_folder;
        for (const FoundCopy& copy : findings.copies) by_folder[copy.folder].push_back(copy);
        for (auto& [name, copies] : by_folder) {
            for (std::size_t at = 0; at < copies.size(); at += limits::imap_uids_per_command) {
                const auto begin = copies.begin() + static_cast<std::ptrdiff_t>(at);
                const auto end =
                    copies.begin() +
                    static_cast<std::ptrdiff_t>(std::min(copies.size(), at + limits::imap_uids_per_command));
                const Result<void> moved = move_from(name, {begin, end});
                if (moved || (moved.error().code == ErrorCode::not_found && !session_.is_over())) continue;
                for (const FoundCopy& copy : findings.copies)
                    if (std::ranges::none_of(report_.copies, [&](const CopyReport& one) {
                            return one.copy.folder == copy.folder && one.copy.uid == copy.uid &&
                                   one.copy.uid_validity == copy.uid_validity;
                        }))
                        report_.copies.push_back({copy, CopyState::left_where_it_is, 0});
                return moved;
            }
        }
    }
    const Findings left = TRY(look());
    for (const FoundCopy& copy : left.copies)
        report_.copies.push_back({copy, CopyState::left_where_it_is, 0});
    if (!left.copies.empty())
        return fail(ErrorCode::unavailable, "messages move faster than they are looked for; purge again");
    return {};
}

Result<void> Purge::run(const std::vector<PurgeRecord>& known) {
    names_ = TRY(sealed_names(session_, order_.incident, order_.sealed_root));
    report_.sealed_folder = names_.folder;
    TRY(take_known(known));
    if (order_.mode == PurgeMode::act) return act();
    for (const FoundCopy& copy : TRY(look()).copies) report_.copies.push_back({copy, CopyState::found, 0});
    return {};
}

}  // namespace

std::string_view to_string(CopyState state) {
    switch (state) {
        case CopyState::found: return "found";
        case CopyState::moved: return "moved";
        case CopyState::moved_before: return "moved_before";
        case CopyState::left_where_it_is: return "left_where_it_is";
        case CopyState::restored: return "restored";
        case CopyState::restored_before: return "restored_before";
        case CopyState::never_moved: return "never_moved";
        case CopyState::missing: return "missing";
    }
    return "found";
}

void note_error(MailboxReport& report, const Error& error) {
    report.outcome = outcome_of(error);
    report.why = error.message;
}

std::vector<PurgeRecord> last_words(const std::vector<PurgeRecord>& records) {
    std::vector<PurgeRecord> last;
    std::map<std::tuple<std::string, std::uint32_t, std::uint32_t>, std::size_t> places;
    for (const PurgeRecord& record : records) {
        const auto key = std::tuple(record.before.folder, record.before.uid_validity, record.before.uid);
        const auto [place, is_new] = places.try_emplace(key, last.size());
        if (is_new)
            last.push_back(record);
        else
            last[place->second] = record;
    }
    return last;
}

MailboxReport purge_mailbox(net::Fiber& fiber, ImapSession& session, const std::string& mailbox,
                            const PurgeOrder& order, const std::vector<PurgeRecord>& known) {
    MailboxReport report;
    report.mailbox = mailbox;
    Purge purge(fiber, session, order, report);
    if (const Result<void> done = purge.run(known); !done) {
        note_error(report, done.error());
        if (done.error().code == ErrorCode::limit) report.outcome = MailboxOutcome::over_quota;
        if (!session.capabilities().move && !session.capabilities().uid_plus && !session.is_over())
            report.outcome = MailboxOutcome::cannot_move;
    }
    return report;
}

}  // namespace tocsin::mailbox
