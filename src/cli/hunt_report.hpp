// What `tocsin rules hunt` found, for a person and for a program.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/clock.hpp"
#include "cli/rules_sweep.hpp"
#include "store/held_store.hpp"
#include "store/journal_store.hpp"
#include "store/kept_mail.hpp"

namespace tocsin::cli {

/// Whether the record of a kept mail is still, or already, in the journal.
enum class InJournal : std::uint8_t { no, yes };

/// A kept mail that a rule matches, and what the journal says of it.
struct FoundMail {
    store::KeptFacts facts;
    std::vector<std::string> rules;  ///< names of those that match
    InJournal in_journal = InJournal::no;
    std::string verdict, disposition;  ///< of the record; without one, as they were kept with the mail
    std::string next_hop_reply;
    std::string held_id;
    std::optional<store::HeldState> held_state;  ///< nullopt: it was not held, or nobody knows any more
    std::string decided_by;
    std::uint64_t same_text =
        0;  ///< records of the time looked at with a similar text, in this direction, of this customer; 0: unknown
};

/// Somebody got it, as far as we know: it passed and the next hop did not refuse it, or a person released it.
[[nodiscard]] bool was_delivered(const FoundMail& mail);

/// What was known of it before the hunt: phish, malware or discarded by a person; clean or released by a person.
enum class KnownAs : std::uint8_t { hostile, good, unknown };
[[nodiscard]] KnownAs known_as(const FoundMail& mail);

struct HuntTally : RuleTally {
    std::size_t delivered = 0;
};

/// What a hunt came to.
struct HuntReport {
    TimePoint since, until;  ///< the time looked at
    std::size_t looked_at = 0, found = 0, delivered = 0;
    std::size_t unread = 0;   ///< no reader could answer for them
    std::size_t damaged = 0;  ///< places in the files of kept mail that do not open
    store::NotKept not_kept;
    std::uint64_t in_journal = 0;  ///< records of the time looked at whose mail would have been kept
    std::map<std::string, HuntTally> rules;  ///< by path
    SweepEnd end = SweepEnd::whole;

    /// Messages that are neither kept nor counted as not kept: they went for the quota or the time, came
    /// while nothing was kept, or within the interval in which counts are written down.
    [[nodiscard]] std::uint64_t no_longer_kept() const;
};

[[nodiscard]] std::string found_lines(const FoundMail& mail);
[[nodiscard]] nlohmann::ordered_json found_json(const FoundMail& mail);
/// Rules that fired, or (`all`) all of them; then what was looked at and what was not.
[[nodiscard]] std::string hunt_text(const HuntReport& report, bool all);
[[nodiscard]] nlohmann::ordered_json hunt_json(const HuntReport& report);

}  // namespace tocsin::cli
