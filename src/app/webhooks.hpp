// The HTTP servers of [[webhook]] and of the list of people, as the response calls them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "hooks/http_call.hpp"
#include "hooks/notice_shapes.hpp"
#include "hooks/step_call.hpp"
#include "net/blocking_pool.hpp"
#include "net/dns_resolver.hpp"
#include "net/fiber.hpp"
#include "net/loop.hpp"
#include "respond/effect.hpp"

namespace tocsin::app {

/// Everything outlives it.
struct WebhookWorld {
    const config::Settings& settings;
    net::BlockingPool& blocking;
    net::Loop& loop;
    const Clock& clock;
};

/// On the loop's thread. Each call is by itself: nothing of one is kept for the next but the authorities of TLS and answers of
/// DNS.
class Webhooks {
public:
    explicit Webhooks(WebhookWorld world) : world_(world) {}

    /// Reads each secret and each file of authorities once: what cannot be used is told now, and not in the middle of an attack.
    /// Errors: invalid_input, permission, not_found, io.
    [[nodiscard]] Result<void> check(net::Fiber& fiber);
    /// No call may be under way.
    void stop(net::Fiber& fiber);

    /// A step of a playbook, or its undo: webhook-id is the effect's key. A dry one says what would be called. Returns what came
    /// of it. Errors: see PerformEffect.
    [[nodiscard]] Result<std::string> step(net::Fiber& fiber, const respond::Effect& effect);
    /// A notice to the webhook of this name, or to this URL. Errors: see PerformEffect.
    [[nodiscard]] Result<std::string> notice(net::Fiber& fiber, const std::string& address,
                                             const hooks::NoticeCall& notice);

private:
    /// What one call needs besides its body.
    struct Call {
        const config::Webhook& webhook;
        hooks::HttpServer server;
        std::string secret, authorization;  ///< empty: none
        Deadline deadline;
    };
    Result<Call> prepare(net::Fiber& fiber, const config::Webhook& webhook, std::string target = {});
    Result<void> read_secrets(net::Fiber& fiber, Call& call);
    Result<std::shared_ptr<const net::TlsContext>> tls_for(net::Fiber& fiber, const config::Webhook& webhook);
    Result<std::vector<std::string>> look_up(net::Fiber& fiber, const std::string& host, Deadline deadline);
    Result<proto::HttpResponse> send(net::Fiber& fiber, const Call& call, const std::string& method,
                                     std::string body, const std::string& id, hooks::AnswerBody answer);
    Result<std::string> suspend(net::Fiber& fiber, const config::Webhook& webhook,
                                const hooks::StepCall& step);
    Result<std::string> resume(net::Fiber& fiber, const config::Webhook& webhook,
                               const hooks::StepCall& step);
    Result<std::vector<std::string>> suspensions(net::Fiber& fiber, const Call& call, const std::string& id,
                                                 const std::string& key);

    WebhookWorld world_;
    std::map<std::string, std::shared_ptr<const net::TlsContext>>
        tls_;                                ///< by file of authorities; "": the system's
    std::unique_ptr<net::DnsResolver> dns_;  ///< since the first name
};

/// The [[webhook]] of this name; nullptr: there is none.
[[nodiscard]] const config::Webhook* find_webhook(const config::Settings& settings, const std::string& name);

}  // namespace tocsin::app
