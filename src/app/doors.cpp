#include "app/doors.hpp"

#include <cstdio>

#include "app/gate_rules.hpp"
#include "base/assert.hpp"
#include "gate/check_door.hpp"
#include "gate/clamd_door.hpp"
#include "gate/milter_door.hpp"
#include "net/tls.hpp"

namespace tocsin::app {

namespace {

/// Builds a session type that is kept alive by the function that runs it.
template <typename Door>
std::function<void(net::Fiber&, net::Stream&)> running(const std::shared_ptr<Door>& door) {
    return [door](net::Fiber& fiber, net::Stream& peer) { door->run_session(fiber, peer); };
}

gate::NextHopTls next_hop_tls(config::NextHopTls wanted) {
    switch (wanted) {
        case config::NextHopTls::none: return gate::NextHopTls::none;
        case config::NextHopTls::opportunistic: return gate::NextHopTls::opportunistic;
        case config::NextHopTls::require: return gate::NextHopTls::require;
        case config::NextHopTls::verify: break;
    }
    return gate::NextHopTls::verify;
}

proto::SmtpTls listener_tls(config::ListenerTls wanted) {
    switch (wanted) {
        case config::ListenerTls::none: return proto::SmtpTls::none;
        case config::ListenerTls::offer: return proto::SmtpTls::offered;
        case config::ListenerTls::require: break;
    }
    return proto::SmtpTls::required;
}

gate::PatienceLimits patience_of(const config::Listener& settings) {
    return {.silence_ms = settings.timeout_s * 1000};
}

api::DoorConfig api_door(const config::Listener& settings) {
    api::DoorConfig door{.timeout_ms = settings.timeout_s * 1000,
                         .forwarded_from = blocks_of(settings.forwarded_from)};
    if (settings.kind == config::ListenerKind::answers) door.door = api::ApiDoor::contacts;
    if (settings.kind == config::ListenerKind::report_form) door.door = api::ApiDoor::reporters;
    return door;
}

}  // namespace

Result<gate::NextHopAddress> next_hop_address(const config::Listener& settings) {
    gate::NextHopAddress address{settings.next_hop->host, settings.next_hop->port,
                                 next_hop_tls(settings.next_hop_tls)};
    address.timeout_ms = settings.next_hop_timeout_s * 1000;
    if (address.tls == gate::NextHopTls::none) return address;
    address.tls_context = TRY(net::TlsContext::client(
        address.tls == gate::NextHopTls::verify ? net::TlsVerify::peer : net::TlsVerify::none));
    address.tls_name = settings.next_hop_name.value_or("");
    return address;
}

Result<net::Listener> Doors::listen_at(const config::Listener& settings) {
    const config::Address& at = settings.address;
    Result<net::Listener> listener = at.kind == config::AddressKind::unix_socket
                                         ? net::Listener::unix_socket(loop_, at.path)
                                         : net::Listener::tcp(loop_, at.host, at.port);
    if (!listener)
        return fail(listener.error().code, settings.name + ": " + listener.error().message +
                                               "; give it another address, or leave it out, with --listen " +
                                               settings.name + "=ADDRESS or =off, or in the configuration");
    return listener;
}

Result<Doors::Session> Doors::proxy_session(const config::Listener& settings) {
    auto named = [&](const Error& error) { return fail(error.code, settings.name + ": " + error.message); };
    gate::ProxyConfig proxy;
    proxy.listener = settings.name;
    proxy.direction = listener_direction(settings.direction);
    proxy.host_name = host_name_;
    Result<gate::NextHopAddress> next_hop = next_hop_address(settings);
    if (!next_hop) return named(next_hop.error());
    proxy.next_hop = *next_hop;
    proxy.patience = patience_of(settings);
    proxy.tls = listener_tls(settings.tls);
    if (proxy.tls != proto::SmtpTls::none) {
        auto context =
            net::TlsContext::server(settings.tls_certificate.value_or(""), settings.tls_key.value_or(""));
        if (!context) return named(context.error());
        proxy.tls_context = *context;
    }
    proxy.trusted_networks = blocks_of(settings.xforward_from);
    const bool with_tls = proxy.tls != proto::SmtpTls::none;
    auto door = std::make_shared<gate::SmtpProxy>(std::move(proxy), services_);
    if (with_tls)
        tls_proxies_.push_back(
            {settings.name, settings.tls_certificate.value_or(""), settings.tls_key.value_or(""), door});
    return running(door);
}

Result<Doors::Session> Doors::session_for(const config::Listener& settings) {
    const gate::ListenerDirection direction = listener_direction(settings.direction);
    switch (settings.kind) {
        case config::ListenerKind::smtp: return proxy_session(settings);
        case config::ListenerKind::milter: {
            const gate::Keep keep = settings.keep == config::HeldAt::mta ? gate::Keep::mta : gate::Keep::here;
            return running(std::make_shared<gate::MilterDoor>(
                gate::MilterConfig{
                    settings.name,
                    direction,
                    keep,
                    {.silence_ms = settings.timeout_s * 1000, .message_ms = 2 * limits::client_message_ms}},
                services_));
        }
        case config::ListenerKind::check:
            return running(std::make_shared<gate::CheckDoor>(
                gate::CheckConfig{settings.name, direction, patience_of(settings)}, services_));
        case config::ListenerKind::clamd:
            return running(std::make_shared<gate::ClamdDoor>(
                gate::ClamdConfig{settings.name, direction, services_.readers.status().engines,
                                  settings.scan_root.value_or(""), patience_of(settings)},
                services_));
        case config::ListenerKind::api:
        case config::ListenerKind::answers:
        case config::ListenerKind::report_form: break;
    }
    return Session([this, door = api_door(settings)](net::Fiber& fiber, net::Stream& client) {
        api_.run_session(fiber, client, door);
    });
}

Result<void> Doors::open(const config::Listener& settings) {
    Session session = TRY(session_for(settings));
    services_.metrics.listener_kinds[settings.name] = config::to_string(settings.kind);
    net::Listener listener = TRY(listen_at(settings));
    return start(
        settings.name, std::move(listener), settings.sessions, std::move(session),
        settings.next_hop ? config::to_text(*settings.next_hop) : "",
        config::brings_mail(settings.kind) ? Counted::yes : Counted::no,
        // An MTA keeps its connection for as long as its client is there: closing it would cost that client its mail.
        settings.kind == config::ListenerKind::milter ? net::WhenFull::wait : net::WhenFull::end_idle);
}

Result<void> Doors::open_own_api(const std::string& path) {
    net::Listener listener = TRY(net::Listener::unix_socket(loop_, path));
    return start(
        "own-api", std::move(listener), limits::api_sessions,
        [this](net::Fiber& fiber, net::Stream& client) { api_.run_session(fiber, client); }, "", Counted::no,
        net::WhenFull::end_idle);
}

Result<void> Doors::start(const std::string& name, net::Listener listener, std::size_t sessions_max,
                          Session session, const std::string& next_hop, Counted counted,
                          net::WhenFull when_full) {
    auto open = std::make_shared<net::Listener>(std::move(listener));
    auto sessions = std::make_shared<net::TaskGroup>(loop_, sessions_max);
    (counted == Counted::yes ? mail_sessions_ : api_sessions_).push_back({name, sessions});
    listening_.push_back(name + " " + open->description());
    std::printf("%-18s %s%s%s\n", name.c_str(), open->description().c_str(), next_hop.empty() ? "" : " -> ",
                next_hop.c_str());
    return listeners_.spawn(
        [this, open, sessions, session = std::move(session), when_full](net::Fiber& fiber) {
            open->serve(fiber, *sessions, log_, session, when_full);
        });
}

Result<Doors::Certificates> Doors::read_certificates() const {
    Certificates contexts;
    for (const TlsProxy& one : tls_proxies_) {
        auto context = net::TlsContext::server(one.certificate_file, one.key_file);
        if (!context) return fail(context.error().code, one.name + ": " + context.error().message);
        contexts.push_back(std::move(*context));
    }
    return contexts;
}

void Doors::use_certificates(const Certificates& certificates) {
    ASSERT(certificates.size() == tls_proxies_.size(), "doors are opened before anything is reloaded");
    for (std::size_t i = 0; i < certificates.size(); ++i)
        tls_proxies_[i].proxy->use_certificate(certificates[i]);
}

void Doors::close(net::Fiber& fiber, Deadline grace) {
    listeners_.stop_and_join(fiber, grace);
    // All are asked before one is waited for: the grace is one for all.
    for (const Places& places : mail_sessions_) places.sessions->request_stop();
    for (const Places& places : mail_sessions_) places.sessions->stop_and_join(fiber, grace);
    for (const Places& places : api_sessions_) places.sessions->stop_and_join(fiber, grace);
}

std::size_t Doors::live_sessions() const {
    std::size_t live = 0;
    for (const Places& places : mail_sessions_) live += places.sessions->live();
    return live;
}

std::vector<std::pair<std::string, std::size_t>> Doors::sessions_by_listener() const {
    std::vector<std::pair<std::string, std::size_t>> all;
    for (const auto* doors : {&mail_sessions_, &api_sessions_})
        for (const Places& places : *doors) all.emplace_back(places.name, places.sessions->live());
    return all;
}

}  // namespace tocsin::app
