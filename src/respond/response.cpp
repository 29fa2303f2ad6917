#include "respond/response.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/contains.hpp"
#include "base/limits/respond.hpp"

namespace tocsin::respond {

namespace {

void add(std::vector<std::string>& into, const std::vector<std::string>& values) {
    for (const std::string& value : values)
        if (!value.empty() && into.size() < limits::respond_values && !contains(into, value))
            into.push_back(value);
}

void add(Values& into, const Values& values) {
    add(into.customers, values.customers);
    add(into.senders, values.senders);
    add(into.urls, values.urls);
    add(into.hosts, values.hosts);
    add(into.credentials, values.credentials);
    add(into.files, values.files);
    add(into.texts, values.texts);
    add(into.lists, values.lists);
}

void add(Values& into, const ReportFacts& facts) {
    add(into.customers, {facts.customer});
    add(into.senders, {facts.sender});
    add(into.urls, facts.urls);
    add(into.hosts, facts.hosts);
    add(into.files, facts.hashes);
    if (facts.text_fingerprint != 0) add(into.texts, {fmt::format("{:016x}", facts.text_fingerprint)});
}

template <typename Map>
auto* find(Map& map, const std::string& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
}

}  // namespace

Response::Response() : setup_(std::make_shared<const Setup>()) {}

Result<void> Response::admit(const Event& event) {
    TRY(check_bounds(event));
    if (event.time < now_)
        return fail(ErrorCode::invalid_input,
                    fmt::format("event {} is of {}, before what was seen last ({}): stamp() says a good time",
                                event.id, to_rfc3339(event.time), to_rfc3339(now_)));
    if (now_.microseconds != 0 && event.time.microseconds > now_.microseconds + limits::respond_ahead_us)
        return fail(ErrorCode::invalid_input,
                    fmt::format("event {} is of {}, far ahead of all others: is a clock wrong?", event.id,
                                to_rfc3339(event.time)));
    return {};
}

Result<void> Response::see(const Event& event) {
    TRY(admit(event));
    advance(event.time);
    return std::visit([&](const auto& what) { return on(event, what); }, event.what);
}

void Response::advance(TimePoint now) {
    while (!timers_.empty() && timers_.begin()->due <= now) {
        const Timer timer = *timers_.begin();
        timers_.erase(timers_.begin());
        now_ = std::max(now_, timer.due);
        fire(timer);
    }
    now_ = std::max(now_, now);
}

void Response::fire(const Timer& timer) {
    Incident* incident = find(incidents_, timer.subject);
    switch (timer.kind) {
        case TimerKind::read_report: return not_read(timer.subject);
        case TimerKind::step_deadline: return step_deadline(timer.subject, timer.number, timer.step);
        case TimerKind::result:
            if (EffectRow* row = find(effects_, timer.subject))
                if (row->state == EffectState::attempted && row->attempts == timer.number)
                    result_is_late(*row);
            return;
        case TimerKind::duty:
            if (incident != nullptr) duty_passed(*incident, static_cast<Duty>(timer.number));
            return;
        case TimerKind::page:
            if (incident != nullptr) page(*incident, timer.number);
            return;
        case TimerKind::audit:
            if (incident != nullptr) audit(*incident);
            return;
        case TimerKind::forget: return forget(timer.subject);
    }
}

std::optional<TimePoint> Response::next_due() const {
    std::optional<TimePoint> next;
    if (!timers_.empty()) next = timers_.begin()->due;
    if (!waiting_.empty() && (!next || waiting_.begin()->due < *next)) next = waiting_.begin()->due;
    return next;
}

Result<Incident*> Response::find_any(const std::string& id) {
    if (Incident* incident = find(incidents_, id)) return incident;
    return fail(ErrorCode::not_found, fmt::format("there is no incident \"{}\"", id));
}

Result<Incident*> Response::find_open(const std::string& id) {
    Incident* incident = TRY(find_any(id));
    if (incident->is_open()) return incident;
    return fail(ErrorCode::conflict,
                fmt::format("incident {} was closed at {}", id, to_rfc3339(incident->closed)));
}

Result<Response::StepPlace> Response::find_step(const std::string& id, std::uint32_t number,
                                                const std::string& name) {
    Incident* incident = TRY(find_any(id));
    if (number == 0 || number > incident->runs.size())
        return fail(ErrorCode::not_found, fmt::format("incident {} has no run {}", id, number));
    Run& run = incident->runs[number - 1];
    const auto step = std::ranges::find(run.playbook->steps, name, &Step::name);
    if (step == run.playbook->steps.end())
        return fail(ErrorCode::not_found,
                    fmt::format("the playbook {} has no step \"{}\"", run.playbook->name, name));
    return StepPlace{incident, &run, static_cast<std::size_t>(step - run.playbook->steps.begin())};
}

void Response::note(Incident& incident, std::string_view by, std::string text) {
    if (incident.timeline.size() >= limits::respond_timeline) {
        ++incident.timeline_more;
        return;
    }
    incident.timeline.push_back({now_, std::string(by), std::move(text)});
}

const Incident* Response::incident(const std::string& id) const {
    return find(incidents_, id);
}
const Report* Response::report(const std::string& id) const {
    return find(reports_, id);
}
const Cluster* Response::cluster(const std::string& id) const {
    return find(clusters_, id);
}
const EffectRow* Response::effect(const EffectKey& key) const {
    return find(effects_, key);
}
ReporterRecord Response::reporter(const std::string& address) const {
    const ReporterRecord* record = find(reporters_, address);
    return record == nullptr ? ReporterRecord{} : *record;
}

Values Response::values_of(const Incident& incident) const {
    Values values = incident.values;
    if (const Cluster* cluster = find(clusters_, incident.cluster))
        for (const std::string& id : cluster->reports)
            if (const Report* report = find(reports_, id); report != nullptr && report->facts)
                add(values, *report->facts);
    for (const std::string& id : incident.merged)
        if (const Incident* merged = find(incidents_, id)) add(values, values_of(*merged));
    return values;
}

std::vector<std::string> Response::desk() const {
    std::vector<std::pair<double, std::string>> found;
    for (const auto& [id, incident] : incidents_) {
        if (!incident.is_open() || incident.verdict != Verdict::unknown || !incident.merged_into.empty())
            continue;
        double belief = 0;
        if (const Cluster* cluster = find(clusters_, incident.cluster))
            for (const std::string& member : cluster->reports)
                if (const Report* report = find(reports_, member); report != nullptr)
                    belief += report->authenticated == Authenticated::yes
                                  ? reporter(report->reporter).precision()
                                  : 0;
        found.emplace_back(-belief, id);
    }
    std::ranges::sort(found);
    std::vector<std::string> ids;
    for (auto& [belief, id] : found) ids.push_back(std::move(id));
    return ids;
}

}  // namespace tocsin::respond
