#include <algorithm>

#include "base/limits.hpp"
#include "base/limits/report_form.hpp"
#include "config/rows.hpp"

namespace tocsin::config {

namespace {

constexpr DirectionRule default_direction(ListenerKind kind) {
    return kind == ListenerKind::smtp || kind == ListenerKind::clamd ? DirectionRule::inbound
                                                                     : DirectionRule::by_sender;
}

Listener make_listener(ListenerKind kind, std::uint16_t port) {
    Listener listener;
    listener.kind = kind;
    listener.address = {AddressKind::tcp, "127.0.0.1", port, ""};
    listener.direction = default_direction(kind);
    return listener;
}

/// What listens when the file names no [[listener]].
std::vector<Listener> default_listeners(const Settings& settings) {
    std::vector<Listener> out;
    if (settings.daemon.next_hop) {
        out.push_back(make_listener(ListenerKind::smtp, 2525));
        out.push_back(make_listener(ListenerKind::smtp, 2526));
        out.back().direction = DirectionRule::outbound;
    }
    out.push_back(make_listener(ListenerKind::milter, 8025));
    out.push_back(make_listener(ListenerKind::check, 11'333));
    out.push_back(make_listener(ListenerKind::clamd, 3310));
    out.push_back(make_listener(ListenerKind::api, 8420));
    return out;
}

std::uint32_t default_timeout_ms(ListenerKind kind) {
    switch (kind) {
        case ListenerKind::smtp: return limits::smtp_command_timeout_ms;
        case ListenerKind::milter: return limits::client_message_ms;  // its client may take that long
        case ListenerKind::check:
        case ListenerKind::clamd: return limits::check_timeout_ms;
        case ListenerKind::api:
        case ListenerKind::answers:
        case ListenerKind::report_form: break;
    }
    return limits::api_timeout_ms;
}

std::uint32_t default_sessions(ListenerKind kind) {
    if (kind == ListenerKind::report_form) return limits::form_sessions;
    return static_cast<std::uint32_t>(brings_mail(kind) ? limits::sessions : limits::api_sessions);
}

void complete_listener(Listener& listener, const DaemonSettings& daemon) {
    if (listener.name.empty()) {
        listener.name = to_string(listener.kind);
        if (listener.kind == ListenerKind::smtp)
            listener.name += "-" + std::string(to_string(listener.direction));
    }
    if (listener.sessions == 0) listener.sessions = default_sessions(listener.kind);
    if (listener.timeout_s == 0) listener.timeout_s = default_timeout_ms(listener.kind) / 1000;
    if (listener.kind == ListenerKind::smtp && !listener.next_hop) {
        const bool outbound = listener.direction == DirectionRule::outbound;
        listener.next_hop = outbound && daemon.outbound_next_hop ? daemon.outbound_next_hop : daemon.next_hop;
    }
}

}  // namespace

void complete(Settings& settings, const Places& places) {
    auto rows = places.find("listener");
    for (std::size_t i = 0; i < settings.listeners.size(); ++i)
        if (rows != places.end() && !rows->second[i].has("direction"))
            settings.listeners[i].direction = default_direction(settings.listeners[i].kind);
    // Pages for people beside the doors through which mail comes take none of those away.
    const auto is_page = [](const Listener& listener) {
        return listener.kind == ListenerKind::answers || listener.kind == ListenerKind::report_form;
    };
    if (std::ranges::all_of(settings.listeners, is_page))
        for (Listener& listener : default_listeners(settings))
            settings.listeners.push_back(std::move(listener));
    for (Listener& listener : settings.listeners) complete_listener(listener, settings.daemon);
    auto outbound = places.find("outbound");
    const bool said = outbound != places.end() && outbound->second[0].has("unknown_sender");
    if (!said && !settings.customers.empty()) settings.outbound.unknown_sender = UnknownSender::hold;
}

}  // namespace tocsin::config
