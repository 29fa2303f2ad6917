// Fibers that belong together: counted, capped, stopped and joined. No fiber is ever detached.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/result.hpp"
#include "net/fiber.hpp"

namespace tocsin::net {

class Loop;
struct GroupState;

/// A set of at most `live_max` fibers. Its owner must join before destroying it; the destructor asserts that.
class TaskGroup {
public:
    TaskGroup(Loop& loop, std::size_t live_max);
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    ~TaskGroup();

    /// Starts a child; it first runs when the caller suspends. Errors: limit (live_max reached), closed (asked to
    /// stop).
    [[nodiscard]] Result<void> spawn(std::function<void(Fiber&)> body);

    /// Asks every child to stop: waits with OnStop::give_up end now with ErrorCode::closed, work under way goes on.
    void request_stop();
    /// Ends every wait of every child, now and from now on, with ErrorCode::closed. BlockingPool::run alone still
    /// waits for its function.
    void cancel();

    /// Asks that child to stop which has waited longest with OnStop::give_up, if that is `idle_ms` or more. False: there is none.
    bool stop_longest_idle(std::uint32_t idle_ms);

    /// Waits until fewer than live_max children live. Errors: timed_out, closed (the *caller* was asked to stop).
    [[nodiscard]] Result<void> wait_for_room(Fiber& fiber, Deadline deadline);
    /// Waits until no child lives. Neither a stop nor a cancellation of the caller ends it. Errors: timed_out.
    [[nodiscard]] Result<void> join(Fiber& fiber, Deadline deadline);
    /// request_stop(), join until `grace`, then cancel() and join without limit. After it the group may be destroyed.
    void stop_and_join(Fiber& fiber, Deadline grace);

    [[nodiscard]] std::size_t live() const;
    [[nodiscard]] bool full() const;

private:
    std::unique_ptr<GroupState> state_;
};

}  // namespace tocsin::net
