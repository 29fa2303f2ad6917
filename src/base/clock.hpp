// Time is an input (law 7): logic receives a TimePoint; only the edge asks a Clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tocsin {

/// Microseconds since 1970-01-01 UTC.
struct TimePoint {
    std::int64_t microseconds = 0;
    auto operator<=>(const TimePoint&) const = default;
};

/// The wall clock and the monotonic clock of this machine. Tests hand in a subclass of their own.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual TimePoint now() const;
    [[nodiscard]] virtual std::chrono::steady_clock::time_point steady_now() const;
};

/// A point on the monotonic clock by which a call must have ended.
using Deadline = std::chrono::steady_clock::time_point;

/// RFC 3339 in UTC with milliseconds: 2026-03-01T12:00:00.000Z
[[nodiscard]] std::string to_rfc3339(TimePoint time);

}  // namespace tocsin
