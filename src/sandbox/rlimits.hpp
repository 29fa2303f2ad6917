// Limits of the system on a child (setrlimit). Used by confine_child() only.
#pragma once

#include "base/result.hpp"
#include "sandbox/sandbox.hpp"

namespace tocsin::sandbox {

/// Sets memory, file size, processor time, open files, processes and core size. Must run while /proc can still be
/// read.
[[nodiscard]] Result<void> set_rlimits(const ChildLimits& limits);

}  // namespace tocsin::sandbox
