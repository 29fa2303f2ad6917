// `tocsin mailbox …`: what the words mean.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/limits/imap.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "mailbox/imap_session.hpp"
#include "mailbox/many.hpp"
#include "mailbox/purge.hpp"

namespace tocsin::cli {

/// The server, and who signs in.
struct MailboxServerWords {
    std::string address;
    std::uint16_t port = 0;  ///< 0: 993 or 143
    std::string tls = "implicit";
    std::string ca_file;
    std::string tls_name;
    std::string login = "master-user";
    std::string user;
    std::string separator = "*";
    std::string password_file;
};

struct MailboxWords {
    MailboxServerWords server;
    std::vector<std::string> mailboxes;
    std::string mailboxes_file;
    std::size_t at_once = limits::mailboxes_at_once;
    std::uint32_t mailbox_s = limits::mailbox_s;
    // find and purge
    std::vector<std::string> message_ids;
    std::string from, subject, since;
    std::vector<std::string> like;
    std::vector<std::string> sha256;
    bool message_id_is_enough = false;
    std::string reader_program;
    // purge and restore
    std::string incident;
    std::string record_file;
    mailbox::PurgeMode mode = mailbox::PurgeMode::dry_run;
    bool all = false;  ///< also mailboxes in which nothing is found
    // pickup
    std::string folder = "INBOX", done_folder, into;
    std::uint32_t every_s = 0;  ///< 0: once
};

/// Errors: invalid_input, permission (the password file can be read by others).
[[nodiscard]] Result<mailbox::ImapServer> server_from(const MailboxServerWords& words);
/// The mailboxes that were named, and those of the file: one a line, with the Message-IDs of its copies behind it, all parted by
/// tabs. Errors: invalid_input, limit.
[[nodiscard]] Result<std::vector<mailbox::Target>> targets_from(const MailboxWords& words);

/// Each returns the exit code: 0 nothing was found, 1 something was (and done, where it was to be done), 2 an error, also a
/// mailbox in which not all could be done.
[[nodiscard]] int run_mailbox_find(const MailboxWords& words, Log& log);
[[nodiscard]] int run_mailbox_purge(const MailboxWords& words, Log& log);
/// Exit code 0: all is back.
[[nodiscard]] int run_mailbox_restore(const MailboxWords& words);
/// Exit code 0: all that was there is stored.
[[nodiscard]] int run_mailbox_pickup(const MailboxWords& words);

}  // namespace tocsin::cli
