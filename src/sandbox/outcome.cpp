#include <csignal>

#include "sandbox/sandbox.hpp"

namespace tocsin::sandbox {

Outcome outcome_of(const ExitReason& reason) {
    if (!reason.signalled) return reason.value == exit_over_limit ? Outcome::over_limit : Outcome::crashed;
    switch (reason.value) {
        case SIGSYS: return Outcome::violated;
        case SIGXCPU:
        case SIGXFSZ:
        // Our own SIGKILL follows a deadline, which the caller knows; one that nobody sent is the kernel's memory
        // killer, or the hard processor limit.
        case SIGKILL: return Outcome::over_limit;
        default: return Outcome::crashed;
    }
}

std::string Enforced::describe() const {
#ifdef TOCSIN_UNCONFINED
    return "UNCONFINED (built for a sanitizer or a fuzzer)";
#else
    std::string text;
    if (landlock_abi == 0) {
        text = "no Landlock";
    } else {
        text = "Landlock ABI " + std::to_string(landlock_abi) + " (files";
        if (landlock_abi >= 4) text += ", tcp";
        if (landlock_abi >= 5) text += ", ioctl";
        if (landlock_abi >= 6) text += ", signals";
        text += ")";
    }
    text += seccomp ? ", seccomp" : ", no seccomp";
    text += scratch_is_tmpfs ? ", scratch on tmpfs" : ", scratch in a plain folder";
    return text;
#endif
}

}  // namespace tocsin::sandbox
