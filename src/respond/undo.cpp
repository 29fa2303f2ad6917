// Taking back what a run did, the latest first.
#include <algorithm>

#include <fmt/format.h>

#include "base/limits/respond.hpp"
#include "respond/response.hpp"
#include "respond/variables.hpp"

namespace tocsin::respond {

namespace {

/// How an effect of a step is undone; nullopt: not at all.
std::optional<EffectKind> undo_of(const Step& step) {
    if (step.undo == "none") return std::nullopt;
    if (step.action == Action::webhook)
        return step.undo.empty() ? std::nullopt : std::optional(EffectKind::webhook);
    return facts_of(step.action).undo;
}

/// Whether there may be something to take back. A purge that failed, or was given up between two tries, has been in some
/// mailboxes; a call that was not answered in time may have been heard.
bool may_have_acted(const EffectRow& row) {
    if (row.state == EffectState::done || row.state == EffectState::unknown) return true;
    if (row.kind == EffectKind::webhook) return row.uncertain;
    return row.kind == EffectKind::purge && row.attempts > 0;
}

/// Whether what is undone next waits for this undo. It does, because steps built on each other; but another system that is away
/// must not keep a customer held: behind the first try of a call nobody waits.
bool holds_up(const EffectRow& undo) {
    if (undo.state > EffectState::attempted) return false;
    const bool tried = undo.attempts > 1 || (undo.attempts == 1 && undo.state == EffectState::waiting);
    return undo.kind != EffectKind::webhook || !tried;
}

}  // namespace

Result<void> Response::on(const Event& event, const RunUndone& what) {
    Incident* incident = TRY(find_any(what.incident));
    if (what.run == 0 || what.run > incident->runs.size())
        return fail(ErrorCode::not_found, fmt::format("incident {} has no run {}", what.incident, what.run));
    Run& run = incident->runs[what.run - 1];
    if (run.state == RunState::undoing || run.state == RunState::undone)
        return fail(ErrorCode::conflict,
                    fmt::format("run {} of incident {} is {} already", what.run, incident->number,
                                run.state == RunState::undone ? "undone" : "being undone"));
    if (run.kind == RunKind::dry)
        return fail(ErrorCode::conflict, "a dry run did nothing that could be undone");
    request_undo(*incident, run, event.by, what.why);
    return {};
}

void Response::request_undo(Incident& incident, Run& run, std::string_view by, std::string_view why) {
    note(incident, by, fmt::format("Run {} is undone{}{}", run.number, why.empty() ? "" : ": ", why));
    run.state = RunState::undoing;
    for (StepRun& step : run.steps) {
        if (step.state <= StepState::running) step.state = StepState::cancelled;
        for (const EffectKey& key : step.effects) {
            EffectRow& row = effects_.at(key);
            // What may have been done is tried to its end first: only then it is known what to take back. A call is not made
            // again: its undo names it.
            const bool leave = !row.uncertain || row.kind == EffectKind::webhook;
            if (row.state == EffectState::waiting && leave) withdraw(row, "the run is undone");
            // What could not be taken back when somebody last said so is tried again.
            if (const auto undo = effects_.find(key + ".undo"); undo != effects_.end())
                revive(undo->second, limits::respond_undo_retries);
        }
    }
    go_on_undoing(incident, run);
}

/// Makes the next undo when the one before has ended. Effects that are under way are waited for.
void Response::go_on_undoing(Incident& incident, Run& run) {
    if (run.state != RunState::undoing) return;
    std::vector<const EffectRow*> done;
    for (const StepRun& step : run.steps)
        for (const EffectKey& key : step.effects) {
            const EffectRow& row = effects_.at(key);
            if (row.state <= EffectState::attempted) return;
            if (may_have_acted(row)) done.push_back(&row);
        }
    std::ranges::sort(done, std::ranges::greater{}, &EffectRow::number);
    bool under_way = false;
    for (const EffectRow* row : done) {
        const auto step = std::ranges::find(run.playbook->steps, row->step, &Step::name);
        const std::optional<EffectKind> kind = undo_of(*step);
        if (!kind) continue;
        const EffectKey key = row->key + ".undo";
        if (const auto undo = effects_.find(key); undo != effects_.end()) {
            if (holds_up(undo->second)) return;
            under_way = under_way || undo->second.state <= EffectState::attempted;
            continue;
        }
        EffectRow undo{.key = key,
                       .kind = *kind,
                       .repeat = Repeat::by_key,
                       .retries = std::max(step->retries, limits::respond_undo_retries),
                       .retry_us = limits::respond_retry_us,
                       .retry_us_max = limits::respond_retry_us_max,
                       .step = row->step,
                       .undoes = row->key,
                       .run = run.number,
                       .parameters = row->parameters};
        if (step->action == Action::webhook)
            undo.parameters["webhook"] = step->undo.substr(step->undo.find(':') + 1);
        make(incident, std::move(undo));
        return;
    }
    if (!under_way) undo_ended(incident, run);
}

/// A step of which something was taken back says what; what it had done stands in the time line. False: not all was.
bool Response::note_undone(StepRun& step) const {
    std::vector<std::string> outcomes;
    std::string trouble;
    std::size_t bad = 0;
    for (const EffectKey& key : step.effects) {
        const auto undo = effects_.find(key + ".undo");
        if (undo == effects_.end()) continue;
        const EffectRow& row = undo->second;
        if (row.state == EffectState::done)
            outcomes.push_back(row.outcome.empty() ? "taken back" : row.outcome);
        else
            ++bad, trouble = row.outcome;
    }
    if (!outcomes.empty()) {
        step.state = StepState::undone;
        step.note =
            fmt::format("{}{}", first_of(outcomes), bad > 0 ? fmt::format("; {} not: {}", bad, trouble) : "");
    }
    return bad == 0;
}

void Response::undo_ended(Incident& incident, Run& run) {
    bool failed = false;
    for (StepRun& step : run.steps)
        if (!note_undone(step)) failed = true;
    run.state = failed ? RunState::undo_failed : RunState::undone;
    run.ended = now_;
    note(incident, "respond", fmt::format("Run {} is {}", run.number, to_string(run.state)));
    if (failed)
        tell_group(incident, fmt::format("undo-failed-{}", run.number), "undo_failed",
                   std::string(desk_group), {});
    for (Run& other : incident.runs) {
        if (other.state != RunState::running) continue;
        for (std::size_t at = 0; at < other.steps.size(); ++at)
            if (other.playbook->steps[at].action == Action::undo_runs &&
                other.steps[at].state == StepState::running)
                perform_undo_runs({&incident, &other, at});
        progress(incident, other);
    }
}

}  // namespace tocsin::respond
