// Runs of playbooks: which steps may begin, what they ask of people, how they end.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/contains.hpp"
#include "base/limits/respond.hpp"
#include "base/time_units.hpp"
#include "respond/response.hpp"
#include "respond/variables.hpp"

namespace tocsin::respond {

namespace {

constexpr std::string_view respond = "respond";

bool is_over(StepState state) {
    return state != StepState::waiting && state != StepState::awaiting_approval &&
           state != StepState::running;
}

bool is_trouble(StepState state) {
    return state == StepState::failed || state == StepState::refused || state == StepState::timed_out;
}

/// Whether what waits for a step may begin after it, never, or not yet.
enum class Passage : std::uint8_t { free, barred, not_yet };
Passage passage_after(const Step& step, StepState state) {
    if (!is_over(state)) return Passage::not_yet;
    if (is_trouble(state)) return step.on_failure == OnFailure::go_on ? Passage::free : Passage::barred;
    return state == StepState::done || state == StepState::skipped ? Passage::free : Passage::barred;
}

std::string lines(const std::vector<std::string>& values) {
    return fmt::format("{}", fmt::join(values, "\n"));
}

/// What a search in mailboxes or in the journal goes by.
void add_marks(std::map<std::string, std::string>& parameters, const Values& values) {
    for (const auto& [name, list] : {std::pair("sender", &values.senders), std::pair("url", &values.urls),
                                     std::pair("file", &values.files), std::pair("text", &values.texts)})
        if (!list->empty()) parameters[name] = lines(*list);
}

}  // namespace

bool Response::holds(const Incident& incident, const Run* run, Condition condition) const {
    const Values values = values_of(incident);
    const auto at_least = [&](Deed deed) {
        const auto did = [&](const auto& entry) { return entry.second >= deed; };
        return std::ranges::any_of(incident.touched, did) ||
               (run != nullptr && std::ranges::any_of(run->found, did));
    };
    // A real run would have raised it when it began.
    const bool dry = run != nullptr && run->kind == RunKind::dry;
    const std::optional<Severity> raised = dry ? run->playbook->severity : std::nullopt;
    const Severity severity = std::min(incident.severity, raised.value_or(incident.severity));
    switch (condition) {
        case Condition::customer_known: return !values.customers.empty();
        case Condition::sender_known: return !values.senders.empty();
        case Condition::link_known: return !values.urls.empty() || !values.hosts.empty();
        case Condition::file_known: return !values.files.empty();
        case Condition::somebody_got_it: return at_least(Deed::none);
        case Condition::somebody_opened: return at_least(Deed::clicked);
        case Condition::severity_1: return severity == Severity::s1;
        case Condition::severity_2_or_worse: return severity <= Severity::s2;
        case Condition::sender_authenticated:
            // Every one of them: one honest name among forged ones would be blocked with them.
            return !values.senders.empty() && every_report(incident, [](const ReportFacts& facts) {
                return facts.sender.empty() || facts.sender_authenticated == Authenticated::yes;
            });
        case Condition::raw_evidence: break;
    }
    return !every_report(incident, [](const ReportFacts& facts) { return facts.grade != Grade::raw; });
}

bool Response::every_report(const Incident& incident, bool (*is)(const ReportFacts&)) const {
    const auto cluster = clusters_.find(incident.cluster);
    return cluster == clusters_.end() ||
           std::ranges::all_of(cluster->second.reports, [&](const std::string& id) {
               const Report& report = reports_.at(id);
               return !report.facts || is(*report.facts);
           });
}

std::size_t Response::people_touched(const Incident& incident, const Run& run) {
    const auto more = std::ranges::count_if(
        run.found, [&](const auto& entry) { return !incident.touched.contains(entry.first); });
    return incident.touched.size() + incident.touched_more + static_cast<std::size_t>(more);
}

void Response::trigger(Incident& incident, Trigger trigger, std::string_view by) {
    for (const Playbook& playbook : setup_->playbooks) {
        if (!contains(playbook.triggers, trigger)) continue;
        if (!std::ranges::all_of(playbook.conditions,
                                 [&](Condition one) { return holds(incident, nullptr, one); }))
            continue;
        std::set<std::string> helped;
        bool before = false;
        for (const Run& run : incident.runs)
            if (run.playbook->name == playbook.name && run.kind == RunKind::real) {
                helped.insert(run.victims.begin(), run.victims.end());
                before = before || run.state <= RunState::failed;
            }
        const bool for_victims = trigger == Trigger::report_credentials_given;
        const bool somebody_new = std::ranges::any_of(incident.touched, [&](const auto& entry) {
            return entry.second == Deed::gave_credentials && !helped.contains(entry.first);
        });
        // Once for an incident; for stolen credentials once for each who gave his away.
        if (for_victims ? !somebody_new : before) return;
        incident.trigger = trigger;
        if (const Result<void> started = start(incident, playbook, RunKind::real, by, {}); !started)
            note(incident, respond, started.error().message);
        return;
    }
    note(incident, respond, fmt::format("No playbook is there for {}", to_string(trigger)));
}

Result<void> Response::on(const Event& event, const RunStarted& what) {
    Incident* incident = TRY(find_open(what.incident));
    const Playbook* playbook = find_playbook(*setup_, what.playbook);
    if (playbook == nullptr)
        return fail(ErrorCode::not_found, fmt::format("there is no playbook \"{}\"", what.playbook));
    if (contains(incident->runs, event.id, &Run::begun_by)) return {};
    return start(*incident, *playbook, what.kind, event.by, event.id);
}

Result<void> Response::start(Incident& incident, const Playbook& playbook, RunKind kind, std::string_view by,
                             const std::string& event) {
    if (incident.runs.size() >= limits::respond_runs)
        return fail(ErrorCode::limit,
                    fmt::format("incident {} has had {} runs", incident.id, limits::respond_runs));
    Run& run = incident.runs.emplace_back();
    run.number = static_cast<std::uint32_t>(incident.runs.size());
    run.begun_by = event;
    run.playbook = std::shared_ptr<const Playbook>(setup_, &playbook);
    run.kind = kind;
    run.requested_by = by;
    run.started = now_;
    run.steps.resize(playbook.steps.size());
    for (const auto& [address, deed] : incident.touched) {
        const bool helped = std::ranges::any_of(incident.runs, [&](const Run& other) {
            return other.kind == RunKind::real && contains(other.victims, address);
        });
        if (deed == Deed::gave_credentials && !helped && run.victims.size() < limits::respond_values)
            run.victims.push_back(address);
    }
    note(incident, by,
         fmt::format("Run {}: {}{}", run.number, playbook.name,
                     kind == RunKind::dry ? " (dry: nothing is done)" : ""));
    if (kind == RunKind::real && playbook.severity && *playbook.severity < incident.severity)
        set_severity(incident, *playbook.severity, playbook.name, "the playbook says so");
    progress(incident, run);
    return {};
}

/// Begins what may begin, until nothing more may; then sees whether the run is over.
void Response::progress(Incident& incident, Run& run) {
    if (run.state != RunState::running) return;
    const std::vector<Step>& steps = run.playbook->steps;
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t at = 0; at < steps.size(); ++at) {
            if (run.state != RunState::running || run.steps[at].state != StepState::waiting) continue;
            Passage passage = Passage::free;
            for (std::size_t other = 0; other < steps.size(); ++other)
                if (contains(steps[at].after, steps[other].name))
                    passage = std::max(passage, passage_after(steps[other], run.steps[other].state));
            if (passage == Passage::not_yet) continue;
            if (passage == Passage::barred)
                end({&incident, &run, at}, StepState::blocked, "what it waits for went wrong");
            else
                begin({&incident, &run, at});
            changed = true;
        }
    }
    // What was begun may have ended the run already, when it took back the others.
    if (run.state != RunState::running) return;
    if (!std::ranges::all_of(run.steps, [](const StepRun& step) { return is_over(step.state); })) return;
    const bool bad = std::ranges::any_of(run.steps, [](const StepRun& step) {
        return is_trouble(step.state) || step.state == StepState::blocked;
    });
    run.state = bad ? RunState::failed : RunState::done;
    run.ended = now_;
    note(incident, respond, fmt::format("Run {} is {}", run.number, to_string(run.state)));
    if (incident.verdict == Verdict::harmless && !bad)
        close(incident, ClosedAs::false_alarm, respond, "it was harmless");
}

