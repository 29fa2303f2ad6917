// `tocsin watch …`: the options.
#pragma once

#include <functional>

#include "cli/watch_replay.hpp"

namespace CLI {
class App;
}

namespace tocsin::cli {

struct WatchCommand {
    WatchReplayCommand replay;
};

/// Adds the group of commands; the one that is chosen sets `chosen`.
void add_watch(CLI::App& app, WatchCommand& watch, std::function<int()>& chosen);

}  // namespace tocsin::cli
