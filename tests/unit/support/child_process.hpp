// A parent as small as a test needs: starts a program on a channel, waits with a deadline, kills, says how it ended.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "sandbox/sandbox.hpp"

namespace tocsin::test {

/// True when `fd` becomes readable, or its other end closes, within the time.
inline bool readable_within(int fd, std::chrono::milliseconds time) {
    auto end = std::chrono::steady_clock::now() + time;
    while (true) {
        auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() < 0) return false;
        pollfd wait{fd, POLLIN, 0};
        int count = ::poll(&wait, 1, static_cast<int>(left.count()));
        if (count > 0) return true;
        if (count == 0) return false;
    }
}

class ChildProcess {
public:
    /// Starts `program`; its words on standard error go to `log_fd`, by default nowhere.
    explicit ChildProcess(const std::string& program, std::vector<std::string> words, int log_fd = -1) {
        UniqueFd binary(::open(program.c_str(), O_RDONLY | O_CLOEXEC));
        UniqueFd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
        sandbox::ChannelPair pair = sandbox::make_channel().value();
        words.insert(words.begin(), program);
        process_ = sandbox::spawn_program(binary.get(), words, pair.second.get(),
                                          log_fd >= 0 ? log_fd : nowhere.get())
                       .value();
        channel_ = std::move(pair.first);
    }
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess() {
        if (process_.pid > 0) static_cast<void>(kill_and_wait());
    }

    [[nodiscard]] int channel() const { return channel_.get(); }
    [[nodiscard]] pid_t pid() const { return process_.pid; }
    [[nodiscard]] int pidfd() const { return process_.pidfd.get(); }
    void close_channel() { channel_.reset(); }

    /// True: it ended by itself within the time.
    [[nodiscard]] bool ends_within(std::chrono::milliseconds time) const {
        return readable_within(process_.pidfd.get(), time);
    }
    sandbox::ExitReason kill_and_wait() {
        ::kill(process_.pid, SIGKILL);
        return wait();
    }
    sandbox::ExitReason wait() {
        int status = 0;
        ::waitpid(std::exchange(process_.pid, -1), &status, 0);
        if (WIFSIGNALED(status)) return {true, WTERMSIG(status)};
        return {false, WEXITSTATUS(status)};
    }

private:
    sandbox::Spawned process_;
    UniqueFd channel_;
};

}  // namespace tocsin::test
