#include "sandbox/parent.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/unique_fd.hpp"

namespace tocsin::sandbox {

Result<void> die_with_parent() {
    pid_t parent = ::getppid();
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return std::unexpected(errno_error("PR_SET_PDEATHSIG", errno));
    // A parent that died before the call above sends no signal. (One that died earlier still shows as a closed
    // channel.)
    if (::getppid() != parent) return fail(ErrorCode::closed, "the parent process is gone");
    return {};
}

void offer_to_memory_killer(std::string_view score) {
    UniqueFd file(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
    if (file.valid()) static_cast<void>(::write(file.get(), score.data(), score.size()) >= 0);
}

Result<void> give_up_privileges() {
    if (::prctl(PR_SET_DUMPABLE, 0) != 0) return std::unexpected(errno_error("PR_SET_DUMPABLE", errno));
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return std::unexpected(errno_error("PR_SET_NO_NEW_PRIVS", errno));
    return {};
}

}  // namespace tocsin::sandbox
