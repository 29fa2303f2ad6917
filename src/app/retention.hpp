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

namespace tocsin::app {

struct RetentionServices {
    store::JournalStore& journal;
    store::HeldStore& held;
    store::EvidenceStore& evidence;
    net::BlockingPool& blocking;
    const Clock& clock;
    Log& log;
};

/// What one round deleted.
struct Swept {
    std::size_t records = 0;
    std::size_t contents = 0;
};

/// One round over journal and evidence. Stops early when the fiber is asked to. Errors: io, unavailable; what was deleted is
/// deleted.
[[nodiscard]] Result<Swept> sweep(const RetentionServices& services, net::Fiber& fiber,
                                  const config::KeepSettings& keep);

/// sweep() every limits::retention_interval_ms, and what it did in the log, until the fiber is asked to stop.
void sweep_for_ever(const RetentionServices& services, net::Fiber& fiber, const config::KeepSettings& keep);

}  // namespace tocsin::app
