// The token of a running fiber. A function that takes `Fiber&` may suspend its caller; one that does not, never does.
#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace tocsin::net {

class Loop;
struct FiberState;

/// What a wait does when its fiber is asked to stop (TaskGroup::request_stop).
enum class OnStop {
    give_up,  ///< end the wait with ErrorCode::closed: nothing is under way (idle between commands, sleeping)
    keep_waiting,  ///< finish what was begun; only TaskGroup::cancel() ends the wait early
};

/// No limit in time. Only for waits whose end is certain by other means.
inline constexpr Deadline no_deadline = Deadline::max();

/// The deadline that lies `milliseconds` from now on the monotonic clock.
[[nodiscard]] Deadline deadline_in_ms(std::uint64_t milliseconds);

/// Now, on the clock of deadlines. Rooms above ask here, so that tidy finds every other look at a clock.
[[nodiscard]] Deadline steady_now();

/// One fiber, as seen by the code that runs on it. Made by Loop and TaskGroup only; lives as long as the fiber's
/// function.
///
/// Rules (each was seen to fail): never suspend inside a catch block or a destructor; never `catch (...)` without
/// rethrow.
class Fiber {
public:
    explicit Fiber(FiberState& state) : state_(state) {}
    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

    /// True once the fiber's group was asked to stop, or cancelled. Look at it between two pieces of work.
    [[nodiscard]] bool stop_requested() const;
    [[nodiscard]] Loop& loop() const;
    /// For the room itself.
    [[nodiscard]] FiberState& state() const { return state_; }

private:
    FiberState& state_;
};

/// Suspends until `deadline`. Errors: closed (asked to stop, or cancelled).
[[nodiscard]] Result<void> sleep_until(Fiber& fiber, Deadline deadline, OnStop on_stop = OnStop::give_up);

/// Lets every other fiber that is ready run once. A long computation on the loop calls it now and then.
[[nodiscard]] Result<void> yield_now(Fiber& fiber);

}  // namespace tocsin::net
