#include "store/respond_store.hpp"

#include <algorithm>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/limits/respond.hpp"
#include "base/limits/response.hpp"
#include "respond/event_json.hpp"
#include "store/detail/rows.hpp"
#include "store/stored_text.hpp"

namespace tocsin::store {

namespace {

struct Row {
    long long number = 0, time_us = 0;
    std::string id, kind, entry;
};

/// Of what a person or a reader wrote nothing is lost here: the machine refused what is too long.
std::string dump(const respond::Event& event) {
    return respond::to_json(event).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void note_report(soci::session& session, const respond::Event& event) {
    const auto* taken = std::get_if<respond::ReportTaken>(&event.what);
    if (taken == nullptr) return;
    const long long time_us = event.time.microseconds;
    session << "INSERT INTO reports (id, time_us, evidence) VALUES (:id, :time_us, :evidence) ON CONFLICT "
               "(id) DO "
               "NOTHING",
        soci::use(taken->report, "id"), soci::use(time_us, "time_us"), soci::use(taken->evidence, "evidence");
}

std::vector<Row> rows_after(soci::session& session, long long number) {
    Row row;
    const auto row_limit = static_cast<long long>(limits::respond_batch);
    soci::statement select =
        (session.prepare
             << "SELECT number, time_us, id, kind, entry FROM respond_events WHERE number > :number "
                "ORDER BY number LIMIT :row_limit",
         soci::into(row.number), soci::into(row.time_us), soci::into(row.id), soci::into(row.kind),
         soci::into(row.entry), soci::use(number, "number"), soci::use(row_limit, "row_limit"));
    std::vector<Row> rows;
    select.execute();
    while (select.fetch()) rows.push_back(row);
    return rows;
}

}  // namespace

Result<std::vector<bool>> RespondStore::append(std::span<const RespondEntry> entries) {
    if (entries.size() > limits::respond_batch)
        return fail(ErrorCode::limit, "store events: more than one batch takes");
    if (entries.empty()) return std::vector<bool>();
    return writing(
        database_.state(), "store events", [&](soci::session& session) -> Result<std::vector<bool>> {
            std::vector<bool> is_new;
            soci::transaction transaction(session);
            Row row;
            soci::statement insert =
                (session.prepare
                     << "INSERT INTO respond_events (number, id, time_us, kind, entry) VALUES (:number, "
                        ":id, :time_us, :kind, :entry) ON CONFLICT (id) DO NOTHING",
                 soci::use(row.number, "number"), soci::use(row.id, "id"), soci::use(row.time_us, "time_us"),
                 soci::use(row.kind, "kind"), soci::use(row.entry, "entry"));
            for (const RespondEntry& one : entries) {
                row.number = static_cast<long long>(one.number);
                row.id = one.event.id;
                row.time_us = one.event.time.microseconds;
                row.kind = respond::kind_of(one.event);
                row.entry = dump(one.event);
                insert.execute(true);
                is_new.push_back(insert.get_affected_rows() > 0);
                if (is_new.back()) note_report(session, one.event);
            }
            transaction.commit();
            return is_new;
        });
}

Result<std::uint64_t> RespondStore::visit(const See& see) {
    long long number = 0;
    while (true) {
        const std::vector<Row> rows = TRY(reading(
            database_.state(), "read what the response was told",
            [&](soci::session& session) -> Result<std::vector<Row>> { return rows_after(session, number); }));
        if (rows.empty()) return static_cast<std::uint64_t>(number);
        for (const Row& row : rows) {
            Result<respond::Event> event = respond::parse_event(row.entry);
            if (!event)
                return fail(ErrorCode::corrupt,
                            "event " + std::to_string(row.number) +
                                " of the response cannot be read: " + event.error().message);
            TRY(see({static_cast<std::uint64_t>(row.number), std::move(*event)}));
            number = row.number;
        }
    }
}

Result<bool> RespondStore::needs_content(const std::string& sha256, TimePoint since) {
    return reading(database_.state(), "look for reports", [&](soci::session& session) -> Result<bool> {
        long long count = 0;
        const long long since_us = since.microseconds;
        session << "SELECT COUNT(*) FROM reports WHERE evidence = :evidence AND time_us >= :since",
            soci::use(sha256, "evidence"), soci::use(since_us, "since"), soci::into(count);
        return count > 0;
    });
}

}  // namespace tocsin::store
