// One conversation with an IMAP server about one mailbox, on a fiber: ImapClientMachine over a net::Stream.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/limits/imap.hpp"
#include "base/result.hpp"
#include "net/sockets.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"
#include "proto/imap_client.hpp"

namespace tocsin::mailbox {

enum class ImapTls : std::uint8_t {
    implicit,   ///< from the first byte (port 993)
    start_tls,  ///< after STARTTLS, or not at all (port 143)
    none,       ///< in the clear: on this machine only
};

/// How one account comes into the mailboxes of others.
enum class ImapLogin : std::uint8_t {
    own,          ///< not at all: the user is the mailbox
    master_user,  ///< LOGIN `mailbox*user` (Dovecot)
    act_as,  ///< AUTHENTICATE PLAIN with the mailbox as authorization identity (RFC 4616): Dovecot, Cyrus and others
};

/// A server and who signs in there. Made once, used by many conversations.
struct ImapServer {
    std::string address;  ///< IP literal
    std::uint16_t port = 0;
    ImapTls tls = ImapTls::implicit;
    std::shared_ptr<const net::TlsContext> tls_context = {};  ///< needed unless `none`
    std::string tls_name = {};                                ///< in its certificate; empty: `address`
    ImapLogin login = ImapLogin::own;
    std::string user = {};  ///< of the service account; `own`: empty for the mailbox's own name
    std::string password = {};
    char master_separator = '*';
};

/// A folder that is open: what names the messages in it. A UID means nothing without the other two.
struct OpenFolder {
    std::string name;
    std::uint32_t uid_validity = 0;
    std::uint32_t uid_next = 0;
    proto::ImapAccess access = proto::ImapAccess::read_only;
};

/// Every call ends by the deadline of the session. Errors of all: timed_out; closed, unavailable (connection lost); corrupt,
/// limit, conflict (the server does not speak IMAP, says too much, or lies); after these the session is over. A refusal is an
/// error too, by its code (RFC 5530): permission, not_found (folder), limit (OVERQUOTA), unavailable (other NO), corrupt (BAD);
/// then the session goes on, see is_over().
class ImapSession {
public:
    /// Takes a stream on which nothing was said yet (implicit TLS is up). For tests; others open().
    ImapSession(std::unique_ptr<net::Stream> stream, Deadline deadline)
        : stream_(std::move(stream)), deadline_(deadline) {}

    /// Connects, encrypts and signs in. Errors: permission (login refused), and those of all.
    [[nodiscard]] static Result<std::unique_ptr<ImapSession>>
    open(net::Fiber& fiber, const ImapServer& server, const std::string& mailbox, Deadline deadline);
    /// Greeting, STARTTLS, login, what the server offers.
    [[nodiscard]] Result<void> begin(const ImapServer& server, const std::string& mailbox);

    [[nodiscard]] const proto::ImapCapabilities& capabilities() const { return machine_.capabilities(); }
    [[nodiscard]] bool is_over() const { return over_; }
    [[nodiscard]] Deadline deadline() const { return deadline_; }

    [[nodiscard]] Result<std::vector<proto::ImapFolder>> folders();
    /// Prefix and delimiter of the user's own folders.
    [[nodiscard]] Result<std::pair<std::string, char>> personal_namespace();
    /// What exists already is no error.
    [[nodiscard]] Result<void> create(const std::string& folder);
    [[nodiscard]] Result<OpenFolder> open_folder(const std::string& name, proto::ImapAccess access);
    [[nodiscard]] Result<std::vector<std::uint32_t>> search(const proto::ImapSearch& search);
    /// In commands of limits::imap_uids_per_command. Messages that are gone are left out.
    [[nodiscard]] Result<std::vector<proto::ImapMessage>>
    fetch(const std::vector<std::uint32_t>& uids, proto::ImapFetch what, std::uint64_t content_bytes_max = 0);
    /// One message as it is. Errors: not_found (it is gone).
    [[nodiscard]] Result<proto::ImapMessage> message(std::uint32_t uid);
    [[nodiscard]] Result<void> store_flags(const std::vector<std::uint32_t>& uids, proto::ImapStore how,
                                           const std::vector<std::string>& flags);
    /// Where they are now, as far as the server says so.
    [[nodiscard]] Result<proto::ImapCopied> move(const std::vector<std::uint32_t>& uids,
                                                 const std::string& folder);
    [[nodiscard]] Result<proto::ImapCopied> copy(const std::vector<std::uint32_t>& uids,
                                                 const std::string& folder);
    [[nodiscard]] Result<void> expunge(const std::vector<std::uint32_t>& uids);
    [[nodiscard]] Result<void> set_rights(const std::string& folder, const std::string& who,
                                          const std::string& rights);
    [[nodiscard]] Result<std::vector<proto::ImapRights>> rights_of(const std::string& folder);
    [[nodiscard]] Result<std::string> my_rights(const std::string& folder);
    /// Says goodbye if there is still somebody to say it to.
    void logout();

private:
    [[nodiscard]] Result<proto::ImapEvent> await();
    /// Sends the command that the machine was given, and takes its answer.
    [[nodiscard]] Result<proto::ImapAnswer> asked(Result<void> given);
    [[nodiscard]] Result<void> encrypt(const ImapServer& server);
    [[nodiscard]] Result<void> sign_in(const ImapServer& server, const std::string& mailbox);
    [[nodiscard]] Result<void> learn_capabilities();
    Error lose(Error error);

    std::unique_ptr<net::Stream> stream_;
    Deadline deadline_;
    proto::ImapClientMachine machine_;
    bool over_ = false;
};

}  // namespace tocsin::mailbox
