#include "cli/watch_command.hpp"

#include <CLI/CLI.hpp>

namespace tocsin::cli {

void add_watch(CLI::App& app, WatchCommand& watch, std::function<int()>& chosen) {
    CLI::App* group =
        app.add_subcommand("watch", "What customers normally send, and alarms when it is not them any more");
    group->require_subcommand(1);
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
    command->add_option("--profile", replay.profile, "print what is known of this customer at the end");
    command->add_flag("--text", replay.text, "alarms in sentences instead of JSON");
    command->add_flag("--campaigns", replay.campaigns,
                      "also a line of JSON for each campaign, with its signals and its score");
    command->add_flag("--quiet", replay.quiet, "print the summary alone");
    command->footer("Exit code: 0 no alarm, 1 some alarms, 2 an error; also when a line is no event.");
    command->callback([&] { chosen = [&] { return run_watch_replay(replay); }; });
}

}  // namespace tocsin::cli
