// Rows of the journal and of held messages, as SOCI exchanges them.
#pragma once

#include <soci/soci.h>

#include <string>
#include <vector>

#include "store/detail/session.hpp"
#include "store/held_store.hpp"
#include "store/journal_store.hpp"

namespace tocsin::store {

/// One row of `journal`. SOCI binds to its members, so it stays where it is while a statement lives.
struct JournalRow {
    std::string id, direction, listener, client_ip, client_name, sasl_login, queue_id, text_fingerprint, helo, mail_from,
        sender_key, recipients, subject, subject_key, header_from, message_id, verdict, disposition, reasons,
        findings, outcome, customer, held_id, next_hop_reply, engine_version, content_sha256, watched;
    long long time_us = 0, size_bytes = 0, ambiguous = 0, elapsed_us = 0, watch_number = 0;

    void set(const Record& record);
    [[nodiscard]] Record get() const;
    void bind_use(soci::statement& statement);
    void bind_into(soci::statement& statement);
};
extern const char* const insert_journal;
extern const char* const select_journal;  ///< without WHERE

struct HeldRow {
    std::string id, record_id, direction, mail_from, sender_key, recipients, recipients_key,
        sender_dsn, recipients_dsn, customer, subject, reason, alarm, content_sha256, state, decided_by, decision_note;
    long long time_us = 0, size_bytes = 0;
    OptionalTime decided_at;

    void set(const Held& held);
    [[nodiscard]] Result<Held> get() const;
    void bind_use(soci::statement& statement);
    void bind_into(soci::statement& statement);
};
extern const char* const insert_held;
extern const char* const select_held;  ///< without WHERE

/// "www.Example.com" to "com.example.www.": a domain and all below it begin alike.
[[nodiscard]] std::string reversed_domain(std::string_view host);

// Within the caller's transaction; without a commit. May throw SOCI's exceptions.

/// Records, with what they are found by.
void insert_records(soci::session& session, std::span<const Record> records);
/// Adds the answers to records that are there. Returns the id of the first record that is not there; empty: all are.
[[nodiscard]] std::string update_replies(soci::session& session, std::span<const NextHopReply> replies);
void insert_held_rows(soci::session& session, std::span<const Held> held);
/// Adds messages that the watch saw to the days of their customers.
void note_watch_days(soci::session& session, std::span<const Record> records);

/// Conditions of a listing: fixed pieces of SQL, values bound by name.
class Conditions {
public:
    void add(std::string_view condition, std::string_view name, std::string value) {
        add_condition(condition);
        texts_.push_back({std::string(name), std::move(value)});
    }
    void add(std::string_view condition, std::string_view name, long long value) {
        add_condition(condition);
        numbers_.push_back({std::string(name), value});
    }
    [[nodiscard]] const std::string& where() const { return where_; }
    void bind_use(soci::statement& statement) {
        for (auto& [name, value] : texts_) statement.exchange(soci::use(value, name));
        for (auto& [name, value] : numbers_) statement.exchange(soci::use(value, name));
    }

private:
    void add_condition(std::string_view condition) {
        where_ += where_.empty() ? " WHERE " : " AND ";
        where_ += condition;
    }
    std::string where_;
    std::vector<std::pair<std::string, std::string>> texts_;
    std::vector<std::pair<std::string, long long>> numbers_;
};

/// Rows of `table`, one of our own names, that meet the conditions. May throw SOCI's exceptions.
[[nodiscard]] std::uint64_t count_rows(soci::session& session, std::string_view table,
                                       Conditions& conditions);

}  // namespace tocsin::store
