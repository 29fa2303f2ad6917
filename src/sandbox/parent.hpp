// The tie between a confined process and the one that started it.
#pragma once

#include <string_view>

#include "base/result.hpp"

namespace tocsin::sandbox {

/// From now on the kernel kills this process when its parent (the thread that started it) ends. Also in builds that
/// confine nothing else.
[[nodiscard]] Result<void> die_with_parent();

/// When memory runs out, the kernel should take this process before the daemon: `score` as in
/// /proc/self/oom_score_adj. Not permitted in some containers, nor once the process is not dumpable; then the score
/// stays as inherited.
void offer_to_memory_killer(std::string_view score);

/// Not dumpable (no core, nobody of the same user may look inside) and no new privileges by any exec.
[[nodiscard]] Result<void> give_up_privileges();

}  // namespace tocsin::sandbox
