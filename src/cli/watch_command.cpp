#include "cli/watch_command.hpp"

#include <CLI/CLI.hpp>

#include "cli/command_line_detail.hpp"

namespace tocsin::cli {

namespace {

void add_clients(CLI::App& group, WatchWords& words, ClientOptions& client, Chosen& chosen) {
    const auto add = [&](const char* name, const char* help,
                         int (*run)(const ClientOptions&, const WatchWords&)) {
        CLI::App* command = group.add_subcommand(name, help);
        add_client_options(*command, client);
        command->callback([&, run] { chosen = [&, run] { return run(client, words); }; });
        return command;
    };
    const auto add_ids = [&](CLI::App& command) {
        command.add_option("ALARM", words.ids, "ids of alarms, as watch list shows them")->required();
    };
    const auto add_reason = [&](CLI::App& command, const char* help) {
        not_empty(command.add_option("--why", words.why, help)->required());
        not_empty(
            command.add_option("--by", words.by, "who says it (default: the calling user's login name)"));
    };
    CLI::App* list = add("list", "Alarms that wait for an answer, newest first", run_watch_list);
    list->add_option("--state", words.state, "open, released, incident, closed or all (default: open)")
        ->check(CLI::IsMember({"open", "released", "incident", "closed", "all"}));
    not_empty(list->add_option("--customer", words.customer, "name of a customer"));
    list->add_flag("--sleeping", words.sleeping, "also alarms that sleep");
    list->add_flag("--closely", words.closely, "customers that are watched closely now, instead of alarms");
    add_paging(*list, words.paging);
    CLI::App* show = add("show", "What is known of a customer, and its last days", run_watch_show);
    not_empty(show->add_option("CUSTOMER", words.name, "name of a customer")->required());
    add_ids(*add("explain", "What an alarm saw, beside what is normal for the customer", run_watch_explain));
    CLI::App* answer = add("answer", "Say whether it was the customer", run_watch_answer);
    add_ids(*answer);
    answer
        ->add_option("--is", words.answer,
                     "this_is_us: its mail goes, and these places are usual; not_us: an incident; closed: an "
                     "incident is over")
        ->required()
        ->check(CLI::IsMember({"this_is_us", "not_us", "closed"}));
    add_reason(*answer, "how that is known; it is kept");
    CLI::App* snooze = add("snooze", "Let an alarm sleep: it is not listed until then, its mail stays held",
                           run_watch_snooze);
    add_ids(*snooze);
    snooze->add_option("--minutes", words.minutes, "for so long; 0 wakes it")
        ->required()
        ->check(CLI::Range(0U, 43'200U));
    add_reason(*snooze, "why it may wait; it is kept");
    CLI::App* exported =
        add("export", "Everything that the watch was told, as lines for `watch replay`", run_watch_export);
    exported->add_option("--after", words.after, "only what came behind the event of this number");
}

}  // namespace

void add_watch(CLI::App& app, WatchCommand& watch, ClientOptions& client, Chosen& chosen) {
    CLI::App* group =
        app.add_subcommand("watch", "What customers normally send, and alarms when it is not them any more");
    group->require_subcommand(1);
    add_clients(*group, watch.words, client, chosen);
    WatchImportCommand& import = watch.import;
    CLI::App* importing = group->add_subcommand(
        "import", "Give the watch a past: recorded events, before the daemon sees its first mail");
    importing
        ->add_option("FILE", import.paths,
                     "files of JSON lines in the order of their times; - is standard input")
        ->required();
    not_empty(
        importing->add_option("--data", import.data_folder, "data folder of the daemon, which must not run"));
    importing->callback([&] { chosen = [&] { return run_watch_import(import); }; });
    WatchReplayCommand& replay = watch.replay;
    CLI::App* command =
        group->add_subcommand("replay", "Run recorded events through the watch, and print its alarms");
    command
        ->add_option("FILE", replay.paths,
                     "files of JSON lines in the order of their times; - is standard input")
        ->required();
    command
        ->add_option("--alarms-per-thousand", replay.alarms_per_thousand,
                     "alarms for 1,000 customers and day that people will look at (default 10)")
        ->check(CLI::Range(0.0, 1'000.0));
    command
        ->add_option(
            "--answer-after", replay.answer_after_min,
            "minutes after which each alarm is answered as its event's label says (default: nobody answers)")
        ->check(CLI::Range(0U, 100'000U));
    command->add_option("--from", replay.from,
                        "a moment such as 2026-03-01: what is before it is learnt, and not counted");
    command->add_option("--lists", replay.lists, "folder of lists (default: those that Tocsin brings)");
    command->add_option(
        "--asn-database", replay.asn_database,
        "MaxMind DB file, such as GeoLite2-ASN.mmdb, that tells the network_owner of an event's "
        "client_ip where the event does not");
    command->add_option("--country-database", replay.country_database,
                        "MaxMind DB file, such as GeoLite2-Country.mmdb, that tells its country; both may be "
                        "one file");
    command->add_option("--profile", replay.profile, "print what is known of this customer at the end");
    command->add_flag("--text", replay.text, "alarms in sentences instead of JSON");
    command->add_flag("--campaigns", replay.campaigns,
                      "also a line of JSON for each campaign, with its signals and its score");
    command->add_flag("--quiet", replay.quiet, "print the summary alone");
    command->footer("Exit code: 0 no alarm, 1 some alarms, 2 an error; also when a line is no event.");
    command->callback([&] { chosen = [&] { return run_watch_replay(replay); }; });
}

}  // namespace tocsin::cli
