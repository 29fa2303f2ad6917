// Where effects wait until they are done: each kind has places of its own, so that what hangs delays its own kind only.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "net/fiber.hpp"
#include "net/loop.hpp"
#include "net/task_group.hpp"
#include "respond/effect.hpp"

namespace tocsin::app {

/// Kinds of effects that do not wait for each other.
enum class EffectLane : std::uint8_t {
    urgent,        ///< pages and other urgent notices by mail and syslog, alarms of the auditor
    urgent_calls,  ///< the same by webhooks: what a hanging receiver takes is none of the mail's
    notices,       ///< all other notices
    webhooks,      ///< steps that call another system
    mailboxes,     ///< purges, and their way back
    gate,          ///< orders, the watch, searches: what is done here
    count_,
};
[[nodiscard]] EffectLane lane_of(const respond::Effect& effect);

/// Who is called: name or URL of a webhook; empty: nobody who could take all places of a lane by hanging.
[[nodiscard]] std::string receiver_of(const respond::Effect& effect);

/// One thread, that of the loop. Everything outlives it.
class EffectPlaces {
public:
    using Act = std::function<void(net::Fiber&, const respond::Effect&)>;

    EffectPlaces(net::Loop& loop, Act act);

    /// Does it as soon as its lane has a place for it: limits::effects_at_once in each lane, of them
    /// limits::effects_for_one_receiver for one receiver. Of several that may begin the one that is due for longest does. Never
    /// waits. After stop() nothing is begun.
    void put(respond::Effect effect);
    /// Ends what is under way by `deadline`, and begins nothing more.
    void stop(net::Fiber& fiber, Deadline deadline);

private:
    struct Receiver {
        std::deque<respond::Effect> waiting;
        std::size_t busy = 0;
    };
    struct Lane {
        explicit Lane(net::Loop& loop);
        net::TaskGroup places;
        std::map<std::string, Receiver> receivers;
    };
    void work(net::Fiber& fiber, Lane& lane);
    static std::map<std::string, Receiver>::iterator next(Lane& lane);

    Act act_;
    std::array<std::unique_ptr<Lane>, static_cast<std::size_t>(EffectLane::count_)> lanes_;
};

}  // namespace tocsin::app
