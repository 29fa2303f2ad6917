// Stops starting readers when they die one after the other (Postfix throttles a service whose processes die in the same way).
#pragma once

#include <cstdint>
#include <deque>

#include "base/clock.hpp"

namespace tocsin::pool {

struct BreakerLimits {
    std::uint32_t deaths = 0;     ///< so many abnormal ends ...
    std::uint32_t window_ms = 0;  ///< ... within this time open the breaker ...
    std::uint32_t open_ms = 0;    ///< ... for so long
};

class Breaker {
public:
    explicit Breaker(BreakerLimits limits) : limits_(limits) {}
    /// A reader ended abnormally at `now`.
    void note_death(Deadline now);
    [[nodiscard]] bool open(Deadline now) const { return now < open_until_; }
    [[nodiscard]] std::uint64_t trips() const { return trips_; }

private:
    BreakerLimits limits_;
    std::deque<Deadline> deaths_;
    Deadline open_until_{};
    std::uint64_t trips_ = 0;
};

}  // namespace tocsin::pool
