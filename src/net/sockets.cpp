#include "net/sockets.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <fmt/core.h>

#include "net/detail/fiber_stream.hpp"
#include "net/detail/socket_error.hpp"

namespace tocsin::net {
namespace {

using Endpoint = asio::generic::stream_protocol::endpoint;

Result<Socket> connect(Fiber& fiber, const Endpoint& endpoint, const std::string& doing, Deadline deadline) {
    Socket socket(fiber.state().group.loop.context);
    boost::system::error_code error;
    socket.open(endpoint.protocol(), error);
    if (error) return std::unexpected(socket_error(doing, error));
    Wait wait(fiber.state(), [&] {
        boost::system::error_code ignored;
        socket.cancel(ignored);
    });
    const WaitEnd end = wait.run(deadline, Interruptible::by_cancel, [&] {
        socket.async_connect(endpoint, [&](const boost::system::error_code& result) {
            error = result;
            wait.finished();
        });
    });
    if (end != WaitEnd::finished) return wait_error(end, doing);
    if (error) return std::unexpected(socket_error(doing, error));
    return socket;
}

}  // namespace

Result<std::unique_ptr<Stream>> connect_tcp(Fiber& fiber, const std::string& address, std::uint16_t port,
                                            Deadline deadline) {
    boost::system::error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error) return fail(ErrorCode::invalid_input, "connect: '" + address + "' is not an IP address");
    const asio::ip::tcp::endpoint endpoint(ip, port);
    auto socket = TRY(
        connect(fiber, Endpoint(endpoint), fmt::format("connect to {} port {}", address, port), deadline));
    socket.set_option(asio::ip::tcp::no_delay(true), error);  // replies are small and waited for
    return std::make_unique<FiberStream>(fiber, std::move(socket), Peer{address, port});
}

Result<std::unique_ptr<Stream>> connect_unix(Fiber& fiber, const std::string& path, Deadline deadline) {
    if (path.empty() || path.size() >= sizeof(sockaddr_un{}.sun_path))
        return fail(ErrorCode::invalid_input, "connect: socket path '" + path + "' is empty or too long");
    const asio::local::stream_protocol::endpoint endpoint(path);
    auto socket = TRY(connect(fiber, Endpoint(endpoint), "connect to " + path, deadline));
    Peer peer = peer_of(socket);
    return std::make_unique<FiberStream>(fiber, std::move(socket), std::move(peer));
}

}  // namespace tocsin::net
