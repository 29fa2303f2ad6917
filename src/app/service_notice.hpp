// What systemd wants to hear of a service of Type=notify (sd_notify(3), systemd.service(5)), without its library.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/unique_fd.hpp"

namespace tocsin::app {

/// Says nothing when nobody listens: outside systemd there is no NOTIFY_SOCKET.
class ServiceNotice {
public:
    /// From the words of NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID as they are in the environment; null: not set.
    ServiceNotice(const char* socket, const char* watchdog_us, const char* watchdog_pid);
    /// Takes them from the environment, and out of it.
    static ServiceNotice from_environment();

    void ready(std::string_view status) const;
    /// `now` is on the monotonic clock: systemd 253 tells the answer to its own SIGHUP from an older one by it.
    void reloading(Deadline now) const;
    void stopping() const;
    /// "I live": must come at least once in watchdog_ms().
    void alive() const;
    /// How often systemd wants to hear that we live; nothing: it does not ask.
    [[nodiscard]] std::optional<std::uint64_t> watchdog_ms() const { return watchdog_ms_; }
    /// Why the socket cannot be used, for the log; empty: it can, or there is none.
    [[nodiscard]] const std::string& problem() const { return problem_; }

private:
    void send(const std::string& words) const;

    UniqueFd socket_;
    std::optional<std::uint64_t> watchdog_ms_;
    std::string problem_;
};

}  // namespace tocsin::app
