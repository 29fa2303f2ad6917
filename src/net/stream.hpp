// A byte stream to one peer, as session code sees it. FiberStream (sockets.hpp) is the real one; tests use
// ScriptedStream (tests/unit/support), which never starts a loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "net/fiber.hpp"

namespace tocsin::net {

/// Who is at the other end.
struct Peer {
    std::string address;                        ///< IP literal without brackets; empty for a Unix socket
    std::uint16_t port = 0;                     ///< 0 for a Unix socket
    std::optional<std::uint32_t> user_id = {};  ///< uid of the process at the other end of a Unix socket
    /// `192.0.2.1:25`, `[2001:db8::1]:25`, `unix(uid 1000)`
    [[nodiscard]] std::string describe() const;
};

/// Every call takes a deadline; reaching it is ErrorCode::timed_out, and the stream must then be closed. A stream
/// belongs to the fiber that it was made for: no two calls overlap.
class Stream {
public:
    virtual ~Stream() = default;
    /// Reads at least one byte into `into` (not empty) and returns how many; 0: the peer will send nothing more.
    /// Errors: timed_out, closed (reset, asked to stop, cancelled), io.
    [[nodiscard]] virtual Result<std::size_t> read_some(std::span<std::byte> into, Deadline deadline,
                                                        OnStop on_stop = OnStop::keep_waiting) = 0;
    /// Writes all of `bytes`. The deadline is for the whole. Errors: timed_out, closed, io.
    [[nodiscard]] virtual Result<void> write_all(ByteView bytes, Deadline deadline) = 0;
    /// Says that nothing more will be written (half close). Errors: closed, io.
    [[nodiscard]] virtual Result<void> shutdown_write() = 0;
    /// Closes at once; later calls fail with ErrorCode::closed. Never suspends. The destructor closes too.
    virtual void close() = 0;
    [[nodiscard]] virtual const Peer& peer() const = 0;
    // start_tls(const TlsContext&, TlsRole, Deadline) comes here, with the TLS wrapper in src/net/tls.cpp.
};

}  // namespace tocsin::net
