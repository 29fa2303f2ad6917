#include "store/held_store.hpp"

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "store/detail/rows.hpp"
#include "store/stored_text.hpp"

namespace tocsin::store {
namespace {

constexpr std::array state_names = {"held", "releasing", "released", "discarded"};

std::string text(std::string_view value) {
    return stored_text(value, limits::record_text_bytes);
}

bool is_step(HeldState from, HeldState to) {
    switch (from) {
        case HeldState::held: return to == HeldState::releasing || to == HeldState::discarded;
        // Back to held: the next hop refused it, or nobody knows after a restart and a person decides.
        // Discarded: a person found that it had been delivered.
        case HeldState::releasing:
            return to == HeldState::released || to == HeldState::held || to == HeldState::discarded;
        case HeldState::released:
        case HeldState::discarded: return false;
    }
    return false;
}

Result<std::vector<Held>> select_rows(soci::session& session, Conditions& conditions, std::size_t rows_max) {
    HeldRow row;
    long long row_limit = static_cast<long long>(rows_max);
    soci::statement select(session);
    select.alloc();
    select.prepare(select_held + conditions.where() + " ORDER BY time_us DESC, id DESC LIMIT :row_limit");
    row.bind_into(select);
    conditions.bind_use(select);
    select.exchange(soci::use(row_limit, "row_limit"));
    select.define_and_bind();
    std::vector<Held> all;
    select.execute();
    while (select.fetch()) all.push_back(TRY(row.get()));
    return all;
}

void insert_act(soci::session& session, const HeldAct& act) {
    const std::string held_id = text(act.held_id), word = text(act.act), who = text(act.by.name),
                      caller = text(act.by.caller), note = text(act.note);
    const long long when = act.time.microseconds;
    session
        << "INSERT INTO held_acts (held_id, time_us, act, done_by, caller, note) VALUES (:held_id, :moment, "
           ":act, :who, :caller, :note)",
        soci::use(held_id, "held_id"), soci::use(when, "moment"), soci::use(word, "act"),
        soci::use(who, "who"), soci::use(caller, "caller"), soci::use(note, "note");
}

std::optional<std::string> state_of(soci::session& session, const std::string& id) {
    std::string state;
    session << "SELECT state FROM held WHERE id = :id", soci::into(state), soci::use(id, "id");
    return session.got_data() ? std::optional(state) : std::nullopt;
}

void add_columns(Conditions& conditions, const HeldFilter& filter) {
    if (filter.state) conditions.add("state = :state", "state", std::string(to_string(*filter.state)));
    if (filter.choice == HeldChoice::waiting)
        conditions.add("(state = :waiting OR state = 'releasing')", "waiting", std::string("held"));
    if (filter.customer) conditions.add("customer = :customer", "customer", text(*filter.customer));
    if (filter.alarm) conditions.add("alarm = :alarm AND alarm <> ''", "alarm", text(*filter.alarm));
    if (filter.sender) conditions.add("sender_key = :sender", "sender", search_key(text(*filter.sender)));
    if (filter.recipient)
        conditions.add(
            R"(recipients_key LIKE :recipient ESCAPE '\')", "recipient",
            contains_pattern("\n" + search_key(stored_list({*filter.recipient}, limits::smtp_path_bytes))));
    if (filter.from) conditions.add("time_us >= :from_us", "from_us", filter.from->microseconds);
    if (filter.until) conditions.add("time_us < :until_us", "until_us", filter.until->microseconds);
    if (filter.before_id)
        conditions.add("(time_us, id) < (SELECT time_us, id FROM held WHERE id = :before_id)", "before_id",
                       text(*filter.before_id));
}

}  // namespace

std::string_view to_string(HeldState state) {
    return state_names[static_cast<std::size_t>(state)];
}

std::optional<HeldState> held_state_from(std::string_view name) {
    const auto found = std::find(state_names.begin(), state_names.end(), name);
    if (found == state_names.end()) return std::nullopt;
    return static_cast<HeldState>(found - state_names.begin());
}

const char* const insert_held =
    "INSERT INTO held (id, record_id, time_us, direction, mail_from, sender_key, "
    "recipients, recipients_key, sender_dsn, recipients_dsn, customer, "
    "subject, size_bytes, reason, alarm, content_sha256, state, decided_by, decided_at, "
    "decision_note) VALUES (:id, :record_id, "
    ":time_us, :direction, :mail_from, :sender_key, :recipients, "
    ":recipients_key, :sender_dsn, :recipients_dsn, :customer, :subject, :size_bytes, :reason, :alarm, "
    ":content_sha256, :state, :decided_by, :decided_at, :decision_note)";

const char* const select_held =
    "SELECT id, record_id, time_us, direction, mail_from, recipients, sender_dsn, "
    "recipients_dsn, customer, subject, size_bytes, reason, alarm, content_sha256, "
    "state, decided_by, decided_at, decision_note FROM held";

void HeldRow::set(const Held& held) {
    id = text(held.id);
    record_id = text(held.record_id);
    time_us = held.time.microseconds;
    direction = text(held.direction);
    mail_from = text(held.mail_from);
    sender_key = search_key(mail_from);
    recipients = stored_list(held.recipients, limits::smtp_path_bytes);
    // A line break before the first address too: every whole address stands between two.
    recipients_key = "\n" + search_key(recipients);
    sender_dsn = text(held.sender_dsn);
    recipients_dsn = stored_list(held.recipients_dsn, limits::smtp_command_bytes);
    customer = text(held.customer);
    subject = text(held.subject);
    size_bytes = static_cast<long long>(held.size_bytes);
    reason = text(held.reason);
    alarm = text(held.alarm);
    content_sha256 = text(held.content_sha256);
    state = to_string(held.state);
    decided_by = text(held.decided_by);
    decided_at = OptionalTime(held.decided_at);
    decision_note = text(held.decision_note);
}

Result<Held> HeldRow::get() const {
    const auto known_state = held_state_from(state);
    if (!known_state)
        return fail(ErrorCode::corrupt, "read held message " + id + ": unknown state '" + state + "'");
    Held held;
    held.id = id;
    held.record_id = record_id;
    held.time = TimePoint{time_us};
    held.direction = direction;
    held.mail_from = mail_from;
    held.recipients = list_from_stored(recipients);
    held.sender_dsn = sender_dsn;
    held.recipients_dsn = list_from_stored(recipients_dsn);
    held.customer = customer;
    held.subject = subject;
    held.size_bytes = static_cast<std::uint64_t>(size_bytes);
    held.reason = reason;
    held.alarm = alarm;
    held.content_sha256 = content_sha256;
    held.state = *known_state;
    held.decided_by = decided_by;
    held.decided_at = decided_at.get();
    held.decision_note = decision_note;
    return held;
}

void HeldRow::bind_use(soci::statement& statement) {
    const auto bind = [&](auto& member, const char* name) { statement.exchange(soci::use(member, name)); };
    bind(id, "id");
    bind(record_id, "record_id");
    bind(time_us, "time_us");
    bind(direction, "direction");
    bind(mail_from, "mail_from");
    bind(sender_key, "sender_key");
    bind(recipients, "recipients");
    bind(recipients_key, "recipients_key");
    bind(sender_dsn, "sender_dsn");
    bind(recipients_dsn, "recipients_dsn");
    bind(customer, "customer");
    bind(subject, "subject");
    bind(size_bytes, "size_bytes");
    bind(reason, "reason");
    bind(alarm, "alarm");
    bind(content_sha256, "content_sha256");
    bind(state, "state");
    bind(decided_by, "decided_by");
    statement.exchange(soci::use(decided_at.value, decided_at.indicator, "decided_at"));
    bind(decision_note, "decision_note");
}

// In the order of select_held.
void HeldRow::bind_into(soci::statement& statement) {
    for (std::string* member : {&id, &record_id}) statement.exchange(soci::into(*member));
    statement.exchange(soci::into(time_us));
    for (std::string* member :
         {&direction, &mail_from, &recipients, &sender_dsn, &recipients_dsn, &customer, &subject})
        statement.exchange(soci::into(*member));
    statement.exchange(soci::into(size_bytes));
    for (std::string* member : {&reason, &alarm, &content_sha256, &state, &decided_by})
        statement.exchange(soci::into(*member));
    statement.exchange(soci::into(decided_at.value, decided_at.indicator));
    statement.exchange(soci::into(decision_note));
}

void insert_held_rows(soci::session& session, std::span<const Held> held) {
    if (held.empty()) return;
    HeldRow row;
    soci::statement insert(session);
    insert.alloc();
    insert.prepare(insert_held);
    row.bind_use(insert);
    insert.define_and_bind();
    for (const Held& one : held) {
        row.set(one);
        insert.execute(true);
    }
}

std::uint64_t count_rows(soci::session& session, std::string_view table, Conditions& conditions) {
    long long rows = 0;
    soci::statement select(session);
    select.alloc();
    select.prepare("SELECT COUNT(*) FROM " + std::string(table) + conditions.where());
    select.exchange(soci::into(rows));
    conditions.bind_use(select);
    select.define_and_bind();
    select.execute(true);
    return static_cast<std::uint64_t>(std::max(0LL, rows));
}

Result<void> HeldStore::add(const Held& held) {
    return writing(database_.state(), "add held message", [&](soci::session& session) -> Result<void> {
        soci::transaction transaction(session);
        insert_held_rows(session, std::span(&held, 1));
        transaction.commit();
        return {};
    });
}

Result<Held> HeldStore::get(const std::string& id) {
    return reading(database_.state(), "read held message", [&](soci::session& session) -> Result<Held> {
        Conditions conditions;
        conditions.add("id = :id", "id", text(id));
        auto rows = TRY(select_rows(session, conditions, 1));
        if (rows.empty()) return fail(ErrorCode::not_found, "read held message: there is none with this id");
        return std::move(rows.front());
    });
}

Result<std::vector<Held>> HeldStore::list(const HeldFilter& filter) {
    return reading(database_.state(), "list held messages",
                   [&](soci::session& session) -> Result<std::vector<Held>> {
                       Conditions conditions;
                       add_columns(conditions, filter);
                       return select_rows(session, conditions, std::min(filter.limit, limits::listing_rows));
                   });
}

Result<std::uint64_t> HeldStore::count(const HeldFilter& filter) {
    return reading(database_.state(), "count held messages",
                   [&](soci::session& session) -> Result<std::uint64_t> {
                       Conditions conditions;
                       add_columns(conditions, filter);
                       return count_rows(session, "held", conditions);
                   });
}

Result<void> HeldStore::move(const std::string& id, HeldState from, HeldState to, const Actor& by,
                             TimePoint now, const std::string& note) {
    if (!is_step(from, to)) return fail(ErrorCode::invalid_input, "decide held message: no such step");
    return writing(database_.state(), "decide held message", [&](soci::session& session) -> Result<void> {
        const std::string key = text(id), old_state(to_string(from)), new_state(to_string(to));
        const std::string who = text(by.name), why = text(note);
        const long long when = now.microseconds;
        soci::transaction transaction(session);
        soci::statement update =
            (session.prepare
                 << "UPDATE held SET state = :new_state, decided_by = :who, decided_at = :moment, "
                    "decision_note = :why WHERE id = :id AND state = :old_state",
             soci::use(new_state, "new_state"), soci::use(who, "who"), soci::use(when, "moment"),
             soci::use(why, "why"), soci::use(key, "id"), soci::use(old_state, "old_state"));
        update.execute(true);
        if (update.get_affected_rows() == 1) {
            insert_act(session, {id, now, new_state, by, note});
            transaction.commit();
            return {};
        }
        const std::optional<std::string> state = state_of(session, key);
        if (!state) return fail(ErrorCode::not_found, "decide held message: there is none with this id");
        return fail(ErrorCode::conflict,
                    "decide held message: it is '" + *state + "', no longer '" + old_state + "'");
    });
}

Result<void> HeldStore::note(const HeldAct& act) {
    return writing(database_.state(), "note act", [&](soci::session& session) -> Result<void> {
        soci::transaction transaction(session);
        insert_act(session, act);
        transaction.commit();
        return {};
    });
}

Result<std::vector<HeldAct>> HeldStore::acts(const std::string& id) {
    return reading(
        database_.state(), "list acts", [&](soci::session& session) -> Result<std::vector<HeldAct>> {
            const std::string key = text(id);
            const long long rows_max = static_cast<long long>(limits::listing_rows);
            long long time_us = 0;
            HeldAct act;
            soci::statement select =
                (session.prepare
                     << "SELECT time_us, act, done_by, caller, note FROM held_acts WHERE held_id = :id "
                        "ORDER BY time_us LIMIT :rows_max",
                 soci::into(time_us), soci::into(act.act), soci::into(act.by.name), soci::into(act.by.caller),
                 soci::into(act.note), soci::use(key, "id"), soci::use(rows_max, "rows_max"));
            std::vector<HeldAct> all;
            select.execute();
            while (select.fetch()) {
                act.held_id = id;
                act.time = TimePoint{time_us};
                all.push_back(act);
            }
            return all;
        });
}

Result<bool> HeldStore::needs_content(const std::string& content_sha256, TimePoint kept_since) {
    return reading(database_.state(), "look for content", [&](soci::session& session) -> Result<bool> {
        const std::string hash = text(content_sha256);
        const long long since = kept_since.microseconds;
        long long rows = 0;
        session << "SELECT COUNT(*) FROM held WHERE content_sha256 = :hash AND (state = 'held' OR state = "
                   "'releasing' OR decided_at >= :since)",
            soci::into(rows), soci::use(hash, "hash"), soci::use(since, "since");
        return rows > 0;
    });
}

}  // namespace tocsin::store
