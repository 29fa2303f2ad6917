#include "mailbox/sealed_folder.hpp"

#include <algorithm>

#include "proto/imap_types.hpp"

namespace tocsin::mailbox {

namespace {

/// RFC 4314 section 2.1, without l, r, s of who may look.
constexpr std::string_view all_rights = "lrswipktexa";
/// What is needed to move messages in, compare them and move them out again.
constexpr std::string_view needed_rights = "rit";

/// Negative rights (RFC 4314 section 2) win over whatever else gives rights, defaults included. `owner` is what Dovecot calls who
/// owns the mailbox.
Result<SealState> take_rights(ImapSession& session, const std::string& folder, const std::string& mailbox) {
    for (const std::string& who : {"-" + mailbox, std::string("-owner")}) {
        const Result<void> taken = session.set_rights(folder, who, std::string(all_rights));
        if (!taken && session.is_over()) return std::unexpected(taken.error());
    }
    const auto list = session.rights_of(folder);
    if (!list && session.is_over()) return std::unexpected(list.error());
    const bool listed = list && std::ranges::any_of(*list, [&](const proto::ImapRights& entry) {
                            return (entry.who == "-" + mailbox || entry.who == "-owner") &&
                                   entry.rights.find('r') != std::string::npos;
                        });
    return listed ? SealState::sealed : SealState::refused;
}

}  // namespace

std::string_view to_string(SealState state) {
    switch (state) {
        case SealState::not_made: return "not_made";
        case SealState::sealed: return "sealed";
        case SealState::no_acl: return "no_acl";
        case SealState::own_account: return "own_account";
        case SealState::refused: return "refused";
    }
    return "not_made";
}

Result<SealedNames> sealed_names(ImapSession& session, const std::string& incident, std::string_view root) {
    if (!proto::is_plain_folder_level(incident))
        return fail(ErrorCode::invalid_input,
                    "the incident names a folder: up to 100 letters, digits, - and _, and nothing else");
    const auto [prefix, delimiter] = TRY(session.personal_namespace());
    SealedNames names;
    names.root = prefix + std::string(root);
    names.folder = names.root + (delimiter == 0 ? '-' : delimiter) + incident;
    return names;
}

Result<SealState> make_sealed_folder(ImapSession& session, const SealedNames& names,
                                     const std::string& mailbox, ImapLogin login) {
    TRY(session.create(names.folder));
    if (!session.capabilities().acl) return SealState::no_acl;
    if (login == ImapLogin::own) return SealState::own_account;
    const SealState state = TRY(take_rights(session, names.folder, mailbox));
    const std::string rights = TRY(session.my_rights(names.folder));
    for (const char right : needed_rights)
        if (rights.find(right) == std::string::npos)
            return fail(ErrorCode::permission,
                        "the account may not move messages into " + names.folder +
                            ": give it all rights in every folder, or see docs/manual/mailboxes.md for "
                            "servers where it acts as the owner");
    return state;
}

}  // namespace tocsin::mailbox
