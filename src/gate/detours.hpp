// Going round the filters: company papers for a mailbox of one's own elsewhere, and a link to a file store when the file itself
// was held back. Such mail is held and coached in words; what is counted is counted per group, and names nobody.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "gate/blocked_files.hpp"
#include "gate/envelope.hpp"
#include "gate/policy.hpp"
#include "scan/report.hpp"

namespace tocsin::gate {

/// The name under which those are counted of whom no group is known.
inline constexpr std::string_view no_group = "no group";

enum class Detour : std::uint8_t {
    own_mailbox,      ///< to what looks like the writer's own mailbox at a free mail provider
    link_after_file,  ///< to a file store, when a file of the same sender was held back
};
[[nodiscard]] std::string_view to_string(Detour detour);

enum class DetourMode : std::uint8_t { off, observe, hold };
[[nodiscard]] std::string_view to_string(DetourMode mode);

struct DetourRules {
    DetourMode mode = DetourMode::off;
    std::int64_t window_us = 0;  ///< how long a file that was held back is remembered
    /// Whether anybody gets a mailbox there.
    std::function<bool(std::string_view domain)> is_free_mail = {};
    /// Whether people put files there and send a link; asked about a host and each domain above it.
    std::function<bool(std::string_view host)> is_file_store = {};
};

/// What of a message is looked at.
struct DetourSubject {
    const Envelope& envelope;
    const scan::ScanReport& report;  ///< of a reader that gave a verdict
    /// Outbound mail of our own people, and no customer's.
    bool by_organisation = false;
};

/// What was found, in words.
struct FoundDetour {
    Detour kind{};
    DetourMode mode{};
    std::string reason;    ///< for the record
    std::string coaching;  ///< for whoever wrote it, or waits for it
    /// For the sender's program: the coaching for our own people; a stranger learns nothing.
    std::string for_sender;
    std::vector<std::string> recipients;  ///< for whom it is held; empty: for all
};

/// nullopt: it goes round nothing, or nobody looks.
[[nodiscard]] std::optional<FoundDetour> find_detour(const DetourRules& rules, const BlockedFiles& blocked,
                                                     const DetourSubject& subject, TimePoint now);

/// In mode hold: those decisions that would let it pass become holds. `decisions[i]` is for `recipients[i]`, or the one decision
/// for a message without any. Whether one did.
bool hold_detour(const FoundDetour& found, const std::vector<std::string>& recipients,
                 std::vector<Decision>& decisions);

}  // namespace tocsin::gate
