#include "api/respond_requests.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "api/answers.hpp"
#include "api/export_requests.hpp"
#include "api/query.hpp"
#include "api/routes.hpp"
#include "base/ascii.hpp"
#include "base/contains.hpp"
#include "base/fold_case.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "base/limits/respond.hpp"
#include "base/time_units.hpp"
#include "respond/event_json.hpp"
#include "respond/incident_json.hpp"

namespace tocsin::api {

namespace {

using nlohmann::json;
using proto::HttpResponse;

constexpr std::string_view notice_state_words[] = {"waiting", "done", "failed", "all", "dry"};

struct FoundNotice {
    const respond::Incident* incident;
    respond::Notice notice;
};

/// `failed`: nobody may have got it. `dry`: what a dry run would have said, which counts nowhere else.
bool is_in_state(const respond::Notice& notice, std::string_view wanted) {
    using respond::EffectState;
    if (wanted == "dry" || notice.run_kind == respond::RunKind::dry)
        return wanted == "dry" && notice.run_kind == respond::RunKind::dry;
    switch (notice.state) {
        case EffectState::waiting:
        case EffectState::attempted: return wanted == "all" || wanted == "waiting";
        case EffectState::done: return wanted == "all" || wanted == "done";
        case EffectState::failed:
        case EffectState::unknown: return wanted == "all" || wanted == "failed";
        case EffectState::withdrawn: break;
    }
    return wanted == "all";
}

json notice_json(const respond::Response& response, const FoundNotice& found) {
    json out(respond::to_json(found.notice));
    out["incident"] = found.incident->id;
    out["number"] = found.incident->number;
    if (const respond::EffectRow* const row = response.effect(found.notice.key); row != nullptr) {
        out["attempts"] = row->attempts;
        if (!row->outcome.empty()) out["outcome"] = row->outcome;
    }
    return out;
}

/// A report, and what became of it.
json report_json(const respond::Response& response, const respond::Report& report) {
    json out(respond::to_json(report));
    const respond::Cluster* const cluster = response.cluster(report.cluster);
    if (cluster == nullptr) return out;
    out["incident"] = cluster->incident;
    if (const respond::Incident* const incident = response.incident(cluster->incident); incident != nullptr) {
        out["number"] = incident->number;
        out["verdict"] = to_string(incident->verdict);
    }
    return out;
}

/// The newest first.
bool is_newer(const respond::Report* one, const respond::Report* other) {
    return std::pair(one->taken.microseconds, std::string_view(one->id)) >
           std::pair(other->taken.microseconds, std::string_view(other->id));
}

/// With the names of who does not know: whoever reads it is to tell him.
json missed_json(const respond::Response& response, const respond::MissedNotice& missed) {
    json out{{"incident", missed.incident}, {"what", missed.what}, {"due", to_rfc3339(missed.due)}};
    if (const respond::Incident* const incident = response.incident(missed.incident); incident != nullptr)
        out["number"] = incident->number;
    if (!missed.target) return out;
    const respond::Target& target = *missed.target;
    out["to"] = to_string(target.kind);
    out["whom"] = target.whom;
    if (target.kind == respond::TargetKind::customer) return out;
    out["channel"] = to_string(target.channel.kind);
    out["address"] = target.channel.address;
    const respond::Person* const person = respond::find_person(response.setup().directory, target.whom);
    if (person != nullptr && !person->name.empty()) out["name"] = person->name;
    return out;
}

constexpr std::string_view incident_state_words[] = {"open", "desk", "all"};
/// How far ahead gaps of rotas are shown.
constexpr std::int64_t gaps_days = 14;

/// A word of a request as one of the response's choices.
template <typename Word>
Result<Word> word_of(const proto::HttpTarget& target, std::string_view name, Word otherwise) {
    const std::optional<std::string> value = parameter(target, name);
    if (!value || value->empty()) return otherwise;
    if (const std::optional<Word> word = respond::from_word<Word>(*value)) return *word;
    std::string words;
    for (const std::string_view one : respond::words<Word>)
        words += (words.empty() ? "" : ", ") + std::string(one);
    return fail(ErrorCode::invalid_input, std::string(name) + " must be one of " + words);
}

Error response_is_off() {
    return {ErrorCode::conflict,
            "the response is off: set people in [respond] of the configuration, and restart"};
}

Result<SubmittedReport> report_of(const proto::HttpTarget& target) {
    SubmittedReport report;
    report.way = TRY(word_of(target, "way", respond::Way::button));
    report.deed = TRY(word_of(target, "deed", respond::Deed::none));
    report.authenticated = TRY(word_of(target, "authenticated", respond::Authenticated::no));
    report.reporter = std::string(trim(parameter(target, "reporter").value_or("")));
    report.note = std::string(trim(parameter(target, "note").value_or("")));
    if (TRY(word_parameter(target, "is_the_mail", zero_or_one)).value_or("0") == "1")
        report.content = HandedIn::the_mail;
    if (report.reporter.size() > limits::respond_text_bytes ||
        report.note.size() > limits::respond_text_bytes)
        return fail(ErrorCode::invalid_input, "reporter and note may have " +
                                                  std::to_string(limits::respond_text_bytes) + " bytes each");
    return report;
}

/// The body of an act of this kind. Where a member is not known, the error says what the kind takes as well.
Result<json> act_from(const std::string& body, const std::string& kind) {
    const respond::EventShape shape = respond::shape_of(kind);
    std::vector<Member> known{{"kind", MemberKind::other}, {"by", MemberKind::other}};
    for (const std::string& name : shape.names) known.push_back({name, MemberKind::other});
    Result<json> object = object_from(body, known);
    if (!object)
        return fail(object.error().code,
                    object.error().message + ". " + kind + " takes {" + shape.shown + "}");
    return object;
}

}  // namespace

const respond::Incident* find_incident(const respond::Response& response, const std::string& id) {
    if (const respond::Incident* incident = response.incident(id)) return incident;
    const std::string_view number = std::string_view(id).substr(id.starts_with('#') ? 1 : 0);
    for (const auto& [name, one] : response.incidents())
        if (std::to_string(one.number) == number) return &one;
    return nullptr;
}

bool RespondRequests::is_about_response(std::string_view path) {
    for (const std::string_view begin :
         {"/v1/reports", "/v1/incidents", "/v1/notices", "/v1/playbooks", "/v1/people", "/v1/acts"})
        if (path == begin || (path.starts_with(begin) && path[begin.size()] == '/')) return true;
    return false;
}

HttpResponse RespondRequests::handle(net::Fiber& fiber, const proto::HttpRequest& request,
                                     const proto::HttpTarget& target, const Asker& asker) {
    if (services_.actions.response == nullptr) return refuse(response_is_off());
    constexpr std::string_view one_report = "/v1/reports/", one_incident = "/v1/incidents/";
    if (target.path == "/v1/reports" && request.method == "GET") return list_reports(target);
    if (target.path == "/v1/reports") return submit(fiber, request, target, asker);
    if (target.path == "/v1/acts") return act(fiber, request.body, asker);
    if (is_export(target.path)) return export_incident(services_, target, asker.name);
    if (EvidenceRequests::is_about_evidence(target.path)) return show_evidence(fiber, target, asker);
    if (target.path.starts_with(one_report)) return show_report(target.path.substr(one_report.size()), asker);
    if (target.path.starts_with(one_incident)) return show_incident(target.path.substr(one_incident.size()));
    if (target.path == "/v1/notices") return list_notices(target);
    if (target.path == "/v1/playbooks") return list_playbooks();
    if (target.path == "/v1/people") return list_people();
    return list_incidents(target);
}

/// Addresses under which somebody reports: those of the file of people, or the one that his token names.
std::vector<std::string> RespondRequests::addresses_of(const std::string& person) const {
    std::vector<std::string> addresses;
    if (person.find('@') != std::string::npos) addresses.push_back(ascii_lower(person));
    const respond::Directory& directory = services_.actions.response->setup().directory;
    if (const respond::Person* const known = respond::find_person(directory, person); known != nullptr)
        for (const respond::Channel& channel : known->channels)
            if (channel.kind == respond::ChannelKind::mail) addresses.push_back(ascii_lower(channel.address));
    return addresses;
}

/// Whoever shows a token of his own is who he says. Programs say who reports; nobody else reports for others, but a desk does.
Result<void> RespondRequests::name_reporter(SubmittedReport& report, const Asker& asker) const {
    if (asker.person == nullptr || asker.person->has(Role::intake)) return {};
    const std::vector<std::string> own = addresses_of(asker.person->person);
    if (report.reporter.empty() && !own.empty()) report.reporter = own.front();
    const bool is_own = contains(own, ascii_lower(report.reporter));
    report.authenticated = is_own ? respond::Authenticated::yes : respond::Authenticated::no;
    if (is_own || asker.person->has(Role::desk)) return {};
    return fail(ErrorCode::permission,
                own.empty() ? "no address is known of " + asker.person->person +
                                  ": the file of people must have one, or the token be made for an address"
                            : "this token reports for " + own.front() + " alone");
}

HttpResponse RespondRequests::submit(net::Fiber& fiber, const proto::HttpRequest& request,
                                     const proto::HttpTarget& target, const Asker& asker) {
    Result<SubmittedReport> report = report_of(target);
    if (!report) return refuse(report.error());
    const Result<std::string> id = take(fiber, std::move(*report), as_bytes(request.body), asker);
    if (!id) return refuse(id.error());
    return answer(201, {{"report", *id}, {"thanks", "It is stored, and is being looked at."}});
}

Result<std::string> RespondRequests::take(net::Fiber& fiber, SubmittedReport report, ByteView content,
                                          const Asker& asker) const {
    if (services_.actions.response == nullptr) return std::unexpected(response_is_off());
    TRY(name_reporter(report, asker));
    return services_.actions.take(fiber, std::move(report), content);
}

/// People say numbers ("8", "#8"); the response wants ids. Errors: not_found.
Result<void> RespondRequests::take_numbers(json& act) const {
    for (const char* const name : {"incident", "into"}) {
        const std::string said = text_member(act, name);
        if (said.empty()) continue;
        const respond::Incident* const incident = find_incident(*services_.actions.response, said);
        if (incident == nullptr)
            return fail(ErrorCode::not_found,
                        "there is no incident " + said + ": `tocsin incident list` has them");
        act[name] = incident->id;
    }
    return {};
}

HttpResponse RespondRequests::act(net::Fiber& fiber, const std::string& body, const Asker& asker) {
    const json parsed = json::parse(body, nullptr, false);
    if (!parsed.is_object())
        return refuse(
            {ErrorCode::invalid_input, "the body must be an object: {\"kind\": \"note_added\", …}"});
    const std::string kind = text_member(parsed, "kind");
    if (const Result<void> known = check_act_kind(kind); !known) return refuse(known.error());
    if (asker.person != nullptr)
        if (const Result<void> may = check_act(*asker.person, kind); !may) return refuse(may.error());
    Result<json> read = act_from(body, kind);
    if (!read) return refuse(read.error());
    json& value = *read;
    const TimePoint now = services_.clock.now();
    std::string by = text_member(value, "by");
    if (by.empty()) by = asker.name;
    if (const Result<void> known = take_numbers(value); !known) return refuse(known.error());
    value["id"] = make_id(now.microseconds);
    value["time"] = to_rfc3339(now);
    value["by"] = by;
    Result<respond::Event> event = respond::event_from_json(value, respond::UnknownFields::refused);
    if (!event) return refuse(event.error());
    const bool opens = std::holds_alternative<respond::OpenedByHand>(event->what);
    const std::string incident =
        opens ? respond::incident_by_hand(event->id) : text_member(value, "incident");
    if (const Result<void> told = services_.actions.tell(fiber, std::move(event->what), by, event->id); !told)
        return refuse(told.error());
    services_.log.write(LogLevel::info, "respond.act",
                        {{"kind", kind}, {"incident", incident}, {"by", by}, {"caller", asker.name}});
    if (!incident.empty()) return show_incident(incident);
    return answer(200, {{"done", kind}});
}

HttpResponse RespondRequests::show_evidence(net::Fiber& fiber, const proto::HttpTarget& target,
                                            const Asker& asker) const {
    const RespondActions& actions = services_.actions;
    const EvidenceRequests requests(*actions.response, services_.log,
                                    {actions.find_evidence, services_.read_message, actions.tell});
    return requests.handle(fiber, target, {parameter(target, "by").value_or(asker.name), asker.name});
}

HttpResponse RespondRequests::show_report(const std::string& id, const Asker& asker) const {
    const respond::Report* report = services_.actions.response->report(id);
    const bool reads_all = asker.person == nullptr || asker.person->has(Role::desk) ||
                           asker.person->has(Role::responder) || asker.person->has(Role::approver);
    // Of a report of somebody else, not even that it is there.
    if (report != nullptr && !reads_all &&
        !contains(addresses_of(asker.person->person), ascii_lower(report->reporter)))
        report = nullptr;
    if (report == nullptr) return refuse({ErrorCode::not_found, "there is no report " + id});
    return answer(200, report_json(*services_.actions.response, *report));
}

/// As every listing: `total` counts all that fit, and a moment is part of that, an id is not.
HttpResponse RespondRequests::list_reports(const proto::HttpTarget& target) const {
    const respond::Response& response = *services_.actions.response;
    const Result<std::size_t> limit = limit_parameter(target);
    if (!limit) return refuse(limit.error());
    const Result<PageStart> before = before_parameter(target);
    if (!before) return refuse(before.error());
    const respond::Report* const last = before->id ? response.report(*before->id) : nullptr;
    if (before->id && last == nullptr)
        return refuse({ErrorCode::not_found, "there is no report " + *before->id});
    std::vector<const respond::Report*> fitting;
    for (const auto& [id, report] : response.reports())
        if (!before->time || report.taken < *before->time) fitting.push_back(&report);
    std::ranges::sort(fitting, is_newer);
    auto next = last == nullptr ? fitting.begin() : std::ranges::upper_bound(fitting, last, is_newer);
    json list = json::array();
    for (; next != fitting.end() && list.size() < *limit; ++next)
        list.push_back(report_json(response, **next));
    return answer(200,
                  {{"reports", std::move(list)}, {"total", fitting.size()}, {"more", next != fitting.end()}});
}

HttpResponse RespondRequests::list_incidents(const proto::HttpTarget& target) const {
    const respond::Response& response = *services_.actions.response;
    const Result<std::optional<std::string>> state = word_parameter(target, "state", incident_state_words);
    if (!state) return refuse(state.error());
    const Result<std::size_t> limit = limit_parameter(target);
    if (!limit) return refuse(limit.error());
    const std::string wanted = state->value_or("open");
    std::vector<const respond::Incident*> fitting;
    if (wanted == "desk")
        for (const std::string& id : response.desk()) fitting.push_back(response.incident(id));
    else
        for (const auto& [id, incident] : response.incidents())
            if (wanted == "all" || incident.is_open()) fitting.push_back(&incident);
    if (wanted != "desk") std::ranges::sort(fitting, std::greater{}, &respond::Incident::number);
    json list = json::array();
    for (const respond::Incident* incident : fitting) {
        if (list.size() >= *limit) break;
        list.push_back(json(respond::summary_json(response, *incident)));
    }
    return answer(
        200, {{"incidents", std::move(list)}, {"total", fitting.size()}, {"more", fitting.size() > *limit}});
}

HttpResponse RespondRequests::show_incident(const std::string& id) const {
    const respond::Response& response = *services_.actions.response;
    const respond::Incident* incident = find_incident(response, id);
    if (incident == nullptr) return refuse({ErrorCode::not_found, "there is no incident " + id});
    return answer(200, json(respond::to_json(response, *incident)));
}

/// Notices of one incident or of all, the newest first, with what became of each; and those that were due and did not go out.
HttpResponse RespondRequests::list_notices(const proto::HttpTarget& target) const {
    const respond::Response& response = *services_.actions.response;
    const Result<std::optional<std::string>> state = word_parameter(target, "state", notice_state_words);
    if (!state) return refuse(state.error());
    const Result<std::size_t> limit = limit_parameter(target);
    if (!limit) return refuse(limit.error());
    const std::optional<std::string> name = parameter(target, "incident");
    const respond::Incident* const only = name ? find_incident(response, *name) : nullptr;
    if (name && only == nullptr) return refuse({ErrorCode::not_found, "there is no incident " + *name});
    std::vector<FoundNotice> found;
    for (const auto& [id, incident] : response.incidents()) {
        if (only != nullptr && &incident != only) continue;
        for (respond::Notice& notice : response.notices_of(incident))
            if (is_in_state(notice, state->value_or("all"))) found.push_back({&incident, std::move(notice)});
    }
    std::ranges::stable_sort(found, std::greater{}, [](const FoundNotice& one) { return one.notice.due; });
    json list = json::array();
    for (const FoundNotice& one : found) {
        if (list.size() >= *limit) break;
        list.push_back(notice_json(response, one));
    }
    json missed = json::array();
    for (const respond::MissedNotice& one : response.missed_notices(services_.clock.now()))
        if (only == nullptr || one.incident == only->id) missed.push_back(missed_json(response, one));
    return answer(200, {{"notices", std::move(list)},
                        {"missed", std::move(missed)},
                        {"total", found.size()},
                        {"more", found.size() > *limit}});
}

HttpResponse RespondRequests::list_playbooks() const {
    json list = json::array();
    for (const respond::Playbook& playbook : services_.actions.response->setup().playbooks)
        list.push_back(respond::to_json(playbook));
    return answer(200, {{"playbooks", std::move(list)}});
}

HttpResponse RespondRequests::list_people() const {
    const respond::Directory& directory = services_.actions.response->setup().directory;
    const TimePoint now = services_.clock.now();
    json out = json::object();
    json& people = out["people"] = json::array();
    for (const respond::Person& person : directory.people) {
        json ways = json::array();
        for (const respond::Channel& channel : person.channels)
            ways.push_back({{"kind", to_string(channel.kind)}, {"address", channel.address}});
        people.push_back({{"id", person.id}, {"name", person.name}, {"channels", std::move(ways)}});
    }
    json& groups = out["groups"] = json::array();
    for (const respond::Group& group : directory.groups)
        groups.push_back({{"name", group.name}, {"people", respond::members(directory, group.name, now)}});
    json& rotas = out["rotas"] = json::array();
    for (const respond::Rota& rota : directory.rotas) {
        const std::optional<std::string> who = respond::on_call(rota, now);
        rotas.push_back({{"name", rota.name}, {"on_call", who ? json(*who) : json(nullptr)}});
    }
    json& gaps = out["gaps"] = json::array();
    for (const respond::RotaGap& gap :
         respond::rota_gaps(directory, now, TimePoint{now.microseconds + gaps_days * day_us}))
        gaps.push_back({{"rota", gap.rota},
                        {"from", to_rfc3339(gap.from)},
                        {"until", to_rfc3339(gap.until)},
                        {"why", gap.why}});
    return answer(200, out);
}

}  // namespace tocsin::api
