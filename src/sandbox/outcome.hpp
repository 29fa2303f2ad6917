// How one request to a confined child ended. Every one has a configured disposition; only `verdict` can lead to
// "clean".
#pragma once

#include <cstdint>
#include <string_view>

namespace tocsin::sandbox {

enum class Outcome : std::uint8_t {
    verdict,    ///< a well-formed answer came in time
    timed_out,  ///< the wall-clock deadline passed; the child was killed
    crashed,    ///< the child died by itself (signal or exit)
    violated,  ///< the child did what it must not: forbidden call, malformed, oversize or misaddressed answer
    over_limit,  ///< the child ran into an rlimit (memory, time, file size), or the message is too large to send
    unavailable,  ///< no child could be had: queue full, breaker open, template gone
};

[[nodiscard]] constexpr std::string_view to_string(Outcome outcome) {
    switch (outcome) {
        case Outcome::verdict: return "verdict";
        case Outcome::timed_out: return "timed_out";
        case Outcome::crashed: return "crashed";
        case Outcome::violated: return "violated";
        case Outcome::over_limit: return "over_limit";
        case Outcome::unavailable: return "unavailable";
    }
    return "unavailable";
}

}  // namespace tocsin::sandbox
