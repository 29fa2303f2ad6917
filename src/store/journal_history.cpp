// The newest records, as the history of senders wants to see them.
#include "store/detail/rows.hpp"
#include "store/stored_text.hpp"

namespace tocsin::store {
namespace {

/// Records at this moment or before are older than the newest `rows_max`.
long long older_than_newest(soci::session& session, std::size_t rows_max) {
    long long time_us = 0;
    const auto rows = static_cast<long long>(rows_max);
    soci::statement select =
        (session.prepare << "SELECT time_us FROM journal ORDER BY time_us DESC, id DESC LIMIT 1 OFFSET :rows",
         soci::into(time_us), soci::use(rows, "rows"));
    return select.execute(true) ? time_us : 0;
}

}  // namespace

Result<void> JournalStore::visit_newest(std::size_t rows_max, const SeeRecord& see) {
    static_cast<void>(file_all());
    return reading(database_.state(), "read the newest records", [&](soci::session& session) -> Result<void> {
        const long long after_us = older_than_newest(session, rows_max);
        Record record;
        std::string recipients;
        long long released = 0;
        soci::statement select =
            (session.prepare << "SELECT journal.time_us, journal.direction, journal.customer, "
                                "journal.header_from, journal.recipients, journal.verdict, "
                                "journal.disposition, journal.outcome, "
                                "CASE WHEN held.state = 'released' THEN 1 ELSE 0 END "
                                "FROM journal LEFT JOIN held ON held.record_id = journal.id "
                                "WHERE journal.time_us > :after_us ORDER BY journal.time_us, journal.id",
             soci::into(record.time.microseconds), soci::into(record.direction), soci::into(record.customer),
             soci::into(record.header_from), soci::into(recipients), soci::into(record.verdict),
             soci::into(record.disposition), soci::into(record.outcome), soci::into(released),
             soci::use(after_us, "after_us"));
        select.execute();
        while (select.fetch()) {
            record.recipients = list_from_stored(recipients);
            see(record, released != 0 ? WasReleased::yes : WasReleased::no);
        }
        return {};
    });
}

Result<void> JournalStore::visit_blocked_files(TimePoint since, std::size_t rows_max, const SeeRecord& see) {
    static_cast<void>(file_all());
    return reading(database_.state(), "read blocked files", [&](soci::session& session) -> Result<void> {
        const long long since_us = since.microseconds;
        const auto rows = static_cast<long long>(rows_max);
        Record record;
        std::string recipients, file;
        long long released = 0;
        soci::statement select =
            (session.prepare
                 << "SELECT * FROM (SELECT journal.id, journal.time_us, journal.direction, "
                    "journal.header_from, journal.recipients, journal.disposition, journal.reasons, "
                    "(SELECT MIN(sha256) FROM journal_attachments WHERE record_id = journal.id) AS sha256, "
                    "CASE WHEN held.state = 'released' THEN 1 ELSE 0 END AS released "
                    "FROM journal LEFT JOIN held ON held.record_id = journal.id "
                    "WHERE journal.time_us >= :since_us "
                    "AND journal.disposition IN ('hold', 'quarantine', 'reject') "
                    "AND EXISTS (SELECT 1 FROM journal_attachments WHERE record_id = journal.id) "
                    "ORDER BY journal.time_us DESC, journal.id DESC LIMIT :rows) AS newest "
                    "ORDER BY time_us, id",
             soci::into(record.id), soci::into(record.time.microseconds), soci::into(record.direction),
             soci::into(record.header_from), soci::into(recipients), soci::into(record.disposition),
             soci::into(record.reasons), soci::into(file), soci::into(released),
             soci::use(since_us, "since_us"), soci::use(rows, "rows"));
        select.execute();
        while (select.fetch()) {
            record.recipients = list_from_stored(recipients);
            record.attachment_sha256 = {file};
            see(record, released != 0 ? WasReleased::yes : WasReleased::no);
        }
        return {};
    });
}

}  // namespace tocsin::store
