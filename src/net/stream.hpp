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

class TlsContext;

/// How a stream is encrypted.
struct TlsFacts {
    std::string version;  ///< `TLSv1.3`
    std::string cipher;   ///< `TLS_AES_256_GCM_SHA384`
};

/// Who is at the other end.
struct Peer {
    std::string address;                        ///< IP literal without brackets; empty for a Unix socket
    std::uint16_t port = 0;                     ///< 0 for a Unix socket
    std::optional<std::uint32_t> user_id = {};  ///< uid of the process at the other end of a Unix socket
    std::optional<TlsFacts> tls = {};           ///< since start_tls
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
    /// Closes at once, and tells a TLS peer so if the kernel has room for it; later calls fail with ErrorCode::closed. Never
    /// suspends. The destructor closes too.
    virtual void close() = 0;
    [[nodiscard]] virtual const Peer& peer() const = 0;
    /// Shakes hands, as server or client by what `context` is; from then on everything is encrypted, and peer().tls is set.
    /// The caller must have read nothing beyond the point at which both sides agreed to start: a stream keeps no plain bytes
    /// back, so what the peer sent in the clear behind it fails here. `server_name`: for a client, whom it wants to talk to
    /// (DNS name or IP literal); may be empty when nothing is verified. Errors leave the stream closed: timed_out, closed,
    /// permission (certificate not trusted), corrupt (no TLS, or none that both speak), invalid_input, unavailable.
    [[nodiscard]] virtual Result<void> start_tls(const TlsContext& context, const std::string& server_name,
                                                 Deadline deadline);
};

}  // namespace tocsin::net