void Response::begin(const StepPlace& place) {
    const Step& step = place.plan();
    StepRun& state = place.state();
    state.started = now_;
    for (Condition condition : step.conditions)
        if (!holds(*place.incident, place.run, condition))
            return end(place, StepState::skipped, fmt::format("{} is not so", to_string(condition)));
    plan_deadline(place);
    const bool asks =
        step.approvals > 0 && (step.approvals_above_people == 0 ||
                               people_touched(*place.incident, *place.run) > step.approvals_above_people);
    if (asks && place.run->kind == RunKind::real) return ask_approval(place);
    if (asks) state.note = fmt::format("would need {} approvals. ", step.approvals);
    perform(place);
}

void Response::plan_deadline(const StepPlace& place) {
    const std::uint32_t minutes = place.plan().deadline_minutes;
    if (minutes > 0 && place.run->kind == RunKind::real)
        plan({TimePoint{now_.microseconds + minutes * minute_us}, TimerKind::step_deadline,
              place.incident->id, place.run->number, place.plan().name});
}

void Response::ask_approval(const StepPlace& place) {
    const Step& step = place.plan();
    place.state().state = StepState::awaiting_approval;
    note(*place.incident, respond, fmt::format("Step {} waits for {} approvals", step.name, step.approvals));
    for (const std::string& group : step.approvers)
        tell_group(*place.incident, fmt::format("approve-{}-{}-{}", place.run->number, step.name, group),
                   "approval_wanted", group, step.name);
}

