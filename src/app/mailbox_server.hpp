// The IMAP server of [mailboxes], and which addresses have a mailbox there.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "mailbox/imap_session.hpp"

namespace tocsin::app {

/// Reads the password, and the authorities if there are some. Blocks. Errors: invalid_input (no server is set, or a file cannot
/// be used), permission (others may read the password), not_found, io.
[[nodiscard]] Result<mailbox::ImapServer> mailbox_server(const config::MailboxSettings& settings);

/// Addresses and the names that the server gives their mailboxes.
class MailboxList {
public:
    /// Reads the file of addresses, if there is one. Blocks. Errors: not_found, io, invalid_input (a line), limit.
    [[nodiscard]] static Result<MailboxList> read(const config::MailboxSettings& settings);

    /// The mailbox of an address. Nothing: it has none here. Addresses come from strangers: one that could mean another mailbox
    /// to the server has none.
    [[nodiscard]] std::optional<std::string> mailbox_of(std::string_view address) const;
    /// Mailbox → address, of all that are listed; empty: only domains are known.
    [[nodiscard]] const std::map<std::string, std::string>& listed() const { return listed_; }

private:
    explicit MailboxList(const config::MailboxSettings& settings)
        : domains_(settings.domains), name_(settings.name) {}
    Result<void> take(std::string_view line);
    [[nodiscard]] std::string name_of(std::string_view address) const;

    std::vector<std::string> domains_;
    config::MailboxName name_;
    std::map<std::string, std::string, std::less<>> by_address_;
    std::map<std::string, std::string> listed_;
};

}  // namespace tocsin::app
