// Records that are durable move into the tables of the journal, a little at a time, beside the mail.
#pragma once

#include "base/log.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber.hpp"
#include "store/journal_store.hpp"

namespace tocsin::app {

/// Files what waits every limits::filing_interval_ms, until the fiber is asked to stop. A failure is logged when it begins and
/// when it ends, and so is a record that cannot be filed. What is not filed at the stop is filed at the next start.
void file_for_ever(store::JournalStore& journal, net::BlockingPool& blocking, Log& log, net::Fiber& fiber);

}  // namespace tocsin::app