Result<void> Response::on(const Event& event, const Approval& what) {
    const StepPlace place = TRY(find_step(what.incident, what.run, what.step));
    const Step& step = place.plan();
    StepRun& state = place.state();
    if (contains(state.approvals, event.by, &ApprovalEntry::by)) return {};
    if (state.state != StepState::awaiting_approval)
        return fail(ErrorCode::conflict, fmt::format("step {} is {} and waits for no approval", step.name,
                                                     to_string(state.state)));
    if (event.by == place.run->requested_by)
        return fail(ErrorCode::permission,
                    fmt::format("{} asked for it: somebody else must approve", event.by));
    const bool may = std::ranges::any_of(step.approvers, [&](const std::string& group) {
        return contains(members(setup_->directory, group, now_), event.by);
    });
    if (!may)
        return fail(ErrorCode::permission, fmt::format("{} is in none of the groups that may approve: {}",
                                                       event.by, fmt::join(step.approvers, ", ")));
    state.approvals.push_back({event.by, what.answer, now_});
    note(*place.incident, event.by,
         fmt::format("Step {}: {}{}{}", step.name, to_string(what.answer), what.note.empty() ? "" : ": ",
                     what.note));
    if (what.answer == ApprovalAnswer::refuse)
        end(place, StepState::refused, fmt::format("{} refused", event.by));
    else if (state.approvals.size() >= step.approvals)
        perform(place);
    progress(*place.incident, *place.run);
    return {};
}

