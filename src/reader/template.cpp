#include "reader/template.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "base/limits.hpp"
#include "reader/child.hpp"
#include "reader/codec.hpp"

namespace tocsin::reader {

namespace {

/// The trial child at start is no child of the daemon's; its number is never used by it.
constexpr std::uint64_t trial_id = UINT64_MAX;
/// A child is confined in a few milliseconds; a machine that swaps needs more.
constexpr int trial_timeout_ms = 20'000;

sigset_t child_signal() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    return signals;
}

/// What the forked child does before it becomes a reader: its channel in the usual place, no signal blocked.
[[noreturn]] void become_child(const ChildSetup& setup, int channel) {
    sigset_t signals = child_signal();
    int exit_code = sandbox::exit_unconfined;
    if (::sigprocmask(SIG_UNBLOCK, &signals, nullptr) == 0 &&
        ::dup2(channel, sandbox::channel_descriptor) == sandbox::channel_descriptor)
        exit_code = run_child(setup);
    // No destructors, no buffers of the template: they are the parent's.
    ::_exit(exit_code);
}

sandbox::ExitReason reason_of(int status) {
    if (WIFSIGNALED(status)) return {true, WTERMSIG(status)};
    return {false, WEXITSTATUS(status)};
}

}  // namespace

Template::Template(const scan::Engines& engines, rules::Judge* judge, std::string scratch, int control,
                   Log& log)
    : engines_(engines), judge_(judge), scratch_(std::move(scratch)), control_(control), log_(log) {}

Result<pid_t> Template::fork_child(std::uint64_t child_id, const HashKey& hash_key, UniqueFd channel) {
    Child child{child_id, scratch_ + "/child-" + std::to_string(child_id)};
    if (::mkdir(child.folder.c_str(), 0700) != 0 && errno != EEXIST)
        return std::unexpected(errno_error("create a scratch folder", errno));
    pid_t pid = ::fork();
    if (pid < 0) {
        int fork_error = errno;
        remove_folder(child.folder);
        return std::unexpected(errno_error("fork", fork_error));
    }
    if (pid == 0) become_child(ChildSetup{engines_, judge_, hash_key, child.folder}, channel.get());
    children_[pid] = std::move(child);
    return pid;
}

Result<void> Template::announce(std::uint64_t child_id, pid_t pid) {
    // The child is not yet waited for, so its number cannot belong to anybody else.
    UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd.valid()) return std::unexpected(errno_error("pidfd_open", errno));
    return sandbox::send_datagram(control_, encode(TemplateWord(ChildForked{child_id, pid})), {pidfd.get()});
}

Result<void> Template::fork_on_command(sandbox::Datagram datagram) {
    std::optional<ForkCommand> command = decode_fork_command(datagram.data);
    if (!command || datagram.cut || datagram.descriptors.size() != 1)
        return fail(ErrorCode::corrupt, "the daemon sent something that is no command");
    auto refuse = [&](std::string why) {
        log_.write(LogLevel::warning, "reader.fork_failed", {{"error", why}});
        return sandbox::send_datagram(
            control_, encode(TemplateWord(ForkFailed{command->child_id, std::move(why)})), {});
    };
    if (children_.size() >= limits::template_children) return refuse("too many children at once");
    Result<pid_t> pid = fork_child(command->child_id, command->hash_key, std::move(datagram.descriptors[0]));
    if (!pid) return refuse(pid.error().message);
    return announce(command->child_id, *pid);
}

Result<void> Template::report_exits() {
    while (true) {
        int status = 0;
        pid_t pid = ::waitpid(-1, &status, WNOHANG);
        if (pid <= 0) return {};
        auto found = children_.find(pid);
        if (found == children_.end()) continue;
        Child child = std::move(found->second);
        children_.erase(found);
        remove_folder(child.folder);
        if (child.id == trial_id) continue;
        sandbox::ExitReason reason = reason_of(status);
        ChildExited word{child.id, reason.signalled, reason.value};
        TRY(sandbox::send_datagram(control_, encode(TemplateWord(word)), {}));
    }
}

void Template::remove_folder(const std::string& folder) {
    bool gone = sandbox::empty_folder(folder) && ::rmdir(folder.c_str()) == 0;
    if (!gone) log_.write(LogLevel::warning, "reader.scratch_left", {{"folder", folder}});
}

Result<void> Template::wait_for_trial(const sandbox::ChannelPair& channel, std::string& enforced) const {
    pollfd wait{channel.first.get(), POLLIN, 0};
    if (::poll(&wait, 1, trial_timeout_ms) != 1)
        return fail(ErrorCode::timed_out, "the trial child did not become ready");
    Result<sandbox::Datagram> datagram =
        sandbox::receive_datagram(channel.first.get(), limits::control_bytes, 0);
    if (!datagram)
        return fail(ErrorCode::unavailable, "a child cannot be confined on this system; see the log");
    std::optional<Ready> ready = decode_ready(datagram->data);
    if (!ready) return fail(ErrorCode::corrupt, "the trial child said something odd");
    enforced = std::move(ready->enforced);
    return {};
}

Result<std::string> Template::try_out() {
    sandbox::ChannelPair channel = TRY(sandbox::make_channel());
    pid_t pid = TRY(fork_child(trial_id, HashKey{}, std::move(channel.second)));
    std::string enforced;
    Result<void> ready = wait_for_trial(channel, enforced);
    channel.first.reset();
    if (!ready) ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    auto found = children_.extract(pid);
    remove_folder(found.mapped().folder);
    if (!ready) return std::unexpected(std::move(ready).error());
    return enforced;
}

Result<void> Template::run() {
    sigset_t signals = child_signal();
    UniqueFd exits(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!exits.valid()) return std::unexpected(errno_error("signalfd", errno));
    std::array<pollfd, 2> waits{{{control_, POLLIN, 0}, {exits.get(), POLLIN, 0}}};
    while (true) {
        if (::poll(waits.data(), waits.size(), -1) < 0) {
            if (errno == EINTR) continue;
            return std::unexpected(errno_error("poll", errno));
        }
        if (waits[1].revents != 0) {
            signalfd_siginfo ignored{};
            // One signal may stand for several children; report_exits() asks for all of them.
            static_cast<void>(::read(exits.get(), &ignored, sizeof ignored) > 0);
            TRY(report_exits());
        }
        if (waits[0].revents == 0) continue;
        Result<sandbox::Datagram> datagram = sandbox::receive_datagram(control_, limits::control_bytes, 1);
        if (!datagram && datagram.error().code == ErrorCode::closed) return {};
        sandbox::Datagram command = TRY(std::move(datagram));
        TRY(fork_on_command(std::move(command)));
    }
}

}  // namespace tocsin::reader
