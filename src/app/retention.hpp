// What is older than the configuration keeps is deleted, a little at a time. What waits for a decision is never deleted.
#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "config/settings.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber.hpp"
#include "store/evidence_store.hpp"
#include "store/held_store.hpp"
#include "store/journal_store.hpp"
#include "store/kept_mail_store.hpp"
#include "store/respond_store.hpp"
#include "store/watch_store.hpp"

namespace tocsin::app {

struct RetentionServices {
    store::JournalStore& journal;
    store::HeldStore& held;
    store::EvidenceStore& evidence;
    net::BlockingPool& blocking;
    const Clock& clock;
    Log& log;
    store::KeptMailStore* kept_mail = nullptr;  ///< nullptr: there is none
    store::RespondStore* respond =
        nullptr;                         ///< reports whose evidence is kept as long; nullptr: there are none
    store::WatchStore* watch = nullptr;  ///< events, alarms and days go with the journal; nullptr: they stay
};

/// How long what is kept.
struct RetentionTimes {
    config::KeepSettings keep;
    std::uint32_t hunt_days = 0;  ///< mail for looking again; 0: none of it
};

/// What one round deleted.
struct Swept {
    std::size_t records = 0;
    std::size_t contents = 0;
    std::size_t kept_files = 0;  ///< of mail for looking again
};

/// One round over journal, evidence and mail for looking again. Stops early when the fiber is asked to. Errors: io, unavailable;
/// what was deleted is deleted.
[[nodiscard]] Result<Swept> sweep(const RetentionServices& services, net::Fiber& fiber,
                                  const RetentionTimes& times);

/// sweep() every limits::retention_interval_ms, and what it did in the log, until the fiber is asked to stop.
void sweep_for_ever(const RetentionServices& services, net::Fiber& fiber, const RetentionTimes& times);

}  // namespace tocsin::app
