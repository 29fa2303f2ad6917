#include "sandbox/filter.hpp"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <initializer_list>
#include <memory>
#include <span>
#include <type_traits>

namespace tocsin::sandbox {

namespace {

/// A filter under construction; remembers the first failure, so that a list of rules reads as a list.
class Filter {
public:
    explicit Filter(std::uint32_t default_action) : context_(::seccomp_init(default_action)) {
        if (context_ == nullptr) {
            error_ = ENOMEM;
            return;
        }
        // Calls of another architecture (32-bit, x32) have other numbers: they end the process too.
        note(::seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
        // A binary tree over the numbers instead of a list: a call costs a handful of comparisons.
        note(::seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2));
    }

    void rule(std::uint32_t action, std::initializer_list<int> calls) {
        for (int call : calls) add(action, call, {});
    }
    void rule(std::uint32_t action, std::span<const int> calls) {
        for (int call : calls) add(action, call, {});
    }
    void rule(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> arguments) {
        add(action, call, arguments);
    }

    Result<void> load() {
        if (error_ == 0) note(::seccomp_load(context_.get()));
        if (error_ != 0) return std::unexpected(errno_error("load a seccomp filter", error_));
        return {};
    }

private:
    void add(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> arguments) {
        // A call that this architecture does not have (negative pseudo number) needs no rule.
        if (error_ != 0 || call < 0) return;
        note(::seccomp_rule_add_array(context_.get(), action, call, static_cast<unsigned>(arguments.size()),
                                      arguments.size() == 0 ? nullptr : arguments.begin()));
    }
    void note(int result) {
        if (error_ == 0 && result < 0) error_ = -result;
    }

    struct Release {
        void operator()(void* context) const { ::seccomp_release(context); }
    };
    std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, Release> context_;
    int error_ = 0;
};

scmp_arg_cmp argument_equals(unsigned index, std::uint64_t value) {
    return {index, SCMP_CMP_EQ, value, 0};
}
/// The bits of `mask` in this argument have exactly `value`.
scmp_arg_cmp argument_bits(unsigned index, std::uint64_t mask, std::uint64_t value) {
    return {index, SCMP_CMP_MASKED_EQ, mask, value};
}

/// Only the low 32 bits of an int argument mean something to the kernel; the rest may be anything.
constexpr std::uint64_t int_bits = 0xFFFFFFFFU;

/// On open descriptors.
constexpr std::array descriptor_calls = {
    SCMP_SYS(read),      SCMP_SYS(readv),  SCMP_SYS(pread64),   SCMP_SYS(preadv),
    SCMP_SYS(write),     SCMP_SYS(writev), SCMP_SYS(pwrite64),  SCMP_SYS(pwritev),
    SCMP_SYS(lseek),     SCMP_SYS(close),  SCMP_SYS(ftruncate), SCMP_SYS(fallocate),
    SCMP_SYS(fadvise64), SCMP_SYS(fsync),  SCMP_SYS(fdatasync), SCMP_SYS(flock),
    SCMP_SYS(dup),       SCMP_SYS(dup2),   SCMP_SYS(dup3),      SCMP_SYS(copy_file_range),
    SCMP_SYS(sendfile)};

/// Landlock says which files; these are only the verbs. Calls that take a path but are beyond Landlock are not here.
constexpr std::array path_calls = {
    SCMP_SYS(open),   SCMP_SYS(openat),     SCMP_SYS(creat),      SCMP_SYS(stat),     SCMP_SYS(lstat),
    SCMP_SYS(fstat),  SCMP_SYS(newfstatat), SCMP_SYS(statx),      SCMP_SYS(statfs),   SCMP_SYS(fstatfs),
    SCMP_SYS(access), SCMP_SYS(faccessat),  SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
    SCMP_SYS(getcwd), SCMP_SYS(getdents),   SCMP_SYS(getdents64)};

/// Making, removing and moving files in the scratch folder.
constexpr std::array change_calls = {SCMP_SYS(unlink),   SCMP_SYS(unlinkat),  SCMP_SYS(mkdir),
                                     SCMP_SYS(mkdirat),  SCMP_SYS(rmdir),     SCMP_SYS(rename),
                                     SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(umask)};

/// What libraries do to tidy the mode, owner or links of their own temporary files: they hear "no", and live.
constexpr std::array mode_calls = {
    SCMP_SYS(chmod),  SCMP_SYS(fchmod),      SCMP_SYS(fchmodat),  SCMP_SYS(chown),     SCMP_SYS(fchown),
    SCMP_SYS(lchown), SCMP_SYS(fchownat),    SCMP_SYS(utime),     SCMP_SYS(utimes),    SCMP_SYS(utimensat),
    SCMP_SYS(link),   SCMP_SYS(linkat),      SCMP_SYS(symlink),   SCMP_SYS(symlinkat), SCMP_SYS(mlock),
    SCMP_SYS(mlock2), SCMP_SYS(setpriority), SCMP_SYS(ioprio_set)};

/// There is one socket, inherited, and no way to another.
constexpr std::array channel_calls = {SCMP_SYS(sendmsg),  SCMP_SYS(recvmsg), SCMP_SYS(sendto),
                                      SCMP_SYS(recvfrom), SCMP_SYS(poll),    SCMP_SYS(ppoll),
                                      SCMP_SYS(select),   SCMP_SYS(pselect6)};

/// Clocks.
constexpr std::array clock_calls = {
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),  SCMP_SYS(time),         SCMP_SYS(times),           SCMP_SYS(getrusage)};

/// Questions about itself and the machine.
constexpr std::array self_calls = {SCMP_SYS(getpid),  SCMP_SYS(getppid),   SCMP_SYS(gettid),
                                   SCMP_SYS(getuid),  SCMP_SYS(geteuid),   SCMP_SYS(getgid),
                                   SCMP_SYS(getegid), SCMP_SYS(getrlimit), SCMP_SYS(sysinfo),
                                   SCMP_SYS(uname),   SCMP_SYS(getrandom)};
constexpr std::array processor_calls = {SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(getcpu)};

/// Locks, own signals, and the end.
constexpr std::array flow_calls = {
    SCMP_SYS(futex),           SCMP_SYS(membarrier),     SCMP_SYS(rseq),         SCMP_SYS(set_robust_list),
    SCMP_SYS(rt_sigaction),    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall), SCMP_SYS(exit),           SCMP_SYS(exit_group)};

