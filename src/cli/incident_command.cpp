#include "cli/incident_command.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "base/limits/report.hpp"

namespace tocsin::cli {

namespace {

using Run = int (*)(const ClientOptions&, const IncidentWords&);

/// Adds commands that all work on the same words.
class Commands {
public:
    Commands(CLI::App& group, IncidentWords& words, ClientOptions& client, Chosen& chosen)
        : group_(group), words_(words), client_(client), chosen_(chosen) {}

    CLI::App* add(const char* name, const char* help, Run run) {
        CLI::App* command = group_.add_subcommand(name, help);
        add_client_options(*command, client_);
        command->callback([this_words = &words_, client = &client_, chosen = &chosen_, run] {
            *chosen = [=] { return run(*client, *this_words); };
        });
        return command;
    }
    /// One that acts on an incident.
    CLI::App* add_act(const char* name, const char* help, Run run) {
        CLI::App* command = add(name, help, run);
        not_empty(command->add_option("INCIDENT", words_.id, "number or id of an incident")->required());
        add_by(*command);
        return command;
    }
    void add_by(CLI::App& command) {
        not_empty(command.add_option("--by", words_.by,
                                     "who does it, as in the list of people (default: the calling "
                                     "user's login name)"));
    }
    void add_why(CLI::App& command, const char* help) {
        not_empty(command.add_option("--why", words_.why, help)->required());
    }
    void add_run(CLI::App& command) {
        command.add_option("--run", words_.run, "number of the run, as incident show prints it")
            ->required()
            ->check(CLI::Range(1U, 1'000U));
    }
    void add_step(CLI::App& command) {
        add_run(command);
        not_empty(command.add_option("--step", words_.step, "name of the step")->required());
    }
    void add_note(CLI::App& command) {
        command.add_option("--note", words_.note, "what is worth knowing; it is kept");
    }
    void add_severity(CLI::App& command, const char* help, bool needed) {
        CLI::Option* option =
            command.add_option("--severity", words_.severity, help)->check(CLI::Range(1U, 4U));
        if (needed) option->required();
    }

private:
    CLI::App& group_;
    IncidentWords& words_;
    ClientOptions& client_;
    Chosen& chosen_;
};

/// What playbooks need to know: what stands in their braces.
void add_facts(CLI::App& open, IncidentWords& words) {
    const auto add = [&](const char* name, std::vector<std::string>& values, const char* help) {
        return not_empty(
            open.add_option(name, values, std::string(help) + "; may be repeated")->allow_extra_args(false));
    };
    add("--customer", words.customers, "customer whom it is about, as in the configuration");
    add("--credential", words.credentials, "login or API key that is in other hands");
    add("--list", words.lists, "list of recipients that is in other hands");
    add("--victim", words.victims, "address of somebody who gave his password away")
        ->check([](const std::string& value) {
            return value.find('@') == std::string::npos ? std::string("is no address: ") + value
                                                        : std::string();
        });
    add("--sender", words.senders, "address of a hostile sender");
    add("--url", words.urls, "hostile link");
    add("--host", words.hosts, "host of a hostile link");
    add("--file", words.files, "SHA-256 of a hostile file, hexadecimal")->check([](const std::string& value) {
        const bool is_hash = value.size() == sizeof(Hash256) * 2 &&
                             std::ranges::all_of(value, [](char c) { return hex_value(c) >= 0; });
        return is_hash ? std::string() : "is no SHA-256 (64 hexadecimal digits): " + value;
    });
}

void add_looking(Commands& commands, IncidentWords& words) {
    CLI::App* list = commands.add("list", "Incidents that are open, newest first", run_incident_list);
    list->add_option("--state", words.limit_state,
                     "open; desk: those that wait for a verdict, the most believable first; all")
        ->check(CLI::IsMember({"open", "desk", "all"}));
    list->add_option("--limit", words.limit, "at most so many")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    CLI::App* show =
        commands.add("show", "All that is known of an incident, and its time line", run_incident_show);
    not_empty(show->add_option("INCIDENT", words.id, "number or id of an incident")->required());
    CLI::App* open = commands.add("open", "Open an incident by hand", run_incident_open);
    not_empty(open->add_option("TITLE", words.title, "what it is, in a few words")->required());
    commands.add_severity(*open, "1 is the worst", true);
    open->add_option("--playbook", words.playbook, "run this one at once");
    add_facts(*open, words);
    commands.add_note(*open);
    commands.add_by(*open);
}

void add_deciding(Commands& commands, IncidentWords& words) {
    CLI::App* verdict =
        commands.add_act("verdict", "Say what an incident is: its playbook begins", run_incident_verdict);
    verdict->add_option("--is", words.verdict, "malicious, harmless, drill or unknown")
        ->required()
        ->check(CLI::IsMember({"malicious", "harmless", "drill", "unknown"}));
    commands.add_severity(*verdict, "another severity; 1 is the worst", false);
    commands.add_why(*verdict, "how that is known; it is kept");
    commands.add_act("ack", "Take it: nobody else is paged", run_incident_ack);
    CLI::App* note = commands.add_act("note", "Add a line to its time line", run_incident_note);
    not_empty(note->add_option("TEXT", words.note, "the line")->required());
    CLI::App* owner = commands.add_act("owner", "Say whose it is", run_incident_owner);
    not_empty(owner->add_option("PERSON", words.owner, "id of a person")->required());
    CLI::App* severity = commands.add_act("severity", "Change how bad it is", run_incident_severity);
    commands.add_severity(*severity, "1 is the worst", true);
    commands.add_why(*severity, "why; it is kept");
    CLI::App* state = commands.add_act("state", "Say how far it is", run_incident_state);
    state->add_option("STATE", words.state, "verified, contained, eradicated, recovered or reviewed")
        ->required()
        ->check(CLI::IsMember({"verified", "contained", "eradicated", "recovered", "reviewed"}));
    CLI::App* close =
        commands.add_act("close", "Close it: who was alarmed is told that it is over", run_incident_close);
    close->add_option("--as", words.as, "resolved, false_alarm, drill or duplicate")
        ->required()
        ->check(CLI::IsMember({"resolved", "false_alarm", "drill", "duplicate"}));
    commands.add_note(*close);
}

void add_running(Commands& commands, IncidentWords& words) {
    CLI::App* run = commands.add_act("run", "Run a playbook about it", run_incident_run);
    not_empty(run->add_option("--playbook", words.playbook, "name of a playbook")->required());
    run->add_flag("--dry-run", words.dry, "each step says what it would do, and does nothing");
    CLI::App* undo = commands.add_act("undo", "Take back what a run did", run_incident_undo);
    commands.add_run(*undo);
    commands.add_why(*undo, "why; it is kept");
    struct Act {
        const char* name;
        const char* help;
        Run function;
    };
    for (const auto& [name, help, function] :
         {Act{"approve", "Let a step go on that waits for people to agree", run_incident_approve},
          Act{"refuse", "Do not let it go on", run_incident_refuse},
          Act{"done", "Say that a step that a person does is done", run_incident_done},
          Act{"retry", "Try a step again that failed", run_incident_retry}}) {
        CLI::App* command = commands.add_act(name, help, function);
        commands.add_step(*command);
        commands.add_note(*command);
        if (function == run_incident_done)
            command->add_flag("--failed", words.failed, "it could not be done");
    }
}

void add_grouping(Commands& commands, IncidentWords& words) {
    CLI::App* merge =
        commands.add_act("merge", "Show and answer it as a part of another one", run_incident_merge);
    not_empty(merge->add_option("--into", words.into, "number or id of the other incident")->required());
    commands.add_act("unmerge", "Make it one of its own again, exactly as it was", run_incident_unmerge);
    CLI::App* split =
        commands.add_act("split", "Give some of its reports an incident of their own", run_incident_split);
    split->add_option("--report", words.reports, "ids of reports")->required();
}

void add_report_clients(CLI::App& app, IncidentWords& words, ClientOptions& client, Chosen& chosen) {
    CLI::App* reports = app.get_subcommand("report");
    Commands commands(*reports, words, client, chosen);
    CLI::App* submit =
        commands.add("submit", "Hand in a suspicious mail to the running daemon", run_report_submit);
    not_empty(submit->add_option("FILE", words.path, "a mail about it, with it attached; - is standard input")
                  ->required());
    submit->add_flag("--submitted", words.is_the_mail, "the file is the suspicious mail itself");
    submit->add_option("--reporter", words.reporter, "address of who reports it");
    submit
        ->add_option("--deed", words.deed,
                     "what he did with it: none, clicked, opened_file, gave_credentials")
        ->check(CLI::IsMember({"none", "clicked", "opened_file", "gave_credentials"}));
    submit->add_option("--way", words.way, "how it came: cli (default), desk (by phone), web, button")
        ->check(CLI::IsMember({"cli", "desk", "web", "button"}));
    commands.add_note(*submit);
    words.way = "cli";
    CLI::App* list = commands.add("list", "Reports and what became of them, newest first", run_report_list);
    add_paging(*list, words.paging);
    CLI::App* show = commands.add("show", "What became of a report", run_report_show);
    not_empty(show->add_option("REPORT", words.id, "id of a report")->required());
    CLI::App* evidence = commands.add(
        "evidence", "The reported mail: text, links and attachments, as a confined reader sees them",
        run_report_evidence);
    not_empty(evidence->add_option("REPORT", words.id, "id of a report")->required());
    evidence
        ->add_option("--original", words.original,
                     "number of the mail, where it has several (default: the first); 0 is what was handed in")
        ->check(CLI::Range(std::size_t{0}, limits::reported_mails));
    evidence->add_flag("--raw", words.raw, "its bytes, which are hostile, to a pipe or a file instead");
    not_empty(evidence->add_option("--to", words.path, "its bytes into this new file instead"));
    commands.add_by(*evidence);
}

}  // namespace

void add_incidents(CLI::App& app, IncidentWords& words, ClientOptions& client, Chosen& chosen) {
    CLI::App* incidents =
        app.add_subcommand("incident", "Attacks that are being answered, and what is done about them");
    incidents->require_subcommand(1);
    Commands commands(*incidents, words, client, chosen);
    add_looking(commands, words);
    add_deciding(commands, words);
    add_running(commands, words);
    add_grouping(commands, words);
    add_report_clients(app, words, client, chosen);
    CLI::App* playbooks = app.add_subcommand("playbook", "What is done when something happens");
    playbooks->require_subcommand(1);
    Commands(*playbooks, words, client, chosen).add("list", "Playbooks that are in force", run_playbook_list);
    CLI::App* notices = app.add_subcommand("notice", "What was told to whom, and what did not go out");
    notices->require_subcommand(1);
    CLI::App* notice_list =
        Commands(*notices, words, client, chosen)
            .add("list", "Notices, the newest first, and what was due and did not go out", run_notice_list);
    not_empty(notice_list->add_option("--incident", words.id, "number or id of an incident (default: all)"));
    notice_list
        ->add_option("--state", words.limit_state,
                     "all (default), waiting, done, failed; dry: what dry runs would have sent")
        ->check(CLI::IsMember({"all", "waiting", "done", "failed", "dry"}));
    notice_list->add_option("--limit", words.limit, "at most so many")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    CLI::App* people = app.add_subcommand("person", "Who is told and paged");
    people->require_subcommand(1);
    Commands(*people, words, client, chosen)
        .add("list", "People, who is on call, and when nobody will be", run_person_list);
}

}  // namespace tocsin::cli
