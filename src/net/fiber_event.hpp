// Waiting of fibers for each other, on one loop thread.
#pragma once

#include <cstddef>
#include <deque>
#include <list>
#include <utility>

#include "base/result.hpp"
#include "net/fiber.hpp"

namespace tocsin::net {

struct EventWaiter;

/// A condition between fibers of one loop. There is no lost wake-up between looking at a condition and waiting for
/// it, because nothing else runs in between; a waiter still looks again after waking. Notifying may happen outside a
/// fiber, but only on the loop's thread. Destroying it with a waiter is a bug.
class FiberEvent {
public:
    FiberEvent() = default;
    FiberEvent(const FiberEvent&) = delete;
    FiberEvent& operator=(const FiberEvent&) = delete;
    ~FiberEvent();

    /// Suspends until notified. Errors: timed_out, closed.
    [[nodiscard]] Result<void> wait(Fiber& fiber, Deadline deadline, OnStop on_stop = OnStop::keep_waiting);
    /// As wait(), but neither a stop nor a cancellation ends it: for joining. Errors: timed_out.
    [[nodiscard]] Result<void> wait_uninterrupted(Fiber& fiber, Deadline deadline);
    /// Suspends until `condition()` holds; looks first.
    template <typename Condition>
    [[nodiscard]] Result<void> wait_until(Fiber& fiber, Deadline deadline, OnStop on_stop,
                                          Condition condition) {
        while (!condition()) TRY(wait(fiber, deadline, on_stop));
        return {};
    }
    /// Wakes the fiber that waits longest.
    void notify_one();
    void notify_all();

private:
    friend struct EventWaiter;
    std::list<EventWaiter*> waiters_;
};

/// A bounded queue between fibers of one loop.
template <typename T>
class FiberQueue {
public:
    explicit FiberQueue(std::size_t items_max) : items_max_(items_max) {}

    /// Appends without waiting. Errors: limit (full), closed.
    [[nodiscard]] Result<void> try_push(T item) {
        if (closed_) return fail(ErrorCode::closed, "queue is closed");
        if (items_.size() >= items_max_) return fail(ErrorCode::limit, "queue is full");
        items_.push_back(std::move(item));
        changed_.notify_all();
        return {};
    }
    /// Appends, waiting for room. Errors: timed_out, closed.
    [[nodiscard]] Result<void> push(Fiber& fiber, T item, Deadline deadline,
                                    OnStop on_stop = OnStop::keep_waiting) {
        TRY(changed_.wait_until(fiber, deadline, on_stop,
                                [&] { return closed_ || items_.size() < items_max_; }));
        return try_push(std::move(item));
    }
    /// Takes the oldest item. After close() the rest is still handed out. Errors: timed_out, closed (empty and
    /// closed, stop).
    [[nodiscard]] Result<T> pop(Fiber& fiber, Deadline deadline, OnStop on_stop = OnStop::keep_waiting) {
        TRY(changed_.wait_until(fiber, deadline, on_stop, [&] { return closed_ || !items_.empty(); }));
        if (items_.empty()) return fail(ErrorCode::closed, "queue is closed");
        T item = std::move(items_.front());
        items_.pop_front();
        changed_.notify_all();
        return item;
    }
    /// Refuses further items and wakes everyone.
    void close() {
        closed_ = true;
        changed_.notify_all();
    }
    [[nodiscard]] std::size_t size() const { return items_.size(); }
    [[nodiscard]] bool closed() const { return closed_; }

private:
    std::size_t items_max_;
    bool closed_ = false;
    std::deque<T> items_;
    FiberEvent changed_;
};

}  // namespace tocsin::net
