// A message that is held already and comes once more: its sender did not hear our 250, because we were killed or the connection
// broke behind the point where evidence and record were on disk. Kept twice, it could be released twice.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/evidence_store.hpp"
#include "store/held_store.hpp"

namespace tocsin::gate {

/// What is held, and for whom.
struct HeldQuestion {
    std::string direction;
    std::string mail_from;
    std::vector<std::string> recipients;  ///< for whom it is held, in the order of the envelope
    ByteView content;
    TimePoint now;
};

/// Held messages whose 250 the sender may not have heard: all from before this process began, and those after whose 250 the
/// session said nothing more. A sender who heard it and sends the same twice gets it held twice. For several threads.
class UnheardHolds {
public:
    explicit UnheardHolds(TimePoint began) : began_(began) {}
    /// The oldest are forgotten above limits::unheard_holds.
    void add(const std::string& held_id);
    [[nodiscard]] bool may_be_unheard(const store::Held& held) const;

private:
    TimePoint began_;
    mutable std::mutex mutex_;
    std::set<std::string> ids_;  ///< ids sort by time
};

/// The message behind the Received fields at its top. Relays write them anew for every try (RFC 5321 section 4.4); all else
/// is the message. Looks at bytes only, and at worst finds two messages different.
[[nodiscard]] ByteView behind_trace(ByteView content);

/// The message that waits for a decision since at most limits::held_again_window_us, may be unheard, and is the same one:
/// direction, sender, recipients and every byte behind the trace. Nothing when there is none, or when its evidence cannot be
/// read: then the new one must be kept. Errors: what is held cannot be listed. Blocks.
[[nodiscard]] Result<std::optional<store::Held>> find_held_again(store::HeldStore& held,
                                                                 store::EvidenceStore& evidence,
                                                                 const UnheardHolds& unheard,
                                                                 const HeldQuestion& question);

}  // namespace tocsin::gate
