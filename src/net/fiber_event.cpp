#include "net/fiber_event.hpp"

#include <boost/asio/post.hpp>

#include "base/assert.hpp"
#include "net/detail/fiber_state.hpp"
#include "net/detail/wait.hpp"

namespace tocsin::net {

struct EventWaiter {
    EventWaiter(FiberState& state, FiberEvent& event_) : event(event_), wait(state, [this] { go_on(); }) {}

    /// A notification: it is not lost to a deadline that passes before the fiber has gone on.
    void wake() {
        wait.settle();
        go_on();
    }

    /// Takes the waiter out of the list and lets it go on, from the loop.
    void go_on() {
        event.waiters_.remove(this);
        asio::post(wait.fiber().group.loop.context, [this] { wait.finished(); });
    }

    Result<void> run(Deadline deadline, Interruptible who) {
        const WaitEnd end = wait.run(deadline, who, [this] { event.waiters_.push_back(this); });
        if (end != WaitEnd::finished) return wait_error(end, "wait for event");
        return {};
    }

    FiberEvent& event;
    Wait wait;
};

FiberEvent::~FiberEvent() {
    ASSERT(waiters_.empty(), "nobody waits for an event that is destroyed");
}

Result<void> FiberEvent::wait(Fiber& fiber, Deadline deadline, OnStop on_stop) {
    return EventWaiter(fiber.state(), *this).run(deadline, interruptible(on_stop));
}

Result<void> FiberEvent::wait_uninterrupted(Fiber& fiber, Deadline deadline) {
    return EventWaiter(fiber.state(), *this).run(deadline, Interruptible::never);
}

void FiberEvent::notify_one() {
    if (!waiters_.empty()) waiters_.front()->wake();
}

void FiberEvent::notify_all() {
    while (!waiters_.empty()) waiters_.front()->wake();
}

}  // namespace tocsin::net
