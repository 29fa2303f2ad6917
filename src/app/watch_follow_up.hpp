// What follows from what the watch said: alarms are written down and told, mail is let go when its alarm is answered, snapshots
// are taken. One fiber, beside the mail.
#pragma once

#include <functional>
#include <string>

#include "app/watch_service.hpp"
#include "gate/release.hpp"
#include "store/held_store.hpp"
#include "store/watch_store.hpp"

namespace tocsin::app {

/// Everything outlives the fiber.
struct WatchFollowUp {
    WatchService& service;
    store::WatchStore& store;
    store::HeldStore& held;
    store::JournalStore& journal;
    gate::Releaser& releaser;
    net::BlockingPool& blocking;
    const Clock& clock;
    Log& log;
    std::string snapshot_file;
    /// Told of each alarm when it is on disk, once; again after a restart that came before it was told.
    std::function<void(const watch::Alarm&)> on_alarm{};
};

/// Works until the fiber is asked to stop.
void follow_up_for_ever(const WatchFollowUp& services, net::Fiber& fiber);

/// The last snapshot before the end, if there are few enough customers for it to be ready by `deadline`.
void take_last_snapshot(const WatchFollowUp& services, net::Fiber& fiber, Deadline deadline);

}  // namespace tocsin::app
