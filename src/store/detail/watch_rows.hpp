// What the watch's tables share within the room.
#pragma once

#include <soci/soci.h>

#include <span>

#include "store/watch_store.hpp"

namespace tocsin::store {

/// Adds bounces and complaints to the days of their customers; within the caller's transaction. May throw SOCI's exceptions.
void note_outcome_days(soci::session& session, std::span<const WatchEntry> entries);

}  // namespace tocsin::store
