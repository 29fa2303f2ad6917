// Limits of what is stored, and of mail that is kept for looking again.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits/mail.hpp"

namespace tocsin::limits {

// ---- store ----------------------------------------------------------------------------------------------------------
/// Records written in one transaction; also the longest queue before a writer waits.
inline constexpr std::size_t journal_batch = 512;
/// From one group of records to the next while several sessions write at once: so long a message waits for others at most.
inline constexpr std::uint32_t journal_gather_us = 2'000;
/// Records that are filed in the journal's tables in one transaction: mail waits as long for its own commit.
inline constexpr std::size_t filing_batch = 128;
/// How often it is looked for records to be filed. A question about the journal does not wait for it.
inline constexpr std::uint32_t filing_interval_ms = 200;
/// Rows that could not be filed, as far as they are named.
inline constexpr std::size_t unfiled_named = 16;
/// Rows one listing returns.
inline constexpr std::size_t listing_rows = 1000;
/// One text column of a record (subject, addresses, reply): longer text is cut, with a mark, so that a record is never refused.
inline constexpr std::size_t record_text_bytes = 4096;
/// One JSON column of a record (a reader's reply, escaped); what is longer is replaced by a note.
inline constexpr std::size_t record_json_bytes = 1U << 20;
/// Orders in force at once. Every gate keeps them in memory; more than this is a list, not orders, and is refused.
inline constexpr std::size_t active_orders = 100'000;
/// Longest time after which an order may end by itself, ten years: more is a typing error, or "never".
inline constexpr std::int64_t order_expiry_s_max = 315'360'000;
/// Shortest part of a subject that an order may look for: three letters, or one character of Chinese.
inline constexpr std::size_t order_subject_bytes_min = 3;
/// Longest login that an order may name.
inline constexpr std::size_t order_login_bytes = 255;
/// An order that paces lets so many recipients have its mail within that time; a larger message is held.
inline constexpr std::uint64_t order_pace_recipients = 100;
inline constexpr std::int64_t order_pace_window_us = 30LL * 60 * 1'000'000;
/// Pages of the database that each of its two connections keeps in memory.
inline constexpr std::size_t database_cache_bytes = 32U << 20;
/// How long a writer waits for another process (a backup, the command line) to release the database.
inline constexpr std::uint32_t database_busy_ms = 5'000;
/// All evidence files together, unless configured.
inline constexpr std::uint64_t evidence_bytes = 20ULL << 30;
/// Plain text sealed as one piece of an evidence file.
inline constexpr std::size_t evidence_chunk_bytes = 64U << 10;

/// Evidence that no record names: one may be on its way to the journal, which waits for seconds at most.
inline constexpr std::int64_t evidence_grace_us = 3'600LL * 1'000'000;
/// Deleting what is too old: records in one transaction, the pause behind it, and the time from one round to the next.
inline constexpr std::size_t retention_batch = 500;
inline constexpr std::uint32_t retention_pause_ms = 50;
inline constexpr std::uint32_t retention_interval_ms = 3'600'000;

// ---- mail kept for looking again ------------------------------------------------------------------------------------
/// One file of kept mail is closed when it is this large, or this old. What is too old, or too much, goes file by file.
inline constexpr std::size_t kept_segment_bytes = 8U << 20;
inline constexpr std::int64_t kept_segment_s = 3'600;
/// What is known of one kept mail beside its bytes, as JSON; the texts in it are those of a record, escaped.
inline constexpr std::size_t kept_facts_bytes = 256U << 10;
/// The largest mail that can be kept: facts and mail are sealed as one piece of limits::message_bytes at most.
inline constexpr std::size_t kept_message_bytes = message_bytes - (1U << 20);
/// Mail that waits to be written; what comes beyond is not kept. Memory while the disk is slow.
inline constexpr std::size_t kept_queue_messages = 1'000;
inline constexpr std::size_t kept_queue_bytes = 64U << 20;
/// Written in one call on a thread that mail shares: some tens of milliseconds.
inline constexpr std::size_t kept_batch_bytes = 2U << 20;
/// Campaigns of which a message is kept, as far as they are known; some 150 bytes each. One that was forgotten is kept once more.
inline constexpr std::size_t kept_campaigns = 200'000;
/// How often it is written down how many messages were not kept, and why.
inline constexpr std::uint32_t kept_tally_interval_ms = 5'000;
/// With less free space than this on the disk, nothing is kept: mail that is held needs it.
inline constexpr std::uint64_t kept_disk_free_bytes = 1ULL << 30;
/// How much less than other processes a hunt gets of the processors, as nice(2): mail comes first.
inline constexpr int hunt_niceness = 10;
/// Longest time for which mail is kept, in days, and the least and most room for it, in MiB.
inline constexpr std::int64_t kept_days_max = 365;
inline constexpr std::int64_t kept_quota_mib_min = 16;
inline constexpr std::int64_t kept_quota_mib_max = std::int64_t{1} << 30;
/// Texts that are remembered of mail that has all else in common; of more, the one that came first is kept once more.
inline constexpr std::size_t kept_texts_of_campaign = 8;
/// Texts of found mail whose copies a hunt counts: each is compared with all of the journal.
inline constexpr std::size_t hunt_texts = 500;
/// Why a hunt failed, as its log keeps it.
inline constexpr std::size_t hunt_reason_bytes = 1000;

}  // namespace tocsin::limits
