// How incidents open, what they are said to be, and how they end.
#include <algorithm>

#include <fmt/format.h>

#include "base/contains.hpp"
#include "base/limits/respond.hpp"
#include "base/time_units.hpp"
#include "respond/response.hpp"

namespace tocsin::respond {

namespace {

std::uint32_t minutes_of(const DutyMinutes& minutes, Duty duty) {
    switch (duty) {
        case Duty::acknowledge: return minutes.acknowledge;
        case Duty::verify: return minutes.verify;
        case Duty::contain: return minutes.contain;
        case Duty::recover: break;
    }
    return minutes.recover;
}

constexpr std::array<Duty, words<Duty>.size()> all_duties = {Duty::acknowledge, Duty::verify, Duty::contain,
                                                             Duty::recover};

Trigger trigger_of(AlarmAbout about) {
    switch (about) {
        case AlarmAbout::campaign: return Trigger::watch_campaign;
        case AlarmAbout::account: return Trigger::watch_account;
        case AlarmAbout::api_key: return Trigger::watch_api_key;
        case AlarmAbout::list_export: break;
    }
    return Trigger::watch_list_export;
}

/// As people and programs call it.
std::string said(const Incident& incident) {
    return fmt::format("{} ({})", incident.number, incident.id);
}

void add(std::vector<std::string>& into, const std::string& value) {
    if (!value.empty() && into.size() < limits::respond_values && !contains(into, value))
        into.push_back(value);
}

}  // namespace

Result<void> Response::on(const Event&, const SetupChanged& what) {
    const std::vector<Flaw> flaws = flaws_of(*what.setup);
    if (!flaws.empty())
        return fail(ErrorCode::invalid_input,
                    fmt::format("{}{}{}: {}; {}", flaws.front().playbook,
                                flaws.front().playbook.empty() ? "" : ", ", flaws.front().subject,
                                flaws.front().message, flaws.front().what_to_do));
    setup_ = what.setup;
    return {};
}

Result<void> Response::on(const Event&, const OverrideAdded& what) {
    const Rota* rota = find_rota(setup_->directory, what.rota);
    if (rota == nullptr) return fail(ErrorCode::not_found, fmt::format("there is no rota \"{}\"", what.rota));
    if (!what.turn.person.empty() && find_person(setup_->directory, what.turn.person) == nullptr)
        return fail(ErrorCode::not_found, fmt::format("there is no person \"{}\"", what.turn.person));
    if (what.turn.from >= what.turn.until)
        return fail(ErrorCode::invalid_input, "the override ends before it begins");
    if (rota->overrides.size() >= limits::respond_overrides)
        return fail(ErrorCode::limit,
                    fmt::format("the rota has {} overrides; remove old ones", limits::respond_overrides));
    Setup changed = *setup_;
    changed.directory.rotas[static_cast<std::size_t>(rota - setup_->directory.rotas.data())]
        .overrides.push_back(what.turn);
    setup_ = std::make_shared<const Setup>(std::move(changed));
    return {};
}

Result<Incident*> Response::open(std::string id, Source source, Severity severity, std::string title,
                                 std::string_view by) {
    // Strangers report: what they bring leaves room for what our own gate and watch see.
    const bool is_full =
        source == Source::reports && incidents_.size() >= limits::respond_incidents_of_reports;
    if (is_full ? !forget_closed() : !make_room())
        return fail(ErrorCode::limit,
                    fmt::format("{} incidents are open; close some", limits::respond_incidents));
    Incident& incident = incidents_[id];
    incident.id = std::move(id);
    incident.number = ++incidents_made_;
    incident.source = source;
    incident.title = std::move(title);
    incident.opened_by = by;
    incident.opened = now_;
    incident.severity = severity;
    note(incident, by, fmt::format("Opened: {} (severity {})", incident.title, to_string(severity)));
    set_duties(incident);
    start_pages(incident);
    return &incident;
}

bool Response::make_room() {
    return incidents_.size() < limits::respond_incidents || forget_closed();
}

bool Response::forget_closed() {
    const Incident* oldest = nullptr;
    for (const auto& [id, incident] : incidents_)
        if (!incident.is_open() && incident.merged_into.empty() && incident.merged.empty() &&
            (oldest == nullptr || incident.closed < oldest->closed))
            oldest = &incident;
    if (oldest == nullptr) return false;
    forget(oldest->id);
    return incidents_.size() < limits::respond_incidents;
}

/// What is not settled, or hangs together with something that is kept, is kept for one more day.
void Response::forget(const std::string& id) {
    const auto found = incidents_.find(id);
    if (found == incidents_.end() || found->second.is_open()) return;
    Incident& incident = found->second;
    const bool unsettled = std::ranges::any_of(incident.effects, [&](const EffectKey& key) {
        return effects_.at(key).state <= EffectState::attempted;
    });
    if (unsettled || !incident.merged_into.empty() || !incident.merged.empty()) {
        plan({TimePoint{now_.microseconds + day_us}, TimerKind::forget, id});
        return;
    }
    for (const EffectKey& key : incident.effects) effects_.erase(key);
    if (const auto cluster = clusters_.find(incident.cluster); cluster != clusters_.end()) {
        for (const std::string& report : cluster->second.reports) reports_.erase(report);
        open_clusters_.erase(cluster->first);
        clusters_.erase(cluster);
    }
    incidents_.erase(found);
}

Incident* Response::open_incident_of(Source source, const std::string& customer, const std::string& list) {
    for (auto& [id, incident] : incidents_)
        if (incident.is_open() && incident.source == source && incident.merged_into.empty() &&
            (customer.empty() || contains(incident.values.customers, customer)) &&
            (list.empty() || contains(incident.values.lists, list)))
            return &incident;
    return nullptr;
}

// ---- what opens one -----------------------------------------------------------------------------------------------------

Result<void> Response::on(const Event& event, const WatchAlarmAnswered& what) {
    const std::string id = "w-" + what.alarm;
    if (const auto known = incidents_.find(id); known != incidents_.end()) {
        const Verdict verdict = what.answer == AlarmAnswer::not_us ? Verdict::malicious : Verdict::harmless;
        if (known->second.is_open()) decide(known->second, verdict, event.by, "the alarm was answered");
        return {};
    }
    if (what.answer == AlarmAnswer::this_is_us) return {};
    Incident* incident = TRY(open(id, Source::watch_alarm, Severity::s1,
                                  fmt::format("Customer {} is not the customer", what.customer), event.by));
    add(incident->values.customers, what.customer);
    add(incident->values.credentials, what.credential);
    add(incident->values.senders, what.sender);
    add(incident->values.lists, what.list);
    if (!what.note.empty()) note(*incident, event.by, what.note);
    decide(*incident, Verdict::malicious, event.by, "the customer said that it was not he");
    trigger(*incident, trigger_of(what.about), event.by);
    return {};
}

Result<void> Response::on(const Event& event, const MalwareLeft& what) {
    const std::string id = "m-" + what.record;
    if (incidents_.contains(id)) return {};
    Incident* incident = open_incident_of(Source::malware_left, what.customer, {});
    const bool is_new = incident == nullptr;
    if (is_new)
        incident = TRY(open(id, Source::malware_left, Severity::s1,
                            fmt::format("{} in mail of customer {}", what.name, what.customer), event.by));
    if (contains(incident->evidence, what.record)) return {};
    add(incident->values.customers, what.customer);
    add(incident->values.credentials, what.credential);
    add(incident->values.senders, what.sender);
    add(incident->values.files, what.file);
    add(incident->evidence, what.record);
    note(*incident, event.by, fmt::format("{} found in record {}", what.name, what.record));
    if (!is_new) return {};
    decide(*incident, Verdict::malicious, event.by, fmt::format("{} was found", what.name));
    trigger(*incident, Trigger::malware_left, event.by);
    return {};
}

Result<void> Response::on(const Event& event, const CanaryHit& what) {
    const std::string id = "c-" + event.id;
    if (incidents_.contains(id)) return {};
    const bool of_list = what.about == CanaryKind::list;
    Incident* incident = open_incident_of(Source::canary_hit, what.customer, what.list);
    if (incident != nullptr && incident->values.lists.empty() == of_list) incident = nullptr;
    const bool is_new = incident == nullptr;
    if (is_new)
        incident = TRY(open(id, Source::canary_hit, Severity::s1,
                            of_list ? fmt::format("List {} is in other hands", what.list)
                                    : std::string("Somebody else may send with our machines"),
                            event.by));
    add(incident->values.customers, what.customer);
    add(incident->values.lists, what.list);
    note(*incident, event.by, fmt::format("The canary {} was hit", what.canary));
    if (!is_new) return {};
    decide(*incident, Verdict::malicious, event.by, "nobody but an intruder knows the canary");
    trigger(*incident, of_list ? Trigger::canary_list : Trigger::canary_infrastructure, event.by);
    return {};
}

Result<void> Response::on(const Event& event, const OpenedByHand& what) {
    const std::string id = incident_by_hand(event.id);
    if (incidents_.contains(id)) return {};
    const Playbook* playbook = find_playbook(*setup_, what.playbook);
    if (!what.playbook.empty() && playbook == nullptr)
        return fail(ErrorCode::not_found, fmt::format("there is no playbook \"{}\"", what.playbook));
    Incident* incident = TRY(open(id, Source::by_hand, what.severity, what.title, event.by));
    incident->values = what.values;
    for (const std::string& victim : what.victims) touch(*incident, victim, Deed::gave_credentials);
    if (!what.note.empty()) note(*incident, event.by, what.note);
    decide(*incident, Verdict::malicious, event.by, "opened by hand");
    if (playbook != nullptr) TRY(start(*incident, *playbook, RunKind::real, event.by, event.id));
    return {};
}

void Response::touch(Incident& incident, const std::string& address, Deed deed) {
    const auto known = incident.touched.find(address);
    if (known != incident.touched.end())
        known->second = std::max(known->second, deed);
    else if (incident.touched.size() < limits::respond_touched)
        incident.touched.emplace(address, deed);
    else
        ++incident.touched_more;
}

Result<void> Response::on(const Event& event, const PeopleTouched& what) {
    Incident* incident = TRY(find_open(what.incident));
    if (what.run != 0) return note_found(*incident, what);
    const std::size_t before = incident->touched.size();
    bool credentials = false;
    for (const TouchedPerson& person : what.people) {
        touch(*incident, person.address, person.deed);
        credentials = credentials || person.deed == Deed::gave_credentials;
    }
    note(*incident, event.by,
         fmt::format("{} more people are known to have got it", incident->touched.size() - before));
    if (!credentials) return {};
    set_severity(*incident, Severity::s1, event.by, "somebody gave credentials away");
    trigger(*incident, Trigger::report_credentials_given, event.by);
    return {};
}

/// Of a dry run, which changes nothing but goes on as the real one would.
Result<void> Response::note_found(Incident& incident, const PeopleTouched& what) {
    if (what.run > incident.runs.size())
        return fail(ErrorCode::not_found, fmt::format("incident {} has no run {}", incident.id, what.run));
    Run& run = incident.runs[what.run - 1];
    if (run.kind != RunKind::dry)
        return fail(ErrorCode::conflict, fmt::format("run {} is no dry run: leave \"run\" out", what.run));
    for (const TouchedPerson& person : what.people)
        if (run.found.size() < limits::respond_touched || run.found.contains(person.address)) {
            Deed& deed = run.found[person.address];
            deed = std::max(deed, person.deed);
        }
    return {};
}

// ---- what it is ---------------------------------------------------------------------------------------------------------

Result<void> Response::on(const Event& event, const VerdictGiven& what) {
    Incident* incident = TRY(find_open(what.incident));
    if (what.severity) set_severity(*incident, *what.severity, event.by, what.why);
    decide(*incident, what.verdict, event.by, what.why);
    return {};
}

void Response::decide(Incident& incident, Verdict verdict, std::string_view by, std::string_view why) {
    if (incident.verdict == verdict) return;
    if (const auto cluster = clusters_.find(incident.cluster); cluster != clusters_.end())
        for (const std::string& report : cluster->second.reports) {
            score(reports_.at(report), incident.verdict, -1);
            score(reports_.at(report), verdict, 1);
        }
    incident.verdict = verdict;
    note(incident, by, fmt::format("Verdict: {} ({})", to_string(verdict), why));
    if (verdict == Verdict::unknown) return;
    incident.duty(Duty::verify).met = now_;
    if (verdict == Verdict::malicious) {
        if (incident.severity > Severity::s2 && incident.source == Source::reports)
            set_severity(incident, Severity::s2, by, "the mail is hostile");
        reach(incident, IncidentState::verified, by);
        if (incident.source != Source::reports && incident.source != Source::split) return;
        const Values values = values_of(incident);
        const bool of_customer = !values.customers.empty();
        trigger(incident, of_customer ? Trigger::report_from_customer : Trigger::report_inbound, by);
        return;
    }
    stop_pages(incident, "it is no attack");
    if (verdict == Verdict::harmless) trigger(incident, Trigger::report_harmless, by);
    const bool running =
        std::ranges::any_of(incident.runs, [](const Run& run) { return run.state == RunState::running; });
    // A playbook that is under way takes back what was done, and then the incident ends by itself.
    if (verdict == Verdict::drill || !running)
        close(incident, verdict == Verdict::drill ? ClosedAs::drill : ClosedAs::false_alarm, by, why);
}

void Response::reach(Incident& incident, IncidentState state, std::string_view by) {
    if (state <= incident.state) return;
    incident.state = state;
    if (state >= IncidentState::contained) incident.duty(Duty::contain).met = now_;
    if (state >= IncidentState::recovered) incident.duty(Duty::recover).met = now_;
    note(incident, by, fmt::format("The incident is {}", to_string(state)));
}

Result<void> Response::on(const Event& event, const StateSet& what) {
    Incident* incident = TRY(find_open(what.incident));
    if (what.state == IncidentState::reviewed)
        return fail(ErrorCode::invalid_input, "an incident is reviewed when it is closed: close it");
    if (what.state < incident->state) {
        incident->state = what.state;
        if (what.state < IncidentState::contained) incident->duty(Duty::contain).met.reset();
        if (what.state < IncidentState::recovered) incident->duty(Duty::recover).met.reset();
        note(*incident, event.by, fmt::format("The incident is only {}, after all", to_string(what.state)));
        set_duties(*incident);
        return {};
    }
    reach(*incident, what.state, event.by);
    return {};
}

Result<void> Response::on(const Event& event, const SeveritySet& what) {
    Incident* incident = TRY(find_open(what.incident));
    set_severity(*incident, what.severity, event.by, what.why);
    return {};
}

void Response::set_severity(Incident& incident, Severity severity, std::string_view by,
                            std::string_view why) {
    if (incident.severity == severity) return;
    incident.severity = severity;
    note(incident, by, fmt::format("Severity {}: {}", to_string(severity), why));
    set_duties(incident);
    start_pages(incident);
}

void Response::set_duties(Incident& incident) {
    const DutyMinutes& minutes = setup_->duties[static_cast<std::size_t>(incident.severity)];
    for (Duty duty : all_duties) {
        DutyClock& clock = incident.duty(duty);
        clock.due.reset();
        if (minutes_of(minutes, duty) == 0 || clock.met) continue;
        clock.due = TimePoint{incident.opened.microseconds + minutes_of(minutes, duty) * minute_us};
        plan({*clock.due, TimerKind::duty, incident.id, static_cast<std::uint32_t>(duty)});
    }
}

void Response::duty_passed(Incident& incident, Duty duty) {
    DutyClock& clock = incident.duty(duty);
    if (!incident.is_open() || !incident.merged_into.empty() || clock.met || clock.passed || !clock.due ||
        *clock.due > now_)
        return;
    clock.passed = true;
    note(incident, "clock", fmt::format("Nobody did it in time: {}", to_string(duty)));
    tell_group(incident, fmt::format("late-{}", to_string(duty)), "deadline_passed", std::string(desk_group),
               to_string(duty));
}

Result<void> Response::on(const Event& event, const OwnerSet& what) {
    Incident* incident = TRY(find_open(what.incident));
    if (!what.owner.empty() && find_person(setup_->directory, what.owner) == nullptr)
        return fail(ErrorCode::not_found, fmt::format("there is no person \"{}\"", what.owner));
    incident->owner = what.owner;
    note(*incident, event.by, what.owner.empty() ? "Nobody owns it" : "Owner: " + what.owner);
    return {};
}

Result<void> Response::on(const Event& event, const NoteAdded& what) {
    Incident* incident = TRY(find_any(what.incident));
    note(*incident, event.by, what.text);
    return {};
}

Result<void> Response::on(const Event&, const Tick&) {
    return {};
}

// ---- merging and closing ------------------------------------------------------------------------------------------------

Incident& Response::root_of(Incident& incident) {
    return incident.merged_into.empty() ? incident : incidents_.at(incident.merged_into);
}

Result<void> Response::on(const Event& event, const IncidentsMerged& what) {
    Incident* incident = TRY(find_open(what.incident));
    Incident* into = TRY(find_open(what.into));
    if (incident->merged_into == into->id)
        return fail(ErrorCode::conflict, fmt::format("incident {} is part of incident {} already",
                                                     incident->number, into->number));
    if (incident == into || !incident->merged_into.empty() || !into->merged_into.empty())
        return fail(ErrorCode::conflict,
                    incident == into
                        ? fmt::format("it is incident {} itself", said(*into))
                        : fmt::format("incident {} is part of another one already: unmerge that first",
                                      said(incident->merged_into.empty() ? *into : *incident)));
    if (!incident->merged.empty())
        return fail(ErrorCode::conflict,
                    fmt::format("others were merged into {}: unmerge those first", said(*incident)));
    if (into->merged.size() >= limits::respond_merged)
        return fail(ErrorCode::limit,
                    fmt::format("{} incidents were merged into it", limits::respond_merged));
    incident->merged_into = into->id;
    into->merged.push_back(incident->id);
    note(*incident, event.by, fmt::format("Is now part of incident {}", said(*into)));
    note(*into, event.by, fmt::format("Incident {} is now part of it", said(*incident)));
    if (into->is_acknowledged()) acknowledge(*incident, into->acknowledged_by);
    return {};
}

Result<void> Response::on(const Event& event, const IncidentUnmerged& what) {
    Incident* incident = TRY(find_open(what.incident));
    if (incident->merged_into.empty())
        return fail(ErrorCode::conflict,
                    fmt::format("incident {} is part of no other incident", incident->number));
    note(root_of(*incident), event.by, fmt::format("Incident {} is no part of it", said(*incident)));
    note(*incident, event.by, fmt::format("Is no part of incident {}", said(root_of(*incident))));
    unmerge(*incident);
    return {};
}

void Response::unmerge(Incident& incident) {
    std::erase(root_of(incident).merged, incident.id);
    incident.merged_into.clear();
    set_duties(incident);
}

Result<void> Response::on(const Event& event, const IncidentClosed& what) {
    Incident* incident = TRY(find_open(what.incident));
    if (what.as == ClosedAs::open) return fail(ErrorCode::invalid_input, "say as what it is closed");
    if (!incident->merged_into.empty())
        return fail(ErrorCode::conflict,
                    fmt::format("it is part of incident {}: close that", said(root_of(*incident))));
    close(*incident, what.as, event.by, what.note);
    return {};
}

/// What can be taken back, and was not: an order without an end holds a customer long after everybody has forgotten why.
std::vector<std::string> what_stays(const Incident& incident) {
    std::vector<std::string> out;
    for (const Run& run : incident.runs) {
        if (run.kind == RunKind::dry || run.state == RunState::undone) continue;
        std::string steps;
        for (std::size_t at = 0; at < run.steps.size(); ++at) {
            const Step& plan = run.playbook->steps[at];
            const bool has_undo = plan.undo != "none" && (facts_of(plan.action).undo || !plan.undo.empty());
            if (run.steps[at].state != StepState::done || !has_undo) continue;
            steps += fmt::format("{}{} ({})", steps.empty() ? "" : ", ", plan.name, to_string(plan.action));
        }
        if (!steps.empty())
            out.push_back(fmt::format("of run {}, {}: {}; tocsin incident undo {} --run {} takes it back",
                                      run.number, run.playbook->name, steps, incident.id, run.number));
    }
    return out;
}

void Response::close(Incident& incident, ClosedAs as, std::string_view by, std::string_view why) {
    if (!incident.is_open()) return;
    for (Run& run : incident.runs)
        if (run.state == RunState::running) cancel(incident, run, "the incident was closed");
    stop_pages(incident, "the incident was closed");
    incident.closed_as = as;
    incident.closed = now_;
    incident.state = IncidentState::reviewed;
    open_clusters_.erase(incident.cluster);
    note(incident, by, fmt::format("Closed as {}{}{}", to_string(as), why.empty() ? "" : ": ", why));
    for (const std::string& what : what_stays(incident)) note(incident, "respond", "Still in force: " + what);
    plan({TimePoint{now_.microseconds + limits::respond_closed_us}, TimerKind::forget, incident.id});
    // What is part of it ends with it, and then stands by itself again.
    const std::vector<std::string> merged = incident.merged;
    all_clear(incident);
    for (const std::string& id : merged) {
        Incident& part = incidents_.at(id);
        part.merged_into.clear();
        close(part, ClosedAs::duplicate, by, fmt::format("part of incident {}", said(incident)));
    }
    incident.merged.clear();
}

}  // namespace tocsin::respond