/// Nothing of this belongs to loading rules and forking: other programs and processes,
constexpr std::array forbidden_processes = {SCMP_SYS(execve),
                                            SCMP_SYS(execveat),
                                            SCMP_SYS(ptrace),
                                            SCMP_SYS(process_vm_readv),
                                            SCMP_SYS(process_vm_writev),
                                            SCMP_SYS(pidfd_getfd),
                                            SCMP_SYS(kcmp),
                                            SCMP_SYS(personality)};
/// ... other roots and namespaces, keys, wide interfaces into the kernel,
constexpr std::array forbidden_kernel = {
    SCMP_SYS(pivot_root),    SCMP_SYS(chroot),          SCMP_SYS(setns),          SCMP_SYS(open_by_handle_at),
    SCMP_SYS(bpf),           SCMP_SYS(perf_event_open), SCMP_SYS(io_uring_setup), SCMP_SYS(userfaultfd),
    SCMP_SYS(fanotify_init), SCMP_SYS(keyctl),          SCMP_SYS(add_key),        SCMP_SYS(request_key),
    SCMP_SYS(syslog)};
/// ... and the administration of the machine.
constexpr std::array forbidden_administration = {SCMP_SYS(init_module),
                                                 SCMP_SYS(finit_module),
                                                 SCMP_SYS(delete_module),
                                                 SCMP_SYS(kexec_load),
                                                 SCMP_SYS(kexec_file_load),
                                                 SCMP_SYS(reboot),
                                                 SCMP_SYS(swapon),
                                                 SCMP_SYS(swapoff),
                                                 SCMP_SYS(settimeofday),
                                                 SCMP_SYS(clock_settime),
                                                 SCMP_SYS(acct),
                                                 SCMP_SYS(quotactl),
                                                 SCMP_SYS(iopl),
                                                 SCMP_SYS(ioperm),
                                                 SCMP_SYS(sethostname)};

