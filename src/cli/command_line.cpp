#include "cli/command_line.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <thread>

#include <CLI/CLI.hpp>

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "base/order_words.hpp"
#include "cli/command_line_detail.hpp"
#include "cli/completion.hpp"
#include "cli/config_command.hpp"
#include "cli/daemon_client.hpp"
#include "cli/hunt_command.hpp"
#include "cli/incident_command.hpp"
#include "cli/mailbox_command.hpp"
#include "cli/quarantine_client.hpp"
#include "cli/report_command.hpp"
#include "cli/rules_command.hpp"
#include "cli/scan_command.hpp"
#include "cli/serve_command.hpp"
#include "cli/share_command.hpp"
#include "cli/token_command.hpp"
#include "cli/verdict_text.hpp"
#include "cli/watch_command.hpp"

namespace tocsin::cli {

CLI::Option* not_empty(CLI::Option* option) {
    return option->check([](const std::string& value) {
        return value.empty() ? std::string("is empty: an unset shell variable?") : std::string();
    });
}

void add_direction(CLI::App& command, mail::Direction& direction) {
    auto set = [&direction](const std::string& word) {
        direction = word == "outbound"   ? mail::Direction::outbound
                    : word == "internal" ? mail::Direction::internal
                                         : mail::Direction::inbound;
    };
    command.add_option_function<std::string>("--direction", set, "which way the mail goes (default inbound)")
        ->check(CLI::IsMember({"inbound", "outbound", "internal"}));
}

void add_client_options(CLI::App& command, ClientOptions& options) {
    not_empty(command.add_option(
        "--data", options.data_folder,
        "data folder of the daemon (default: what /etc/tocsin/tocsin.toml says; data without that file)"));
    command.add_flag("--json", options.json, "print JSON");
}

void add_paging(CLI::App& command, Paging& paging) {
    command.add_option("--limit", paging.limit, "at most so many, 1 to 100000")
        ->check(CLI::Range(std::size_t{1}, listed_entries_max))
        ->capture_default_str();
    not_empty(command.add_option("--before", paging.before,
                                 "only what is older: an ID (the last one of the page before), or a moment "
                                 "(2026-03-02T09:00:00Z)"));
}

namespace {

void add_reader_options(CLI::App& command, ReaderOptions& options) {
    command
        .add_option("--clamav-db", options.clamav_databases,
                    "ClamAV database folder or file, may be repeated (default /var/lib/clamav)")
        ->allow_extra_args(false);
    command.add_flag("--no-system-db", options.no_system_database,
                     "use only the signatures that Tocsin brings");
    command.add_option("--yara", options.yara_rules, "YARA rules: a folder or a file, may be repeated")
        ->allow_extra_args(false);
    command
        .add_option("--rules", options.rules,
                    "folder of rules written in MQL, asked beside Tocsin's own; may be repeated")
        ->allow_extra_args(false);
    command.add_option("--lists", options.lists, "folder of lists that rules ask for; may be repeated")
        ->allow_extra_args(false);
    command.add_flag_callback(
        "--no-own-rules", [&options] { options.own_rules = OwnRules::left_out; },
        "do not ask the rules, lists and text model that Tocsin brings");
    command.add_option("--without", options.without, "leave an engine out, may be repeated")
        ->allow_extra_args(false)
        ->check(CLI::IsMember({"clamav", "yara", "documents", "pictures"}));
    command.add_option("--reader", options.reader_program,
                       "path of tocsin-reader (default: beside this program)");
    command
        .add_option("--deadline-ms", options.deadline_ms, "wall clock for one message in ms (default 30000)")
        ->check(CLI::Range(limits::deadline_ms_min, limits::deadline_ms_max));
    command.add_flag("--no-cache", options.no_cache, "scan every part again, remember nothing");
}

void add_scan(CLI::App& app, ScanCommand& scan, Chosen& chosen, Log& log) {
    CLI::App* command =
        app.add_subcommand("scan", "Scan messages and files in confined readers, and say what was found");
    command
        ->add_option("PATH", scan.paths,
                     "file, folder, Maildir, mbox, zip of .eml files, or - for standard input")
        ->required();
    command->add_flag("--json", scan.json, "print one JSON object per message");
    add_direction(*command, scan.direction);
    command->add_option("--jobs", scan.readers.readers, "readers at once (default: one per processor)")
        ->check(CLI::Range(std::size_t{1}, limits::template_children));
    command->add_flag_callback(
        "-r,--recursive", [&scan] { scan.folders = Folders::recursive; }, "enter folders inside folders");
    command->add_flag("--only-findings", scan.only_findings, "no line for what is clean");
    add_reader_options(*command, scan.readers);
    command->footer(
        "Exit code: 0 nothing found, 1 something found (also: unscannable, ambiguous), 2 an error.");
    command->callback([&] { chosen = [&] { return run_scan(scan, log); }; });
}

void add_read(CLI::App& app, ReadCommand& read, Chosen& chosen, Log& log) {
    CLI::App* command =
        app.add_subcommand("read", "Print a message as its data model, so that nobody has to open it");
    command->add_option("PATH", read.path, "message file, or - for standard input")->required();
    command->add_flag_callback("--json", [] {}, "JSON (the only format yet)");
    add_direction(*command, read.direction);
    command->add_option("--recipient", read.recipient, "the envelope recipient, shown as `mailbox`");
    command->add_option("--reader", read.readers.reader_program, "path of tocsin-reader");
    read.readers.readers = 1;
    read.readers.no_system_database = true;
    read.readers.own_rules = OwnRules::left_out;  // nothing is judged here
    command->callback([&] { chosen = [&] { return run_read(read, log); }; });
}

void add_report(CLI::App& app, ReportReadCommand& read, Chosen& chosen, Log& log) {
    CLI::App* report = app.add_subcommand("report", "Reports of suspicious mail, by people and by providers");
    report->require_subcommand(1);
    CLI::App* command = report->add_subcommand(
        "read",
        "Say which mails a report is about, in whatever shape they are in it, and how sure their bytes are");
    command
        ->add_option("PATH", read.paths, "file, folder, Maildir or mbox of reports, or - for standard input")
        ->required();
    command->add_flag_callback(
        "--submitted", [&read] { read.form = pool::ReportForm::submitted; },
        "each file is the suspicious mail itself (.eml, .msg, winmail.dat, zip of these), not a mail about "
        "it");
    command->add_flag("--json", read.json, "print one JSON object per file");
    not_empty(command->add_option("--extract", read.extract_folder,
                                  "write the originals into this folder, as 0001.eml and so on"));
    command->add_option("--reader", read.readers.reader_program, "path of tocsin-reader");
    command
        ->add_option("--deadline-ms", read.readers.deadline_ms,
                     "wall clock for one report in ms (default 30000)")
        ->check(CLI::Range(limits::deadline_ms_min, limits::deadline_ms_max));
    command->footer("Exit code: 0 every file reports a mail, 1 a file reports none, 2 an error. Open "
                    "originals with care.");
    read.readers.readers = 1;
    read.readers.no_system_database = true;
    read.readers.own_rules = OwnRules::left_out;  // nothing is judged here
    command->callback([&] { chosen = [&] { return run_report_read(read, log); }; });
}

void add_serve(CLI::App& app, ServeWords& words, Chosen& chosen) {
    CLI::App* command = app.add_subcommand(
        "serve", "Serve: SMTP proxies in both directions, milter, HTTP and clamd checks, and the API");
    auto add_word = [&](const char* name, std::string& word, const char* help) {
        not_empty(command->add_option(name, word, help));
    };
    add_word(
        "--config", words.config,
        "configuration file; what is said here counts before it (default: /etc/tocsin/tocsin.toml if it is "
        "there and there is no --data)");
    add_word(
        "--data", words.data,
        "folder for journal, evidence and the API's socket (default: the configuration's; data without one)");
    add_word("--next-hop", words.next_hop, "where mail goes on to after judgement, IP:PORT");
    add_word("--outbound-next-hop", words.outbound_next_hop,
             "the same for outbound mail (default: --next-hop)");
    command
        ->add_option(
            "--listen", words.listen,
            "NAME=ADDRESS: where a listener listens; NAME=off: not at all. Names without a configuration: "
            "smtp-inbound, smtp-outbound, milter, check, clamd, api")
        ->allow_extra_args(false);
    for (const char* direction : {"inbound", "outbound"})
        command->add_option_function<std::string>(
            std::string("--") + direction,
            [&words, direction](const std::string& address) {
                words.listen.push_back("smtp-" + std::string(direction) + "=" + address);
            },
            "listener for " + std::string(direction) + " mail, IP:PORT (the same as --listen smtp-" +
                direction + "=…)");
    add_word("--host-name", words.host_name, "our name in SMTP greetings");
    command
        ->add_option("--readers", words.readers.readers,
                     "readers at once (default: one more than there are processors)")
        ->check(CLI::Range(std::size_t{1}, limits::template_children));
    add_reader_options(*command, words.readers);
    command->callback([&] { chosen = [&] { return run_serve(words); }; });
}

void add_journal_list(CLI::App& journal, ClientOptions& client, JournalFilter& filter, Chosen& chosen) {
    CLI::App* list = journal.add_subcommand("list", "List records, newest first");
    auto add_word = [&](const char* name, std::string& word, const char* help) {
        not_empty(list->add_option(name, word, help));
    };
    add_word("--sender", filter.sender, "envelope sender");
    add_word("--recipient", filter.recipient, "envelope recipient");
    add_word("--subject", filter.subject, "part of the subject");
    list->add_option("--direction", filter.direction, "inbound or outbound")
        ->check(CLI::IsMember({"inbound", "outbound"}));
    list->add_option("--verdict", filter.verdict, "clean, suspicious, phish, malware or unscannable")
        ->check(CLI::IsMember({"clean", "suspicious", "phish", "malware", "unscannable"}));
    list->add_option("--disposition", filter.disposition, "accept, tag, quarantine, hold, reject or tempfail")
        ->check(CLI::IsMember({"accept", "tag", "quarantine", "hold", "reject", "tempfail"}));
    add_word("--customer", filter.customer, "name of a customer, as in the configuration");
    add_word("--link-domain", filter.link_domain, "a link leads to this domain, or below it");
    add_word("--attachment", filter.attachment_sha256, "SHA-256 of an attachment, hexadecimal");
    add_word("--login", filter.login, "the name that the sender signed in with");
    add_word("--queue-id", filter.queue_id, "the MTA's queue id");
    add_word("--campaign", filter.campaign,
             "id of a message: all that have the same text, personalised or not");
    add_word("--since", filter.since, "not older than: 2026-03-01, or 2026-03-01T12:00:00Z");
    add_paging(*list, filter.paging);
    add_client_options(*list, client);
    list->callback([&] { chosen = [&] { return run_journal_list(client, filter); }; });
}

void add_journal(CLI::App& app, ClientOptions& client, JournalFilter& filter, std::string& shown,
                 Chosen& chosen) {
    CLI::App* journal = app.add_subcommand("journal", "What was judged, and what became of it");
    journal->require_subcommand(1);
    add_journal_list(*journal, client, filter, chosen);
    CLI::App* show = journal->add_subcommand("show", "Everything about one message");
    show->add_option("ID", shown, "id of the record or of the held message, as an SMTP answer quotes it")
        ->required();
    add_client_options(*show, client);
    show->callback([&] { chosen = [&] { return run_journal_show(client, shown); }; });
    CLI::App* status = app.add_subcommand("status", "State of the daemon");
    add_client_options(*status, client);
    status->callback([&] { chosen = [&] { return run_status(client); }; });
}

void add_quarantine(CLI::App& app, ClientOptions& client, QuarantineWords& words, Chosen& chosen) {
    CLI::App* quarantine = app.add_subcommand(
        "quarantine", "Messages that are held or quarantined: look, read, release, delete");
    quarantine->require_subcommand(1);
    auto add = [&](const char* name, const char* help,
                   int (*run)(const ClientOptions&, const QuarantineWords&)) {
        CLI::App* command = quarantine->add_subcommand(name, help);
        add_client_options(*command, client);
        command->callback([&, run] { chosen = [&, run] { return run(client, words); }; });
        return command;
    };
    auto add_ids = [&](CLI::App& command) {
        command.add_option("ID", words.ids, "ids of messages, as quarantine list shows them")->required();
        command.add_option("--by", words.by, "who does it (default: the calling user's login name)");
    };
    CLI::App* list = add("list", "What waits for a decision, newest first", run_quarantine_list);
    list->add_option("--state", words.state, "held, releasing, released or discarded (default: what waits)")
        ->check(CLI::IsMember({"held", "releasing", "released", "discarded"}));
    not_empty(list->add_option("--sender", words.sender, "envelope sender"));
    not_empty(list->add_option("--recipient", words.recipient, "envelope recipient"));
    not_empty(list->add_option("--customer", words.customer, "name of a customer"));
    add_paging(*list, words.paging);
    add_ids(*add("show", "Everything about messages: why, whose, and who did what", run_quarantine_show));
    CLI::App* read =
        add("read", "Text, links and attachments, as a confined reader sees them", run_quarantine_read);
    add_ids(*read);
    read->add_option("--raw", words.raw_file,
                     "write the message as it came into this file instead; - for output");
    CLI::App* release = add("release", "Send messages on to their recipients, once", run_quarantine_release);
    add_ids(*release);
    release->add_option("--why", words.why, "why they are harmless; it is kept")->required();
    release->add_flag("--again", words.again,
                      "also what may have been delivered: look at the next hop's log first");
    CLI::App* remove = add("delete", "Give messages up: nobody gets them", run_quarantine_delete);
    add_ids(*remove);
    remove->add_option("--why", words.why, "why; it is kept")->required();
}

struct OrderListing {
    OrderChoice choice = OrderChoice::in_force;
    Paging paging;
};

void add_order_list(CLI::App& order, ClientOptions& client, OrderListing& listing, Chosen& chosen) {
    CLI::App* list = order.add_subcommand("list", "Orders in force, newest first");
    list->add_flag_callback(
        "--all", [&] { listing.choice = OrderChoice::all; }, "also orders that expired or were revoked");
    add_paging(*list, listing.paging);
    add_client_options(*list, client);
    list->callback([&] { chosen = [&] { return run_order_list(client, listing.choice, listing.paging); }; });
}

void add_order(CLI::App& app, ClientOptions& client, OrderWords& words, OrderListing& list,
               std::string& revoked, Chosen& chosen) {
    CLI::App* order = app.add_subcommand(
        "order", "Standing orders: block, hold or pace what matches, at every gate, at once");
    order->require_subcommand(1);
    for (const std::string_view action : order_action_words) {
        const bool in_parts = action == to_string(OrderAction::pace);
        CLI::App* give = order->add_subcommand(
            std::string(action), in_parts ? "let messages that match go in small parts: some recipients get "
                                            "them, the rest is refused for now and comes again"
                                          : std::string(action) + " messages that match");
        give->add_option("VALUE", words.value,
                         "what to look for: thief@evil.example, @evil.example (every address there), or "
                         "what --kind says")
            ->required();
        give->add_option(
                "--kind", words.subject_kind,
                "what VALUE is: sender, recipient: an address or @domain; domain, link_domain: with what "
                "is below it; customer: a name of the configuration; login: the name that it is sent "
                "with; client_ip: address or block "
                "(192.0.2.0/24); content_sha256: of an "
                "attachment; subject: a part of the subject, without regard to case; url: how a link begins, "
                "without https://; similar: id of a message whose text it is, personalised or not")
            ->check(
                CLI::IsMember(std::vector<std::string>(subject_kind_words.begin(), subject_kind_words.end())))
            ->capture_default_str();
        give->add_option("--direction", words.direction, "inbound or outbound (default: both)")
            ->check(CLI::IsMember({"inbound", "outbound"}));
        give->add_option("--reason", words.reason, "why")->default_val("given on the command line");
        give->add_option("--by", words.given_by,
                         "who gives the order (default: the calling user's login name)");
        give->add_option("--expires-in-s", words.expires_in_s,
                         "seconds until it ends by itself, 1 to 315360000 (default: never)");
        add_client_options(*give, client);
        give->callback([&, action] {
            words.action = action;
            chosen = [&] { return run_order_give(client, words); };
        });
    }
    add_order_list(*order, client, list, chosen);
    CLI::App* revoke = order->add_subcommand("revoke", "End an order");
    revoke->add_option("ID", revoked, "id of the order")->required();
    revoke->add_option("--by", words.given_by, "who ends it (default: the calling user's login name)");
    add_client_options(*revoke, client);
    revoke->callback([&] { chosen = [&] { return run_order_revoke(client, revoked, words.given_by); }; });
}

void add_config(CLI::App& app, std::string& file, Chosen& chosen) {
    CLI::App* config = app.add_subcommand("config", "The daemon's configuration file");
    config->require_subcommand(1);
    auto add = [&](const char* name, const char* help, int (*run)(const std::string&)) {
        CLI::App* command = config->add_subcommand(name, help);
        command->add_option("--config", file,
                            std::string("configuration file (default ") + default_config_file + ")");
        command->callback([&file, &chosen, run] { chosen = [&file, run] { return run(file); }; });
        return command;
    };
    add("check", "Say everything that is wrong with the file, and how to mend it", run_config_check)
        ->footer("Exit code: 0 nothing to mend, 1 something to mend, 2 the file cannot be read.");
    add("show", "Print the settings in force, as TOML", run_config_show);
    CLI::App* manual = config->add_subcommand("manual", "Explain every setting, as Markdown");
    manual->callback([&chosen] { chosen = run_config_manual; });
}

/// For packages, not for people: it is in no help text.
void add_completion(CLI::App& app, std::string& shell, Chosen& chosen) {
    CLI::App* command =
        app.add_subcommand("completion", "Print what shells complete, or all commands as JSON");
    command->group("");
    command->add_option("SHELL", shell, "bash or json")->required()->check(CLI::IsMember({"bash", "json"}));
    command->callback([&] {
        chosen = [&] {
            std::fputs((shell == "bash" ? bash_completion(app) : command_tree_json(app)).c_str(), stdout);
            return exit_nothing_found;
        };
    });
}

/// "unknown command frobnicate", if a word stands where a command must; the library only says that one is missing.
std::optional<std::string> unknown_command(const CLI::App& app) {
    const CLI::App* deepest = &app;
    std::string words;
    while (!deepest->get_subcommands().empty()) {
        deepest = deepest->get_subcommands().front();
        words += deepest->get_name() + " ";
    }
    if (deepest->get_require_subcommand_min() == 0) return std::nullopt;
    for (const std::string& word : app.remaining(true))
        if (!word.starts_with('-'))
            return "unknown command " + words + for_terminal(word) + "; see tocsin " + words + "--help";
    return std::nullopt;
}

}  // namespace

int run(int argc, char** argv) {
    StderrLog quiet_log(LogLevel::warning);
    CLI::App app{"Tocsin: are you ready for the next attack?", "tocsin"};
    app.set_version_flag("--version", "tocsin " TOCSIN_VERSION);
    app.require_subcommand(1);
    Chosen chosen;
    ScanCommand scan;
    ReadCommand read;
    ReportReadCommand report;
    ServeWords serve;
    RulesCommand rules;
    HuntCommand hunt;
    WatchCommand watch;
    IncidentWords incident;
    ShareWords share;
    TokenWords token;
    MailboxWords mailbox_words;
    ClientOptions client;
    JournalFilter filter;
    QuarantineWords quarantine;
    OrderWords words;
    OrderListing listing;
    std::string revoked, shown, config_file, shell;
    add_scan(app, scan, chosen, quiet_log);
    add_read(app, read, chosen, quiet_log);
    add_report(app, report, chosen, quiet_log);
    add_serve(app, serve, chosen);
    add_journal(app, client, filter, shown, chosen);
    add_quarantine(app, client, quarantine, chosen);
    add_order(app, client, words, listing, revoked, chosen);
    add_rules(app, rules, chosen, quiet_log);
    add_hunt(app, hunt, chosen, quiet_log);
    add_watch(app, watch, client, chosen);
    add_incidents(app, incident, client, chosen);
    add_sharing(app, share, client, chosen);
    add_tokens(app, token, client, chosen);
    add_mailbox(app, mailbox_words, chosen, quiet_log);
    add_config(app, config_file, chosen);
    add_completion(app, shell, chosen);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (std::optional<std::string> unknown = unknown_command(app);
            unknown && error.get_exit_code() != 0) {
            std::fprintf(stderr, "tocsin: %s\n", unknown->c_str());
            return exit_error;
        }
        int code = app.exit(error);
        return code == 0 ? exit_nothing_found : exit_error;
    }
    return chosen ? chosen() : exit_error;
}

}  // namespace tocsin::cli
