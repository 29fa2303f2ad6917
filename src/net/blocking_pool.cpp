#include "net/blocking_pool.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include <boost/asio/post.hpp>

#include "base/assert.hpp"
#include "net/detail/fiber_state.hpp"
#include "net/detail/wait.hpp"

namespace tocsin::net {

struct PoolState {
    explicit PoolState(asio::io_context& loop_context, std::size_t queue_max_)
        : context(loop_context), queue_max(queue_max_) {}

    struct Job {
        const std::function<void()>* function;
        Wait* wait;
    };

    asio::io_context& context;
    std::size_t queue_max;
    std::size_t pending = 0;  ///< loop thread only
    std::mutex mutex;         ///< guards what follows
    std::condition_variable changed;
    std::deque<Job> queue;
    bool stopping = false;
    std::vector<std::thread> threads;  ///< loop thread only

    void work();
};

void PoolState::work() {
    for (;;) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return stopping || !queue.empty(); });
        if (queue.empty()) return;
        const Job job = queue.front();
        queue.pop_front();
        lock.unlock();
        (*job.function)();
        asio::post(context, [wait = job.wait] { wait->finished(); });
    }
}

BlockingPool::BlockingPool(Loop& loop, std::size_t threads, std::size_t queue_max)
    : state_(std::make_unique<PoolState>(loop.state().context, queue_max)) {
    ASSERT(threads > 0, "a pool has threads");
    for (std::size_t index = 0; index < threads; ++index)
        // An exception that leaves a function ends the process here (std::terminate), which is what we want.
        state_->threads.emplace_back([state = state_.get()]() noexcept { state->work(); });
}

BlockingPool::~BlockingPool() {
    ASSERT(state_->pending == 0, "no call is under way when its pool is destroyed");
    {
        const std::lock_guard lock(state_->mutex);
        state_->stopping = true;
    }
    state_->changed.notify_all();
    for (auto& thread : state_->threads) thread.join();
}

Result<void> BlockingPool::run(Fiber& fiber, const std::function<void()>& function) {
    if (state_->pending >= state_->threads.size() + state_->queue_max)
        return fail(ErrorCode::limit, "blocking pool is full");
    ++state_->pending;
    Wait wait(fiber.state(), [] {});
    const WaitEnd end = wait.run(no_deadline, Interruptible::never, [&] {
        const std::lock_guard lock(state_->mutex);
        state_->queue.push_back({&function, &wait});
        state_->changed.notify_one();
    });
    ASSERT(end == WaitEnd::finished, "a blocking call always finishes");
    --state_->pending;
    return {};
}

std::size_t BlockingPool::pending() const {
    return state_->pending;
}

}  // namespace tocsin::net
