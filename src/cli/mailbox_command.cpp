#include "cli/mailbox_command.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "cli/command_line_detail.hpp"
#include "proto/imap_types.hpp"

namespace tocsin::cli {

namespace {

std::string folder_level(const std::string& value) {
    return proto::is_plain_folder_level(value) ? "" : "it names a folder: up to 100 letters, digits, - and _";
}

std::string hexadecimal_digest(std::string& value) {
    std::ranges::transform(value, value.begin(), ascii_lower);
    const bool good = value.size() == 2 * sizeof(Hash256) &&
                      std::ranges::all_of(value, [](char c) { return hex_value(c) >= 0; });
    return good ? "" : "is no SHA-256: 64 hexadecimal digits, as sha256sum prints them";
}

std::string message_id(const std::string& value) {
    const bool good = value.size() > 2 && value.size() <= limits::imap_string_bytes && value.front() == '<' &&
                      value.back() == '>';
    return good ? "" : "is no Message-ID; write it with its brackets: '<a@b.example>'";
}

void add_server(CLI::App& command, MailboxServerWords& server) {
    not_empty(command.add_option("--server", server.address, "IP address of the IMAP server"))->required();
    command.add_option("--port", server.port, "its port (default 993; with --tls starttls or none 143)");
    command
        .add_option("--tls", server.tls,
                    "implicit, starttls, or none: to this machine only (default implicit)")
        ->check(CLI::IsMember({"implicit", "starttls", "none"}));
    not_empty(
        command.add_option("--tls-name", server.tls_name, "name in its certificate (default: the address)"));
    command.add_option("--ca-file", server.ca_file, "authorities to trust instead of the system's, PEM")
        ->check(CLI::ExistingFile);
    command
        .add_option("--login", server.login,
                    "master-user: as MAILBOX*USER (Dovecot); act-as: as USER for MAILBOX (SASL PLAIN); own: "
                    "as MAILBOX, or "
                    "as USER in its own mailbox (default master-user; pickup: own)")
        ->check(CLI::IsMember({"master-user", "act-as", "own"}));
    not_empty(command.add_option("--user", server.user, "the account that acts in the mailboxes of others"));
    command
        .add_option("--separator", server.separator, "between MAILBOX and USER for master-user (default *)")
        ->check(
            [](const std::string& value) { return std::string(value.size() == 1 ? "" : "one character"); });
    not_empty(command.add_option("--password-file", server.password_file,
                                 "file with the password alone, mode 0600"))
        ->required();
}

void add_limits(CLI::App& command, MailboxWords& words) {
    command.add_option("--at-once", words.at_once, "mailboxes at once (default 16)")
        ->check(CLI::Range(std::size_t{1}, limits::mailboxes_at_once_max));
    command.add_option("--mailbox-s", words.mailbox_s, "time for one mailbox in s (default 300)")
        ->check(CLI::Range(1U, limits::mailbox_s_max));
    command.add_flag("--all", words.all, "also a line for each mailbox in which nothing was found");
}

void add_mailboxes(CLI::App& command, MailboxWords& words) {
    not_empty(command.add_option("--mailbox", words.mailboxes, "name of a mailbox; may be repeated"))
        ->allow_extra_args(false);
    not_empty(command.add_option(
        "--mailboxes-from", words.mailboxes_file,
        "file with a mailbox on each line, and behind it, parted by tabs, the Message-IDs of its copies"));
}

void add_wanted(CLI::App& command, MailboxWords& words) {
    command.add_option("--message-id", words.message_ids, "with its brackets; may be repeated")
        ->allow_extra_args(false)
        ->check(CLI::Validator([](const std::string& value) { return message_id(value); }, ""));
    not_empty(command.add_option("--from", words.from, "only with this in From"));
    not_empty(command.add_option("--subject", words.subject, "only with this in Subject"));
    not_empty(command.add_option("--since", words.since, "only what arrived since this day: 2026-03-01"));
    not_empty(
        command.add_option(
            "--like", words.like,
            "a sibling's text is like that of the message in this file, personalised or not; a confined "
            "reader compares; may be repeated"))
        ->allow_extra_args(false);
    command.add_option("--sha256", words.sha256, "or a sibling has this SHA-256; may be repeated")
        ->allow_extra_args(false)
        ->transform(CLI::Validator(hexadecimal_digest, "HEX"));
    command.add_option("--reader", words.reader_program, "path of tocsin-reader");
}

void add_purge(CLI::App& group, MailboxWords& words, Chosen& chosen, Log& log) {
    CLI::App* command =
        group.add_subcommand("purge", "Move copies of a message out of mailboxes into a sealed folder; "
                                      "without --yes only say what would be moved");
    command
        ->add_option("--incident", words.incident,
                     "names the sealed folder: Tocsin-sealed/INCIDENT; again: goes on")
        ->required()
        ->check(CLI::Validator([](const std::string& value) { return folder_level(value); }, ""));
    add_mailboxes(*command, words);
    add_wanted(*command, words);
    command->add_flag("--message-id-is-enough", words.message_id_is_enough, "do not compare content");
    not_empty(command->add_option(
        "--record", words.record_file,
        "file in which it is written what was moved from where; --yes needs it, and restore"));
    CLI::Option* yes =
        command->add_flag_callback("--yes", [&] { words.mode = mailbox::PurgeMode::act; }, "move them");
    command
        ->add_flag_callback(
            "--dry-run", [&] { words.mode = mailbox::PurgeMode::dry_run; },
            "only say what would be moved, which is the default")
        ->excludes(yes);
    add_server(*command, words.server);
    add_limits(*command, words);
    command->footer(
        "Exit code: 0 nothing is found, 1 something is, 2 an error: not all mailboxes could be done.");
    command->callback([&] { chosen = [&] { return run_mailbox_purge(words, log); }; });
}

void add_pickup(CLI::App& group, MailboxWords& words, Chosen& chosen) {
    CLI::App* command = group.add_subcommand(
        "pickup",
        "Store the messages of a report mailbox in a folder; what is stored is marked as seen, or moved");
    not_empty(command->add_option("--mailbox", words.mailboxes, "name of the mailbox"))
        ->required()
        ->expected(1);
    not_empty(
        command->add_option("--into", words.into, "folder to store messages in; made if it is not there"))
        ->required();
    not_empty(
        command->add_option("--folder", words.folder, "folder of the mailbox to take from (default INBOX)"));
    not_empty(command->add_option("--done-folder", words.done_folder,
                                  "move what is stored into this folder, instead of marking it as seen"));
    command->add_option("--every-s", words.every_s, "go on, with so many seconds between (default: once)")
        ->check(CLI::Range(1U, limits::pick_up_every_s_max));
    command->add_option("--mailbox-s", words.mailbox_s, "time for one pass in s (default 300)")
        ->check(CLI::Range(1U, limits::mailbox_s_max));
    add_server(*command, words.server);
    command->footer("Exit code: 0 all that was there is stored, 2 an error: something is not.");
    command->callback([&, command] {
        if (command->count("--login") == 0) words.server.login = "own";
        chosen = [&] { return run_mailbox_pickup(words); };
    });
}

}  // namespace

void add_mailbox(CLI::App& app, MailboxWords& words, Chosen& chosen, Log& log) {
    CLI::App* group = app.add_subcommand(
        "mailbox", "Mailboxes over IMAP: find, purge and restore delivered mail, pick up reports");
    group->require_subcommand(1);
    CLI::App* find = group->add_subcommand(
        "find", "Say in which mailboxes copies of a message are, and who had read them");
    add_mailboxes(*find, words);
    add_wanted(*find, words);
    add_server(*find, words.server);
    add_limits(*find, words);
    find->footer(
        "Exit code: 0 nothing is found, 1 something is, 2 an error: not all mailboxes could be looked into.");
    find->callback([&] {
        words.incident = "find";
        chosen = [&] { return run_mailbox_find(words, log); };
    });
    add_purge(*group, words, chosen, log);
    CLI::App* restore = group->add_subcommand(
        "restore", "Bring back what a purge moved: to its folder, byte for byte, with flags and date");
    not_empty(restore->add_option("--record", words.record_file, "the record that the purge wrote"))
        ->required();
    add_mailboxes(*restore, words);
    add_server(*restore, words.server);
    add_limits(*restore, words);
    restore->footer(
        "Only --mailbox and --mailboxes-from, where they are given. Exit code: 0 all is back, 2 an error.");
    restore->callback([&] { chosen = [&] { return run_mailbox_restore(words); }; });
    add_pickup(*group, words, chosen);
}

}  // namespace tocsin::cli
