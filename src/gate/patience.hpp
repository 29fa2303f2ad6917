// How long a session waits for its client. Pure: it is told the time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"
#include "base/limits.hpp"

namespace tocsin::gate {

struct PatienceLimits {
    std::uint32_t silence_ms = limits::smtp_command_timeout_ms;
    std::uint32_t message_ms = limits::client_message_ms;
    std::size_t bytes_per_s = limits::client_bytes_per_s;
};

/// Three bounds, or clients that send a byte now and then would keep their places for ever: no silence longer than `silence_ms`;
/// a request (a command, or a content) that is not whole after that time must have come at `bytes_per_s` beyond it; and from the
/// end of one message to the end of the next no more than `message_ms`.
class Patience {
public:
    Patience(PatienceLimits limits, Deadline now) : limits_(limits), request_(now), message_(now) {}

    /// A request was answered, or what is sent next is content: a new one begins.
    void request_done(Deadline now) {
        request_ = now;
        received_bytes_ = 0;
    }
    /// A whole message has been answered.
    void message_done(Deadline now) {
        message_ = now;
        request_done(now);
    }
    void received(std::size_t bytes) { received_bytes_ += bytes; }
    /// Until when the next byte must have come.
    [[nodiscard]] Deadline deadline(Deadline now) const;

private:
    PatienceLimits limits_;
    Deadline request_;
    Deadline message_;
    std::size_t received_bytes_ = 0;  ///< of this request
};

}  // namespace tocsin::gate
