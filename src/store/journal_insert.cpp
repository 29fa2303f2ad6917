// Into the tables of the journal, within the caller's transaction.
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

void insert_journal_rows(soci::session& session, std::span<const Record> records) {
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

/// One row of a two-column table for each value of each record; a value that a record names twice is one row.
template <typename Values, typename Key>
void insert_found_by(soci::session& session, const std::string& table, std::span<const Record> records,
                     const Values& values, const Key& key) {
    std::string record_id, text;
    soci::statement insert = (session.prepare << "INSERT INTO " + table + " VALUES (:record_id, :text)",
                              soci::use(record_id, "record_id"), soci::use(text, "text"));
    for (const Record& record : records) {
        record_id = stored_text(record.id, limits::record_text_bytes);
        std::vector<std::string> done;
        for (const std::string& value : values(record)) {
            text = key(stored_text(value, limits::smtp_path_bytes));
            if (std::ranges::find(done, text) != done.end()) continue;
            insert.execute(true);
            done.push_back(text);
        }
    }
}

void insert_what_it_is_found_by(soci::session& session, std::span<const Record> records) {
    insert_found_by(
        session, "journal_links (record_id, reversed_domain)", records,
        [](const Record& record) -> const std::vector<std::string>& { return record.link_domains; },
        [](const std::string& host) { return reversed_domain(host); });
    insert_found_by(
        session, "journal_attachments (record_id, sha256)", records,
        [](const Record& record) -> const std::vector<std::string>& { return record.attachment_sha256; },
        [](const std::string& hash) { return search_key(hash); });
}

}  // namespace

/// "www.Example.com" to "com.example.www.": a domain and all below it begin alike.
std::string reversed_domain(std::string_view host) {
    std::string out;
    while (host.ends_with('.')) host.remove_suffix(1);
    while (!host.empty()) {
        const std::size_t dot = host.rfind('.');
        out += search_key(std::string(dot == std::string_view::npos ? host : host.substr(dot + 1)));
        out += '.';
        host = dot == std::string_view::npos ? std::string_view() : host.substr(0, dot);
    }
    return out;
}

void insert_records(soci::session& session, std::span<const Record> records) {
    insert_journal_rows(session, records);
    insert_recipients(session, records);
    insert_what_it_is_found_by(session, records);
    note_watch_days(session, records);
}

std::string update_replies(soci::session& session, std::span<const NextHopReply> replies) {
    std::string record_id, text, missing;
    if (replies.empty()) return missing;
    soci::statement update = (session.prepare << "UPDATE journal SET next_hop_reply = :reply WHERE id = :id",
                              soci::use(text, "reply"), soci::use(record_id, "id"));
    for (const NextHopReply& reply : replies) {
        record_id = stored_text(reply.record_id, limits::record_text_bytes);
        text = stored_text(reply.reply, limits::record_text_bytes);
        update.execute(true);
        if (update.get_affected_rows() == 0 && missing.empty()) missing = record_id;
    }
    return missing;
}

}  // namespace tocsin::store