void Response::perform(const StepPlace& place) {
    const Step& step = place.plan();
    place.state().state = StepState::running;
    if (step.action == Action::notify) return perform_notice(place);
    if (step.action == Action::manual) return perform_manual(place);
    if (step.action == Action::undo_runs) return perform_undo_runs(place);
    const Values values = values_of(*place.incident);
    Variables variables = variables_of(*place.incident, values, reporters_of(*place.incident));
    variables["victim"] = place.run->victims;
    variables["step"] = {step.name};
    std::string missing;
    std::vector<std::map<std::string, std::string>> filled = fill_in(step.parameters, variables, missing);
    if (!missing.empty()) return end(place, StepState::skipped, fmt::format("no {} is known", missing));
    const ActionFacts& facts = facts_of(step.action);
    for (std::map<std::string, std::string>& parameters : filled) {
        if (step.action == Action::purge || step.action == Action::find_copies) add_marks(parameters, values);
        std::string target;
        if (filled.size() > 1)
            for (const auto& [name, value] : parameters) target += name + "=" + value + "\n";
        EffectRow row{.key = make_key(place.incident->id, place.run->number, step.name, "do", target),
                      .kind = facts.effect,
                      .run_kind = place.run->kind,
                      .repeat = Repeat::by_key,
                      .retries = step.retries,
                      .retry_us = std::max<std::int64_t>(1, step.retry_seconds) * second_us,
                      .retry_us_max = limits::respond_retry_us_max,
                      .step = step.name,
                      .run = place.run->number,
                      .parameters = std::move(parameters)};
        const EffectKey key = row.key;
        if (make(*place.incident, std::move(row)) == nullptr)
            return end(place, StepState::failed, "the incident has too many effects");
        place.state().effects.push_back(key);
    }
}

/// Whom this run told the same already, by another step: a group may have grown since.
std::set<std::string> Response::told_before(const Incident& incident, const Run& run,
                                            const std::string& text_name) const {
    std::set<std::string> told;
    for (const EffectKey& key : incident.effects) {
        const EffectRow& row = effects_.at(key);
        const bool same = row.kind == EffectKind::notify && row.notice == NoticeKind::tell &&
                          row.run == run.number && row.parameters.at("template") == text_name;
        if (same) told.insert(row.target.whom);
    }
    return told;
}

void Response::perform_notice(const StepPlace& place) {
    const Step& step = place.plan();
    const std::set<std::string> told =
        told_before(*place.incident, *place.run, step.parameters.at("template"));
    std::vector<Target> targets;
    bool derived = true, all_told = false;
    for (const std::string& group : step.groups) {
        derived =
            derived && group_kind(group) != GroupKind::listed && group_kind(group) != GroupKind::everyone;
        for (Target& target : targets_of(*place.incident, place.run, group, step.urgency, now_)) {
            // One run helps those for whom it began: the first victim is not told again when there is a second.
            const bool other =
                group_kind(group) == GroupKind::victims && !contains(place.run->victims, target.whom);
            const bool again = told.contains(target.whom);
            all_told = all_told || again;
            if (!other && !again) targets.push_back(std::move(target));
        }
    }
    if (targets.empty() && all_told) return end(place, StepState::skipped, "all of them were told the same");
    if (targets.empty())
        return end(place, derived ? StepState::skipped : StepState::failed, "there is nobody to tell");
    if (targets.size() > limits::respond_notice_people) {
        note(*place.incident, respond,
             fmt::format("Step {} leaves out {} people: a notice goes to {}", step.name,
                         targets.size() - limits::respond_notice_people, limits::respond_notice_people));
        targets.resize(limits::respond_notice_people);
    }
    for (const Target& target : targets) {
        EffectRow* row = tell(*place.incident, step.name, step.parameters.at("template"), target,
                              step.urgency, NoticeKind::tell, place.run);
        if (row == nullptr) continue;  // the same address in two groups, or too many effects
        place.state().effects.push_back(row->key);
    }
    if (place.state().effects.empty()) end(place, StepState::failed, "the incident has too many effects");
}

void Response::perform_manual(const StepPlace& place) {
    const Step& step = place.plan();
    if (place.run->kind == RunKind::dry)
        return end(place, StepState::done, place.state().note + "would ask a person");
    std::vector<std::string> groups = step.groups;
    if (groups.empty()) groups.emplace_back(desk_group);
    for (const std::string& group : groups)
        tell_group(*place.incident, fmt::format("manual-{}-{}-{}", place.run->number, step.name, group),
                   "manual_step", group, step.name);
}

