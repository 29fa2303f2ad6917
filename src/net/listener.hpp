// Accepts connections and gives each a fiber of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/log.hpp"
#include "base/result.hpp"
#include "net/stream.hpp"
#include "net/task_group.hpp"

namespace tocsin::net {

struct ListenerState;

/// What happens at a listener without a free place when a newcomer comes.
enum class WhenFull {
    wait,      ///< it waits
    end_idle,  ///< so that it need not wait long, the session that is idle longest is asked to stop
};

class Listener {
public:
    /// Listens on an IP literal and port; port 0 takes a free one, see port(). Errors: invalid_input, permission,
    /// conflict (in use), io.
    [[nodiscard]] static Result<Listener> tcp(Loop& loop, const std::string& address, std::uint16_t port);
    /// Listens on a Unix socket that only this user may connect to (mode 0600). A stale socket file, to which nobody
    /// listens, is replaced; a live one is ErrorCode::conflict. The file is removed when the listener is destroyed.
    [[nodiscard]] static Result<Listener> unix_socket(Loop& loop, const std::string& path);
    Listener(Listener&& other) noexcept;
    Listener& operator=(Listener&& other) noexcept;
    ~Listener();

    /// The real port; 0 for a Unix socket.
    [[nodiscard]] std::uint16_t port() const;
    /// `127.0.0.1:2525` or `unix:/run/tocsin/api`
    [[nodiscard]] const std::string& description() const;

    /// Accepts until `fiber` is asked to stop, then returns with the listening socket closed; each connection runs
    /// `session` on a child of `sessions`. While `sessions` is full one newcomer is kept waiting, and the kernel's backlog
    /// makes the others wait; with `end_idle` a session that has waited with OnStop::give_up for limits::crowded_idle_ms then
    /// ends as if the daemon stopped. Errors of accept (no descriptor left) are logged as `listener.accept_failed` and waited
    /// out, doubling from limits::accept_backoff_ms_min to limits::accept_backoff_ms_max. The caller joins `sessions`.
    void serve(Fiber& fiber, TaskGroup& sessions, Log& log,
               const std::function<void(Fiber&, Stream&)>& session, WhenFull when_full = WhenFull::wait);

private:
    explicit Listener(std::unique_ptr<ListenerState> state);
    std::unique_ptr<ListenerState> state_;
};

}  // namespace tocsin::net
