#include "store/journal_store.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "store/detail/rows.hpp"
#include "store/stored_text.hpp"

namespace tocsin::store {
namespace {

void insert_recipients(soci::session& session, std::span<const Record> records) {
    std::string record_id, key;
    long long position = 0;
    soci::statement insert =
        (session.prepare << "INSERT INTO journal_recipients (record_id, position, recipient_key) "
                            "VALUES (:record_id, :position, :recipient_key)",
         soci::use(record_id, "record_id"), soci::use(position, "position"), soci::use(key, "recipient_key"));
    for (const Record& record : records) {
        record_id = stored_text(record.id, limits::record_text_bytes);
        position = 0;
        for (const auto& recipient : record.recipients) {
            key = search_key(stored_text(recipient, limits::smtp_path_bytes));
            insert.execute(true);
            ++position;
        }
    }
}

void insert_records(soci::session& session, std::span<const Record> records) {
    JournalRow row;
    soci::statement insert(session);
    insert.alloc();
    insert.prepare(insert_journal);
    row.bind_use(insert);
    insert.define_and_bind();
    for (const Record& record : records) {
        row.set(record);
        insert.execute(true);
    }
}

std::string key_of(const std::string& text) {
    return search_key(stored_text(text, limits::record_text_bytes));
}

void add_columns(Conditions& conditions, const RecordFilter& filter) {
    if (filter.sender) conditions.add("sender_key = :sender", "sender", key_of(*filter.sender));
    if (filter.recipient)
        conditions.add("id IN (SELECT record_id FROM journal_recipients WHERE recipient_key = :recipient)",
                       "recipient", search_key(stored_text(*filter.recipient, limits::smtp_path_bytes)));
    if (filter.subject)
        conditions.add(R"(subject_key LIKE :subject ESCAPE '\')", "subject",
                       contains_pattern(key_of(*filter.subject)));
    const auto equal = [&](const std::optional<std::string>& value, const char* condition, const char* name) {
        if (value) conditions.add(condition, name, stored_text(*value, limits::record_text_bytes));
    };
    equal(filter.customer, "customer = :customer", "customer");
    equal(filter.direction, "direction = :direction", "direction");
    equal(filter.verdict, "verdict = :verdict", "verdict");
    equal(filter.disposition, "disposition = :disposition", "disposition");
    equal(filter.content_sha256, "content_sha256 = :content_sha256", "content_sha256");
    if (filter.from) conditions.add("time_us >= :from_us", "from_us", filter.from->microseconds);
    if (filter.until) conditions.add("time_us < :until_us", "until_us", filter.until->microseconds);
    if (filter.before_id) {
        // An unknown id yields no row on the right side, and so an empty page. PostgreSQL and SQLite both compare
        // rows.
        conditions.add("(time_us, id) < (SELECT time_us, id FROM journal WHERE id = :before_id)", "before_id",
                       stored_text(*filter.before_id, limits::record_text_bytes));
    }
}

std::vector<Record> select_records(soci::session& session, Conditions& conditions, std::size_t rows_max) {
    JournalRow row;
    soci::statement select(session);
    select.alloc();
    long long row_limit = static_cast<long long>(rows_max);
    select.prepare(select_journal + conditions.where() + " ORDER BY time_us DESC, id DESC LIMIT :row_limit");
    row.bind_into(select);
    conditions.bind_use(select);
    select.exchange(soci::use(row_limit, "row_limit"));
    select.define_and_bind();
    std::vector<Record> records;
    select.execute();
    while (select.fetch()) records.push_back(row.get());
    return records;
}

}  // namespace

Result<void> JournalStore::append(std::span<const Record> records, std::span<const Held> held) {
    if (std::max(records.size(), held.size()) > limits::journal_batch)
        return fail(ErrorCode::limit, "append to journal: more records than one batch takes");
    if (records.empty() && held.empty()) return {};
    return writing(database_.state(), "append to journal", [&](soci::session& session) -> Result<void> {
        soci::transaction transaction(session);
        insert_records(session, records);
        insert_recipients(session, records);
        insert_held_rows(session, held);
        transaction.commit();
        return {};
    });
}

Result<void> JournalStore::note_next_hop_reply(const std::string& id, const std::string& reply) {
    return writing(database_.state(), "note next hop's reply", [&](soci::session& session) -> Result<void> {
        std::string record_id = stored_text(id, limits::record_text_bytes);
        std::string text = stored_text(reply, limits::record_text_bytes);
        soci::statement update =
            (session.prepare << "UPDATE journal SET next_hop_reply = :reply WHERE id = :id",
             soci::use(text, "reply"), soci::use(record_id, "id"));
        update.execute(true);
        if (update.get_affected_rows() == 0)
            return fail(ErrorCode::not_found, "note next hop's reply: there is no record " + record_id);
        return {};
    });
}

Result<std::vector<Record>> JournalStore::list(const RecordFilter& filter) {
    return reading(
        database_.state(), "list journal", [&](soci::session& session) -> Result<std::vector<Record>> {
            Conditions conditions;
            add_columns(conditions, filter);
            return select_records(session, conditions, std::min(filter.limit, limits::listing_rows));
        });
}

Result<std::uint64_t> JournalStore::count(const RecordFilter& filter) {
    return reading(database_.state(), "count journal", [&](soci::session& session) -> Result<std::uint64_t> {
        Conditions conditions;
        add_columns(conditions, filter);
        return count_rows(session, "journal", conditions);
    });
}

Result<Record> JournalStore::get(const std::string& id) {
    return reading(database_.state(), "read record", [&](soci::session& session) -> Result<Record> {
        Conditions conditions;
        conditions.add("id = :id", "id", stored_text(id, limits::record_text_bytes));
        auto records = select_records(session, conditions, 1);
        if (records.empty()) return fail(ErrorCode::not_found, "read record: there is none with this id");
        return std::move(records.front());
    });
}

}  // namespace tocsin::store
