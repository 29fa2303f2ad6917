#include "sandbox/rlimits.hpp"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

namespace tocsin::sandbox {

namespace {

Result<void> set_limit(__rlimit_resource resource, rlim_t soft, rlim_t hard, const char* name) {
    // A hard limit that is already lower stays: raising it is not ours to do.
    rlimit now{};
    if (::getrlimit(resource, &now) != 0) return std::unexpected(errno_error(name, errno));
    rlimit wanted{std::min(soft, now.rlim_max), std::min(hard, now.rlim_max)};
    if (::setrlimit(resource, &wanted) != 0) return std::unexpected(errno_error(name, errno));
    return {};
}

/// Address space in use, from the first number of /proc/self/statm (pages).
Result<rlim_t> mapped_bytes() {
    UniqueFd statm(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
    if (!statm.valid()) return std::unexpected(errno_error("open /proc/self/statm", errno));
    std::array<char, 64> text{};
    ssize_t size = ::read(statm.get(), text.data(), text.size());
    rlim_t pages = 0;
    if (size <= 0 || std::from_chars(text.data(), text.data() + size, pages).ec != std::errc{})
        return fail(ErrorCode::corrupt, "/proc/self/statm is not understood");
    return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

Result<void> set_rlimits(const ChildLimits& limits) {
    rlim_t memory = TRY(mapped_bytes()) + limits.memory_bytes;
    TRY(set_limit(RLIMIT_AS, memory, memory, "RLIMIT_AS"));
    TRY(set_limit(RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes, "RLIMIT_FSIZE"));
    rlim_t processor = limits.cpu_seconds;
    TRY(set_limit(RLIMIT_CPU, processor, processor * cpu_hard_factor, "RLIMIT_CPU"));
    TRY(set_limit(RLIMIT_NOFILE, limits.open_files, limits.open_files, "RLIMIT_NOFILE"));
    TRY(set_limit(RLIMIT_NPROC, 0, 0, "RLIMIT_NPROC"));
    TRY(set_limit(RLIMIT_MEMLOCK, 0, 0, "RLIMIT_MEMLOCK"));
    return set_limit(RLIMIT_CORE, 0, 0, "RLIMIT_CORE");
}

void rearm_cpu_limit(std::uint32_t cpu_seconds) {
#ifdef TOCSIN_UNCONFINED
    static_cast<void>(cpu_seconds);
#else
    rusage used{};
    rlimit now{};
    if (::getrusage(RUSAGE_SELF, &used) != 0 || ::getrlimit(RLIMIT_CPU, &now) != 0) return;
    auto used_seconds = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1);
    now.rlim_cur = std::min(used_seconds + cpu_seconds, now.rlim_max);
    // A failure leaves the stricter limit in force, which is safe.
    static_cast<void>(::setrlimit(RLIMIT_CPU, &now));
#endif
}

}  // namespace tocsin::sandbox
