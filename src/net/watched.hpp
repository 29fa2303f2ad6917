// Waiting for a descriptor that another room owns: a reader's seqpacket socket, a pidfd.
#pragma once

#include <memory>

#include "base/result.hpp"
#include "net/fiber.hpp"

namespace tocsin::net {

class Loop;
struct WatchedState;

/// Registers `fd` with the loop once, until destroyed. Does not own it: the owner closes it after the Watched is
/// gone. The first wait makes the descriptor non-blocking. At most one fiber waits on one Watched at a time.
class Watched {
public:
    /// Errors: invalid_input (not a descriptor that can be waited for), io.
    [[nodiscard]] static Result<Watched> create(Loop& loop, int fd);
    Watched(Watched&& other) noexcept;
    Watched& operator=(Watched&& other) noexcept;
    ~Watched();

    /// Until reading would not block: data, end of file, or for a pidfd the end of the process. It may wake for
    /// nothing; read again. Errors: timed_out, closed.
    [[nodiscard]] Result<void> wait_readable(Fiber& fiber, Deadline deadline,
                                             OnStop on_stop = OnStop::keep_waiting);
    /// Until writing would not block. Errors: timed_out, closed.
    [[nodiscard]] Result<void> wait_writable(Fiber& fiber, Deadline deadline,
                                             OnStop on_stop = OnStop::keep_waiting);
    [[nodiscard]] int fd() const;

private:
    explicit Watched(std::unique_ptr<WatchedState> state);
    std::unique_ptr<WatchedState> state_;
};

}  // namespace tocsin::net
