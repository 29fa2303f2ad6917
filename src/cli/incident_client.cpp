#include "cli/incident_client.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "cli/daemon_call.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"
#include "proto/http.hpp"

namespace tocsin::cli {

namespace {

using nlohmann::json;

/// "09:12:44" of a moment, for lines that are about one day.
std::string clock_of(const std::string& moment) {
    return moment.size() >= 19 ? moment.substr(11, 8) : moment;
}

void print_line(const json& incident) {
    const std::string whole =
        member(incident, "merged_into_number").is_number()
            ? fmt::format(", part of incident {}", number(incident, "merged_into_number"))
            : "";
    fmt::print("{:>5}  severity {}  {:<10} {:<10} {}  {}\n       {}, {} {}{}{}\n", number(incident, "number"),
               number(incident, "severity"), text(incident, "state"), text(incident, "verdict"),
               text(incident, "opened"), short_text(incident, "title"), text(incident, "incident"),
               number(incident, "reports"), number(incident, "reports") == 1 ? "report" : "reports",
               text(incident, "closed_as").empty() ? "" : ", closed as " + text(incident, "closed_as"),
               whole);
}

/// Which incident it is a part of, and which are parts of it, with the way back.
void print_merging(const json& incident) {
    if (!text(incident, "merged_into").empty())
        fmt::print(
            "  part of incident {} ({}): act on that one; `tocsin incident unmerge {}` makes this one of its "
            "own again\n",
            number(incident, "merged_into_number"), text(incident, "merged_into"),
            number(incident, "number"));
    std::string parts;
    for (const json& part : member(incident, "merged_numbers"))
        parts += (parts.empty() ? "" : ", ") + part.dump();
    if (!parts.empty())
        fmt::print("  merged into it: {}; `tocsin incident unmerge NUMBER` makes one its own again\n", parts);
}

void print_reports(const json& incident) {
    for (const json& report : member(incident, "reports")) {
        fmt::print("  report {}  {}  by {}, {}{}\n    evidence {}, {}, judged {}: {}\n",
                   text(report, "report"), text(report, "taken"), text(report, "way"),
                   short_text(report, "reporter"),
                   member(report, "authenticated") == true ? "" : " (not shown to be him)",
                   text(report, "evidence").substr(0, 12), text(report, "grade"), text(report, "judged_as"),
                   short_text(report, "subject"));
        print_deed_and_note(report, "    ");
    }
}

void print_values(const json& incident) {
    for (const auto& [name, values] : member(incident, "values").items()) {
        std::string line;
        for (const json& value : values)
            if (value.is_string())
                line += (line.empty() ? "" : ", ") + for_terminal(value.get<std::string>());
        fmt::print("  {:<12} {}\n", name, clipped(line, listed_text_characters));
    }
    const json& touched = member(incident, "touched");
    if (!touched.empty()) fmt::print("  {:<12} {} people got it\n", "touched", touched.size());
}

void print_runs(const json& incident) {
    for (const json& run : member(incident, "runs")) {
        const bool dry = text(run, "kind") == "dry";
        fmt::print("\n  run {} of {}{}: {}\n", number(run, "run"), text(run, "playbook"),
                   dry ? " (dry: nothing is done)" : "", text(run, "state"));
        for (const json& step : member(run, "steps")) {
            const std::string note = short_text(step, "note");
            const std::string state = text(step, "state");
            fmt::print("    {:<18} {:<14} {}{}\n", text(step, "step"), text(step, "do"),
                       dry && state == "done" ? "dry" : state, note.empty() ? "" : ": " + note);
            if (!text(step, "text").empty()) fmt::print("      {}\n", for_terminal(text(step, "text")));
        }
    }
}

/// What is open now, and what began with it.
void print_opened(const json& incident) {
    fmt::print("Incident {} ({}) is open, severity {}: {}\n", number(incident, "number"),
               text(incident, "incident"), number(incident, "severity"), short_text(incident, "title"));
    print_runs(incident);
    if (member(incident, "runs").empty())
        fmt::print(
            "  nothing was started: no playbook was named. `tocsin incident run {} --playbook NAME` starts "
            "one; `tocsin playbook list` has the names\n",
            number(incident, "number"));
}

void print_incident(const json& incident) {
    fmt::print("Incident {} ({}), severity {}: {}\n", number(incident, "number"), text(incident, "incident"),
               number(incident, "severity"), short_text(incident, "title"));
    fmt::print("  state {}, verdict {}{}{}\n", text(incident, "state"), text(incident, "verdict"),
               text(incident, "owner").empty() ? ", nobody owns it"
                                               : ", owner " + short_text(incident, "owner"),
               text(incident, "closed_as").empty() ? "" : ", closed as " + text(incident, "closed_as"));
    for (const auto& [duty, times] : member(incident, "deadlines").items()) {
        const std::string met = text(times, "met"), due = text(times, "due");
        fmt::print("  {:<12} {}{}\n", duty, met.empty() ? "by " + due : "done " + met,
                   member(times, "late") == true ? ", LATE" : "");
    }
    print_merging(incident);
    print_values(incident);
    print_reports(incident);
    print_runs(incident);
    const json& notices = member(incident, "notices");
    std::size_t done = 0;
    for (const json& notice : notices) done += text(notice, "state") == "done" ? 1U : 0U;
    if (!notices.empty()) fmt::print("\n  {} of {} notices are sent\n", done, notices.size());
    fmt::print("\n");
    for (const json& entry : member(incident, "timeline"))
        fmt::print("  {}  {:<14} {}\n", clock_of(text(entry, "time")), short_text(entry, "by"),
                   short_text(entry, "text"));
}

/// "Anna Muster (anna, mail anna@desk.example)".
std::string missed_name(const json& missed) {
    const std::string whom = short_text(missed, "whom"), name = short_text(missed, "name");
    if (text(missed, "to") == "customer") return "the contact of customer " + whom;
    if (text(missed, "to") == "address") return whom;
    const std::string way = short_text(missed, "channel") + " " + short_text(missed, "address");
    return name.empty() ? whom + " (" + way + ")" : name + " (" + whom + ", " + way + ")";
}

void print_missed(const json& missed) {
    fmt::print("MISSED  due {}, incident {}: ", text(missed, "due"), number(missed, "number"));
    if (text(missed, "whom").empty())
        fmt::print("{}, nobody was on call and nobody was paged. Tell somebody by telephone",
                   short_text(missed, "what"));
    else
        fmt::print("{} was not told. Tell him or her by telephone", missed_name(missed));
    fmt::print(", and look at the daemon's log ({}).\n", short_text(missed, "what"));
}

std::string who(const IncidentWords& words) {
    return words.by.empty() ? calling_user() : words.by;
}

/// Says something and prints what the incident then is.
int act(const ClientOptions& options, const IncidentWords& words, const char* kind, json body) {
    if (!words.id.empty()) body["incident"] = words.id;
    body["kind"] = kind;
    body["by"] = who(words);
    Result<json> done = call_daemon(options, "POST", "/v1/acts", body);
    if (!done) return say(done);
    if (options.json) {
        print_json(*done);
        return exit_nothing_found;
    }
    fmt::print("Incident {}: state {}, verdict {}, severity {}{}.\n", number(*done, "number"),
               text(*done, "state"), text(*done, "verdict"), number(*done, "severity"),
               text(*done, "closed_as").empty() ? "" : ", closed as " + text(*done, "closed_as"));
    print_merging(*done);
    if (!text(*done, "closed_as").empty())
        for (const json& line : member(*done, "in_force"))
            fmt::print("Still in force: {}\n", line.get<std::string>());
    return exit_nothing_found;
}

json step_of(const IncidentWords& words) {
    return {{"run", words.run}, {"step", words.step}, {"note", words.note}};
}

}  // namespace

int run_incident_list(const ClientOptions& options, const IncidentWords& words) {
    std::string target = "/v1/incidents";
    add_parameter(target, "state", words.limit_state);
    add_parameter(target, "limit", std::to_string(words.limit));
    Result<json> answer = call_daemon(options, "GET", target);
    if (!answer) return say(answer);
    if (options.json) {
        print_json(*answer);
        return exit_nothing_found;
    }
    const json& incidents = member(*answer, "incidents");
    if (incidents.empty()) fmt::print("No incident is open.\n");
    for (const json& incident : incidents) print_line(incident);
    if (member(*answer, "more") == true)
        fmt::print("{} in all, the newest {} shown; --limit shows more.\n", number(*answer, "total"),
                   incidents.size());
    return exit_nothing_found;
}

int run_incident_show(const ClientOptions& options, const IncidentWords& words) {
    Result<json> incident = call_daemon(options, "GET", "/v1/incidents/" + proto::percent_encode(words.id));
    if (!incident) return say(incident);
    if (options.json)
        print_json(*incident);
    else
        print_incident(*incident);
    return exit_nothing_found;
}

int run_incident_open(const ClientOptions& options, const IncidentWords& words) {
    const json body{{"kind", "opened_by_hand"},
                    {"by", who(words)},
                    {"title", words.title},
                    {"severity", std::to_string(words.severity)},
                    {"playbook", words.playbook},
                    {"values",
                     {{"customers", words.customers},
                      {"senders", words.senders},
                      {"urls", words.urls},
                      {"hosts", words.hosts},
                      {"files", words.files},
                      {"credentials", words.credentials},
                      {"lists", words.lists}}},
                    {"victims", words.victims},
                    {"note", words.note}};
    const Result<json> opened = call_daemon(options, "POST", "/v1/acts", body);
    if (!opened) return say(opened);
    if (options.json)
        print_json(*opened);
    else
        print_opened(*opened);
    return exit_nothing_found;
}

int run_incident_verdict(const ClientOptions& options, const IncidentWords& words) {
    json body{{"verdict", words.verdict}, {"why", words.why}};
    if (words.severity > 0) body["severity"] = std::to_string(words.severity);
    return act(options, words, "verdict_given", body);
}

int run_incident_ack(const ClientOptions& options, const IncidentWords& words) {
    return act(options, words, "acknowledged", json::object());
}

int run_incident_note(const ClientOptions& options, const IncidentWords& words) {
    return act(options, words, "note_added", {{"text", words.note}});
}

int run_incident_owner(const ClientOptions& options, const IncidentWords& words) {
    return act(options, words, "owner_set", {{"owner", words.owner}});
}

int run_incident_severity(const ClientOptions& options, const IncidentWords& words) {
    return act(options, words, "severity_set",
               {{"severity", std::to_string(words.severity)}, {"why", words.why}});
}

int run_incident_state(const ClientOptions& options, const IncidentWords& words) {
    return act(options, words, "state_set", {{"state", words.state}});
}

int run_incident_run(const ClientOptions& options, const IncidentWords& words) {
    return act(options, words, "run_started",
               {{"playbook", words.playbook}, {"run_kind", words.dry ? "dry" : "real"}});
}

int run_incident_undo(const ClientOptions& options, const IncidentWords& words) {
    return act(options, words, "run_undone", {{"run", words.run}, {"why", words.why}});
}

int run_incident_approve(const ClientOptions& options, const IncidentWords& words) {
    json body = step_of(words);
    body["answer"] = "approve";
    return act(options, words, "approval", body);
}

int run_incident_refuse(const ClientOptions& options, const IncidentWords& words) {
    json body = step_of(words);
    body["answer"] = "refuse";
    return act(options, words, "approval", body);
}

int run_incident_done(const ClientOptions& options, const IncidentWords& words) {
    json body = step_of(words);
    body["outcome"] = words.failed ? "failed" : "done";
    return act(options, words, "manual_done", body);
}

int run_incident_retry(const ClientOptions& options, const IncidentWords& words) {
    return act(options, words, "step_retried", {{"run", words.run}, {"step", words.step}});
}

int run_incident_merge(const ClientOptions& options, const IncidentWords& words) {
    return act(options, words, "incidents_merged", {{"into", words.into}});
}

int run_incident_unmerge(const ClientOptions& options, const IncidentWords& words) {
    return act(options, words, "incident_unmerged", json::object());
}

int run_incident_split(const ClientOptions& options, const IncidentWords& words) {
    return act(options, words, "reports_split", {{"reports", words.reports}});
}

int run_incident_close(const ClientOptions& options, const IncidentWords& words) {
    return act(options, words, "incident_closed", {{"as", words.as}, {"note", words.note}});
}

int run_playbook_list(const ClientOptions& options, const IncidentWords&) {
    Result<json> answer = call_daemon(options, "GET", "/v1/playbooks");
    if (!answer) return say(answer);
    if (options.json) {
        print_json(*answer);
        return exit_nothing_found;
    }
    for (const json& playbook : member(*answer, "playbooks")) {
        std::string triggers;
        for (const json& trigger : member(playbook, "triggers"))
            triggers += (triggers.empty() ? "" : ", ") + trigger.get<std::string>();
        fmt::print("{:<32} {} steps, begins at {}\n  {}\n", text(playbook, "name"),
                   member(playbook, "steps").size(), triggers, short_text(playbook, "title"));
    }
    return exit_nothing_found;
}

int run_notice_list(const ClientOptions& options, const IncidentWords& words) {
    std::string target = "/v1/notices";
    if (!words.id.empty()) add_parameter(target, "incident", words.id);
    if (!words.limit_state.empty()) add_parameter(target, "state", words.limit_state);
    add_parameter(target, "limit", std::to_string(words.limit));
    Result<json> answer = call_daemon(options, "GET", target);
    if (!answer) return say(answer);
    if (options.json) {
        print_json(*answer);
        return exit_nothing_found;
    }
    const json& notices = member(*answer, "notices");
    if (notices.empty()) fmt::print("No notice.\n");
    for (const json& notice : notices) {
        const std::string by = text(notice, "channel").empty() ? "" : " by " + short_text(notice, "channel");
        const std::string state = member(notice, "dry") == true ? "dry" : short_text(notice, "state");
        const std::string outcome =
            text(notice, "outcome").empty() ? "" : ": " + short_text(notice, "outcome");
        fmt::print("{}  incident {:<4} {:<9} {:<9} {}{}  {}{}\n", text(notice, "due"),
                   number(notice, "number"), state, short_text(notice, "notice"), short_text(notice, "whom"),
                   by, short_text(notice, "template"), outcome);
    }
    if (member(*answer, "more") == true)
        fmt::print("{} in all, the newest {} shown; --limit shows more.\n", number(*answer, "total"),
                   notices.size());
    for (const json& missed : member(*answer, "missed")) print_missed(missed);
    return exit_nothing_found;
}

int run_person_list(const ClientOptions& options, const IncidentWords&) {
    Result<json> answer = call_daemon(options, "GET", "/v1/people");
    if (!answer) return say(answer);
    if (options.json) {
        print_json(*answer);
        return exit_nothing_found;
    }
    for (const json& person : member(*answer, "people")) {
        std::string ways;
        for (const json& way : member(person, "channels"))
            ways += (ways.empty() ? "" : ", ") + short_text(way, "address");
        fmt::print("{:<16} {:<24} {}\n", short_text(person, "id"), short_text(person, "name"), ways);
    }
    for (const json& rota : member(*answer, "rotas"))
        fmt::print("on call in {}: {}\n", short_text(rota, "name"),
                   text(rota, "on_call").empty() ? "NOBODY" : short_text(rota, "on_call"));
    for (const json& gap : member(*answer, "gaps"))
        fmt::print("GAP in {} from {} to {}: {}\n", short_text(gap, "rota"), text(gap, "from"),
                   text(gap, "until"), short_text(gap, "why"));
    return exit_nothing_found;
}

}  // namespace tocsin::cli
