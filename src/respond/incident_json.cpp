#include "respond/incident_json.hpp"

#include <nlohmann/json.hpp>

namespace tocsin::respond {

namespace {

using Json = nlohmann::ordered_json;

/// Adds what is not empty.
void put(Json& object, const char* name, const std::string& value) {
    if (!value.empty()) object[name] = value;
}
void put(Json& object, const char* name, const std::vector<std::string>& values) {
    if (!values.empty()) object[name] = values;
}
void put(Json& object, const char* name, TimePoint value) {
    if (value.microseconds != 0) object[name] = to_rfc3339(value);
}

Json values_json(const Values& values) {
    Json out = Json::object();
    put(out, "customers", values.customers);
    put(out, "senders", values.senders);
    put(out, "urls", values.urls);
    put(out, "hosts", values.hosts);
    put(out, "credentials", values.credentials);
    put(out, "files", values.files);
    put(out, "texts", values.texts);
    put(out, "lists", values.lists);
    return out;
}

Json duties_json(const Incident& incident) {
    Json out = Json::object();
    for (std::size_t at = 0; at < incident.duties.size(); ++at) {
        const DutyClock& clock = incident.duties[at];
        if (!clock.due && !clock.met) continue;
        Json& one = out[std::string(to_string(static_cast<Duty>(at)))];
        if (clock.due) one["due"] = to_rfc3339(*clock.due);
        if (clock.met) one["met"] = to_rfc3339(*clock.met);
        if (clock.passed) one["late"] = true;
    }
    return out;
}

Json timeline_json(const Incident& incident) {
    Json out = Json::array();
    for (const TimelineEntry& entry : incident.timeline)
        out.push_back({{"time", to_rfc3339(entry.time)}, {"by", entry.by}, {"text", entry.text}});
    return out;
}

Json step_json(const Step& plan, const StepRun& step) {
    Json out{{"step", plan.name}, {"do", to_string(plan.action)}, {"state", to_string(step.state)}};
    put(out, "started", step.started);
    put(out, "ended", step.ended);
    put(out, "note", step.note);
    if (step.overdue) out["overdue"] = true;
    if (plan.approvals > 0) out["approvals_needed"] = plan.approvals;
    for (const ApprovalEntry& entry : step.approvals)
        out["approvals"].push_back(
            {{"by", entry.by}, {"answer", to_string(entry.answer)}, {"time", to_rfc3339(entry.time)}});
    if (plan.action == Action::manual && step.state == StepState::running)
        out["text"] = plan.parameters.at("text");
    put(out, "effects", step.effects);
    return out;
}

}  // namespace

Json summary_json(const Response& response, const Incident& incident) {
    Json out{{"incident", incident.id},
             {"number", incident.number},
             {"title", incident.title},
             {"state", to_string(incident.state)},
             {"severity", static_cast<int>(incident.severity) + 1},
             {"verdict", to_string(incident.verdict)},
             {"source", to_string(incident.source)},
             {"opened", to_rfc3339(incident.opened)}};
    put(out, "owner", incident.owner);
    put(out, "acknowledged_by", incident.acknowledged_by);
    put(out, "merged_into", incident.merged_into);
    if (const Incident* const whole = response.incident(incident.merged_into); whole != nullptr)
        out["merged_into_number"] = whole->number;
    const Cluster* cluster = response.cluster(incident.cluster);
    out["reports"] = cluster == nullptr ? 0 : cluster->reports.size();
    if (!incident.is_open()) {
        out["closed"] = to_rfc3339(incident.closed);
        out["closed_as"] = to_string(incident.closed_as);
    }
    return out;
}

Json to_json(const Response& response, const Incident& incident) {
    Json out = summary_json(response, incident);
    put(out, "acknowledged", incident.acknowledged);
    put(out, "merged", incident.merged);
    for (const std::string& id : incident.merged)
        if (const Incident* const part = response.incident(id); part != nullptr)
            out["merged_numbers"].push_back(part->number);
    put(out, "in_force", what_stays(incident));
    out["deadlines"] = duties_json(incident);
    out["values"] = values_json(response.values_of(incident));
    put(out, "evidence", incident.evidence);
    out["reports"] = Json::array();
    if (const Cluster* cluster = response.cluster(incident.cluster))
        for (const std::string& id : cluster->reports)
            if (const Report* report = response.report(id)) out["reports"].push_back(to_json(*report));
    out["touched"] = Json::array();
    for (const auto& [address, deed] : incident.touched)
        out["touched"].push_back({{"address", address}, {"deed", to_string(deed)}});
    if (incident.touched_more > 0) out["touched_more"] = incident.touched_more;
    out["runs"] = Json::array();
    for (const Run& run : incident.runs) out["runs"].push_back(to_json(run));
    out["notices"] = Json::array();
    for (const Notice& notice : response.notices_of(incident))
        if (notice.run_kind == RunKind::real) out["notices"].push_back(to_json(notice));
    out["timeline"] = timeline_json(incident);
    if (incident.timeline_more > 0) out["timeline_more"] = incident.timeline_more;
    return out;
}

Json to_json(const Run& run) {
    Json out{{"run", run.number},
             {"playbook", run.playbook->name},
             {"kind", to_string(run.kind)},
             {"state", to_string(run.state)},
             {"requested_by", run.requested_by},
             {"started", to_rfc3339(run.started)}};
    put(out, "ended", run.ended);
    put(out, "victims", run.victims);
    out["steps"] = Json::array();
    for (std::size_t at = 0; at < run.steps.size(); ++at)
        out["steps"].push_back(step_json(run.playbook->steps[at], run.steps[at]));
    return out;
}

Json to_json(const Notice& notice) {
    Json out{{"key", notice.key},
             {"notice", to_string(notice.kind)},
             {"to", to_string(notice.target.kind)},
             {"whom", notice.target.whom},
             {"template", notice.text_name},
             {"due", to_rfc3339(notice.due)},
             {"state", to_string(notice.state)}};
    if (notice.run_kind == RunKind::dry) out["dry"] = true;
    if (notice.target.kind != TargetKind::customer) out["channel"] = to_string(notice.target.channel.kind);
    return out;
}

Json to_json(const EffectRow& row) {
    Json out{{"key", row.key},
             {"effect", to_string(row.kind)},
             {"state", to_string(row.state)},
             {"kind", to_string(row.run_kind)},
             {"incident", row.incident},
             {"asked", to_rfc3339(row.asked)},
             {"attempts", row.attempts}};
    put(out, "step", row.step);
    put(out, "undoes", row.undoes);
    if (row.run > 0) out["run"] = row.run;
    if (row.state <= EffectState::attempted) {
        out["due"] = to_rfc3339(row.due);
        out["retries_left"] = row.retries;
    }
    put(out, "tried", row.tried);
    put(out, "ended", row.ended);
    put(out, "outcome", row.outcome);
    out["parameters"] = row.parameters;
    return out;
}

Json to_json(const Effect& effect) {
    Json out{{"key", effect.key},
             {"effect", to_string(effect.kind)},
             {"kind", to_string(effect.run_kind)},
             {"repeat", to_string(effect.repeat)},
             {"urgency", to_string(effect.urgency)},
             {"due", to_rfc3339(effect.due)},
             {"attempt", effect.attempt},
             {"incident", effect.incident}};
    put(out, "step", effect.step);
    put(out, "undoes", effect.undoes);
    out["parameters"] = effect.parameters;
    return out;
}

Json to_json(const Report& report) {
    Json out{{"report", report.id},
             {"taken", to_rfc3339(report.taken)},
             {"way", to_string(report.way)},
             {"reporter", report.reporter},
             {"authenticated", report.authenticated == Authenticated::yes},
             {"deed", to_string(report.deed)},
             {"evidence", report.evidence}};
    put(out, "note", report.note);
    put(out, "cluster", report.cluster);
    if (!report.facts) return out;
    out["grade"] = to_string(report.facts->grade);
    out["judged_as"] = to_string(report.facts->judged_as);
    put(out, "sender", report.facts->sender);
    put(out, "subject", report.facts->subject);
    put(out, "urls", report.facts->urls);
    put(out, "drill", report.facts->drill);
    return out;
}

Json state_json(const Response& response) {
    Json out{{"incidents", Json::array()}, {"effects", Json::array()}};
    for (const auto& [id, incident] : response.incidents()) {
        out["incidents"].push_back(to_json(response, incident));
        for (const EffectKey& key : incident.effects)
            out["effects"].push_back(to_json(*response.effect(key)));
    }
    out["reports"] = response.report_count();
    out["desk"] = response.desk();
    return out;
}

}  // namespace tocsin::respond
