#include "app/response_actions.hpp"

#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "app/journal_copies.hpp"
#include "base/limits/respond.hpp"
#include "base/time_units.hpp"
#include "store/order_value.hpp"

namespace tocsin::app {

namespace {

using respond::Effect;
using respond::EffectKind;

constexpr std::uint32_t find_days_by_default = 14;
/// Who is paced is looked at before that.
constexpr std::uint32_t paced_days = 7;
constexpr const char* giver = "response";

std::string parameter(const Effect& effect, const std::string& name) {
    const auto found = effect.parameters.find(name);
    return found == effect.parameters.end() ? std::string() : found->second;
}

Result<std::uint32_t> number(const Effect& effect, const std::string& name, std::uint32_t otherwise) {
    const std::string text = parameter(effect, name);
    if (text.empty()) return otherwise;
    std::uint32_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size())
        return fail(ErrorCode::invalid_input, name + " is no whole number: " + text);
    return value;
}

std::string reason_of(const Effect& effect) {
    const std::string reason = parameter(effect, "reason");
    return reason.empty() ? "incident " + effect.incident : reason;
}

}  // namespace

Result<std::string> ResponseActions::perform(net::Fiber& fiber, const Effect& effect) {
    switch (effect.kind) {
        case EffectKind::give_order: return give_order(fiber, effect);
        case EffectKind::hold_customer: return hold_customer(fiber, effect);
        case EffectKind::lift_order:
        case EffectKind::release_customer: return lift_order(fiber, effect);
        case EffectKind::raise_watch:
        case EffectKind::lower_watch:
        case EffectKind::pace_customer:
        case EffectKind::unpace_customer: return take_care(fiber, effect);
        case EffectKind::find_copies: return find_copies(fiber, effect);
        case EffectKind::notify: return world_.notices.send(fiber, effect);
        case EffectKind::alarm: return raise_alarm(effect);
        case EffectKind::purge:
        case EffectKind::restore_purged: return world_.mailboxes.perform(fiber, effect);
        case EffectKind::webhook: break;
    }
    return world_.webhooks.step(fiber, effect);
}

Result<std::string> ResponseActions::add(net::Fiber& fiber, const Effect& effect, store::Order order) {
    order.id = effect.key;
    order.given_by = giver;
    order.given_at = world_.clock.now();
    order.reason = reason_of(effect);
    const std::string meaning = store::order_meaning(order);
    if (effect.run_kind == respond::RunKind::dry) return "would " + meaning;
    const Result<void> stored = world_.blocking.call(fiber, [&] { return world_.orders.add(order); });
    // Given before a crash, perhaps: the key is its id.
    if (!stored && stored.error().code != ErrorCode::conflict) return std::unexpected(stored.error());
    TRY(world_.orders_changed(fiber));
    return "in force: " + meaning;
}

Result<std::string> ResponseActions::give_order(net::Fiber& fiber, const Effect& effect) {
    const auto action = store::order_action_from(parameter(effect, "order"));
    const auto kind = store::subject_kind_from(parameter(effect, "subject"));
    if (!action) return fail(ErrorCode::invalid_input, "order must be \"block\", \"hold\" or \"pace\"");
    if (!kind)
        return fail(ErrorCode::invalid_input,
                    "an order cannot look at \"" + parameter(effect, "subject") + "\"");
    store::Order order;
    order.action = *action;
    order.subject_kind = *kind;
    order.value = TRY(store::order_value(*kind, parameter(effect, "value")));
    if (*kind == store::SubjectKind::url || *kind == store::SubjectKind::link_domain) {
        const std::string host = order.value.substr(0, order.value.find_first_of("/?:"));
        if (std::string why = world_.why_left_alone(host); !why.empty()) return "left alone: " + why;
    }
    order.direction = parameter(effect, "direction");
    const std::uint32_t hours = TRY(number(effect, "hours", 0));
    if (hours > 0) order.expires_at = TimePoint{world_.clock.now().microseconds + hours * hour_us};
    return add(fiber, effect, std::move(order));
}

