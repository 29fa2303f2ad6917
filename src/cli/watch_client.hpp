// `tocsin watch list|show|explain|answer|snooze|export`: the daemon's watch, on a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/daemon_client.hpp"

namespace tocsin::cli {

struct WatchWords {
    std::string state, customer;  ///< of a listing
    bool closely = false;         ///< list customers that are watched closely instead of alarms
    bool sleeping = false;        ///< list alarms that sleep, too
    Paging paging;
    std::vector<std::string> ids;  ///< of alarms
    std::string name;              ///< of a customer
    std::string answer;            ///< this_is_us, not_us, closed
    std::string why, by;
    std::uint32_t minutes = 0;
    std::uint64_t after = 0;  ///< number of an event
};

[[nodiscard]] int run_watch_list(const ClientOptions& options, const WatchWords& words);
[[nodiscard]] int run_watch_show(const ClientOptions& options, const WatchWords& words);
[[nodiscard]] int run_watch_explain(const ClientOptions& options, const WatchWords& words);
[[nodiscard]] int run_watch_answer(const ClientOptions& options, const WatchWords& words);
/// Everything that the watch was told, a line of JSON each, as `tocsin watch replay` reads it.
[[nodiscard]] int run_watch_export(const ClientOptions& options, const WatchWords& words);
[[nodiscard]] int run_watch_snooze(const ClientOptions& options, const WatchWords& words);

}  // namespace tocsin::cli
