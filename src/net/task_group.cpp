#include "net/task_group.hpp"

#include "base/assert.hpp"
#include "net/detail/fiber_state.hpp"
#include "net/detail/wait.hpp"

namespace tocsin::net {

TaskGroup::TaskGroup(Loop& loop, std::size_t live_max)
    : state_(std::make_unique<GroupState>(loop.state(), live_max)) {}

TaskGroup::~TaskGroup() {
    ASSERT(state_->fibers.empty(), "a group is joined before it is destroyed");
}

Result<void> TaskGroup::spawn(std::function<void(Fiber&)> body) {
    if (state_->stopping) return fail(ErrorCode::closed, "spawn: the group was asked to stop");
    if (full()) return fail(ErrorCode::limit, "spawn: the group is full");
    state_->spawn(std::move(body));
    return {};
}

void TaskGroup::request_stop() {
    state_->request_stop();
}

void TaskGroup::cancel() {
    state_->cancel();
}

bool TaskGroup::stop_longest_idle(std::uint32_t idle_ms) {
    Deadline longest = steady_now() - std::chrono::milliseconds(idle_ms);
    FiberState* idle = nullptr;
    for (const auto& fiber : state_->fibers) {
        if (fiber->stop || fiber->wait == nullptr || !fiber->wait->is_idle_since(longest)) continue;
        longest = fiber->wait->began();
        idle = fiber.get();
    }
    if (idle == nullptr) return false;
    idle->stop = true;
    idle->wait->stop();
    return true;
}

Result<void> TaskGroup::wait_for_room(Fiber& fiber, Deadline deadline) {
    return state_->changed.wait_until(fiber, deadline, OnStop::give_up, [&] { return !full(); });
}

Result<void> TaskGroup::join(Fiber& fiber, Deadline deadline) {
    while (!state_->fibers.empty()) TRY(state_->changed.wait_uninterrupted(fiber, deadline));
    return {};
}

void TaskGroup::stop_and_join(Fiber& fiber, Deadline grace) {
    request_stop();
    if (join(fiber, grace)) return;
    cancel();
    ASSERT(join(fiber, no_deadline).has_value(), "a join without limit succeeds");
}

std::size_t TaskGroup::live() const {
    return state_->fibers.size();
}

bool TaskGroup::full() const {
    return state_->fibers.size() >= state_->live_max;
}

}  // namespace tocsin::net
