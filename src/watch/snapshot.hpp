// Everything that a Watch knows, as bytes: a snapshot, and the events after it, give the same Watch as all events
// (docs/design/watch.md).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "watch/watch.hpp"

namespace tocsin::watch {

/// The bytes of a Watch. Its rules and its key are not in them.
[[nodiscard]] std::string take_snapshot(const Watch& watch);
/// Fills a fresh Watch, made with the same rules and key. Errors: corrupt (these are no such bytes, or of another version;
/// the Watch must not be used then).
[[nodiscard]] Result<void> restore_snapshot(Watch& watch, std::string_view bytes);

}  // namespace tocsin::watch
