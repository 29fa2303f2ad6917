// A child of the template: confines itself, then reads one message after the other until its channel closes.
#pragma once

#include <cstdint>
#include <string>

#include "base/hash.hpp"
#include "rules/judge.hpp"
#include "scan/engines.hpp"

namespace tocsin::reader {

struct ChildSetup {
    const scan::Engines& engines;
    rules::Judge* judge = nullptr;  ///< nullptr: no rules are asked
    HashKey hash_key;               ///< the daemon's
    std::string scratch_folder;     ///< empty, its own
};

/// Runs in the freshly forked child, whose channel is descriptor sandbox::channel_descriptor. Returns its exit
/// code: 0 when the daemon closed the channel.
[[nodiscard]] int run_child(const ChildSetup& setup);

}  // namespace tocsin::reader
