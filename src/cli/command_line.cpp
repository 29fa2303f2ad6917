#include "cli/command_line.hpp"

#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <thread>

#include <CLI/CLI.hpp>

#include "app/serve.hpp"
#include "base/limits.hpp"
#include "cli/daemon_client.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"

namespace tocsin::cli {

namespace {

/// The command that was chosen.
using Chosen = std::function<int()>;

void add_direction(CLI::App& command, mail::Direction& direction) {
    auto set = [&direction](const std::string& word) {
        direction = word == "outbound"   ? mail::Direction::outbound
                    : word == "internal" ? mail::Direction::internal
                                         : mail::Direction::inbound;
    };
    command.add_option_function<std::string>("--direction", set, "which way the mail goes (default inbound)")
        ->check(CLI::IsMember({"inbound", "outbound", "internal"}));
}

void add_reader_options(CLI::App& command, ReaderOptions& options) {
    command
        .add_option("--clamav-db", options.clamav_databases,
                    "ClamAV database folder or file, may be repeated (default /var/lib/clamav)")
        ->allow_extra_args(false);
    command.add_flag("--no-system-db", options.no_system_database,
                     "use only the signatures that Tocsin brings");
    command.add_option("--yara", options.yara_rules, "YARA rules: a folder or a file, may be repeated")
        ->allow_extra_args(false);
    command.add_option("--without", options.without, "leave an engine out, may be repeated")
        ->allow_extra_args(false)
        ->check(CLI::IsMember({"clamav", "yara", "documents"}));
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
    command->callback([&] { chosen = [&] { return run_read(read, log); }; });
}

/// "127.0.0.1:25" or "[::1]:25".
std::optional<std::pair<std::string, std::uint16_t>> parse_address(const std::string& text) {
    std::size_t colon = text.rfind(':');
    if (colon == std::string::npos || colon + 1 == text.size()) return std::nullopt;
    std::string address = text.substr(0, colon);
    if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
    unsigned port = 0;
    for (char c : text.substr(colon + 1)) {
        if (c < '0' || c > '9' || port > 65535) return std::nullopt;
        port = port * 10 + static_cast<unsigned>(c - '0');
    }
    if (address.empty() || port > 65535) return std::nullopt;
    return std::make_pair(address, static_cast<std::uint16_t>(port));
}

struct ServeWords {
    std::string data = "data";
    std::string host_name = "localhost";
    std::string inbound = "127.0.0.1:2525", outbound = "127.0.0.1:2526";
    std::string next_hop, outbound_next_hop;
    ReaderOptions readers;
};

int run_serve(const ServeWords& words, Log& log) {
    auto complain = [](const std::string& message) {
        std::fprintf(stderr, "tocsin: %s\n", message.c_str());
        return exit_error;
    };
    Result<pool::PoolConfig> pool = make_pool_config(words.readers);
    if (!pool) return complain(pool.error().message);
    app::ServeOptions options;
    // The template works in a folder of its own: a relative path would lead elsewhere from there.
    std::error_code error;
    options.data_folder = std::filesystem::absolute(words.data, error).lexically_normal().string();
    if (error) return complain("--data " + words.data + ": " + error.message());
    options.host_name = words.host_name;
    options.reader_program = pool->reader_program;
    options.reader_arguments = pool->reader_arguments;
    options.readers = pool->readers_max;
    options.required_paths = words.readers.clamav_databases;
    options.required_paths.insert(options.required_paths.end(), words.readers.yara_rules.begin(),
                                  words.readers.yara_rules.end());
    auto proxy = [&](const std::string& listen, const std::string& hop) -> std::optional<app::ProxyOptions> {
        auto at = parse_address(listen), to = parse_address(hop);
        if (!at || !to) return std::nullopt;
        return app::ProxyOptions{at->first, at->second, {to->first, to->second}};
    };
    if (!words.next_hop.empty()) {
        options.inbound = proxy(words.inbound, words.next_hop);
        std::string outbound_hop = words.outbound_next_hop.empty() ? words.next_hop : words.outbound_next_hop;
        options.outbound = proxy(words.outbound, outbound_hop);
        if (!options.inbound || !options.outbound)
            return complain("an address must be IP:PORT, for example 127.0.0.1:10025 or [::1]:10025");
    } else {
        std::fprintf(
            stderr,
            "tocsin: no --next-hop: only the API is served; SMTP needs to know where mail goes on to\n");
    }
    Result<void> served = app::serve(options, log);
    return served ? exit_nothing_found : complain(served.error().message);
}

void add_serve(CLI::App& app, ServeWords& words, Chosen& chosen, Log& log) {
    CLI::App* command = app.add_subcommand("serve", "Serve: SMTP proxies in both directions and the API");
    command->add_option("--data", words.data, "folder for journal, evidence and the API's socket")
        ->capture_default_str();
    command->add_option("--next-hop", words.next_hop, "where mail goes on to after judgement, IP:PORT");
    command->add_option("--outbound-next-hop", words.outbound_next_hop,
                        "the same for outbound mail (default: --next-hop)");
    command->add_option("--inbound", words.inbound, "listener for inbound mail, IP:PORT")
        ->capture_default_str();
    command->add_option("--outbound", words.outbound, "listener for outbound mail, IP:PORT")
        ->capture_default_str();
    command->add_option("--host-name", words.host_name, "our name in SMTP greetings")->capture_default_str();
    command->add_option("--readers", words.readers.readers, "readers at once (default: one per processor)")
        ->check(CLI::Range(std::size_t{1}, limits::template_children));
    add_reader_options(*command, words.readers);
    command->callback([&] { chosen = [&] { return run_serve(words, log); }; });
}

void add_client_options(CLI::App& command, ClientOptions& options) {
    command.add_option("--data", options.data_folder, "data folder of the daemon")->capture_default_str();
    command.add_flag("--json", options.json, "print JSON");
}

void add_paging(CLI::App& command, Paging& paging) {
    command.add_option("--limit", paging.limit, "at most so many, 1 to 100000")
        ->check(CLI::Range(std::size_t{1}, listed_entries_max))
        ->capture_default_str();
    command.add_option("--before", paging.before,
                       "only what is older than this ID (the last one of the page before)");
}

void add_journal_list(CLI::App& journal, ClientOptions& client, JournalFilter& filter, Chosen& chosen) {
    CLI::App* list = journal.add_subcommand("list", "List records, newest first");
    list->add_option("--sender", filter.sender, "envelope sender");
    list->add_option("--recipient", filter.recipient, "envelope recipient");
    list->add_option("--subject", filter.subject, "part of the subject");
    list->add_option("--direction", filter.direction, "inbound or outbound")
        ->check(CLI::IsMember({"inbound", "outbound"}));
    list->add_option("--verdict", filter.verdict, "clean, suspicious, phish, malware or unscannable")
        ->check(CLI::IsMember({"clean", "suspicious", "phish", "malware", "unscannable"}));
    list->add_option("--disposition", filter.disposition, "accept, tag, quarantine, hold, reject or tempfail")
        ->check(CLI::IsMember({"accept", "tag", "quarantine", "hold", "reject", "tempfail"}));
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
    CLI::App* held = app.add_subcommand("held", "Messages that wait for a decision, newest first");
    add_paging(*held, filter.paging);
    add_client_options(*held, client);
    held->callback([&] { chosen = [&] { return run_held_list(client, filter.paging); }; });
    CLI::App* status = app.add_subcommand("status", "State of the daemon");
    add_client_options(*status, client);
    status->callback([&] { chosen = [&] { return run_status(client); }; });
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
    CLI::App* order =
        app.add_subcommand("order", "Standing orders: block or hold what matches, at every gate, at once");
    order->require_subcommand(1);
    for (const char* action : {"block", "hold"}) {
        CLI::App* give = order->add_subcommand(action, std::string(action) + " messages that match");
        give->add_option("VALUE", words.value,
                         "what to look for: thief@evil.example, @evil.example (every address there), or "
                         "what --kind says")
            ->required();
        give->add_option(
                "--kind", words.subject_kind,
                "what VALUE is: sender, recipient: an address or @domain; domain, link_domain: with what "
                "is below it; client_ip: address or block (192.0.2.0/24); content_sha256: of an "
                "attachment; subject: a part of the subject, without regard to case")
            ->check(CLI::IsMember(
                {"sender", "domain", "recipient", "client_ip", "link_domain", "content_sha256", "subject"}))
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
    StderrLog log(LogLevel::info);
    StderrLog quiet_log(LogLevel::warning);
    CLI::App app{"Tocsin: are you ready for the next attack?", "tocsin"};
    app.set_version_flag("--version", "tocsin " TOCSIN_VERSION);
    app.require_subcommand(1);
    Chosen chosen;
    ScanCommand scan;
    ReadCommand read;
    ServeWords serve;
    ClientOptions client;
    JournalFilter filter;
    OrderWords words;
    OrderListing listing;
    std::string revoked, shown;
    add_scan(app, scan, chosen, quiet_log);
    add_read(app, read, chosen, quiet_log);
    add_serve(app, serve, chosen, log);
    add_journal(app, client, filter, shown, chosen);
    add_order(app, client, words, listing, revoked, chosen);
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
