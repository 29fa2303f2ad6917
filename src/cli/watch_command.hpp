// `tocsin watch …`: the options.
#pragma once

#include <functional>

#include "cli/watch_client.hpp"
#include "cli/watch_import.hpp"
#include "cli/watch_replay.hpp"

namespace CLI {
class App;
}

namespace tocsin::cli {

struct WatchCommand {
    WatchReplayCommand replay;
    WatchWords words;
    WatchImportCommand import;
};

/// Adds the group of commands; the one that is chosen sets `chosen`.
void add_watch(CLI::App& app, WatchCommand& watch, ClientOptions& client, std::function<int()>& chosen);

}  // namespace tocsin::cli
