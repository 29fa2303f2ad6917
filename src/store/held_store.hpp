// Messages that wait for a decision: what is known about them. The content is evidence (evidence_store.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// held → releasing → released, or held → discarded; releasing goes back to held, or to discarded, when a person found out how
/// the release ended. `releasing` is durable before the next hop is called, so that a
/// restart knows which messages may have been delivered and asks before it does anything twice.
enum class HeldState : std::uint8_t { held, releasing, released, discarded };
[[nodiscard]] std::string_view to_string(HeldState state);
[[nodiscard]] std::optional<HeldState> held_state_from(std::string_view name);

struct Held {
    std::string id;         ///< make_id()
    std::string record_id;  ///< the journal record
    TimePoint time;
    std::string direction;
    std::string mail_from;
    std::vector<std::string> recipients;
    std::string sender_dsn;                   ///< RET and ENVID (RFC 3461) as they stand in MAIL; empty: none
    std::vector<std::string> recipients_dsn;  ///< NOTIFY and ORCPT of each of `recipients`; empty: none
    std::string customer;
    std::string subject;
    std::uint64_t size_bytes = 0;
    std::string reason;          ///< in words for a person
    std::string alarm;           ///< of the watch, that holds it; empty: something else does
    std::string content_sha256;  ///< EvidenceStore, hexadecimal
    HeldState state = HeldState::held;
    std::string decided_by;  ///< who decided last; empty while held
    std::optional<TimePoint> decided_at;
    std::string decision_note;
};

/// Who does something with a held message.
struct Actor {
    std::string name;    ///< as the request says: "anna"
    std::string caller;  ///< as the socket shows: "uid 1000", "127.0.0.1:41212"
};

/// One line of what was done with a held message.
struct HeldAct {
    std::string held_id;
    TimePoint time;
    std::string act;  ///< a state that it went into, or "read", "downloaded", "not_released", "unknown"
    Actor by;
    std::string note;  ///< why, or what came of it
};

/// Which states a listing shows, when it names none.
enum class HeldChoice : std::uint8_t {
    all,
    waiting,  ///< held and releasing: a person has to do something
};

struct HeldFilter {
    HeldChoice choice = HeldChoice::all;
    std::optional<HeldState> state;
    std::optional<std::string> customer;
    std::optional<std::string> alarm;
    std::optional<std::string> sender;
    std::optional<std::string> recipient;
    std::optional<TimePoint> from;         ///< this moment or later
    std::optional<TimePoint> until;        ///< before this moment
    std::optional<std::string> before_id;  ///< page on: only messages that are older than this one
    std::size_t limit = 100;               ///< at most limits::listing_rows
};

class HeldStore {
public:
    explicit HeldStore(Database& database) : database_(database) {}

    /// Normally JournalStore::append stores a held message together with its record. Errors: conflict.
    [[nodiscard]] Result<void> add(const Held& held);
    /// Errors: not_found.
    [[nodiscard]] Result<Held> get(const std::string& id);
    /// Newest first.
    [[nodiscard]] Result<std::vector<Held>> list(const HeldFilter& filter);
    /// How many fit, whatever the limit.
    [[nodiscard]] Result<std::uint64_t> count(const HeldFilter& filter);
    /// Moves a message from one state to the next, if it still is in `from`: of two people who decide at once, one
    /// gets conflict. The act is noted in the same transaction. Errors: not_found, conflict, invalid_input (no such step).
    [[nodiscard]] Result<void> move(const std::string& id, HeldState from, HeldState to, const Actor& by,
                                    TimePoint now, const std::string& note);
    /// Notes an act that changes no state; durable on return.
    [[nodiscard]] Result<void> note(const HeldAct& act);
    /// What was done with a message, oldest first, at most limits::listing_rows.
    [[nodiscard]] Result<std::vector<HeldAct>> acts(const std::string& id);
    /// Whether some message needs this content: one that waits for a decision, or was decided at `kept_since` or later.
    [[nodiscard]] Result<bool> needs_content(const std::string& content_sha256, TimePoint kept_since);

private:
    Database& database_;
};

}  // namespace tocsin::store
