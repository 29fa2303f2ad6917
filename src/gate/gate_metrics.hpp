// What the sessions count. Plain numbers: all sessions run on one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/metrics.hpp"

namespace tocsin::gate {

/// Seconds; a message from memory takes milliseconds, the deadline of a reader is 30 s.
inline constexpr double judge_bounds_s[] = {0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                            0.5,   1,     2.5,  5,     10,   30};

struct GateMetrics {
    LabelledCounter messages;  ///< listener_kind, direction, verdict, disposition
    LabelledCounter bytes;     ///< listener_kind, direction
    LabelledCounter outcomes;  ///< how scans ended
    LabelledCounter banners;   ///< of passing mail that should have one: whether it is shown
    LabelledCounter detours;   ///< mail that went round the filters: kind, group, mode
    Histogram judge_s{judge_bounds_s};
    std::uint64_t evidence_failures = 0;
    std::uint64_t record_failures = 0;
    std::uint64_t next_hop_lost = 0, next_hop_unreachable = 0;
    /// What each listener speaks, by its name: filled before the first session.
    std::map<std::string, std::string, std::less<>> listener_kinds;

    [[nodiscard]] std::string_view kind_of(std::string_view listener) const {
        const auto found = listener_kinds.find(listener);
        return found == listener_kinds.end() ? std::string_view("other") : std::string_view(found->second);
    }
};

}  // namespace tocsin::gate
