#include "net/loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "net/detail/fiber_state.hpp"
#include "net/detail/socket_error.hpp"
#include "net/detail/wait.hpp"

namespace tocsin::net {
namespace {

#if defined(BOOST_USE_ASAN)
// Red zones around every variable: frames are several times as large.
constexpr std::size_t stack_bytes = 4 * limits::fiber_stack_bytes;
#else
constexpr std::size_t stack_bytes = limits::fiber_stack_bytes;
#endif

void end_on_exception(const std::exception_ptr& exception) {
    if (!exception) return;
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception& error) {
        assertion_failed("no exception leaves a fiber", error.what(), __FILE__, __LINE__);
    }
    // Anything else leaves Loop::run() and ends the process.
}

void fiber_ended(FiberState& fiber) {
    GroupState& group = fiber.group;
    LoopState& loop = group.loop;
    group.fibers.remove_if([&](const auto& other) { return other.get() == &fiber; });
    group.changed.notify_all();
    if (--loop.live == 0) loop.context.stop();
}

void start_fiber(FiberState& fiber, std::function<void(Fiber&)> body) {
    asio::spawn(
        fiber.group.loop.context, std::allocator_arg, boost::context::protected_fixedsize_stack(stack_bytes),
        [&fiber, function = std::move(body)](asio::yield_context yield) {
            fiber.yield.emplace(yield);
            Fiber token(fiber);
            function(token);
        },
        [&fiber](const std::exception_ptr& exception) {
            end_on_exception(exception);
            fiber_ended(fiber);
        });
}

}  // namespace

void GroupState::spawn(std::function<void(Fiber&)> body) {
    FiberState& fiber = *fibers.emplace_back(std::make_unique<FiberState>(*this));
    ++loop.live;
    // Posted: Asio would begin at once, on top of the fiber that spawns.
    asio::post(loop.context,
               [&fiber, function = std::move(body)]() mutable { start_fiber(fiber, std::move(function)); });
}

void GroupState::request_stop() {
    stopping = true;
    for (auto& fiber : fibers) {
        fiber->stop = true;
        if (fiber->wait != nullptr) fiber->wait->stop();
    }
}

void GroupState::cancel() {
    stopping = cancelled = true;
    for (auto& fiber : fibers) {
        fiber->stop = fiber->cancelled = true;
        if (fiber->wait != nullptr) fiber->wait->cancel();
    }
}

void LoopState::wait_for_signal() {
    signals->async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) return;
        on_signal(signal);
        wait_for_signal();
    });
}

Loop::Loop() : state_(std::make_unique<LoopState>(*this)) {}

Loop::~Loop() {
    ASSERT(state_->live == 0, "a loop outlives its fibers");
}

void Loop::spawn(std::function<void(Fiber&)> body) {
    state_->root.spawn(std::move(body));
}

void Loop::run() {
    if (state_->live == 0) return;
    const auto work = asio::make_work_guard(state_->context);
    state_->context.restart();
    state_->context.run();
    ASSERT(state_->live == 0, "the loop runs until the last fiber has ended");
}

void Loop::stop() {
    state_->root.request_stop();
}

void Loop::post(std::function<void()> function) {
    asio::post(state_->context, std::move(function));
}

Result<void> Loop::on_signals(std::initializer_list<int> signals, std::function<void(int)> callback) {
    ASSERT(!state_->signals, "signals are taken once per loop");
    state_->on_signal = std::move(callback);
    state_->signals.emplace(state_->context);
    for (const int signal : signals) {
        boost::system::error_code error;
        state_->signals->add(signal, error);
        if (error) return std::unexpected(socket_error("take signal", error));
    }
    state_->wait_for_signal();
    return {};
}

std::size_t Loop::live_fibers() const {
    return state_->live;
}

}  // namespace tocsin::net
