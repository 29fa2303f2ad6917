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

/// held → releasing → released, or held → discarded. `releasing` is durable before the next hop is called, so that a
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
    std::string customer;
    std::string subject;
    std::uint64_t size_bytes = 0;
    std::string reason;          ///< in words for a person
    std::string content_sha256;  ///< EvidenceStore, hexadecimal
    HeldState state = HeldState::held;
    std::string decided_by;  ///< who decided last; empty while held
    std::optional<TimePoint> decided_at;
    std::string decision_note;
};

struct HeldFilter {
    std::optional<HeldState> state;
    std::optional<std::string> customer;
    std::optional<std::string> sender;
    std::optional<std::string> recipient;
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
    /// gets conflict. Errors: not_found, conflict, invalid_input (no such step).
    [[nodiscard]] Result<void> move(const std::string& id, HeldState from, HeldState to,
                                    const std::string& decided_by, TimePoint now, const std::string& note);

private:
    Database& database_;
};

}  // namespace tocsin::store
