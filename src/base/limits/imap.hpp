// Limits of the IMAP client and of what is done in mailboxes. Not part of limits.hpp: few files need it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

// ---- what a server may say ------------------------------------------------------------------------------------------
/// One answer without its literals. A SEARCH answer names all messages found on one line, eight bytes each.
inline constexpr std::size_t imap_answer_bytes = 1U << 20;
/// All answers to one command without the literals that were asked for, and how many they are.
inline constexpr std::size_t imap_command_answer_bytes = 16U << 20;
inline constexpr std::size_t imap_untagged_answers = 20'000;
/// A literal that nobody asked for: the name of a folder. And those of one answer.
inline constexpr std::size_t imap_small_literal_bytes = 4096;
inline constexpr std::size_t imap_literals_per_answer = 16;
/// Parentheses inside parentheses of what is passed over.
inline constexpr std::size_t imap_nesting = 16;
/// What one answer may list.
inline constexpr std::size_t imap_uids = 100'000;
inline constexpr std::size_t imap_folders = 2'000;
inline constexpr std::size_t imap_flags = 64;
inline constexpr std::size_t imap_access_entries = 256;
/// A flag or keyword, a date, the name of a capability, the name of a folder.
inline constexpr std::size_t imap_word_bytes = 256;
inline constexpr std::size_t imap_folder_name_bytes = 1000;
/// Words of a refusal that are handed on.
inline constexpr std::size_t imap_text_bytes = 300;

// ---- what is asked --------------------------------------------------------------------------------------------------
/// One command without literals; RFC 7162 section 4 wants servers to take 8,192.
inline constexpr std::size_t imap_command_bytes = 8000;
/// A Message-ID, a subject, the name of a folder.
inline constexpr std::size_t imap_string_bytes = 2000;
/// A user's name, a password: three of them in base64 fit into a command.
inline constexpr std::size_t imap_user_bytes = 1000;
/// Messages that one command names: eleven bytes each at most.
inline constexpr std::size_t imap_uids_per_command = 500;
/// A larger literal waits for the server's go-ahead where it offers LITERAL- alone (RFC 7888).
inline constexpr std::size_t imap_literal_minus_bytes = 4096;

// ---- mailboxes ------------------------------------------------------------------------------------------------------
/// A message that is fetched. A larger one is named, and is not touched.
inline constexpr std::uint64_t mailbox_message_bytes = 64U << 20;
/// Conversations at once unless told otherwise, and at most: each is a process on most servers.
inline constexpr std::size_t mailboxes_at_once = 16, mailboxes_at_once_max = 256;
/// Mailboxes of one purge.
inline constexpr std::size_t mailboxes_max = 1'000'000;
/// The file that lists them.
inline constexpr std::size_t mailbox_list_bytes = 256U << 20;
inline constexpr std::size_t mailbox_name_bytes = 500;
/// Message-IDs of one mailbox, and how many one search asks for.
inline constexpr std::size_t mailbox_message_ids = 100, message_ids_per_search = 10;
/// Messages in one folder that look like what is wanted and are fetched to be compared.
inline constexpr std::size_t mailbox_candidates = 1'000;
/// How often one purge looks again in a mailbox, because its owner moves mail at the same time.
inline constexpr std::size_t purge_passes = 3;
/// Name of an incident in the name of a folder.
inline constexpr std::size_t incident_name_bytes = 100;
/// One line of a record of moved messages, and the file.
inline constexpr std::size_t purge_record_line_bytes = 64U << 10;
inline constexpr std::size_t purge_record_bytes = 1U << 30;
/// How far back a purge may look.
inline constexpr std::uint32_t mailbox_look_back_days_max = 3'650;
/// Senders that one search asks for.
inline constexpr std::size_t senders_per_search = 10;
/// Mailboxes in a row that cannot be entered before a purge gives up: the server is away, or the password is wrong. Who comes too
/// often is locked out.
inline constexpr std::size_t mailboxes_not_entered = 20;
/// How often a mailbox that refuses the login is tried before it counts as none of ours, when others let us in.
inline constexpr std::uint32_t mailbox_refusals = 2;
/// Mailboxes that are named in a result, and in a note about who had read a mail.
inline constexpr std::size_t mailboxes_named = 3, mailbox_readers_named = 40;
/// Messages that one pass of the pick-up takes.
inline constexpr std::size_t pick_up_messages = 1'000;
/// Messages that could not be stored and are tried again, each pass.
inline constexpr std::size_t pick_up_retries = 200;
/// How often a message is tried.
inline constexpr std::uint32_t pick_up_tries = 10;

// ---- time -----------------------------------------------------------------------------------------------------------
inline constexpr std::uint32_t imap_connect_ms = 15'000;
/// For the answer to one command; for a message.
inline constexpr std::uint32_t imap_command_ms = 60'000;
/// For all that is done in one mailbox, unless told otherwise; and at most.
inline constexpr std::uint32_t mailbox_s = 300, mailbox_s_max = 86'400;
/// After the first failed pick-up, and at most: servers lock out who comes too often.
inline constexpr std::uint32_t pick_up_retry_ms = 30'000, pick_up_retry_ms_max = 3'600'000;
inline constexpr std::uint32_t pick_up_every_s_max = 86'400;
/// What is under way in mailboxes ends by itself for so long when the daemon stops.
inline constexpr std::uint32_t mailbox_stop_ms = 10'000;
/// How often a visit to many mailboxes looks whether it is to stop.
inline constexpr std::uint32_t mailbox_stop_look_ms = 250;

// ---- files ----------------------------------------------------------------------------------------------------------
inline constexpr std::size_t password_file_bytes = 1024;
/// A SHA-256 as people write it: with colons, too.
inline constexpr std::size_t certificate_sha256_text_bytes = 95;

}  // namespace tocsin::limits
