// The response in the daemon: what it is told is written down first, in one order, and then seen; what it asks for is done.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "app/effect_places.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber.hpp"
#include "net/fiber_event.hpp"
#include "net/loop.hpp"
#include "respond/response.hpp"
#include "store/respond_store.hpp"

namespace tocsin::app {

/// Does what an effect asks for. Returns what came of it, in words. Errors: invalid_input, not_found, conflict, permission: it is
/// not worth to try again; all others: it is.
using PerformEffect = std::function<Result<std::string>(net::Fiber&, const respond::Effect&)>;

/// One thread, that of the loop, but for recover(). Everything outlives it.
class ResponseService {
public:
    ResponseService(store::RespondStore& store, net::BlockingPool& blocking, net::Loop& loop,
                    const Clock& clock, Log& log);

    /// Sees all that was written down. Before anything else. Errors: corrupt, unavailable, io.
    [[nodiscard]] Result<void> recover(net::Fiber& fiber);
    /// People, playbooks and notices, unless they are those that the journal knows already. Errors: as tell().
    [[nodiscard]] Result<void> set_up(net::Fiber& fiber, respond::Setup setup);

    /// Writes an event down and sees it: it counts, and is durable, on return. `by`: a person's id, or the name of a part of
    /// Tocsin. `id`: of the event, so that the same told twice counts once, also over a restart; empty: a new one. Errors: those
    /// of Response::see() (it is written down, and changes nothing), unavailable, io (it is not).
    [[nodiscard]] Result<void> tell(net::Fiber& fiber, respond::EventBody what, const std::string& by,
                                    std::string id = {});

    /// Does what is asked for until the fiber is asked to stop, each kind in places of its own. `perform` outlives stop().
    void act_for_ever(net::Fiber& fiber, const PerformEffect& perform);
    /// Ends what is under way by `deadline`.
    void stop(net::Fiber& fiber, Deadline deadline) { places_.stop(fiber, deadline); }

    [[nodiscard]] const respond::Response& response() const { return response_; }
    /// Ids of reports that no reader has read yet.
    [[nodiscard]] const std::set<std::string>& unread() const { return unread_; }
    /// Notified when something was seen.
    [[nodiscard]] net::FiberEvent& news() { return news_; }

private:
    struct Telling {
        store::RespondEntry entry;
        Result<void> result;
        bool done = false;
    };
    void write_and_see(net::Fiber& fiber);
    Result<void> see(const respond::Event& event);
    void act(net::Fiber& fiber, const respond::Effect& effect);

    store::RespondStore& store_;
    net::BlockingPool& blocking_;
    const Clock& clock_;
    Log& log_;
    respond::Response response_;
    std::uint64_t last_number_ = 0;
    std::vector<Telling*> telling_;  ///< what waits to be written down, in its order
    bool writing_ = false;
    net::FiberEvent written_, news_;
    std::set<std::string> unread_;
    const PerformEffect* perform_ = nullptr;  ///< set by act_for_ever()
    EffectPlaces places_;
};

}  // namespace tocsin::app
