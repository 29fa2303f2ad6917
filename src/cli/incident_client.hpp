// Client commands about incidents, playbooks and people: they ask the running daemon.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "cli/daemon_client.hpp"

namespace tocsin::cli {

/// What was written on the command line; each command uses its own part of it.
struct IncidentWords {
    std::string id;  ///< id or number of an incident
    std::string by, note, why, title, verdict, as, playbook, step, state, owner, into, limit_state;
    std::uint32_t run = 0, severity = 0;
    std::string path, reporter, deed, way;
    bool dry = false, failed = false, is_the_mail = false, raw = false;
    std::optional<std::size_t>
        original;  ///< number of a mail in the evidence of a report; nullopt: the first
    std::vector<std::string> reports, customers, senders, urls, hosts, files, credentials, lists, victims;
    std::size_t limit = 100;
    Paging paging;  ///< of reports
};

/// Each prints what it did. Exit code: 0 done, 2 an error.
int run_incident_list(const ClientOptions& options, const IncidentWords& words);
int run_incident_show(const ClientOptions& options, const IncidentWords& words);
int run_incident_open(const ClientOptions& options, const IncidentWords& words);
int run_incident_verdict(const ClientOptions& options, const IncidentWords& words);
int run_incident_ack(const ClientOptions& options, const IncidentWords& words);
int run_incident_note(const ClientOptions& options, const IncidentWords& words);
int run_incident_owner(const ClientOptions& options, const IncidentWords& words);
int run_incident_severity(const ClientOptions& options, const IncidentWords& words);
int run_incident_state(const ClientOptions& options, const IncidentWords& words);
int run_incident_run(const ClientOptions& options, const IncidentWords& words);
int run_incident_undo(const ClientOptions& options, const IncidentWords& words);
int run_incident_approve(const ClientOptions& options, const IncidentWords& words);
int run_incident_refuse(const ClientOptions& options, const IncidentWords& words);
int run_incident_done(const ClientOptions& options, const IncidentWords& words);
int run_incident_retry(const ClientOptions& options, const IncidentWords& words);
int run_incident_merge(const ClientOptions& options, const IncidentWords& words);
int run_incident_unmerge(const ClientOptions& options, const IncidentWords& words);
int run_incident_split(const ClientOptions& options, const IncidentWords& words);
int run_incident_close(const ClientOptions& options, const IncidentWords& words);
/// Hands a mail in as a report.
int run_report_submit(const ClientOptions& options, const IncidentWords& words);
int run_report_list(const ClientOptions& options, const IncidentWords& words);
int run_report_show(const ClientOptions& options, const IncidentWords& words);
/// The reported mail, as a confined reader sees it; or its bytes, to a file or a pipe, never to a terminal.
int run_report_evidence(const ClientOptions& options, const IncidentWords& words);
/// What the reporter did with the mail, and what he wrote, where there is something to say: a line each, behind `indent`.
void print_deed_and_note(const nlohmann::json& report, const char* indent);
int run_playbook_list(const ClientOptions& options, const IncidentWords& words);
int run_notice_list(const ClientOptions& options, const IncidentWords& words);
int run_person_list(const ClientOptions& options, const IncidentWords& words);

}  // namespace tocsin::cli
