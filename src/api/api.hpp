// The daemon's HTTP API: journal, held messages, standing orders, status, metrics. On a Unix socket that only its own user may
// open, and over TCP for whoever shows the token (access.hpp).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/access.hpp"
#include "api/acknowledge_pages.hpp"
#include "api/answer_pages.hpp"
#include "api/quarantine.hpp"
#include "api/report_form.hpp"
#include "api/respond_requests.hpp"
#include "api/token_requests.hpp"
#include "api/watch_requests.hpp"
#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/limits/report_form.hpp"
#include "base/log.hpp"
#include "net/blocking_pool.hpp"
#include "net/sessions_per_client.hpp"
#include "net/stream.hpp"
#include "proto/http.hpp"
#include "store/evidence_store.hpp"
#include "store/held_store.hpp"
#include "store/journal_store.hpp"
#include "store/order_store.hpp"

namespace tocsin::api {

/// What the API works on. Everything outlives it.
struct ApiServices {
    store::JournalStore& journal;
    store::OrderStore& orders;
    store::HeldStore& held;
    store::EvidenceStore& evidence;
    net::BlockingPool& blocking;
    const Clock& clock;
    Log& log;
    /// Called after an order was stored or revoked: makes every gate use it. Returns when it is in force.
    std::function<Result<void>(net::Fiber&)> orders_changed;
    HeldActions held_actions;
    /// JSON object with the daemon's state, for GET /v1/status.
    std::function<std::string()> status_json;
    /// What is asked of a client over TCP.
    Access access;
    /// The page for GET /metrics.
    std::function<std::string(net::Fiber&)> metrics_text;
    /// Why no mail should be sent here now, for GET /ready; empty: it may be.
    std::function<std::vector<std::string>(net::Fiber&)> not_ready;
    /// Whether the configuration has a customer of this name; empty: nobody knows.
    std::function<bool(const std::string& name)> knows_customer = {};
    WatchActions watch = {};
    RespondActions respond = {};
    /// Signs the links of contacts.
    HashKey link_key = {};
    /// Signs the links of pages.
    HashKey acknowledge_key = {};
    TokenActions tokens = {};
    std::string contact = {};  ///< whom people may call, for the form for reports
};

/// To whom a door of the API is open.
enum class ApiDoor : std::uint8_t {
    operators,  ///< with the token, or on our own socket
    contacts,  ///< of customers and people who are paged, with the link that they were sent; nothing else is answered
    reporters,  ///< everybody, for the form for reports; nothing else is answered
};

/// A door as it was configured.
struct DoorConfig {
    ApiDoor door = ApiDoor::operators;
    std::uint32_t timeout_ms = limits::api_timeout_ms;  ///< of a silent client
    std::vector<IpNetwork> forwarded_from = {};         ///< web servers whose X-Forwarded-For is believed
};

class Api {
public:
    explicit Api(ApiServices services)
        : services_(std::move(services)), started_at_(services_.clock.now()),
          quarantine_({services_.journal, services_.held, services_.evidence, services_.blocking,
                       services_.clock, services_.log, services_.held_actions}),
          watch_({services_.blocking, services_.clock, services_.log, services_.watch}),
          respond_({services_.clock, services_.log, services_.respond, services_.held_actions.read}),
          answers_({services_.blocking, services_.clock, services_.log, services_.watch}, services_.link_key),
          acknowledge_({services_.clock, services_.log, services_.respond}, services_.acknowledge_key),
          tokens_(services_.clock, services_.log, services_.tokens),
          form_({services_.clock, services_.log, respond_, services_.access.person_of, services_.contact}) {}
    /// Serves one connection until it closes, is silent for too long, or takes limits::api_request_ms (form_request_ms) for one
    /// request.
    void run_session(net::Fiber& fiber, net::Stream& client, const DoorConfig& config = {});
    /// Answers one request of somebody who may ask everything; `caller` is recorded as the giver of orders when the request
    /// names nobody.
    /// `person`: whose token was shown; nullptr for the operator.
    [[nodiscard]] proto::HttpResponse handle(net::Fiber& fiber, const proto::HttpRequest& request,
                                             const std::string& caller, const Principal* person = nullptr);

private:
    class Session;
    proto::HttpResponse handle_link(net::Fiber& fiber, const proto::HttpRequest& request,
                                    const std::string& caller);
    proto::HttpResponse handle_person(net::Fiber& fiber, const proto::HttpRequest& request,
                                      const proto::HttpTarget& target, const Principal& person);
    /// The same for somebody who must show the token.
    proto::HttpResponse handle_stranger(net::Fiber& fiber, const proto::HttpRequest& request,
                                        const std::string& caller);
    proto::HttpResponse list_journal(net::Fiber& fiber, const proto::HttpTarget& target);
    Result<store::Record> find_record(net::Fiber& fiber, const std::string& id);
    Result<std::uint64_t> fingerprint_of(net::Fiber& fiber, const std::string& word);
    proto::HttpResponse show_record(net::Fiber& fiber, const std::string& id);
    proto::HttpResponse list_held(net::Fiber& fiber, const proto::HttpTarget& target);
    proto::HttpResponse list_orders(net::Fiber& fiber, const proto::HttpTarget& target);
    proto::HttpResponse give_order(net::Fiber& fiber, const std::string& body, const std::string& caller);
    proto::HttpResponse revoke_order(net::Fiber& fiber, const std::string& id, const std::string& by);
    proto::HttpResponse show_status(net::Fiber& fiber);
    proto::HttpResponse show_metrics(net::Fiber& fiber);
    proto::HttpResponse show_readiness(net::Fiber& fiber);

    ApiServices services_;
    TimePoint started_at_;
    Quarantine quarantine_;
    WatchRequests watch_;
    RespondRequests respond_;
    AnswerPages answers_;
    AcknowledgePages acknowledge_;
    TokenRequests tokens_;
    ReportForm form_;
    net::SessionsPerClient form_clients_{limits::form_sessions_per_client};
    net::SessionsPerClient link_clients_{limits::answers_sessions_per_client};
};

}  // namespace tocsin::api
