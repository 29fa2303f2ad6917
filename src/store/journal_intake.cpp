// The journal's intake: durable at once, filed later.
#include <algorithm>
#include <mutex>

#include "base/limits.hpp"
#include "store/detail/intake_entry.hpp"
#include "store/detail/rows.hpp"

namespace tocsin::store {
namespace {

struct IntakeRow {
    long long number = 0;
    std::string entry;
};

/// The oldest rows, with up to filing_batch records together.
std::vector<IntakeRow> oldest_rows(soci::session& session) {
    std::vector<IntakeRow> rows;
    long long number = 0;
    std::string entry;
    const auto rows_max = static_cast<long long>(limits::filing_batch);
    soci::statement select =
        (session.prepare << "SELECT number, entry FROM journal_intake WHERE problem = '' ORDER BY number LIMIT :rows_max",
         soci::into(number), soci::into(entry), soci::use(rows_max, "rows_max"));
    select.execute();
    while (select.fetch()) rows.push_back({number, entry});
    return rows;
}

/// As many of the rows as one transaction takes, decoded; at least one.
Result<std::vector<IntakeEntry>> decode_some(std::span<const IntakeRow> rows) {
    std::vector<IntakeEntry> entries;
    std::size_t records = 0;
    for (const IntakeRow& row : rows) {
        IntakeEntry entry = TRY(decode_intake(row.entry));
        records += std::max<std::size_t>(entry.records.size(), 1);
        if (!entries.empty() && records > limits::filing_batch) break;
        entries.push_back(std::move(entry));
    }
    return entries;
}

/// From the intake into the tables, in one transaction. Returns how many of the rows that were.
Result<std::size_t> file_rows(DatabaseState& state, std::span<const IntakeRow> rows) {
    const std::vector<IntakeEntry> entries = TRY(decode_some(rows));
    return writing(state, "file the journal", [&](soci::session& session) -> Result<std::size_t> {
        soci::transaction transaction(session);
        std::vector<Record> records;
        for (const IntakeEntry& entry : entries)
            records.insert(records.end(), entry.records.begin(), entry.records.end());
        insert_records(session, records);
        // A record may be gone by now, because it was too old to be kept: then its answer goes with it.
        for (const IntakeEntry& entry : entries) static_cast<void>(update_replies(session, entry.replies));
        long long last = rows[entries.size() - 1].number;
        session << "DELETE FROM journal_intake WHERE number <= :last AND problem = ''", soci::use(last, "last");
        transaction.commit();
        return entries.size();
    });
}

/// Whether another try can end no better.
bool row_is_to_blame(const Error& error) {
    return error.code == ErrorCode::conflict || error.code == ErrorCode::corrupt;
}

Result<void> set_aside(DatabaseState& state, const IntakeRow& row, const Error& why) {
    return writing(state, "set an entry of the journal aside", [&](soci::session& session) -> Result<void> {
        session << "UPDATE journal_intake SET problem = :problem WHERE number = :number",
            soci::use(why.message, "problem"), soci::use(row.number, "number");
        return {};
    });
}

}  // namespace

Result<void> JournalStore::take_in(std::span<const Record> records, std::span<const NextHopReply> replies) {
    if (records.size() > limits::journal_batch)
        return fail(ErrorCode::limit, "write to the journal: more records than one batch takes");
    if (records.empty() && replies.empty()) return {};
    const std::string entry = encode_intake(records, replies);
    return writing(database_.state(), "write to the journal", [&](soci::session& session) -> Result<void> {
        session << "INSERT INTO journal_intake (number, entry) SELECT COALESCE(MAX(number), 0) + 1, :entry FROM journal_intake",
            soci::use(entry, "entry");
        return {};
    });
}

Result<std::size_t> JournalStore::file_away() {
    DatabaseState& state = database_.state();
    const std::lock_guard filing(state.filing_mutex);
    const std::vector<IntakeRow> rows =
        TRY(writing(state, "file the journal", [](soci::session& session) -> Result<std::vector<IntakeRow>> {
            return oldest_rows(session);
        }));
    if (rows.empty()) return 0;
    Result<std::size_t> together = file_rows(state, rows);
    if (together || !row_is_to_blame(together.error())) return together;
    // One of them: each by itself, and who cannot be filed stands in nobody's way.
    for (const IntakeRow& row : rows) {
        Result<std::size_t> alone = file_rows(state, std::span(&row, 1));
        if (alone) continue;
        if (!row_is_to_blame(alone.error())) return alone;
        TRY(set_aside(state, row, alone.error()));
    }
    return rows.size();
}

Result<void> JournalStore::file_all() {
    const long long waiting =
        TRY(reading(database_.state(), "file the journal", [](soci::session& session) -> Result<long long> {
            long long rows = 0;
            session << "SELECT COUNT(*) FROM journal_intake WHERE problem = ''", soci::into(rows);
            return rows;
        }));
    // Not what comes meanwhile: mail may come as fast as it is filed.
    for (long long filed = 0; filed < waiting;) {
        const std::size_t more = TRY(file_away());
        if (more == 0) break;
        filed += static_cast<long long>(more);
    }
    return {};
}

Result<std::vector<std::string>> JournalStore::unfiled() {
    return reading(database_.state(), "look for entries that were not filed",
                   [](soci::session& session) -> Result<std::vector<std::string>> {
                       std::vector<std::string> problems;
                       std::string problem;
                       const auto rows_max = static_cast<long long>(limits::unfiled_named);
                       soci::statement select =
                           (session.prepare << "SELECT problem FROM journal_intake WHERE problem <> '' "
                                               "ORDER BY number LIMIT :rows_max",
                            soci::into(problem), soci::use(rows_max, "rows_max"));
                       select.execute();
                       while (select.fetch()) problems.push_back(problem);
                       return problems;
                   });
}

}  // namespace tocsin::store
