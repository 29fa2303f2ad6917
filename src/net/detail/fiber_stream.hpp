// The Stream over a socket.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>

#include <functional>

#include "net/detail/fiber_state.hpp"
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
    [[nodiscard]] const Peer& peer() const override { return peer_; }

private:
    FiberState& fiber_;
    Socket socket_;
    Peer peer_;
};

/// Who is at the other end of a connected socket.
[[nodiscard]] Peer peer_of(Socket& socket);

}  // namespace tocsin::net
