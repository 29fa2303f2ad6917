#include "base/clock.hpp"

#include <fmt/chrono.h>
#include <fmt/core.h>

namespace tocsin {

TimePoint Clock::now() const {
    auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

std::chrono::steady_clock::time_point Clock::steady_now() const {
    return std::chrono::steady_clock::now();
}

std::string to_rfc3339(TimePoint time) {
    constexpr std::int64_t per_second = 1'000'000;
    std::int64_t seconds = time.microseconds / per_second;
    std::int64_t rest = time.microseconds % per_second;
    if (rest < 0) {
        rest += per_second;
        --seconds;
    }
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(seconds)),
                       rest / 1000);
}

}  // namespace tocsin
