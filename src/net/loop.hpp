// One event loop on one thread. All fibers of the daemon run on it, one at a time: session code needs no locks.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>

#include "base/result.hpp"
#include "net/fiber.hpp"

namespace tocsin::net {

struct LoopState;

/// Owns the event loop. Destroying it while a fiber lives is a bug of ours and ends the process: run() returns only
/// when the last fiber has ended.
class Loop {
public:
    Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop();

    /// Starts a fiber at the top level; it first runs inside run(). An exception that leaves `body` is a bug of ours
    /// and ends the process. After stop(), the fiber still starts and finds stop_requested() true.
    void spawn(std::function<void(Fiber&)> body);

    /// Runs fibers, timers and posted functions until the last fiber has ended. Returns at once when there is none.
    void run();

    /// Asks every top-level fiber to stop (TaskGroup::request_stop). From the loop's own thread, signal callbacks
    /// included.
    void stop();

    /// Runs `function` soon on the loop's thread, outside any fiber: it must not suspend. From any thread; this and
    /// BlockingPool are the only doors between threads. What is posted when no fiber lives any more is never run.
    void post(std::function<void()> function);

    /// Calls `callback` on the loop's thread, outside any fiber, each time one of the signals arrives. Once per loop.
    [[nodiscard]] Result<void> on_signals(std::initializer_list<int> signals,
                                          std::function<void(int)> callback);

    /// Fibers that live now, those of all groups included.
    [[nodiscard]] std::size_t live_fibers() const;
    /// For the room itself.
    [[nodiscard]] LoopState& state() const { return *state_; }

private:
    std::unique_ptr<LoopState> state_;
};

}  // namespace tocsin::net
