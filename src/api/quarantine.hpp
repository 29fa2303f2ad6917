// What a person does with one held message: look at it, read it, release it, delete it. Every act is kept with who and why.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber.hpp"
#include "proto/http.hpp"
#include "store/evidence_store.hpp"
#include "store/held_store.hpp"
#include "store/journal_store.hpp"

namespace tocsin::api {

struct ReleaseOrder {
    std::string held_id;
    store::Actor by;
    std::string why;
    bool again = false;  ///< send once more what may have been delivered
};

struct ReleaseAnswer {
    std::string reply;                 ///< of the next hop
    std::vector<std::string> refused;  ///< recipients that it refused for good
};

/// What the daemon does for us; its errors are told to the caller as they are.
struct HeldActions {
    std::function<Result<ReleaseAnswer>(net::Fiber&, const ReleaseOrder&)> release;
    /// The message's data model as JSON, made by a confined reader. `direction`: as the record has it.
    std::function<Result<std::string>(net::Fiber&, const std::string& direction, ByteView content)> read;
};

struct QuarantineServices {
    store::JournalStore& journal;
    store::HeldStore& held;
    store::EvidenceStore& evidence;
    net::BlockingPool& blocking;
    const Clock& clock;
    Log& log;
    HeldActions actions;
};

/// Everything below /v1/held/ID.
class Quarantine {
public:
    explicit Quarantine(QuarantineServices services) : services_(std::move(services)) {}

    /// `rest`: the path behind "/v1/held/". GET ID, GET ID/message, GET ID/content, POST ID/release, DELETE ID.
    [[nodiscard]] proto::HttpResponse handle(net::Fiber& fiber, const proto::HttpRequest& request,
                                             const proto::HttpTarget& target, const std::string& rest,
                                             const std::string& caller);

private:
    proto::HttpResponse show(net::Fiber& fiber, const std::string& id);
    proto::HttpResponse message(net::Fiber& fiber, const std::string& id, const store::Actor& by);
    proto::HttpResponse content(net::Fiber& fiber, const std::string& id, const store::Actor& by);
    proto::HttpResponse release(net::Fiber& fiber, const std::string& id, const std::string& body,
                                const std::string& caller);
    proto::HttpResponse discard(net::Fiber& fiber, const std::string& id, const store::Actor& by,
                                const std::string& why);
    Result<Bytes> evidence_of(net::Fiber& fiber, const store::Held& held);
    Result<store::Held> find(net::Fiber& fiber, const std::string& id);
    /// Before anybody sees the message: who looks at other people's mail leaves a trace, or does not look.
    Result<void> note(net::Fiber& fiber, const std::string& id, const char* act, const store::Actor& by);

    QuarantineServices services_;
};

}  // namespace tocsin::api
