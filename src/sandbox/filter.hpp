// The two seccomp filters. The template's is a list of what it must never do; the child's is a list of all that it
// may do.
#pragma once

#include "base/result.hpp"

namespace tocsin::sandbox {

/// For the template: everything but new sockets (EPERM) and exec, ptrace, kernel administration (killed).
[[nodiscard]] Result<void> load_template_filter();

/// For a child: an allow-list. Anything else ends the process with SIGSYS.
[[nodiscard]] Result<void> load_child_filter();

}  // namespace tocsin::sandbox
