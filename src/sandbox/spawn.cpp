#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "sandbox/sandbox.hpp"

namespace tocsin::sandbox {

namespace {

/// First number for copies of descriptors, above every number that the new program uses by convention.
constexpr int copies_from = 16;

Result<UniqueFd> copy_above(int fd) {
    UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, copies_from));
    if (!copy.valid()) return std::unexpected(errno_error("copy a descriptor", errno));
    return copy;
}

/// Owns a posix_spawn_file_actions_t, and remembers the first failure.
class FileActions {
public:
    FileActions() { note(::posix_spawn_file_actions_init(&actions_)); }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    void open(int fd, const char* path, int flags) {
        note(::posix_spawn_file_actions_addopen(&actions_, fd, path, flags, 0));
    }
    void copy(int from, int to) { note(::posix_spawn_file_actions_adddup2(&actions_, from, to)); }
    void close(int fd) { note(::posix_spawn_file_actions_addclose(&actions_, fd)); }
    void close_from(int fd) { note(::posix_spawn_file_actions_addclosefrom_np(&actions_, fd)); }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }
    [[nodiscard]] int error() const { return error_; }

private:
    void note(int error) {
        if (error_ == 0) error_ = error;
    }
    posix_spawn_file_actions_t actions_{};
    int error_ = 0;
};

/// Owns a posix_spawnattr_t: no signal blocked, all at their default, a session of its own so that Ctrl-C at a
/// terminal reaches the daemon only.
class SpawnAttributes {
public:
    SpawnAttributes() {
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        note(::posix_spawnattr_init(&attributes_));
        note(::posix_spawnattr_setsigmask(&attributes_, &none));
        note(::posix_spawnattr_setsigdefault(&attributes_, &all));
        constexpr int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID;
        note(::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags)));
    }
    ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;
    [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }
    [[nodiscard]] int error() const { return error_; }

private:
    void note(int error) {
        if (error_ == 0) error_ = error;
    }
    posix_spawnattr_t attributes_{};
    int error_ = 0;
};

}  // namespace

Result<Spawned> spawn_program(int program_fd, const std::vector<std::string>& arguments, int channel_fd,
                              int log_fd) {
    UniqueFd program = TRY(copy_above(program_fd));
    UniqueFd channel = TRY(copy_above(channel_fd));
    UniqueFd log = TRY(copy_above(log_fd));
    constexpr int program_descriptor = channel_descriptor + 1, reopened_descriptor = program_descriptor + 1;
    FileActions actions;
    actions.open(0, "/dev/null", O_RDONLY);
    actions.open(1, "/dev/null", O_WRONLY);
    actions.copy(log.get(), 2);
    actions.copy(channel.get(), channel_descriptor);
    actions.copy(program.get(), program_descriptor);
    actions.close_from(reopened_descriptor);
    // The binary is opened once more as the lowest free number, now with close-on-exec, so that the program starts
    // without it.
    actions.open(reopened_descriptor, "/proc/self/fd/4", O_RDONLY | O_CLOEXEC);
    actions.close(program_descriptor);
    SpawnAttributes attributes;
    if (actions.error() != 0 || attributes.error() != 0)
        return std::unexpected(errno_error("prepare posix_spawn", ENOMEM));

    std::vector<char*> argument_pointers;
    for (const std::string& argument : arguments)
        argument_pointers.push_back(
            const_cast<char*>(argument.c_str()));  // posix_spawn() does not write to them
    argument_pointers.push_back(nullptr);
    std::array<char*, 1> environment{nullptr};
    Spawned spawned;
    int error = ::posix_spawn(&spawned.pid, "/proc/self/fd/5", actions.get(), attributes.get(),
                              argument_pointers.data(), environment.data());
    if (error != 0) return std::unexpected(errno_error("start the reader program", error));
    spawned.pidfd = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, spawned.pid, 0)));
    if (!spawned.pidfd.valid()) {
        int open_error = errno;
        ::kill(spawned.pid, SIGKILL);
        ::waitpid(spawned.pid, nullptr, 0);
        return std::unexpected(errno_error("pidfd_open", open_error));
    }
    return spawned;
}

}  // namespace tocsin::sandbox
