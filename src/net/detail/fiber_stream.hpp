// The Stream over a socket.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>

#include <functional>
#include <optional>
#include <vector>

#include "net/detail/fiber_state.hpp"
#include "net/detail/tls_engine.hpp"
#include "net/detail/wait.hpp"
#include "net/stream.hpp"

namespace tocsin::net {

using Socket = asio::generic::stream_protocol::socket;

class FiberStream final : public Stream {
public:
    FiberStream(Fiber& fiber, Socket socket, Peer peer);
    Result<std::size_t> read_some(std::span<std::byte> into, Deadline deadline, OnStop on_stop) override;
    Result<void> write_all(ByteView bytes, Deadline deadline) override;
    Result<void> shutdown_write() override;
    void close() override;
    Result<void> start_tls(const TlsContext& context, const std::string& server_name,
                           Deadline deadline) override;
    [[nodiscard]] const Peer& peer() const override { return peer_; }

private:
    struct Tls {
        TlsEngine engine;
        std::vector<std::byte> buffer;  ///< of one read from the socket
        bool broken = false;            ///< a record may have been sent in part: nothing can follow it
    };

    Result<std::size_t> read_plain(std::span<std::byte> into, Deadline deadline, OnStop on_stop);
    Result<void> write_plain(ByteView bytes, Deadline deadline);
    Result<void> shake_hands(Tls& tls, Deadline deadline);
    Result<void> feed_tls(Tls& tls, Deadline deadline, OnStop on_stop);
    Result<void> flush_tls(Tls& tls, Deadline deadline);
    void say_goodbye();

    FiberState& fiber_;
    Socket socket_;
    Peer peer_;
    std::optional<Tls> tls_;
};

/// Who is at the other end of a connected socket.
[[nodiscard]] Peer peer_of(Socket& socket);

}  // namespace tocsin::net
