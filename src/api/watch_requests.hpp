// Requests about the watch: events from the operator's own systems, alarms and their answers, what is known of a customer.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber.hpp"
#include "proto/http.hpp"
#include "store/held_store.hpp"
#include "store/watch_store.hpp"
#include "watch/watch.hpp"

namespace tocsin::api {

/// What became of a batch of events.
struct EventsTaken {
    std::size_t taken = 0;
    std::vector<std::pair<std::size_t, std::string>> refused;  ///< place in the batch, and why
};

/// The watch as the API sees it. Either all is set, or nothing: the watch is off.
struct WatchActions {
    store::WatchStore* store = nullptr;
    store::JournalStore* journal = nullptr;
    store::HeldStore* held = nullptr;
    const watch::Watch* watch = nullptr;
    /// Brings a customer's profile back, should it be put away. Errors: unavailable, io.
    std::function<Result<void>(net::Fiber&, const std::string& customer)> bring_back = {};
    /// Errors: unavailable, io: seen, and not on disk yet.
    std::function<Result<EventsTaken>(net::Fiber&, const std::vector<watch::Event>&)> take = {};
    /// Errors: not_found, conflict, unavailable, io.
    std::function<Result<void>(net::Fiber&, const watch::AnswerEvent&)> answer = {};
};

/// What WatchRequests works on. Everything outlives it.
struct WatchServices {
    net::BlockingPool& blocking;
    const Clock& clock;
    Log& log;
    WatchActions actions;
};

class WatchRequests {
public:
    explicit WatchRequests(WatchServices services) : services_(std::move(services)) {}
    /// Whether a request of this path is for it.
    [[nodiscard]] static bool is_about_watch(std::string_view path);
    [[nodiscard]] proto::HttpResponse handle(net::Fiber& fiber, const proto::HttpRequest& request,
                                             const proto::HttpTarget& target, const std::string& caller);

private:
    proto::HttpResponse take_events(net::Fiber& fiber, const std::string& body);
    proto::HttpResponse export_events(net::Fiber& fiber, const proto::HttpTarget& target);
    proto::HttpResponse list_alarms(net::Fiber& fiber, const proto::HttpTarget& target);
    proto::HttpResponse show_alarm(net::Fiber& fiber, const std::string& id);
    proto::HttpResponse answer_alarm(net::Fiber& fiber, const std::string& id, const std::string& body,
                                     const std::string& caller);
    proto::HttpResponse snooze_alarm(net::Fiber& fiber, const std::string& id, const std::string& body,
                                     const std::string& caller);
    proto::HttpResponse list_customers() const;
    proto::HttpResponse show_customer(net::Fiber& fiber, const proto::HttpTarget& target);
    WatchServices services_;
};

}  // namespace tocsin::api