Result<void> Response::on(const Event& event, const ManualDone& what) {
    const StepPlace place = TRY(find_step(what.incident, what.run, what.step));
    if (place.plan().action != Action::manual)
        return fail(ErrorCode::invalid_input, fmt::format("step {} is not done by hand", what.step));
    if (place.state().state != StepState::running)
        return fail(ErrorCode::conflict,
                    fmt::format("step {} is {}{}", what.step, to_string(place.state().state),
                                is_over(place.state().state) ? " already" : ""));
    const bool done = what.outcome == ManualOutcome::done;
    note(*place.incident, event.by,
         fmt::format("Step {} {}{}{}", what.step, done ? "is done" : "cannot be done",
                     what.note.empty() ? "" : ": ", what.note));
    end(place, done ? StepState::done : StepState::failed, what.note);
    progress(*place.incident, *place.run);
    return {};
}

void Response::perform_undo_runs(const StepPlace& place) {
    if (place.run->kind == RunKind::dry) return end(place, StepState::done, "would undo the other runs");
    bool wait = false;
    for (Run& other : place.incident->runs) {
        if (&other == place.run || other.kind == RunKind::dry) continue;
        if (other.state <= RunState::failed)
            request_undo(*place.incident, other, respond, place.run->playbook->name);
        wait = wait || other.state == RunState::undoing;
    }
    // An undo that needed nothing from outside has ended this step already.
    if (!wait && place.state().state == StepState::running)
        end(place, StepState::done, "nothing is left to undo");
}

void Response::step_effect_ended(const EffectRow& row) {
    Incident& incident = incidents_.at(row.incident);
    Run& run = incident.runs[row.run - 1];
    const auto step = std::ranges::find(run.playbook->steps, row.step, &Step::name);
    const StepPlace place{&incident, &run, static_cast<std::size_t>(step - run.playbook->steps.begin())};
    if (run.state == RunState::undoing) return go_on_undoing(incident, run);
    settle(place);
    progress(incident, run);
}

/// Ends a running step when all its effects have ended.
void Response::settle(const StepPlace& place) {
    if (place.state().state != StepState::running || place.state().effects.empty()) return;
    std::size_t done = 0, unheard = 0, bad = 0;
    std::string outcome, trouble;
    std::vector<std::string> outcomes;
    for (const EffectKey& key : place.state().effects) {
        const EffectRow& row = effects_.at(key);
        if (row.state <= EffectState::attempted) return;
        // A notice that is not worth a repeat is not worth a person's time either.
        const bool let_go = row.state == EffectState::unknown && row.repeat == Repeat::rather_not;
        ++(row.state == EffectState::done ? done : let_go ? unheard : bad);
        outcome = row.outcome;
        if (row.state == EffectState::done) outcomes.push_back(row.outcome);
        if (row.state != EffectState::done && !let_go) trouble = row.outcome;
    }
    std::string text = place.state().note;
    if (place.state().effects.size() == 1)
        text += outcome;
    else
        text += fmt::format(
            "{}{}{}{}", place.run->kind == RunKind::dry ? first_of(outcomes) : fmt::format("{} done", done),
            unheard > 0 ? fmt::format(", {} not heard of", unheard) : "",
            bad > 0 ? fmt::format(", {} not: ", bad) : "", trouble);
    end(place, bad == 0 ? StepState::done : StepState::failed, std::move(text));
}

void Response::end(const StepPlace& place, StepState state, std::string text) {
    StepRun& step = place.state();
    const Step& plan = place.plan();
    step.state = state;
    step.ended = now_;
    step.note = std::move(text);
    Incident& incident = *place.incident;
    const bool rehearsed = state == StepState::done && place.run->kind == RunKind::dry;
    note(incident, respond,
         fmt::format("Step {}: {}{}{}", plan.name, rehearsed ? "dry" : to_string(state),
                     step.note.empty() ? "" : ", ", step.note));
    if (place.run->kind == RunKind::dry) return;
    if (is_trouble(state) && place.run->state == RunState::running)
        tell_group(incident, fmt::format("failed-{}-{}", place.run->number, plan.name), "step_failed",
                   std::string(desk_group), plan.name);
    if (plan.reaches) reach_by_steps(place);
}

