// `tocsin watch replay`: months of events in seconds, through the same watch that the daemon runs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::cli {

struct WatchReplayCommand {
    std::vector<std::string>
        paths;          ///< files of JSON lines, "-" for standard input; read one after the other
    std::string lists;  ///< folder of lists; empty: those that Tocsin brings
    std::string asn_database, country_database;  ///< MaxMind DB files; empty: events say it themselves
    double alarms_per_thousand = 10;
    /// Answers each alarm after so many minutes by its event's label: an attack is not us, all else is us. 0: nobody answers.
    std::uint32_t answer_after_min = 0;
    std::string from;        ///< a moment: what comes before it is learnt, and not counted
    std::string profile;     ///< customer whose profile is printed at the end
    bool text = false;       ///< alarms for people
    bool quiet = false;      ///< the summary alone
    bool campaigns = false;  ///< also a line for each campaign, with its signals and score
};

/// Prints a JSON line for each alarm when it is raised, and one with the key "summary" at the end. A line that is no event
/// is named on standard error and passed over. Exit code: 0 no alarm, 1 some, 2 an error, also lines that are no events.
[[nodiscard]] int run_watch_replay(const WatchReplayCommand& command);

}  // namespace tocsin::cli
