// At which hours of the week a customer sends.
#pragma once

#include <array>
#include <cstdint>

#include "watch/event.hpp"

namespace tocsin::watch {

/// For each of the 168 hours of a week the last 16 weeks, a bit for each. A set: repetition and order change nothing.
class Rhythm {
public:
    static constexpr std::size_t hours = 168;

    void note(TimePoint time);
    /// 0: usual; 1: not on this day of the week; 2: at no day within an hour of this time of day; 3: at no day within four hours.
    /// 0 as long as too little is known.
    [[nodiscard]] std::uint8_t strangeness(TimePoint time) const;
    /// How many different hours it was used in, each week's counted by itself.
    [[nodiscard]] unsigned hours_used() const;
    void join(const Rhythm& other);
    bool operator==(const Rhythm&) const = default;

    [[nodiscard]] const std::array<std::uint16_t, hours>& weeks() const { return weeks_; }
    [[nodiscard]] std::int32_t newest_week() const { return newest_week_; }

private:
    friend struct SnapshotAccess;
    void move_to(std::int32_t week);
    [[nodiscard]] bool used_near(std::size_t hour_of_day, int hours_around) const;
    std::int32_t newest_week_ = 0;
    std::array<std::uint16_t, hours> weeks_{};  ///< bit n: n weeks before newest_week_
};

}  // namespace tocsin::watch
