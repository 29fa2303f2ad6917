// The daemon's HTTP API on a Unix socket that only its own user may open: journal, held messages, standing orders, status.
#pragma once

#include <functional>
#include <string>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "net/blocking_pool.hpp"
#include "net/stream.hpp"
#include "proto/http.hpp"
#include "store/held_store.hpp"
#include "store/journal_store.hpp"
#include "store/order_store.hpp"

namespace tocsin::api {

/// What the API works on. Everything outlives it.
struct ApiServices {
    store::JournalStore& journal;
    store::OrderStore& orders;
    store::HeldStore& held;
    net::BlockingPool& blocking;
    const Clock& clock;
    Log& log;
    /// Called after an order was stored or revoked: makes every gate use it. Returns when it is in force.
    std::function<Result<void>(net::Fiber&)> orders_changed;
    /// JSON object with the daemon's state, for GET /v1/status.
    std::function<std::string()> status_json;
};

class Api {
public:
    explicit Api(ApiServices services) : services_(std::move(services)), started_at_(services_.clock.now()) {}
    /// Serves one connection until it closes.
    void run_session(net::Fiber& fiber, net::Stream& client);
    /// Answers one request; `caller` is recorded as the giver of orders when the request names nobody.
    [[nodiscard]] proto::HttpResponse handle(net::Fiber& fiber, const proto::HttpRequest& request,
                                             const std::string& caller);

private:
    proto::HttpResponse list_journal(net::Fiber& fiber, const proto::HttpTarget& target);
    proto::HttpResponse show_record(net::Fiber& fiber, const std::string& id);
    proto::HttpResponse list_held(net::Fiber& fiber, const proto::HttpTarget& target);
    proto::HttpResponse list_orders(net::Fiber& fiber, const proto::HttpTarget& target);
    proto::HttpResponse give_order(net::Fiber& fiber, const std::string& body, const std::string& caller);
    proto::HttpResponse revoke_order(net::Fiber& fiber, const std::string& id, const std::string& by);
    proto::HttpResponse show_status(net::Fiber& fiber);

    ApiServices services_;
    TimePoint started_at_;
};

}  // namespace tocsin::api
