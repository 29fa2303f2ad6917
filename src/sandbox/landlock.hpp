// Landlock by raw system calls: what the kernel offers is asked, what the build's header does not know is defined
// here.
#pragma once

#include <string>

#include "base/result.hpp"

namespace tocsin::sandbox {

/// The version of Landlock that this kernel offers; 0: none.
[[nodiscard]] int landlock_abi();

/// From now on the calling process reaches files below `folder` only (create, read, write, delete; no execution, no
/// symbolic links, no special files), opens no TCP connection, sends signals and abstract Unix datagrams only to
/// its own kind: as much of this as `abi` knows. NO_NEW_PRIVS must be set.
[[nodiscard]] Result<void> restrict_to_folder(const std::string& folder, int abi);

}  // namespace tocsin::sandbox
