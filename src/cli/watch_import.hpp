// `tocsin watch import`: a past for the watch, before the daemon sees the first mail.
#pragma once

#include <string>
#include <vector>

namespace tocsin::cli {

struct WatchImportCommand {
    std::string data_folder;  ///< empty: daemon_data_folder()
    std::vector<std::string> paths;
};

/// Adds events to what the daemon of this folder reads at its start. The daemon must not run. Lines that are no events are named
/// and passed over.
[[nodiscard]] int run_watch_import(const WatchImportCommand& command);

}  // namespace tocsin::cli