/// The incident is where these steps bring it when all of them are over and well. Where all were skipped nothing was done.
void Response::reach_by_steps(const StepPlace& place) {
    const IncidentState state = *place.plan().reaches;
    bool some_done = false;
    for (std::size_t at = 0; at < place.run->steps.size(); ++at) {
        if (place.run->playbook->steps[at].reaches != state) continue;
        const StepState step = place.run->steps[at].state;
        if (step != StepState::done && step != StepState::skipped) return;
        some_done = some_done || step == StepState::done;
    }
    if (some_done) return reach(*place.incident, state, place.run->playbook->name);
    note(*place.incident, respond,
         fmt::format("Nothing that {} does for \"{}\" could be done: it lacks what it acts on",
                     place.run->playbook->name, to_string(state)));
}

/// A step of people is only late: it can still be done. What machines have not done by then is left.
void Response::step_deadline(const std::string& id, std::uint32_t number, const std::string& name) {
    const Result<StepPlace> found = find_step(id, number, name);
    if (!found || !found->incident->is_open() || found->run->state != RunState::running) return;
    const StepPlace& place = *found;
    StepRun& step = place.state();
    if (is_over(step.state) || step.state == StepState::waiting ||
        step.started.microseconds + place.plan().deadline_minutes * minute_us > now_.microseconds)
        return;
    if (place.plan().action == Action::manual && step.state == StepState::running) {
        step.overdue = true;
        note(*place.incident, "clock", fmt::format("Step {} is overdue", name));
        tell_group(*place.incident, fmt::format("overdue-{}-{}", number, name), "deadline_passed",
                   std::string(desk_group), name);
        return;
    }
    end(place, StepState::timed_out,
        fmt::format("not done within {} minutes", place.plan().deadline_minutes));
    const std::vector<EffectKey> keys = step.effects;
    for (const EffectKey& key : keys) {
        EffectRow& row = effects_.at(key);
        if (row.state == EffectState::waiting) withdraw(row, "the step ran out of time");
        row.retries = 0;
    }
    progress(*place.incident, *place.run);
}

Result<void> Response::on(const Event& event, const StepRetried& what) {
    const StepPlace place = TRY(find_step(what.incident, what.run, what.step));
    TRY(find_open(what.incident));
    StepRun& step = place.state();
    if (!is_trouble(step.state) || place.run->state > RunState::failed)
        return fail(ErrorCode::conflict,
                    fmt::format("step {} is {}, run {} is {}: there is nothing to try again", what.step,
                                to_string(step.state), what.run, to_string(place.run->state)));
    note(*place.incident, event.by, fmt::format("Step {} is tried again", what.step));
    place.run->state = RunState::running;
    for (StepRun& other : place.run->steps)
        if (other.state == StepState::blocked) other.state = StepState::waiting;
    step.started = now_;
    step.approvals.clear();
    if (step.effects.empty()) {
        step.state = StepState::waiting;
    } else {
        step.state = StepState::running;
        plan_deadline(place);
        for (const EffectKey& key : step.effects) revive(effects_.at(key), place.plan().retries);
        settle(place);
    }
    progress(*place.incident, *place.run);
    return {};
}

void Response::cancel(Incident& incident, Run& run, std::string_view why) {
    run.state = RunState::cancelled;
    run.ended = now_;
    for (StepRun& step : run.steps) {
        if (!is_over(step.state)) step.state = StepState::cancelled;
        for (const EffectKey& key : step.effects)
            if (EffectRow& row = effects_.at(key); row.state == EffectState::waiting)
                withdraw(row, std::string(why));
    }
    note(incident, respond, fmt::format("Run {} was cancelled: {}", run.number, why));
}

}  // namespace tocsin::respond
