#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <limits>

#include "sandbox/filter.hpp"
#include "sandbox/landlock.hpp"
#include "sandbox/parent.hpp"
#include "sandbox/rlimits.hpp"
#include "sandbox/sandbox.hpp"

namespace tocsin::sandbox {

namespace {

/// Closes every descriptor that is not kept, by ranges between the kept ones.
Result<void> close_others(std::vector<int> keep) {
    std::ranges::sort(keep);
    unsigned first = 0;
    for (int fd : keep) {
        auto kept = static_cast<unsigned>(fd);
        if (kept > first && ::syscall(SYS_close_range, first, kept - 1, 0U) != 0)
            return std::unexpected(errno_error("close_range", errno));
        first = std::max(first, kept + 1);
    }
    if (::syscall(SYS_close_range, first, std::numeric_limits<unsigned>::max(), 0U) != 0)
        return std::unexpected(errno_error("close_range", errno));
    return {};
}

#ifndef TOCSIN_UNCONFINED

/// tmpfs, from linux/magic.h.
constexpr long tmpfs_magic = 0x01021994;

/// A tmpfs that was mounted here for this child; a folder in somebody's larger tmpfs has no quota of its own.
bool is_private_tmpfs(const std::string& folder) {
    struct statfs file_system{};
    struct stat here{}, above{};
    if (::statfs(folder.c_str(), &file_system) != 0 || static_cast<long>(file_system.f_type) != tmpfs_magic)
        return false;
    return ::stat(folder.c_str(), &here) == 0 && ::stat((folder + "/..").c_str(), &above) == 0 &&
           here.st_dev != above.st_dev;
}

/// Root without capabilities is a user like others; in a user namespace of its own it is less than that.
Result<void> drop_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
        return std::unexpected(errno_error("clear ambient capabilities", errno));
    if (::syscall(SYS_capset, &header, none.data()) != 0)
        return std::unexpected(errno_error("capset", errno));
    return {};
}

/// Believes nothing: the fence is touched once before the first hostile byte.
Result<void> verify_fence() {
    UniqueFd outside(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (outside.valid() || errno != EACCES)
        return fail(ErrorCode::unavailable, "Landlock is on, but the root folder can still be opened");
    UniqueFd inside(::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!inside.valid()) return std::unexpected(errno_error("open the scratch folder", errno));
    return {};
}

#endif

Result<void> enter_folder(const std::string& folder) {
    if (::chdir(folder.c_str()) != 0)
        return std::unexpected(errno_error("enter the scratch folder " + folder, errno));
    return {};
}

}  // namespace

#ifdef TOCSIN_UNCONFINED

Result<Enforced> confine_child(const ChildLimits& limits) {
    std::fputs("tocsin-reader: UNCONFINED child: built for a sanitizer or a fuzzer, never for mail\n",
               stderr);
    TRY(die_with_parent());
    TRY(enter_folder(limits.scratch_folder));
    TRY(close_others(limits.keep_descriptors));
    return Enforced{};
}

#else

Result<Enforced> confine_child(const ChildLimits& limits) {
    TRY(die_with_parent());
    offer_to_memory_killer("800");
    TRY(give_up_privileges());
    TRY(enter_folder(limits.scratch_folder));
    TRY(close_others(limits.keep_descriptors));
    TRY(set_rlimits(limits));
    TRY(drop_capabilities());

    Enforced enforced;
    enforced.scratch_is_tmpfs = is_private_tmpfs(limits.scratch_folder);
    enforced.landlock_abi = landlock_abi();
    if (enforced.landlock_abi == 0)
        return fail(
            ErrorCode::unavailable,
            "this kernel offers no Landlock (Linux 5.13 or newer, with landlock among the security modules)");
    TRY(restrict_to_folder(limits.scratch_folder, enforced.landlock_abi));
    TRY(load_child_filter());
    enforced.seccomp = true;
    TRY(verify_fence());
    return enforced;
}

#endif

}  // namespace tocsin::sandbox
