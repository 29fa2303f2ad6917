#include "net/fiber.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>

#include "base/assert.hpp"
#include "net/detail/fiber_state.hpp"
#include "net/detail/wait.hpp"

namespace tocsin::net {

Deadline steady_now() {
    return std::chrono::steady_clock::now();
}

Deadline deadline_in_ms(std::uint64_t milliseconds) {
    // A century is far enough, and keeps the sum within the clock's range.
    constexpr std::uint64_t century_ms = 100ULL * 366 * 24 * 3600 * 1000;
    return std::chrono::steady_clock::now() +
           std::chrono::milliseconds(static_cast<std::int64_t>(std::min(milliseconds, century_ms)));
}

bool Fiber::stop_requested() const {
    return state_.stop;
}

Loop& Fiber::loop() const {
    return state_.group.loop.loop;
}

WaitEnd Wait::run(Deadline deadline, Interruptible who, const std::function<void()>& start) {
    ASSERT(fiber_.yield.has_value() && fiber_.wait == nullptr,
           "only a running fiber waits, for one thing at a time");
    ASSERT(std::uncaught_exceptions() == 0 && !std::current_exception(),
           "never suspend while an exception is handled");
    interruptible_ = who;
    if (fiber_.cancelled && who != Interruptible::never) return WaitEnd::stopped;
    if (fiber_.stop && who == Interruptible::by_stop) return WaitEnd::stopped;
    const bool timed = deadline != no_deadline;
    began_ = std::chrono::steady_clock::now();
    if (timed && deadline <= began_) return WaitEnd::timed_out;
    parts_pending_ = timed ? 2 : 1;
    asio::async_initiate<asio::yield_context, void()>(
        [&](auto handler) {
            resume_ = [resume = std::move(handler)]() mutable { std::move(resume)(); };
            fiber_.wait = this;
            start();
            if (timed) arm_timer(deadline);
        },
        *fiber_.yield);
    return end_;
}

void Wait::arm_timer(Deadline deadline) {
    fiber_.timer.expires_at(deadline);
    fiber_.timer.async_wait([this](const boost::system::error_code& error) {
        if (!error) interrupt(WaitEnd::timed_out);
        part_done();
    });
}

void Wait::finished() {
    ASSERT(!operation_done_, "an operation finishes once");
    operation_done_ = true;
    if (parts_pending_ == 2) fiber_.timer.cancel();
    part_done();
}

void Wait::stop() {
    if (interruptible_ == Interruptible::by_stop) interrupt(WaitEnd::stopped);
}

void Wait::interrupt(WaitEnd why) {
    if (settled_ || operation_done_ || end_ != WaitEnd::finished) return;
    end_ = why;
    cancel_();
}

void Wait::part_done() {
    if (--parts_pending_ > 0) return;
    fiber_.wait = nullptr;
    // Resuming destroys this object: the handler must not live in it meanwhile.
    auto resume = std::move(resume_);
    resume();
}

std::unexpected<Error> wait_error(WaitEnd end, std::string_view doing) {
    ASSERT(end != WaitEnd::finished, "a wait that finished has no error");
    if (end == WaitEnd::timed_out) return fail(ErrorCode::timed_out, std::string(doing) + ": timed out");
    return fail(ErrorCode::closed, std::string(doing) + ": asked to stop");
}

Result<void> sleep_until(Fiber& fiber, Deadline deadline, OnStop on_stop) {
    FiberState& state = fiber.state();
    ASSERT(deadline != no_deadline, "a sleep ends");
    // The wait's own timer is the whole operation: finishing it when it is interrupted leaves only the reason to
    // look at.
    Wait wait(state, [&] { asio::post(state.group.loop.context, [&] { wait.finished(); }); });
    if (wait.run(deadline, interruptible(on_stop), [] {}) == WaitEnd::stopped)
        return wait_error(WaitEnd::stopped, "sleep");
    return {};
}

Result<void> yield_now(Fiber& fiber) {
    FiberState& state = fiber.state();
    Wait wait(state, [] {});
    const WaitEnd end = wait.run(no_deadline, Interruptible::by_cancel,
                                 [&] { asio::post(state.group.loop.context, [&] { wait.finished(); }); });
    if (end == WaitEnd::stopped) return wait_error(end, "yield");
    return {};
}

}  // namespace tocsin::net
