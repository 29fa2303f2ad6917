// Everything that a Watch knows, as bytes: a snapshot, and the events after it, give the same Watch as all events
// (docs/design/watch.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "watch/watch.hpp"

namespace tocsin::watch {

/// Takes a snapshot of the Watch as it is now, a little at a time, while the Watch goes on: a profile that is about to change is
/// saved before it does. One at a time for each Watch, which outlives it.
class SnapshotTaker {
public:
    explicit SnapshotTaker(Watch& watch);
    SnapshotTaker(const SnapshotTaker&) = delete;
    SnapshotTaker& operator=(const SnapshotTaker&) = delete;
    ~SnapshotTaker();

    /// Adds profiles, this many at most. Returns whether it is complete.
    bool add(std::size_t profiles_max);
    /// What was added since the last call. All of them one after the other are the snapshot.
    [[nodiscard]] std::string take_bytes();
    [[nodiscard]] std::size_t bytes_waiting() const;

private:
    friend class Watch;
    /// Asked by the Watch before a profile changes.
    void save(const std::string& customer, Profile& profile);
    struct State;
    Watch& watch_;
    std::unique_ptr<State> state_;
};

/// The whole snapshot at once. The rules and the key of the Watch are not in it.
[[nodiscard]] std::string take_snapshot(Watch& watch);
/// Fills a fresh Watch, made with the same rules and key. Errors: corrupt (these are no such bytes, or of another version;
/// the Watch must not be used then).
[[nodiscard]] Result<void> restore_snapshot(Watch& watch, std::string_view bytes);

}  // namespace tocsin::watch
