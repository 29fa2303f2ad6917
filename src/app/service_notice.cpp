#include "app/service_notice.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>

#include "base/result.hpp"

namespace tocsin::app {

namespace {

std::optional<std::uint64_t> number(const char* words) {
    if (words == nullptr) return std::nullopt;
    const std::string_view text(words);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// A path, or an abstract address with @ in place of the leading NUL (sd_notify(3)).
Result<UniqueFd> connect_to(std::string_view place) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (place.size() < 2 || (place[0] != '/' && place[0] != '@') || place.size() >= sizeof address.sun_path)
        return fail(ErrorCode::invalid_input, "NOTIFY_SOCKET is neither a path nor an abstract address");
    std::ranges::copy(place, address.sun_path);
    if (place[0] == '@') address.sun_path[0] = '\0';
    UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.valid()) return std::unexpected(errno_error("make a socket for NOTIFY_SOCKET", errno));
    const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + place.size());
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), bytes) != 0)
        return std::unexpected(errno_error("connect to NOTIFY_SOCKET", errno));
    return socket;
}

}  // namespace

ServiceNotice::ServiceNotice(const char* socket, const char* watchdog_us, const char* watchdog_pid) {
    if (socket == nullptr || *socket == '\0') return;
    Result<UniqueFd> connected = connect_to(socket);
    if (!connected) {
        problem_ = connected.error().message;
        return;
    }
    socket_ = std::move(*connected);
    const bool meant_for_us =
        watchdog_pid == nullptr || number(watchdog_pid) == static_cast<std::uint64_t>(::getpid());
    const std::optional<std::uint64_t> period_us = number(watchdog_us);
    if (meant_for_us && period_us && *period_us >= 2000) watchdog_ms_ = *period_us / 1000;
}

ServiceNotice ServiceNotice::from_environment() {
    ServiceNotice notice(std::getenv("NOTIFY_SOCKET"), std::getenv("WATCHDOG_USEC"),
                         std::getenv("WATCHDOG_PID"));
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
    return notice;
}

void ServiceNotice::ready(std::string_view status) const {
    send("READY=1\nSTATUS=" + std::string(status));
}

void ServiceNotice::reloading(Deadline now) const {
    const auto since_boot = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
    send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(since_boot.count()));
}

void ServiceNotice::stopping() const {
    send("STOPPING=1");
}

void ServiceNotice::alive() const {
    send("WATCHDOG=1");
}

void ServiceNotice::send(const std::string& words) const {
    // What cannot be sent now is not worth waiting for: the loop serves mail.
    if (socket_.valid()) static_cast<void>(::send(socket_.get(), words.data(), words.size(), MSG_NOSIGNAL));
}

}  // namespace tocsin::app
