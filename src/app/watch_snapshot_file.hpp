// The watch's snapshot as a file of the data folder: written beside its place and renamed, so that there is always a whole one.
#pragma once

#include <cstdint>
#include <string>

#include "app/watch_service.hpp"
#include "base/hash.hpp"
#include "base/result.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber.hpp"

namespace tocsin::app {

struct WatchSnapshot {
    std::uint64_t number = 0;  ///< of the last event that it has
    std::string bytes;         ///< watch::restore_snapshot(); empty: there is no file
};

/// Errors: corrupt (it is no snapshot, or a damaged one, or of a watch with another key: its hashes would be worth nothing),
/// io, permission.
[[nodiscard]] Result<WatchSnapshot> read_watch_snapshot(const std::string& path, const HashKey& key);

/// Takes a snapshot a few milliseconds at a time, between the mail, and writes it. Nothing is changed when it fails or when
/// `deadline` comes first. Errors: timed_out, io.
[[nodiscard]] Result<void> write_watch_snapshot(net::Fiber& fiber, WatchService& service,
                                                net::BlockingPool& blocking, const std::string& path,
                                                Deadline deadline);

}  // namespace tocsin::app
