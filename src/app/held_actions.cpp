#include "app/held_actions.hpp"

#include <algorithm>

#include "app/doors.hpp"

namespace tocsin::app {

Result<gate::NextHopAddress> release_hop(const config::Settings& settings, const store::Record& record) {
    const auto listener = std::ranges::find(settings.listeners, record.listener, &config::Listener::name);
    if (listener != settings.listeners.end() && listener->next_hop) return next_hop_address(*listener);
    const bool outbound = record.direction == mail::to_string(mail::Direction::outbound);
    const config::ReleaseSettings& release = settings.release;
    std::optional<config::Address> hop =
        outbound && release.outbound_next_hop ? release.outbound_next_hop : release.next_hop;
    if (!hop)
        hop = outbound && settings.daemon.outbound_next_hop ? settings.daemon.outbound_next_hop
                                                            : settings.daemon.next_hop;
    if (!hop)
        return fail(ErrorCode::invalid_input,
                    "nobody said where released mail goes: set next_hop in [release] of the "
                    "configuration, and restart; the message is still held");
    return gate::NextHopAddress{hop->host, hop->port};
}

Result<api::ReleaseAnswer> release_held(gate::Releaser& releaser, net::Fiber& fiber,
                                        const api::ReleaseOrder& order) {
    const gate::ReleaseRequest request{order.held_id, order.by, order.why,
                                       order.again ? gate::Again::yes : gate::Again::no};
    gate::Released released = TRY(releaser.release(fiber, request));
    return api::ReleaseAnswer{std::move(released.reply), std::move(released.refused)};
}

Result<std::string> read_held(pool::ReaderPool& readers, net::Fiber& fiber, const std::string& direction,
                              ByteView content) {
    pool::ScanRequest request;
    request.kind = reader::RequestKind::read_message;
    request.direction = direction == mail::to_string(mail::Direction::outbound) ? mail::Direction::outbound
                                                                                : mail::Direction::inbound;
    request.bytes = content;
    pool::ScanOutcome outcome = readers.scan(fiber, request);
    if (outcome.outcome == sandbox::Outcome::verdict && outcome.detail.empty())
        return std::move(outcome.output);
    return fail(ErrorCode::unavailable, "no reader could read it (" +
                                            std::string(sandbox::to_string(outcome.outcome)) +
                                            "): " + outcome.detail);
}

}  // namespace tocsin::app
