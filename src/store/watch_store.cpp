#include "store/watch_store.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/limits.hpp"
#include "base/limits/watch.hpp"
#include "store/detail/rows.hpp"
#include "store/detail/watch_rows.hpp"
#include "store/stored_text.hpp"
#include "watch/event_json.hpp"

namespace tocsin::store {
namespace {

using nlohmann::json;

std::string text(std::string_view value) {
    return stored_text(value, limits::record_text_bytes);
}

std::string dump(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

struct AlarmColumns {
    std::string id, customer, state, entry, snoozed_by, snooze_reason, asked;
    long long time_us = 0;
    OptionalTime snoozed_until, asked_at;

    [[nodiscard]] AlarmRow get() const {
        return {.id = id,
                .time = {time_us},
                .customer = customer,
                .state = state,
                .entry = entry,
                .snoozed_until = snoozed_until.get(),
                .snoozed_by = snoozed_by,
                .snooze_reason = snooze_reason,
                .asked_at = asked_at.get(),
                .asked = asked};
    }
    void bind_into(soci::statement& statement) {
        statement.exchange(soci::into(id));
        statement.exchange(soci::into(time_us));
        for (std::string* member : {&customer, &state, &entry}) statement.exchange(soci::into(*member));
        statement.exchange(soci::into(snoozed_until.value, snoozed_until.indicator));
        for (std::string* member : {&snoozed_by, &snooze_reason}) statement.exchange(soci::into(*member));
        statement.exchange(soci::into(asked_at.value, asked_at.indicator));
        statement.exchange(soci::into(asked));
    }
};

constexpr const char* select_alarms = "SELECT id, time_us, customer, state, entry, snoozed_until, "
                                      "snoozed_by, snooze_reason, asked_at, asked FROM watch_alarms";

void add_columns(Conditions& conditions, const AlarmFilter& filter) {
    if (filter.state) conditions.add("state = :state", "state", text(*filter.state));
    if (filter.customer) conditions.add("customer = :customer", "customer", text(*filter.customer));
    if (filter.awake_at)
        conditions.add("(snoozed_until IS NULL OR snoozed_until <= :awake_at)", "awake_at",
                       static_cast<long long>(filter.awake_at->microseconds));
    if (filter.before_id)
        conditions.add("(time_us, id) < (SELECT time_us, id FROM watch_alarms WHERE id = :before_id)",
                       "before_id", text(*filter.before_id));
}

std::vector<AlarmRow> select(soci::session& session, Conditions& conditions, std::size_t rows_max) {
    AlarmColumns row;
    long long row_limit = static_cast<long long>(rows_max);
    soci::statement select(session);
    select.alloc();
    select.prepare(select_alarms + conditions.where() + " ORDER BY time_us DESC, id DESC LIMIT :row_limit");
    row.bind_into(select);
    conditions.bind_use(select);
    select.exchange(soci::use(row_limit, "row_limit"));
    select.define_and_bind();
    std::vector<AlarmRow> alarms;
    select.execute();
    while (select.fetch()) alarms.push_back(row.get());
    return alarms;
}

/// One piece of the sequence: a record, or an event of its own.
struct Numbered {
    std::uint64_t number = 0;
    Result<watch::Event> event = fail(ErrorCode::corrupt, "nothing was read");
};

std::vector<Numbered> records_after(soci::session& session, std::uint64_t number, std::size_t rows_max) {
    JournalRow row;
    Conditions conditions;
    conditions.add("watch_number > :number", "number", static_cast<long long>(number));
    long long row_limit = static_cast<long long>(rows_max);
    soci::statement select(session);
    select.alloc();
    select.prepare(select_journal + conditions.where() + " ORDER BY watch_number LIMIT :row_limit");
    row.bind_into(select);
    conditions.bind_use(select);
    select.exchange(soci::use(row_limit, "row_limit"));
    select.define_and_bind();
    std::vector<Numbered> pieces;
    select.execute();
    while (select.fetch()) {
        const Record record = row.get();
        pieces.push_back({record.watch_number, watch_event_of(record)});
    }
    return pieces;
}

Result<watch::Event> event_of(std::string_view entry, TimePoint time) {
    std::optional<watch::Event> event = TRY(watch::parse_event(entry));
    if (!event) return fail(ErrorCode::corrupt, "the entry is no event");
    std::visit([&](auto& one) { one.time = time; }, *event);
    return std::move(*event);
}

std::vector<Numbered> events_after(soci::session& session, std::uint64_t number, std::size_t rows_max) {
    long long next = 0, time_us = 0;
    const auto after = static_cast<long long>(number);
    const auto row_limit = static_cast<long long>(rows_max);
    std::string entry;
    soci::statement select = (session.prepare << "SELECT number, time_us, entry FROM watch_events WHERE "
                                                 "number > :after ORDER BY number LIMIT :row_limit",
                              soci::into(next), soci::into(time_us), soci::into(entry),
                              soci::use(after, "after"), soci::use(row_limit, "row_limit"));
    std::vector<Numbered> pieces;
    select.execute();
    while (select.fetch())
        pieces.push_back({static_cast<std::uint64_t>(next), event_of(entry, TimePoint{time_us})});
    return pieces;
}

/// Both in the order of their numbers, up to where each of the two is known: the rest is read again.
std::vector<Numbered> merged(std::vector<Numbered> records, std::vector<Numbered> events,
                             std::size_t rows_max) {
    std::uint64_t known = UINT64_MAX;
    for (const std::vector<Numbered>* part : {&records, &events})
        if (part->size() == rows_max) known = std::min(known, part->back().number);
    std::vector<Numbered> all = std::move(records);
    std::ranges::move(events, std::back_inserter(all));
    std::erase_if(all, [&](const Numbered& piece) { return piece.number > known; });
    std::ranges::sort(all, {}, &Numbered::number);
    return all;
}

}  // namespace

Result<watch::MessageEvent> watch_event_of(const Record& record) {
    return watch_event_of(record, json::parse(record.watched, nullptr, false));
}

Result<watch::MessageEvent> watch_event_of(const Record& record, const json& watched) {
    if (!watched.is_object())
        return fail(ErrorCode::corrupt, "record " + record.id + ": what the watch saw cannot be read");
    // As the columns give it back.
    watch::RecordedMessage recorded{.id = text(record.id),
                                    .time = record.time,
                                    .customer = text(record.customer),
                                    .sasl_login = text(record.sasl_login),
                                    .client_ip = text(record.client_ip),
                                    .mail_from = text(record.mail_from),
                                    .header_from = text(record.header_from),
                                    .subject = text(record.subject),
                                    .verdict = record.verdict,
                                    .recipients = {},
                                    .text_fingerprint = record.text_fingerprint};
    for (const std::string& recipient : record.recipients)
        recorded.recipients.push_back(stored_text(recipient, limits::smtp_path_bytes));
    watch::MessageEvent message = TRY(watch::message_of_record(recorded, watched));
    message.live = true;
    return message;
}

Result<void> WatchStore::append(std::span<const WatchEntry> entries) {
    if (entries.size() > limits::journal_batch)
        return fail(ErrorCode::limit, "store events: more than one batch takes");
    if (entries.empty()) return {};
    return writing(database_.state(), "store events", [&](soci::session& session) -> Result<void> {
        soci::transaction transaction(session);
        long long number = 0, time_us = 0;
        std::string entry;
        soci::statement insert =
            (session.prepare << "INSERT INTO watch_events (number, time_us, entry) VALUES "
                                "(:number, :time_us, :entry) ON CONFLICT (number) DO NOTHING",
             soci::use(number, "number"), soci::use(time_us, "time_us"), soci::use(entry, "entry"));
        std::vector<WatchEntry> fresh;
        for (const WatchEntry& one : entries) {
            number = static_cast<long long>(one.number);
            std::visit(
                [&](const auto& event) {
                    time_us = event.time.microseconds;
                    entry = stored_text(dump(watch::to_json(event)), limits::watch_line_bytes);
                },
                one.event);
            insert.execute(true);
            if (insert.get_affected_rows() > 0) fresh.push_back(one);
        }
        note_outcome_days(session, fresh);
        transaction.commit();
        return {};
    });
}

Result<std::uint64_t> WatchStore::last_number() {
    JournalStore journal(database_);
    TRY(journal.file_all());
    return reading(database_.state(), "read the watch's last number",
                   [](soci::session& session) -> Result<std::uint64_t> {
                       long long records = 0, events = 0;
                       session << "SELECT COALESCE(MAX(watch_number), 0) FROM journal WHERE watch_number > 0",
                           soci::into(records);
                       session << "SELECT COALESCE(MAX(number), 0) FROM watch_events", soci::into(events);
                       return static_cast<std::uint64_t>(std::max(records, events));
                   });
}

Result<WatchStore::Piece> WatchStore::read_after(std::uint64_t number, std::size_t rows_max) {
    std::vector<Numbered> found =
        TRY(reading(database_.state(), "read what the watch saw",
                    [&](soci::session& session) -> Result<std::vector<Numbered>> {
                        return merged(records_after(session, number, rows_max),
                                      events_after(session, number, rows_max), rows_max);
                    }));
    Piece piece{.entries = {}, .last = number, .unreadable = 0, .at_end = found.empty()};
    for (Numbered& one : found) {
        piece.last = one.number;
        if (one.event)
            piece.entries.push_back({one.number, std::move(*one.event)});
        else
            ++piece.unreadable;
    }
    return piece;
}

Result<std::uint64_t> WatchStore::visit_after(std::uint64_t number, const See& see) {
    JournalStore journal(database_);
    TRY(journal.file_all());
    std::uint64_t unreadable = 0;
    while (true) {
        const WatchStore::Piece piece = TRY(read_after(number, limits::watch_replay_rows));
        if (piece.at_end) return unreadable;
        for (const WatchEntry& entry : piece.entries) see(entry.number, entry.event);
        unreadable += piece.unreadable;
        number = piece.last;
    }
}

Result<void> WatchStore::put_alarms(std::span<const AlarmRow> alarms) {
    if (alarms.empty()) return {};
    return writing(database_.state(), "store alarms", [&](soci::session& session) -> Result<void> {
        soci::transaction transaction(session);
        std::string id, customer, state, entry;
        long long time_us = 0;
        soci::statement put =
            (session.prepare
                 << "INSERT INTO watch_alarms (id, time_us, customer, state, entry) VALUES (:id, :time_us, "
                    ":customer, :state, :entry) ON CONFLICT (id) DO UPDATE SET state = excluded.state, "
                    "entry = excluded.entry",
             soci::use(id, "id"), soci::use(time_us, "time_us"), soci::use(customer, "customer"),
             soci::use(state, "state"), soci::use(entry, "entry"));
        for (const AlarmRow& alarm : alarms) {
            id = text(alarm.id);
            time_us = alarm.time.microseconds;
            customer = text(alarm.customer);
            state = alarm.state;
            entry = stored_text(alarm.entry, limits::record_json_bytes);
            put.execute(true);
        }
        transaction.commit();
        return {};
    });
}

Result<AlarmRow> WatchStore::get(const std::string& id) {
    return reading(database_.state(), "read alarm", [&](soci::session& session) -> Result<AlarmRow> {
        Conditions conditions;
        conditions.add("id = :id", "id", text(id));
        std::vector<AlarmRow> alarms = select(session, conditions, 1);
        if (alarms.empty())
            return fail(ErrorCode::not_found,
                        "there is no alarm " + text(id) + "; `tocsin watch list --state all` has them all");
        return std::move(alarms.front());
    });
}

Result<std::vector<AlarmRow>> WatchStore::list(const AlarmFilter& filter) {
    return reading(database_.state(), "list alarms",
                   [&](soci::session& session) -> Result<std::vector<AlarmRow>> {
                       Conditions conditions;
                       add_columns(conditions, filter);
                       return select(session, conditions, std::min(filter.limit, limits::listing_rows));
                   });
}

Result<std::uint64_t> WatchStore::count(const AlarmFilter& filter) {
    return reading(database_.state(), "count alarms", [&](soci::session& session) -> Result<std::uint64_t> {
        Conditions conditions;
        add_columns(conditions, filter);
        return count_rows(session, "watch_alarms", conditions);
    });
}

Result<void> WatchStore::snooze(const std::string& id, std::optional<TimePoint> until, const std::string& by,
                                const std::string& reason) {
    return writing(database_.state(), "snooze alarm", [&](soci::session& session) -> Result<void> {
        OptionalTime end(until);
        const std::string key = text(id), who = text(by), why = text(reason);
        soci::statement update =
            (session.prepare << "UPDATE watch_alarms SET snoozed_until = :until, snoozed_by = :by, "
                                "snooze_reason = :reason WHERE id = :id",
             soci::use(end.value, end.indicator, "until"), soci::use(who, "by"), soci::use(why, "reason"),
             soci::use(key, "id"));
        update.execute(true);
        if (update.get_affected_rows() == 0)
            return fail(ErrorCode::not_found,
                        "there is no alarm " + key + "; `tocsin watch list --state all` has them all");
        return {};
    });
}

Result<void> WatchStore::note_asked(const std::string& id, std::optional<TimePoint> when,
                                    const std::string& whom) {
    return writing(database_.state(), "note who was asked", [&](soci::session& session) -> Result<void> {
        const std::string key = text(id), asked = text(whom);
        OptionalTime asked_at(when);
        soci::statement update =
            (session.prepare << "UPDATE watch_alarms SET asked_at = :asked_at, asked = :asked WHERE id = :id",
             soci::use(asked_at.value, asked_at.indicator, "asked_at"), soci::use(asked, "asked"),
             soci::use(key, "id"));
        update.execute(true);
        if (update.get_affected_rows() == 0)
            return fail(ErrorCode::not_found,
                        "there is no alarm " + key + "; `tocsin watch list --state all` has them all");
        return {};
    });
}

Result<std::vector<std::string>> WatchStore::released_that_hold() {
    return reading(database_.state(), "look for released mail",
                   [](soci::session& session) -> Result<std::vector<std::string>> {
                       std::string id;
                       std::vector<std::string> ids;
                       soci::statement select =
                           (session.prepare << "SELECT DISTINCT held.alarm FROM held JOIN watch_alarms ON "
                                               "watch_alarms.id = held.alarm WHERE held.alarm <> '' AND "
                                               "held.state = 'held' AND watch_alarms.state = 'released'",
                            soci::into(id));
                       select.execute();
                       while (select.fetch()) ids.push_back(id);
                       return ids;
                   });
}

Result<std::vector<WatchDay>> WatchStore::days(const std::string& customer, std::int64_t from_day) {
    JournalStore journal(database_);
    static_cast<void>(journal.file_all());
    return reading(
        database_.state(), "read days", [&](soci::session& session) -> Result<std::vector<WatchDay>> {
            const std::string who = text(customer);
            const long long from = from_day;
            const auto row_limit = static_cast<long long>(limits::listing_rows);
            long long day = 0, messages = 0, recipients = 0, held = 0, paced = 0, bounces = 0, complaints = 0;
            soci::statement select =
                (session.prepare
                     << "SELECT day, messages, recipients, held, paced, bounces, complaints FROM watch_days "
                        "WHERE customer = :customer AND day >= :from_day ORDER BY day LIMIT :row_limit",
                 soci::into(day), soci::into(messages), soci::into(recipients), soci::into(held),
                 soci::into(paced), soci::into(bounces), soci::into(complaints), soci::use(who, "customer"),
                 soci::use(from, "from_day"), soci::use(row_limit, "row_limit"));
            std::vector<WatchDay> days;
            select.execute();
            const auto sum = [](long long value) { return static_cast<std::uint64_t>(value); };
            while (select.fetch())
                days.push_back({.day = day,
                                .messages = sum(messages),
                                .recipients = sum(recipients),
                                .held = sum(held),
                                .paced = sum(paced),
                                .bounces = sum(bounces),
                                .complaints = sum(complaints)});
            return days;
        });
}

Result<std::size_t> WatchStore::remove_before(TimePoint time) {
    return writing(database_.state(), "shorten what the watch keeps",
                   [&](soci::session& session) -> Result<std::size_t> {
                       soci::transaction transaction(session);
                       const long long before_us = time.microseconds;
                       const long long before_day = watch::day_of(time);
                       std::size_t removed = 0;
                       const auto remove = [&](const char* statement, const long long& bound) {
                           soci::statement done = (session.prepare << statement, soci::use(bound, "bound"));
                           done.execute(true);
                           removed += static_cast<std::size_t>(done.get_affected_rows());
                       };
                       remove("DELETE FROM watch_events WHERE time_us < :bound", before_us);
                       remove(
                           "DELETE FROM watch_alarms WHERE time_us < :bound AND state <> 'open' AND state <> "
                           "'incident' AND id NOT IN (SELECT alarm FROM held WHERE state = 'held' OR state = "
                           "'releasing')",
                           before_us);
                       remove("DELETE FROM watch_days WHERE day < :bound", before_day);
                       transaction.commit();
                       return removed;
                   });
}

}  // namespace tocsin::store