Result<std::string> ResponseActions::hold_customer(net::Fiber& fiber, const Effect& effect) {
    store::Order order;
    order.action = store::OrderAction::hold;
    order.subject_kind = store::SubjectKind::customer;
    order.value = TRY(store::order_value(order.subject_kind, parameter(effect, "customer")));
    order.direction = "outbound";
    return add(fiber, effect, std::move(order));
}

Result<std::string> ResponseActions::lift_order(net::Fiber& fiber, const Effect& effect) {
    if (effect.run_kind == respond::RunKind::dry) return "would revoke order " + effect.undoes;
    const Result<void> revoked = world_.blocking.call(
        fiber, [&] { return world_.orders.revoke(effect.undoes, giver, world_.clock.now()); });
    // Revoked before a crash, or by a person; or it was never given, because its link was left alone.
    const bool is_gone = !revoked && (revoked.error().code == ErrorCode::conflict ||
                                      revoked.error().code == ErrorCode::not_found);
    if (!revoked && !is_gone) return std::unexpected(revoked.error());
    TRY(world_.orders_changed(fiber));
    const Result<store::Order> order =
        world_.blocking.call(fiber, [&] { return world_.orders.get(effect.undoes); });
    return "no longer in force: " + (order ? store::order_meaning(*order) : "order " + effect.undoes);
}

Result<std::string> ResponseActions::take_care(net::Fiber& fiber, const Effect& effect) {
    const std::string customer = parameter(effect, "customer");
    const bool begins = effect.kind == EffectKind::raise_watch || effect.kind == EffectKind::pace_customer;
    const bool watches = effect.kind == EffectKind::raise_watch || effect.kind == EffectKind::lower_watch;
    const std::uint32_t days = TRY(number(effect, "days", paced_days));
    const TimePoint now = world_.clock.now();
    const TimePoint until = begins ? TimePoint{now.microseconds + days * day_us} : now;
    const std::string what = customer +
                             (watches  ? begins ? " is watched closely" : " is watched as before"
                              : begins ? "'s mail goes in small parts"
                                       : "'s mail goes as before") +
                             (begins ? ", until " + to_rfc3339(until) : std::string());
    if (world_.watch == nullptr) return fail(ErrorCode::conflict, "the watch is off");
    if (effect.run_kind == respond::RunKind::dry) return "would be: " + what;
    watch::CareEvent care{.id = effect.key,
                          .time = now,
                          .customer = customer,
                          .watched_until = {},
                          .paced_until = {},
                          .by = giver,
                          .note = reason_of(effect)};
    (watches ? care.watched_until : care.paced_until) = until;
    TRY(world_.watch->take_care(fiber, care));
    return what;
}

Result<std::string> ResponseActions::find_copies(net::Fiber& fiber, const Effect& effect) {
    const std::uint32_t days = TRY(number(effect, "days", find_days_by_default));
    JournalCopies copies(world_.journal, TimePoint{world_.clock.now().microseconds - days * day_us});
    TRY(world_.blocking.call(fiber, [&]() -> Result<void> {
        TRY(world_.journal.file_all());
        return copies.look_for(effect);
    }));
    std::vector<respond::TouchedPerson> people;
    // A dry run goes on with them, and nobody else reckons with what it found.
    const std::uint32_t dry_run = effect.run_kind == respond::RunKind::dry ? effect.run : 0;
    const auto tell = [&]() -> Result<void> {
        if (people.empty()) return {};
        return world_.response.tell(
            fiber, respond::PeopleTouched{effect.incident, std::exchange(people, {}), dry_run}, giver, {});
    };
    for (const auto& [recipient, got] : copies.recipients()) {
        people.push_back({recipient, respond::Deed::none});
        if (people.size() >= limits::respond_list_entries) TRY(tell());
    }
    TRY(tell());
    return copies.summary();
}

Result<std::string> ResponseActions::raise_alarm(const Effect& effect) {
    world_.log.write(
        LogLevel::error, "respond.alarm",
        {{"incident", effect.incident}, {"key", effect.key}, {"what", parameter(effect, "text")}});
    return std::string("logged");
}

}  // namespace tocsin::app
