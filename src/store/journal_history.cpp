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

}  // namespace tocsin::store
