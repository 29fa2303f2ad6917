// The listeners of the daemon: opens each, gives it its own places, and joins everything at the end.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/api.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "gate/next_hop.hpp"
#include "gate/services.hpp"
#include "gate/smtp_proxy.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/task_group.hpp"

namespace tocsin::app {

/// Where an SMTP listener passes mail on to. Errors: the system's certificates cannot be read.
[[nodiscard]] Result<gate::NextHopAddress> next_hop_address(const config::Listener& settings);

class Doors {
public:
    Doors(net::Loop& loop, gate::GateServices& services, api::Api& api, std::string host_name, Log& log)
        : loop_(loop), services_(services), api_(api), host_name_(std::move(host_name)), log_(log),
          listeners_(loop, limits::config_listeners + 1) {}

    /// Opens one door and prints where it listens. Errors: the address is taken or not ours, or a certificate
    /// cannot be read; they say what to do.
    Result<void> open(const config::Listener& settings);
    /// The API for the daemon's own user, on a socket in the data folder.
    Result<void> open_own_api(const std::string& path);
    /// Every listener's certificate and key, read anew, for use_certificates(). Errors: one of them cannot be used.
    using Certificates = std::vector<std::shared_ptr<const net::TlsContext>>;
    [[nodiscard]] Result<Certificates> read_certificates() const;
    void use_certificates(const Certificates& certificates);
    /// No new connections; sessions may finish what they began until `grace`.
    void close(net::Fiber& fiber, Deadline grace);

    /// "smtp-inbound 127.0.0.1:2525" for each.
    [[nodiscard]] const std::vector<std::string>& listening() const { return listening_; }
    /// Sessions through which mail comes, now.
    [[nodiscard]] std::size_t live_sessions() const;
    /// The same for every door, those of the API too, by name.
    [[nodiscard]] std::vector<std::pair<std::string, std::size_t>> sessions_by_listener() const;

private:
    /// Whether sessions count as mail: those of the API come from asking how many there are.
    enum class Counted : bool { no, yes };
    using Session = std::function<void(net::Fiber&, net::Stream&)>;
    Result<net::Listener> listen_at(const config::Listener& settings);
    Result<Session> session_for(const config::Listener& settings);
    Result<Session> proxy_session(const config::Listener& settings);
    Result<void> start(const std::string& name, net::Listener listener, std::size_t sessions_max,
                       Session session, const std::string& next_hop, Counted counted,
                       net::WhenFull when_full);

    net::Loop& loop_;
    gate::GateServices& services_;
    api::Api& api_;
    std::string host_name_;
    Log& log_;
    net::TaskGroup listeners_;
    /// A flood at one door must not close the others: each has its own places.
    struct TlsProxy {
        std::string name, certificate_file, key_file;
        std::shared_ptr<gate::SmtpProxy> proxy;
    };
    std::vector<TlsProxy> tls_proxies_;
    struct Places {
        std::string name;
        std::shared_ptr<net::TaskGroup> sessions;
    };
    std::vector<Places> mail_sessions_;
    std::vector<Places> api_sessions_;
    std::vector<std::string> listening_;
};

}  // namespace tocsin::app
