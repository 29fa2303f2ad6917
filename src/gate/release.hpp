// A held message goes on to its recipients: once, byte for byte, whatever dies in between.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "gate/next_hop.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber.hpp"
#include "store/evidence_store.hpp"
#include "store/held_store.hpp"
#include "store/journal_store.hpp"

namespace tocsin::gate {

/// Whether SMTP can carry it: no CR stands alone, and no line is a lone dot among NULs (a next hop that drops them would take it
/// for the end). Bare LF becomes CRLF on the way.
[[nodiscard]] bool can_be_released(ByteView content);

/// Whether a message that may have been delivered already is sent once more.
enum class Again : std::uint8_t { no, yes };

struct ReleaseRequest {
    std::string held_id;
    store::Actor by;
    std::string why;
    Again again = Again::no;
};

struct Released {
    std::string reply;                 ///< the next hop's, to the content: "250 2.0.0 queued as 4F3"
    std::vector<std::string> refused;  ///< recipients that it refused for good, with its reply
};

/// Everything outlives it.
struct ReleaseServices {
    store::HeldStore& held;
    store::JournalStore& journal;
    store::EvidenceStore& evidence;
    net::BlockingPool& blocking;
    const Clock& clock;
    Log& log;
    std::string host_name;
    /// Where a message goes that came through the listener of this name. Errors: nobody said; tells what to configure.
    std::function<Result<NextHopAddress>(const store::Record&)> next_hop_of;
    /// Told of each message that the next hop took.
    std::function<void(const store::Record&)> on_released{};
};

class Releaser {
public:
    explicit Releaser(ReleaseServices services) : services_(std::move(services)) {}

    /// Sends the message to its next hop and returns when that answers for it. `held → releasing` is durable before the first
    /// byte of the content is sent, `releasing → released` is written after the answer; a daemon that dies in between leaves
    /// `releasing`, which is never sent again by itself. A try that comes to nothing is noted as an act, `not_released`, with
    /// who, why and what came of it, and logged as `held.release_refused`. Errors: not_found; conflict (decided by somebody
    /// else, being released now, or may have been delivered and Again::no); unavailable (the next hop is away or refused it: the
    /// message is still held); io, corrupt (evidence).
    [[nodiscard]] Result<Released> release(net::Fiber& fiber, const ReleaseRequest& request);

private:
    ReleaseServices services_;
    std::set<std::string> under_way_;  ///< ids; `again` must not overtake a release that is not over
};

}  // namespace tocsin::gate
