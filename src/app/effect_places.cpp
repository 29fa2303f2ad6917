#include "app/effect_places.hpp"

#include <utility>

#include "base/limits/hooks.hpp"

namespace tocsin::app {

namespace {

using respond::EffectKind;

bool goes_by_webhook(const respond::Effect& effect) {
    const auto channel = effect.parameters.find("channel");
    return channel != effect.parameters.end() && channel->second == to_string(respond::ChannelKind::webhook);
}

std::string parameter(const respond::Effect& effect, const std::string& name) {
    const auto found = effect.parameters.find(name);
    return found == effect.parameters.end() ? std::string() : found->second;
}

}  // namespace

EffectLane lane_of(const respond::Effect& effect) {
    switch (effect.kind) {
        case EffectKind::alarm: return EffectLane::urgent;
        case EffectKind::notify:
            if (effect.urgency == respond::Urgency::normal) return EffectLane::notices;
            return goes_by_webhook(effect) ? EffectLane::urgent_calls : EffectLane::urgent;
        case EffectKind::webhook: return EffectLane::webhooks;
        case EffectKind::purge:
        case EffectKind::restore_purged: return EffectLane::mailboxes;
        case EffectKind::give_order:
        case EffectKind::lift_order:
        case EffectKind::hold_customer:
        case EffectKind::release_customer:
        case EffectKind::pace_customer:
        case EffectKind::unpace_customer:
        case EffectKind::raise_watch:
        case EffectKind::lower_watch:
        case EffectKind::find_copies: break;
    }
    return EffectLane::gate;
}

std::string receiver_of(const respond::Effect& effect) {
    if (effect.kind == EffectKind::webhook) return parameter(effect, "webhook");
    if (effect.kind == EffectKind::notify && goes_by_webhook(effect)) return parameter(effect, "address");
    return {};
}

EffectPlaces::Lane::Lane(net::Loop& loop) : places(loop, limits::effects_at_once) {}

EffectPlaces::EffectPlaces(net::Loop& loop, Act act) : act_(std::move(act)) {
    for (auto& lane : lanes_) lane = std::make_unique<Lane>(loop);
}

void EffectPlaces::put(respond::Effect effect) {
    Lane& lane = *lanes_[static_cast<std::size_t>(lane_of(effect))];
    lane.receivers[receiver_of(effect)].waiting.push_back(std::move(effect));
    // A full lane takes it when one of its fibers has ended what it does. One that was asked to stop takes no more: the effect is
    // given again after the next start.
    if (!lane.places.full())
        static_cast<void>(lane.places.spawn([this, &lane](net::Fiber& fiber) { work(fiber, lane); }));
}

/// The receiver whose effect may begin now and is due for longest.
std::map<std::string, EffectPlaces::Receiver>::iterator EffectPlaces::next(Lane& lane) {
    auto best = lane.receivers.end();
    for (auto at = lane.receivers.begin(); at != lane.receivers.end(); ++at) {
        const bool full = !at->first.empty() && at->second.busy >= limits::effects_for_one_receiver;
        if (full || at->second.waiting.empty()) continue;
        if (best == lane.receivers.end() || at->second.waiting.front().due < best->second.waiting.front().due)
            best = at;
    }
    return best;
}

/// Whoever ends looks for more: so what waits for its receiver's other calls is begun by the fiber that made the last of them.
void EffectPlaces::work(net::Fiber& fiber, Lane& lane) {
    while (!fiber.stop_requested()) {
        const auto chosen = next(lane);
        if (chosen == lane.receivers.end()) return;
        const respond::Effect effect = std::move(chosen->second.waiting.front());
        chosen->second.waiting.pop_front();
        ++chosen->second.busy;
        act_(fiber, effect);
        if (--chosen->second.busy == 0 && chosen->second.waiting.empty()) lane.receivers.erase(chosen);
    }
}

void EffectPlaces::stop(net::Fiber& fiber, Deadline deadline) {
    for (const auto& lane : lanes_) lane->places.request_stop();
    for (const auto& lane : lanes_) lane->places.stop_and_join(fiber, deadline);
}

}  // namespace tocsin::app
