// The one place where a fiber is suspended: an operation, its deadline, and a stop or cancellation from outside.
#pragma once

#include <functional>

#include "base/result.hpp"
#include "net/detail/fiber_state.hpp"

namespace tocsin::net {

/// Who may end a wait early, besides its deadline.
enum class Interruptible { by_stop, by_cancel, never };

[[nodiscard]] constexpr Interruptible interruptible(OnStop on_stop) {
    return on_stop == OnStop::give_up ? Interruptible::by_stop : Interruptible::by_cancel;
}

/// How a wait ended.
enum class WaitEnd { finished, timed_out, stopped };

/// One suspension; lives on the stack of the fiber. The fiber is resumed only when both the operation and the timer
/// are done with this object, so neither can touch a stack frame that is gone.
class Wait {
public:
    /// `cancel` makes the operation finish soon; it is called at most once, and only while the operation is under
    /// way.
    Wait(FiberState& fiber, std::function<void()> cancel) : fiber_(fiber), cancel_(std::move(cancel)) {}
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;

    /// Suspends. `start` begins the operation, which must call finished() exactly once, from a handler of the loop.
    /// When the wait cannot even begin (deadline passed, stopped), `start` is not called.
    [[nodiscard]] WaitEnd run(Deadline deadline, Interruptible interruptible,
                              const std::function<void()>& start);

    void finished();
    /// The operation has succeeded and finished() is on its way: nothing may interrupt it any more.
    void settle() { settled_ = true; }
    [[nodiscard]] bool settled() const { return settled_; }
    /// From the group: a stop, or a cancellation.
    void stop();
    void cancel() {
        if (interruptible_ != Interruptible::never) interrupt(WaitEnd::stopped);
    }
    [[nodiscard]] FiberState& fiber() const { return fiber_; }
    [[nodiscard]] Deadline began() const { return began_; }
    /// A stop would end it, and it has lasted since `moment` or longer.
    [[nodiscard]] bool is_idle_since(Deadline moment) const {
        return interruptible_ == Interruptible::by_stop && began_ <= moment;
    }

private:
    void interrupt(WaitEnd why);
    void arm_timer(Deadline deadline);
    void part_done();

    FiberState& fiber_;
    std::function<void()> cancel_;
    std::move_only_function<void()> resume_;
    Interruptible interruptible_ = Interruptible::by_cancel;
    Deadline began_;
    WaitEnd end_ = WaitEnd::finished;
    bool settled_ = false;
    bool operation_done_ = false;
    int parts_pending_ = 0;
};

/// The Error of a wait that did not finish.
[[nodiscard]] std::unexpected<Error> wait_error(WaitEnd end, std::string_view doing);

}  // namespace tocsin::net
