// Effects from the first moment to their end: given, tried, tried again, done once.
#include <algorithm>

#include <fmt/format.h>

#include "base/limits/respond.hpp"
#include "respond/response.hpp"
#include "respond/variables.hpp"

namespace tocsin::respond {

namespace {

bool is_over(const EffectRow& row) {
    return row.state > EffectState::attempted;
}

/// What is tried again when nobody knows whether it was done.
bool may_repeat(const EffectRow& row) {
    return row.repeat != Repeat::rather_not;
}

/// A call of a run that is taken back is not made again: its undo names it.
bool is_left(const Incident& incident, const EffectRow& row) {
    return row.kind == EffectKind::webhook && row.run != 0 && row.undoes.empty() &&
           incident.runs[row.run - 1].state == RunState::undoing;
}

/// When it is taken for lost that nothing was heard.
std::int64_t result_us(EffectKind kind) {
    const bool in_mailboxes = kind == EffectKind::purge || kind == EffectKind::restore_purged;
    return in_mailboxes ? limits::respond_mailbox_result_us : limits::respond_result_us;
}

}  // namespace

/// nullptr: the incident has it already, or has too many.
EffectRow* Response::make(Incident& incident, EffectRow row) {
    if (effects_.contains(row.key) || incident.effects.size() >= limits::respond_effects) return nullptr;
    row.incident = incident.id;
    row.number = ++effects_made_;
    row.asked = row.due = now_;
    incident.effects.insert(row.key);
    EffectRow& made = effects_.emplace(row.key, std::move(row)).first->second;
    queue(made);
    return &made;
}

void Response::queue(const EffectRow& row) {
    if (!is_over(row) && !row.given && (row.state == EffectState::waiting || may_repeat(row)))
        waiting_.insert({row.due, row.key});
}

void Response::unqueue(const EffectRow& row) {
    waiting_.erase({row.due, row.key});
}

std::vector<Effect> Response::take_effects() {
    std::vector<Effect> effects;
    while (!waiting_.empty() && waiting_.begin()->due <= now_) {
        EffectRow& row = effects_.at(waiting_.begin()->key);
        waiting_.erase(waiting_.begin());
        row.given = true;
        effects.push_back(as_effect(row));
    }
    return effects;
}

Effect Response::as_effect(const EffectRow& row) const {
    Effect effect{.key = row.key,
                  .kind = row.kind,
                  .run_kind = row.run_kind,
                  .repeat = row.repeat,
                  .urgency = row.urgency,
                  .due = row.due,
                  .attempt = row.attempts + 1,
                  .incident = row.incident,
                  .step = row.step,
                  .run = row.run,
                  .undoes = row.undoes,
                  .parameters = row.parameters};
    if (row.kind != EffectKind::notify) return effect;
    const Incident& incident = incidents_.at(row.incident);
    Variables variables = variables_of(incident, values_of(incident), reporters_of(incident));
    if (const auto step = row.parameters.find("step"); step != row.parameters.end())
        variables["step"] = {step->second};
    if (row.target.kind == TargetKind::customer) variables["customer"] = {row.target.whom};
    effect.parameters["notice"] = to_string(row.notice);
    effect.parameters["to"] = to_string(row.target.kind);
    effect.parameters["whom"] = row.target.whom;
    if (row.target.kind != TargetKind::customer) {
        effect.parameters["channel"] = to_string(row.target.channel.kind);
        effect.parameters["address"] = row.target.channel.address;
    }
    // A notice that was taken out of the setup meanwhile still says which incident it is about.
    const NoticeTemplate* text = find_template(*setup_, row.parameters.at("template"));
    effect.parameters["subject"] =
        for_people(text == nullptr ? "Incident {number}" : text->subject, variables);
    effect.parameters["text"] = for_people(text == nullptr ? "{title}" : text->text, variables);
    return effect;
}

Result<void> Response::on(const Event&, const EffectAttempted& what) {
    const auto found = effects_.find(what.key);
    if (found == effects_.end())
        return fail(ErrorCode::not_found, fmt::format("there is no effect {}", what.key));
    EffectRow& row = found->second;
    if (is_over(row))
        return fail(ErrorCode::conflict,
                    fmt::format("{} is {}: it must not be done", what.key, to_string(row.state)));
    unqueue(row);
    row.state = EffectState::attempted;
    row.tried = now_;
    ++row.attempts;
    queue(row);
    plan({TimePoint{now_.microseconds + result_us(row.kind)}, TimerKind::result, row.key, row.attempts});
    return {};
}

Result<void> Response::on(const Event&, const EffectSucceeded& what) {
    const auto found = effects_.find(what.key);
    if (found == effects_.end())
        return fail(ErrorCode::not_found, fmt::format("there is no effect {}", what.key));
    EffectRow& row = found->second;
    if (row.state == EffectState::done) return {};
    const bool late = is_over(row);
    finish(row, EffectState::done, what.outcome);
    if (!late || row.run == 0 || !row.undoes.empty()) return {};
    // It was done after all. A run that took everything back takes this back, too.
    Incident& incident = incidents_.at(row.incident);
    Run& run = incident.runs[row.run - 1];
    note(incident, "respond", fmt::format("{} of step {} was done after all", to_string(row.kind), row.step));
    if (run.state != RunState::undone && run.state != RunState::undo_failed) return {};
    run.state = RunState::undoing;
    go_on_undoing(incident, run);
    return {};
}

Result<void> Response::on(const Event&, const EffectFailed& what) {
    const auto found = effects_.find(what.key);
    if (found == effects_.end())
        return fail(ErrorCode::not_found, fmt::format("there is no effect {}", what.key));
    EffectRow& row = found->second;
    if (is_over(row)) return {};
    row.outcome = what.reason;
    // Another system may have done what it was asked for and not have said so in time.
    row.uncertain = row.kind == EffectKind::webhook && what.retry == Retry::possible;
    if (what.retry == Retry::possible && row.retries > 0 && !is_left(incidents_.at(row.incident), row))
        try_again(row);
    else
        finish(row, EffectState::failed, what.reason);
    return {};
}

/// Nobody knows whether it was done.
void Response::result_is_late(EffectRow& row) {
    row.uncertain = true;
    if (may_repeat(row) && row.retries > 0 && !is_left(incidents_.at(row.incident), row))
        try_again(row);
    else
        finish(row, EffectState::unknown, "nothing was heard of it");
}

void Response::try_again(EffectRow& row) {
    unqueue(row);
    --row.retries;
    std::int64_t pause_us = row.retry_us;
    for (std::uint32_t tried = 1; tried < row.attempts && pause_us < row.retry_us_max; ++tried) pause_us *= 2;
    row.state = EffectState::waiting;
    row.due = TimePoint{now_.microseconds + std::min(pause_us, row.retry_us_max)};
    row.given = false;
    queue(row);
    if (row.undoes.empty() || row.run == 0) return;
    // Others need not wait for the further tries of a call.
    Incident& incident = incidents_.at(row.incident);
    go_on_undoing(incident, incident.runs[row.run - 1]);
}

/// An effect that ended badly is asked for once more.
void Response::revive(EffectRow& row, std::uint32_t retries) {
    if (!is_over(row) || row.state == EffectState::done) return;
    if (row.state == EffectState::unknown && !may_repeat(row)) return;
    row.state = EffectState::waiting;
    row.due = now_;
    row.retries = retries;
    row.given = false;
    queue(row);
}

void Response::withdraw(EffectRow& row, std::string why) {
    if (!is_over(row))
        finish(row, row.uncertain ? EffectState::unknown : EffectState::withdrawn, std::move(why));
}

void Response::finish(EffectRow& row, EffectState state, std::string outcome) {
    unqueue(row);
    row.state = state;
    row.ended = now_;
    outcome.resize(std::min(outcome.size(), limits::respond_outcome_bytes));
    row.outcome = std::move(outcome);
    if (row.kind != EffectKind::notify && row.run == 0)
        note(incidents_.at(row.incident), "respond",
             fmt::format("{}: {}, {}", to_string(row.kind), to_string(state), row.outcome));
    if (row.notice == NoticeKind::page && row.kind == EffectKind::notify)
        note(incidents_.at(row.incident), "respond",
             fmt::format("Page to {}: {}{}{}", row.target.whom, to_string(state),
                         row.outcome.empty() ? "" : ", ", row.outcome));
    if (row.run == 0 || row.step.empty()) return;
    if (row.undoes.empty()) return step_effect_ended(row);
    Incident& incident = incidents_.at(row.incident);
    Run& run = incident.runs[row.run - 1];
    note(incident, "respond",
         fmt::format("{} of step {}: {}{}{}", to_string(row.kind), row.step, to_string(state),
                     row.outcome.empty() ? "" : ", ", row.outcome));
    go_on_undoing(incident, run);
}

}  // namespace tocsin::respond
