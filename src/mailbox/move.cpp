#include "mailbox/move.hpp"

#include <algorithm>
#include <optional>

#include "base/limits/imap.hpp"

namespace tocsin::mailbox {

namespace {

/// The message with this UID, if its bytes are those that are looked for.
Result<std::optional<Seen>> see_one(ImapSession& session, const OpenFolder& folder, std::uint32_t uid,
                                    const Hash256& sha) {
    Result<proto::ImapMessage> message = session.message(uid);
    if (!message && message.error().code == ErrorCode::not_found && !session.is_over()) return std::nullopt;
    if (!message) return std::unexpected(message.error());
    if (sha256(as_bytes(*message->content)) != sha) return std::nullopt;
    return Seen{folder.uid_validity, uid, std::move(*message->flags), std::move(message->internal_date)};
}

Result<Seen> see_in(ImapSession& session, const OpenFolder& folder, const Sought& sought,
                    std::set<std::uint32_t>& taken) {
    if (sought.uid_hint != 0 && !taken.contains(sought.uid_hint)) {
        if (std::optional<Seen> seen = TRY(see_one(session, folder, sought.uid_hint, sought.sha256))) {
            taken.insert(seen->uid);
            return std::move(*seen);
        }
    }
    const std::vector<std::uint32_t> uids = TRY(session.search({.size_bytes = sought.size_bytes}));
    std::size_t compared = 0;
    for (const std::uint32_t uid : uids) {
        if (taken.contains(uid)) continue;
        if (++compared > limits::mailbox_candidates) break;
        if (std::optional<Seen> seen = TRY(see_one(session, folder, uid, sought.sha256))) {
            taken.insert(uid);
            return std::move(*seen);
        }
    }
    return Seen{};
}

std::vector<Sought> sought_for(const std::vector<FoundCopy>& copies, const proto::ImapCopied& copied) {
    std::vector<Sought> sought;
    for (const FoundCopy& copy : copies) {
        const auto known =
            std::ranges::find(copied.uids, copy.uid, &std::pair<std::uint32_t, std::uint32_t>::first);
        sought.push_back({copy.sha256, copy.size_bytes, known == copied.uids.end() ? 0 : known->second});
    }
    return sought;
}

}  // namespace

Result<std::vector<Seen>> see(ImapSession& session, const std::string& name,
                              const std::vector<Sought>& sought, std::set<std::uint32_t> taken) {
    const OpenFolder folder = TRY(session.open_folder(name, proto::ImapAccess::read_only));
    std::vector<Seen> all;
    for (const Sought& one : sought) all.push_back(TRY(see_in(session, folder, one, taken)));
    return all;
}

Result<void> expunge_copied(ImapSession& session, const std::string& name, std::uint32_t uid_validity,
                            const std::vector<std::uint32_t>& uids) {
    const OpenFolder folder = TRY(session.open_folder(name, proto::ImapAccess::read_write));
    if (folder.uid_validity != uid_validity)
        return fail(ErrorCode::unavailable, name + " was made anew meanwhile; look again");
    if (!session.capabilities().uid_plus)
        return fail(ErrorCode::unavailable, "the IMAP server has no UIDPLUS: others would be expunged too");
    TRY(session.store_flags(uids, proto::ImapStore::add, {"\\Deleted"}));
    return session.expunge(uids);
}

Result<std::vector<Seen>> move_messages(ImapSession& session, const OpenFolder& from,
                                        const std::vector<FoundCopy>& copies, const std::string& to,
                                        const std::set<std::uint32_t>& taken) {
    std::vector<std::uint32_t> uids;
    for (const FoundCopy& copy : copies) uids.push_back(copy.uid);
    std::ranges::sort(uids);
    const bool moves = session.capabilities().move;
    if (!moves && !session.capabilities().uid_plus)
        return fail(ErrorCode::unavailable,
                    "the IMAP server has neither MOVE nor UIDPLUS: a message could not be taken out of "
                    "its folder without others");
    const proto::ImapCopied copied = TRY(moves ? session.move(uids, to) : session.copy(uids, to));
    std::vector<Seen> seen = TRY(see(session, to, sought_for(copies, copied), taken));
    if (moves) return seen;
    // Only what was seen at its new place leaves the old one.
    std::vector<std::uint32_t> safe;
    for (std::size_t index = 0; index < copies.size(); ++index)
        if (seen[index].uid != 0) safe.push_back(copies[index].uid);
    std::ranges::sort(safe);
    if (!safe.empty()) TRY(expunge_copied(session, from.name, from.uid_validity, safe));
    return seen;
}

}  // namespace tocsin::mailbox
