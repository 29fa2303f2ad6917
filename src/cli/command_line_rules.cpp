// The words of `tocsin rules`.
#include <algorithm>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include "base/ascii.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "cli/command_line_detail.hpp"

namespace tocsin::cli {

namespace {

/// A SHA-256 as sha256sum writes it; upper case is made lower.
std::string hexadecimal_digest(std::string& value) {
    std::ranges::transform(value, value.begin(), ascii_lower);
    const bool good = value.size() == 2 * sizeof(Hash256) &&
                      std::ranges::all_of(value, [](char c) { return hex_value(c) >= 0; });
    return good ? "" : "is no SHA-256: 64 hexadecimal digits, as sha256sum prints them";
}

void add_rules_update(CLI::App& group, RulesCommand& rules, Chosen& chosen, Log& log) {
    CLI::App* command = group.add_subcommand(
        "update", "Make a folder of rules a copy of those in a folder or an archive that load");
    UpdateWords& words = rules.update;
    not_empty(
        command->add_option("FROM", words.from,
                            "where rules come from: a folder; a .tar.gz, .tar.xz or .zip; its https address"))
        ->required();
    not_empty(command->add_option("TO", words.to, "the folder that becomes their copy"));
    not_empty(command->add_option("--folder", words.folder, "only what is in this folder of the archive"));
    command->add_option("--sha256", words.sha256, "the archive must have this SHA-256")
        ->transform(CLI::Validator(hexadecimal_digest, "HEX"));
    command->add_option("--ca-file", words.ca_file, "authorities to trust instead of the system's, PEM")
        ->check(CLI::ExistingFile);
    command->add_option("--timeout-s", words.timeout_s, "time for fetching in s (default 120)")
        ->check(CLI::Range(std::uint32_t{1}, limits::download_s_max));
    command->add_flag_callback(
        "--undo", [&words] { words.way = UpdateWay::back; },
        "go back to the version before; again: forth. Takes the folder alone: --undo TO");
    command->add_flag("--json", rules.json, "print JSON");
    command->add_option("--lists", rules.readers.lists, "folder of lists that rules ask for; may be repeated")
        ->allow_extra_args(false);
    command->add_option("--reader", rules.readers.reader_program, "path of tocsin-reader");
    command->footer(
        "Exit code: 0 nothing was rejected, 1 some rules were rejected and left out, 2 an error.");
    command->callback([&] { chosen = [&] { return run_rules_update(rules, log); }; });
}

}  // namespace

void add_rules(CLI::App& app, RulesCommand& rules, Chosen& chosen, Log& log) {
    CLI::App* group = app.add_subcommand(
        "rules", "Rules that judge mail: check, list, test, explain, and ask about old mail");
    group->require_subcommand(1);
    const auto add = [&](const char* name, const char* help, int (*run)(const RulesCommand&, Log&)) {
        CLI::App* command = group->add_subcommand(name, help);
        command->add_option("--rule", rules.rule,
                            "tell only of rules with this in their name or path; all are loaded and asked");
        command->add_flag("--json", rules.json, "print JSON");
        command
            ->add_option("--lists", rules.readers.lists,
                         "folder of lists that rules ask for; may be repeated")
            ->allow_extra_args(false);
        command->add_option("--reader", rules.readers.reader_program, "path of tocsin-reader");
        command->callback([&, run] { chosen = [&, run] { return run(rules, log); }; });
        return command;
    };
    for (CLI::App* command :
         {add("check", "Say what is wrong with rules, and what they lack here", run_rules_check),
          add("list", "List rules", run_rules_list)}) {
        command->add_option("DIR", rules.folders, "folders of rules (default: Tocsin's own)");
        command->add_flag("--all", rules.all, "also rules that lack nothing");
    }
    const auto add_asking = [&](const char* name, const char* help, const char* paths,
                                int (*run)(const RulesCommand&, Log&)) {
        CLI::App* command = add(name, help, run);
        command->add_option("PATH", rules.paths, paths)->required();
        command
            ->add_option("--rules", rules.folders, "folder of rules (default: Tocsin's own); may be repeated")
            ->allow_extra_args(false);
        command->add_flag("--all", rules.all, "also rules that do not match; backtest: name each match");
        add_direction(*command, rules.direction);
        command->add_flag("--no-system-db", rules.readers.no_system_database,
                          "do not load ClamAV's database");
        return command;
    };
    add_asking("test", "Ask rules about NAME.match.eml and NAME.miss.eml", "folders of such mails",
               run_rules_test);
    add_asking("explain", "Say which rules match a message, and why", "the message", run_rules_explain);
    CLI::App* backtest = add_asking("backtest", "Ask rules about many messages, and count",
                                    "messages: files, folders, mbox", run_rules_backtest);
    not_empty(backtest->add_option("--labels", rules.labels,
                                   "file with lines FILE, tab, hostile or good; each must fit a message"));
    for (const auto& [name, exit_codes] :
         {std::pair("check", "Exit code: 0 nothing is wrong, 1 a rule was rejected or a line of a list left "
                             "out, 2 an error."),
          std::pair("test", "Exit code: 0 all answer as expected, 1 some do not, 2 an error, also a mail "
                            "with another name."),
          std::pair("explain",
                    "Exit code: 0 no rule matches, 1 one does (with --rule: one of those), 2 an error."),
          std::pair("backtest", "Exit code: 0, or 2 for an error, also a label that fits no message.")})
        group->get_subcommand(name)->footer(exit_codes);
    add_rules_update(*group, rules, chosen, log);
}

void add_hunt(CLI::App& app, HuntCommand& hunt, Chosen& chosen, Log& log) {
    CLI::App* command = app.get_subcommand("rules")->add_subcommand(
        "hunt", "Ask rules about mail that went through: what the daemon kept of the last days");
    CLI::Option* data = not_empty(command->add_option(
        "--data", hunt.data_folder,
        "data folder of the daemon (default: what /etc/tocsin/tocsin.toml says; data without that file)"));
    not_empty(command->add_option("--config", hunt.configuration,
                                  "the daemon's configuration: its data folder, rules and lists"))
        ->excludes(data);
    CLI::Option* since = not_empty(command->add_option(
        "--since", hunt.since,
        "not older than: 2026-03-01, or 2026-03-01T12:00:00Z (default: all that is kept)"));
    command->add_option("--days", hunt.days, "of the last so many days, instead of --since")
        ->check(CLI::Range(std::int64_t{1}, limits::kept_days_max))
        ->excludes(since);
    command
        ->add_option("--rules", hunt.rules.folders,
                     "folder of rules (default: Tocsin's own, and the configuration's); may be repeated")
        ->allow_extra_args(false);
    command
        ->add_option("--lists", hunt.rules.readers.lists,
                     "folder of lists that rules ask for; may be repeated")
        ->allow_extra_args(false);
    command->add_flag_callback(
        "--no-own-rules", [&hunt] { hunt.rules.readers.own_rules = OwnRules::left_out; },
        "do not ask the rules, lists and text model that Tocsin brings");
    command->add_option("--rule", hunt.rules.rule,
                        "tell only of rules with this in their name or path; all are loaded and asked");
    command->add_option("--direction", hunt.direction, "only mail that goes this way (default: all)")
        ->check(CLI::IsMember({"inbound", "outbound"}));
    command->add_flag("--json", hunt.rules.json,
                      "print a JSON object for each mail found, and one with the counts");
    command->add_flag("--all", hunt.rules.all,
                      "also found mail that was not delivered, and rules that never fired");
    command->add_option("--jobs", hunt.rules.readers.readers, "readers at once (default: one per processor)")
        ->check(CLI::Range(std::size_t{1}, limits::template_children));
    command->add_option("--reader", hunt.rules.readers.reader_program, "path of tocsin-reader");
    command->footer("Exit code: 0 nothing that was delivered is found, 1 something is, 2 an error: "
                    "interrupted, or nothing "
                    "is found and not all could be read.");
    command->callback([&] { chosen = [&] { return run_rules_hunt(hunt, log); }; });
}

}  // namespace tocsin::cli
