// What the watch is told and what it says, as rows: events in one numbered sequence with the journal's records, and alarms.
// docs/design/watch.md says how the watch is put together again from them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/database.hpp"
#include "store/journal_store.hpp"
#include "watch/event.hpp"

namespace tocsin::store {

/// The event of a record that the watch was asked about, from the record alone: what the watch saw then is what it sees when
/// it is put together again. Errors: corrupt (`watched` is not what was written).
[[nodiscard]] Result<watch::MessageEvent> watch_event_of(const Record& record);
/// The same from `watched` in place of `record.watched`, so that what was made just now need not be written and read again.
[[nodiscard]] Result<watch::MessageEvent> watch_event_of(const Record& record, const nlohmann::json& watched);

/// An event that no record of the journal has.
struct WatchEntry {
    std::uint64_t number = 0;
    watch::Event event;
};

/// One alarm as it was last, with what people do about it. `entry` is watch::to_json(Alarm).
struct AlarmRow {
    std::string id;
    TimePoint time;
    std::string customer;
    std::string state;  ///< watch::to_string(AlarmState)
    std::string entry;
    std::optional<TimePoint> snoozed_until;
    std::string snoozed_by, snooze_reason;
    std::optional<TimePoint> asked_at;  ///< when the customer's contact was asked
    std::string asked;                  ///< whom; or why nobody could be
};

struct AlarmFilter {
    std::optional<std::string> state, customer;
    /// Without those that sleep at this moment.
    std::optional<TimePoint> awake_at;
    std::optional<std::string> before_id;  ///< page on: only alarms that are older than this one
    std::size_t limit = 100;               ///< at most limits::listing_rows
};

/// One day of one customer.
struct WatchDay {
    std::int64_t day = 0;  ///< since 1970-01-01 UTC
    std::uint64_t messages = 0, recipients = 0;
    std::uint64_t held = 0, paced = 0;  ///< messages
    std::uint64_t bounces = 0, complaints = 0;
};

class WatchStore {
public:
    explicit WatchStore(Database& database) : database_(database) {}

    /// Stores events, at most limits::journal_batch; durable on return. An entry whose number is there already is left as it is.
    /// Errors: limit, unavailable, io.
    [[nodiscard]] Result<void> append(std::span<const WatchEntry> entries);
    /// The highest number of an event or a record; 0: none.
    [[nodiscard]] Result<std::uint64_t> last_number();
    /// A piece of the sequence: what came after `number`, in its order, up to twice `rows_max` events.
    struct Piece {
        std::vector<WatchEntry> entries;
        std::uint64_t last = 0;        ///< number of the last one that was looked at
        std::uint64_t unreadable = 0;  ///< entries that cannot be read; they are passed over
        bool at_end = false;
    };
    [[nodiscard]] Result<Piece> read_after(std::uint64_t number, std::size_t rows_max);
    /// Calls `see` with everything after this number in its order. An entry that cannot be read is counted and passed over.
    /// Returns how many those were. Errors: unavailable, io.
    using See = std::function<void(std::uint64_t number, const watch::Event& event)>;
    [[nodiscard]] Result<std::uint64_t> visit_after(std::uint64_t number, const See& see);

    /// Stores alarms, new ones and known ones as they are now; what people did about them (snoozed, asked) stays.
    [[nodiscard]] Result<void> put_alarms(std::span<const AlarmRow> alarms);
    /// Errors: not_found.
    [[nodiscard]] Result<AlarmRow> get(const std::string& id);
    /// Newest first.
    [[nodiscard]] Result<std::vector<AlarmRow>> list(const AlarmFilter& filter);
    [[nodiscard]] Result<std::uint64_t> count(const AlarmFilter& filter);
    /// Errors: not_found.
    [[nodiscard]] Result<void> snooze(const std::string& id, std::optional<TimePoint> until,
                                      const std::string& by, const std::string& reason);
    /// Without a time nobody was asked yet, and `whom` says why. Errors: not_found.
    [[nodiscard]] Result<void> note_asked(const std::string& id, std::optional<TimePoint> when,
                                          const std::string& whom);
    /// Alarms in the state "released" that still hold mail.
    [[nodiscard]] Result<std::vector<std::string>> released_that_hold();

    /// A customer's days from this one on, the oldest first, at most limits::listing_rows.
    [[nodiscard]] Result<std::vector<WatchDay>> days(const std::string& customer, std::int64_t from_day);
    /// Deletes events, answered alarms and days before this moment. Returns how many rows. Errors: unavailable, io.
    [[nodiscard]] Result<std::size_t> remove_before(TimePoint time);

private:
    Database& database_;
};

}  // namespace tocsin::store
