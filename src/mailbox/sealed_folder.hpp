// The folder that purged messages are moved into: Tocsin-sealed/INCIDENT, out of its owner's reach where the server can do that.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "mailbox/imap_session.hpp"

namespace tocsin::mailbox {

/// The level above all sealed folders, unless told otherwise.
inline constexpr std::string_view sealed_root_name = "Tocsin-sealed";

enum class SealState : std::uint8_t {
    not_made,  ///< nothing was moved
    sealed,    ///< the owner has no rights there
    no_acl,  ///< the server has no ACL (RFC 4314): its owner sees the folder, and can move messages out of it
    own_account,  ///< we act as the owner himself, so that his rights are ours
    refused,      ///< the server did not let us take the rights away
};
[[nodiscard]] std::string_view to_string(SealState state);

/// Names in one mailbox.
struct SealedNames {
    std::string root;    ///< with the namespace's prefix
    std::string folder;  ///< `root`, delimiter, incident
};
/// Errors: invalid_input (the incident cannot be the name of a folder), and those of ImapSession.
[[nodiscard]] Result<SealedNames> sealed_names(ImapSession& session, const std::string& incident,
                                               std::string_view root = sealed_root_name);

/// Makes the folder, which may be there already, and takes the rights of `mailbox` in it away. Errors: the folder cannot be made;
/// permission (the account lost its own rights in it: nothing must be moved there).
[[nodiscard]] Result<SealState> make_sealed_folder(ImapSession& session, const SealedNames& names,
                                                   const std::string& mailbox, ImapLogin login);

}  // namespace tocsin::mailbox