void allow_memory(Filter& filter) {
    filter.rule(SCMP_ACT_ALLOW, {SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise)});
    // No new executable page, ever: what runs is what was mapped before the first hostile byte.
    filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(mmap), {argument_bits(2, PROT_EXEC, 0)});
    filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(mprotect), {argument_bits(2, PROT_EXEC, 0)});
}

void allow_files(Filter& filter) {
    filter.rule(SCMP_ACT_ALLOW, descriptor_calls);
    filter.rule(SCMP_ACT_ALLOW, path_calls);
    filter.rule(SCMP_ACT_ALLOW, change_calls);
    for (int command : {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GET_SEALS, F_GETLK,
                        F_SETLK, F_SETLKW})
        filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(fcntl),
                    {argument_bits(1, int_bits, static_cast<std::uint64_t>(command))});
    // The C library asks whether a file is a terminal.
    filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(ioctl), {argument_bits(1, int_bits, TCGETS)});
    filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(ioctl), {argument_bits(1, int_bits, FIONREAD)});
    // truncate() by path is beyond Landlock before ABI 3; ftruncate() needs a descriptor opened for writing.
    filter.rule(SCMP_ACT_ERRNO(EPERM), {SCMP_SYS(truncate)});
    filter.rule(SCMP_ACT_ERRNO(EPERM), mode_calls);
}

void allow_channel(Filter& filter) {
    filter.rule(SCMP_ACT_ALLOW, channel_calls);
}

void allow_time_and_self(Filter& filter) {
    filter.rule(SCMP_ACT_ALLOW, clock_calls);
    filter.rule(SCMP_ACT_ALLOW, self_calls);
    filter.rule(SCMP_ACT_ALLOW, processor_calls);
    filter.rule(SCMP_ACT_ALLOW, flow_calls);
    // abort() sends a signal, but only to this process.
    auto own_pid = static_cast<std::uint64_t>(::getpid());
    filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(tgkill), {argument_bits(0, int_bits, own_pid)});
    // A picture that an engine does not come back from ends the process (scan/picture_text.hpp).
    filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(setitimer), {argument_bits(0, int_bits, ITIMER_REAL)});
    // Limits may be read; the processor time may be re-armed below its hard limit.
    filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), {argument_equals(2, 0)});
    filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(prlimit64),
                {argument_bits(0, int_bits, 0), argument_bits(1, int_bits, RLIMIT_CPU)});
}

/// A library that would like a thread is told that there is none to be had; whoever forks is ended. clone3() hides
/// its flags from a filter: "no such call" makes the C library use clone().
void refuse_threads(Filter& filter) {
    filter.rule(SCMP_ACT_ERRNO(ENOSYS), {SCMP_SYS(clone3)});
    filter.rule(SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), {argument_bits(0, CLONE_THREAD, CLONE_THREAD)});
}

}  // namespace

Result<void> load_template_filter() {
    Filter filter(SCMP_ACT_ALLOW);
    // The C library may ask a name service daemon for a user: it hears "no" and reads the file instead.
    filter.rule(SCMP_ACT_ERRNO(EPERM), {SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen),
                                        SCMP_SYS(accept), SCMP_SYS(accept4)});
    filter.rule(SCMP_ACT_KILL_PROCESS, forbidden_processes);
    filter.rule(SCMP_ACT_KILL_PROCESS, forbidden_kernel);
    filter.rule(SCMP_ACT_KILL_PROCESS, forbidden_administration);
    return filter.load();
}

Result<void> load_child_filter() {
    Filter filter(SCMP_ACT_KILL_PROCESS);
    allow_memory(filter);
    allow_files(filter);
    allow_channel(filter);
    allow_time_and_self(filter);
    refuse_threads(filter);
    return filter.load();
}

}  // namespace tocsin::sandbox
