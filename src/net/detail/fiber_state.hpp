// What fibers, groups and the loop know of each other. Asio is seen from here downward only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <optional>

#include "net/fiber.hpp"
#include "net/fiber_event.hpp"
#include "net/loop.hpp"

namespace tocsin::net {

namespace asio = boost::asio;
class Wait;

struct GroupState {
    GroupState(LoopState& loop_state, std::size_t live_max_) : loop(loop_state), live_max(live_max_) {}
    LoopState& loop;
    std::size_t live_max;
    bool stopping = false;
    bool cancelled = false;
    std::list<std::unique_ptr<FiberState>> fibers;  ///< those that were spawned and have not ended
    FiberEvent changed;                             ///< a fiber has ended

    void spawn(std::function<void(Fiber&)> body);
    void request_stop();
    void cancel();
};

struct LoopState {
    explicit LoopState(Loop& object) : loop(object) {}
    Loop& loop;
    asio::io_context context{1};
    std::size_t live = 0;
    std::optional<asio::signal_set> signals;
    std::function<void(int)> on_signal;
    GroupState root{*this, static_cast<std::size_t>(-1)};

    void wait_for_signal();
};

struct FiberState {
    explicit FiberState(GroupState& owner)
        : group(owner), timer(owner.loop.context), stop(owner.stopping), cancelled(owner.cancelled) {}
    GroupState& group;
    std::optional<asio::yield_context> yield = {};  ///< set once the fiber runs
    asio::steady_timer timer;                       ///< of the wait under way
    bool stop;
    bool cancelled;
    Wait* wait = nullptr;  ///< the wait under way
};

}  // namespace tocsin::net
