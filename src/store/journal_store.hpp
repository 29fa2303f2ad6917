// The journal: one record per message, durable before the sender is answered (laws 1 and 2).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/database.hpp"
#include "store/held_store.hpp"

namespace tocsin::store {

/// What happened to one message. Words of other rooms (direction, verdict, disposition, outcome) are kept as their
/// stable names. Text comes from outside and is stored with NUL and invalid UTF-8 replaced, cut at
/// limits::record_text_bytes.
struct Record {
    std::string id;         ///< make_id(), unique
    TimePoint time;         ///< when the message was judged
    std::string direction;  ///< inbound, outbound, internal
    std::string listener;   ///< name of the gate: `smtp`, `milter`, `http`
    std::string client_ip;
    std::string client_name;
    std::string sasl_login;  ///< the authenticated name
    std::string queue_id;    ///< of the MTA that asked
    std::string helo;
    std::string mail_from;  ///< envelope sender, empty for `<>`
    std::vector<std::string> recipients;
    std::uint64_t size_bytes = 0;
    std::string subject;
    std::string header_from;
    std::string message_id;
    std::string verdict;      ///< clean, suspicious, unscannable, phish, malware
    std::string disposition;  ///< accept, tag, quarantine, hold, reject, tempfail
    bool ambiguous = false;
    std::string reasons;   ///< JSON array
    std::string findings;  ///< JSON array
    std::string outcome;   ///< of the reader: verdict, timed_out, crashed, …
    std::string customer;
    std::string held_id;  ///< HeldStore, empty if the message was not held
    std::string next_hop_reply;
    std::string engine_version;
    std::uint64_t elapsed_us = 0;
    std::string content_sha256;          ///< hexadecimal
    std::uint64_t text_fingerprint = 0;  ///< scan::text_fingerprint(); 0: too little text
    /// The message's number among all that the watch was told (watch_store.hpp); 0: the watch was not asked.
    std::uint64_t watch_number = 0;
    /// JSON object: what the watch compared and no other field has, and what it decided. Empty: it was not asked.
    std::string watched;
    /// To be found by; list() and get() leave them empty.
    std::vector<std::string> link_domains;
    std::vector<std::string> attachment_sha256;  ///< hexadecimal
};

/// Every set field must match. Addresses match whole and without case; `subject` matches a part of it, without ASCII
/// case.
struct RecordFilter {
    std::optional<std::string> sender;
    std::optional<std::string> recipient;
    std::optional<std::string> customer;
    std::optional<std::string> subject;
    std::optional<std::string> direction;
    std::optional<std::string> verdict;
    std::optional<std::string> disposition;
    std::optional<std::string> content_sha256;
    std::optional<std::string> link_domain;        ///< a link leads there, or below
    std::optional<std::string> attachment_sha256;  ///< hexadecimal
    std::optional<std::string> sasl_login;
    std::optional<std::string> queue_id;
    std::optional<std::string> message_id;
    /// Copies of one text: one of these, as JournalStore::similar_fingerprints() gives them.
    std::optional<std::vector<std::uint64_t>> text_fingerprints;
    std::optional<TimePoint> from;         ///< this moment or later
    std::optional<TimePoint> until;        ///< before this moment
    std::optional<std::string> before_id;  ///< page on: only records that are older than this one
    std::size_t limit = 100;               ///< at most limits::listing_rows
};

/// What the next hop answered to a message that was passed on.
struct NextHopReply {
    std::string record_id;
    std::string reply;
};

/// Whether a person let a message go that was held.
enum class WasReleased : std::uint8_t { no, yes };
using SeeRecord = std::function<void(const Record&, WasReleased)>;

class JournalStore {
public:
    explicit JournalStore(Database& database) : database_(database) {}

    /// Stores all records, and the held messages that belong to them, or none; durable on return. Errors: conflict
    /// (an id exists), limit (more than limits::journal_batch), unavailable (locked too long), io (disk full).
    /// `replies` are added to records that are there already, in the same transaction.
    [[nodiscard]] Result<void> append(std::span<const Record> records, std::span<const Held> held = {},
                                      std::span<const NextHopReply> replies = {});
    /// The same for records that nothing else hangs on, at a tenth of the cost: durable on return, and filed in the tables later
    /// by file_away(). Every question below files first, so that what was taken in is found; on a full disk it answers from what
    /// is filed, because that is when people look. An id that exists, or a reply to a record that does not, is noticed at filing
    /// only. Errors: limit, unavailable, io.
    [[nodiscard]] Result<void> take_in(std::span<const Record> records,
                                       std::span<const NextHopReply> replies = {});
    /// Files what was taken in, the oldest first, up to limits::filing_batch records (at least one row). Returns how many rows
    /// were filed; 0: nothing waits. A row that cannot be filed is kept with its problem (`unfiled()`). Errors: unavailable, io.
    [[nodiscard]] Result<std::size_t> file_away();
    /// Files everything that was taken in before this call.
    [[nodiscard]] Result<void> file_all();
    /// Rows that could not be filed, with the reason: never the case unless the database was altered.
    [[nodiscard]] Result<std::vector<std::string>> unfiled();
    /// Adds what the next hop answered to records that exist. Errors: not_found (of one of them: none is added), unavailable, io.
    [[nodiscard]] Result<void> note_next_hop_replies(std::span<const NextHopReply> replies);
    /// Deletes up to `rows_max` (at most limits::journal_batch) of the oldest records before `time`, with what belongs to
    /// them. Those whose message waits for a decision stay. Returns how many are gone. Errors: unavailable, io.
    [[nodiscard]] Result<std::size_t> remove_before(TimePoint time, std::size_t rows_max);
    /// The fingerprints in the journal that are similar() to this one; of more than limits::similar_fingerprints_found, some.
    /// Reads up to limits::similar_fingerprints_read of them: ask once for all pages and counts of one search.
    [[nodiscard]] Result<std::vector<std::uint64_t>> similar_fingerprints(std::uint64_t wanted);
    /// Calls `see` with the newest records, `rows_max` at most, the oldest of them first; of records at one moment it may leave
    /// some out. Only time, direction, customer, header_from, recipients, verdict, disposition and outcome are set. Errors:
    /// unavailable, io.
    [[nodiscard]] Result<void> visit_newest(std::size_t rows_max, const SeeRecord& see);
    /// Calls `see` with the newest records since `since` that were refused or kept and have a file, `rows_max` at most, the
    /// oldest of them first. Only id, time, direction, header_from, recipients, disposition, reasons and one attachment_sha256
    /// are set. Errors: unavailable, io.
    [[nodiscard]] Result<void> visit_blocked_files(TimePoint since, std::size_t rows_max,
                                                   const SeeRecord& see);
    /// Newest first.
    [[nodiscard]] Result<std::vector<Record>> list(const RecordFilter& filter);
    /// How many fit, whatever the limit.
    [[nodiscard]] Result<std::uint64_t> count(const RecordFilter& filter);
    /// Errors: not_found.
    [[nodiscard]] Result<Record> get(const std::string& id);

private:
    Database& database_;
};

}  // namespace tocsin::store
