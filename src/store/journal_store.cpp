#include "store/journal_store.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/similarity.hpp"
#include "store/detail/rows.hpp"
#include "store/stored_text.hpp"

namespace tocsin::store {
namespace {

std::string key_of(const std::string& text) {
    return search_key(stored_text(text, limits::record_text_bytes));
}

std::vector<std::uint64_t> select_similar(soci::session& session, std::uint64_t wanted) {
    std::string row;
    std::vector<std::uint64_t> found;
    const auto rows_max = static_cast<long long>(limits::similar_fingerprints_read);
    soci::statement select =
        (session.prepare
             << "SELECT DISTINCT text_fingerprint FROM journal WHERE text_fingerprint > '' LIMIT :rows_max",
         soci::into(row), soci::use(rows_max, "rows_max"));
    select.execute();
    while (select.fetch() && found.size() < limits::similar_fingerprints_found) {
        const std::optional<std::uint64_t> known = fingerprint_from(row);
        if (known && similar(*known, wanted)) found.push_back(*known);
    }
    return found;
}

/// As a list for SQL: digits of our own making, nothing from outside.
std::string sql_list(const std::vector<std::uint64_t>& fingerprints) {
    std::string list = "'-'";  // never empty: PostgreSQL knows no empty list
    for (const std::uint64_t one : fingerprints) list += ", '" + fingerprint_text(one) + "'";
    return list;
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
    equal(filter.sasl_login, "sasl_login = :sasl_login", "sasl_login");
    equal(filter.queue_id, "queue_id = :queue_id", "queue_id");
    equal(filter.message_id, "message_id = :message_id AND message_id <> ''", "message_id");
    if (filter.attachment_sha256)
        conditions.add("id IN (SELECT record_id FROM journal_attachments WHERE sha256 = :attachment)",
                       "attachment", key_of(*filter.attachment_sha256));
    if (filter.link_domain) {
        // '/' is the character behind '.': everything that begins with "com.example." lies in between.
        const std::string begin =
            reversed_domain(stored_text(*filter.link_domain, limits::record_text_bytes));
        std::string end = begin;
        if (!end.empty()) end.back() = '/';
        // One condition of two halves: add() puts AND between them.
        conditions.add("id IN (SELECT record_id FROM journal_links WHERE reversed_domain >= :link", "link",
                       begin);
        conditions.add("reversed_domain < :link_end)", "link_end", end);
    }
    if (filter.text_fingerprints)
        conditions.add("text_fingerprint IN (" + sql_list(*filter.text_fingerprints) +
                           ") AND text_fingerprint <> :no_fingerprint",
                       "no_fingerprint", std::string());
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

Result<void> JournalStore::append(std::span<const Record> records, std::span<const Held> held,
                                  std::span<const NextHopReply> replies) {
    if (std::max(records.size(), held.size()) > limits::journal_batch)
        return fail(ErrorCode::limit, "append to journal: more records than one batch takes");
    if (records.empty() && held.empty() && replies.empty()) return {};
    return writing(database_.state(), "append to journal", [&](soci::session& session) -> Result<void> {
        soci::transaction transaction(session);
        insert_records(session, records);
        insert_held_rows(session, held);
        if (const std::string missing = update_replies(session, replies); !missing.empty())
            return fail(ErrorCode::not_found, "note next hop's reply: there is no record " + missing);
        transaction.commit();
        return {};
    });
}

Result<void> JournalStore::note_next_hop_replies(std::span<const NextHopReply> replies) {
    return append({}, {}, replies);
}

Result<std::size_t> JournalStore::remove_before(TimePoint time, std::size_t rows_max) {
    const long long before_us = time.microseconds;
    const auto rows_wanted = static_cast<long long>(std::min(rows_max, limits::journal_batch));
    return writing(database_.state(), "shorten journal", [&](soci::session& session) -> Result<std::size_t> {
        soci::transaction transaction(session);
        std::vector<std::string> ids;
        std::string id;
        soci::statement select =
            (session.prepare << "SELECT id FROM journal WHERE time_us < :before_us AND id NOT IN (SELECT "
                                "record_id FROM held WHERE state = 'held' OR state = 'releasing') ORDER BY "
                                "time_us LIMIT :rows_wanted",
             soci::into(id), soci::use(before_us, "before_us"), soci::use(rows_wanted, "rows_wanted"));
        select.execute();
        while (select.fetch()) ids.push_back(id);
        for (const char* statement : {
                 "DELETE FROM journal_recipients WHERE record_id = :id",
                 "DELETE FROM journal_links WHERE record_id = :id",
                 "DELETE FROM journal_attachments WHERE record_id = :id",
                 "DELETE FROM held_acts WHERE held_id IN (SELECT id FROM held WHERE record_id = :id)",
                 "DELETE FROM held WHERE record_id = :id",
                 "DELETE FROM journal WHERE id = :id",
             }) {
            soci::statement remove = (session.prepare << statement, soci::use(id, "id"));
            for (const std::string& one : ids) {
                id = one;
                remove.execute(true);
            }
        }
        transaction.commit();
        return ids.size();
    });
}

Result<std::vector<std::uint64_t>> JournalStore::similar_fingerprints(std::uint64_t wanted) {
    static_cast<void>(file_all());
    return reading(database_.state(), "find similar texts",
                   [&](soci::session& session) -> Result<std::vector<std::uint64_t>> {
                       return select_similar(session, wanted);
                   });
}

Result<std::vector<Record>> JournalStore::list(const RecordFilter& filter) {
    static_cast<void>(file_all());
    return reading(
        database_.state(), "list journal", [&](soci::session& session) -> Result<std::vector<Record>> {
            Conditions conditions;
            add_columns(conditions, filter);
            return select_records(session, conditions, std::min(filter.limit, limits::listing_rows));
        });
}

Result<std::uint64_t> JournalStore::count(const RecordFilter& filter) {
    static_cast<void>(file_all());
    return reading(database_.state(), "count journal", [&](soci::session& session) -> Result<std::uint64_t> {
        Conditions conditions;
        add_columns(conditions, filter);
        return count_rows(session, "journal", conditions);
    });
}

Result<Record> JournalStore::get(const std::string& id) {
    const Result<void> all_filed = file_all();
    return reading(database_.state(), "read record", [&](soci::session& session) -> Result<Record> {
        Conditions conditions;
        conditions.add("id = :id", "id", stored_text(id, limits::record_text_bytes));
        auto records = select_records(session, conditions, 1);
        if (records.empty() && !all_filed) return std::unexpected(all_filed.error());
        if (records.empty()) return fail(ErrorCode::not_found, "read record: there is none with this id");
        return std::move(records.front());
    });
}

}  // namespace tocsin::store
