#include "net/stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <fmt/core.h>
#include <sys/socket.h>

#include "base/assert.hpp"
#include "net/detail/fiber_stream.hpp"
#include "net/detail/socket_error.hpp"

namespace tocsin::net {

std::string Peer::describe() const {
    if (address.empty()) return user_id ? fmt::format("unix(uid {})", *user_id) : "unix";
    return address.find(':') == std::string::npos ? fmt::format("{}:{}", address, port)
                                                  : fmt::format("[{}]:{}", address, port);
}

Error socket_error(std::string_view doing, const boost::system::error_code& error) {
    namespace errc = boost::system::errc;
    const auto is = [&](errc::errc_t condition) { return error == condition; };
    ErrorCode code = ErrorCode::io;
    if (error == asio::error::eof || error == asio::error::operation_aborted || is(errc::connection_reset) ||
        is(errc::broken_pipe) || is(errc::not_connected) || is(errc::bad_file_descriptor) ||
        is(errc::connection_aborted))
        code = ErrorCode::closed;
    else if (is(errc::connection_refused) || is(errc::network_unreachable) || is(errc::host_unreachable) ||
             is(errc::network_down) || is(errc::timed_out) || is(errc::resource_unavailable_try_again))
        code = ErrorCode::unavailable;
    else if (is(errc::permission_denied) || is(errc::operation_not_permitted))
        code = ErrorCode::permission;
    else if (is(errc::address_in_use))
        code = ErrorCode::conflict;
    else if (is(errc::no_such_file_or_directory))
        code = ErrorCode::not_found;
    else if (is(errc::address_not_available) || is(errc::address_family_not_supported))
        code = ErrorCode::invalid_input;
    return Error{code, fmt::format("{}: {}", doing, error.message())};
}

Peer peer_of(Socket& socket) {
    Peer peer;
    boost::system::error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    const int family = error ? AF_UNSPEC : endpoint.protocol().family();
    if (family == AF_INET || family == AF_INET6) {
        asio::ip::tcp::endpoint ip;
        ip.resize(endpoint.size());
        std::memcpy(ip.data(), endpoint.data(), endpoint.size());
        auto address = ip.address();
        // An IPv4 client of an IPv6 socket is still an IPv4 client to every list and rule.
        if (address.is_v6() && address.to_v6().is_v4_mapped())
            address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
        peer.address = address.to_string();
        peer.port = ip.port();
        return peer;
    }
    ucred credentials{};
    socklen_t size = sizeof(credentials);
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0)
        peer.user_id = credentials.uid;
    return peer;
}

FiberStream::FiberStream(Fiber& fiber, Socket socket, Peer peer)
    : fiber_(fiber.state()), socket_(std::move(socket)), peer_(std::move(peer)) {}

Result<std::size_t> FiberStream::read_plain(std::span<std::byte> into, Deadline deadline, OnStop on_stop) {
    boost::system::error_code error;
    std::size_t count = 0;
    Wait wait(fiber_, [&] {
        boost::system::error_code ignored;
        socket_.cancel(ignored);
    });
    const WaitEnd end = wait.run(deadline, interruptible(on_stop), [&] {
        socket_.async_read_some(asio::buffer(into.data(), into.size()),
                                [&](const boost::system::error_code& result, std::size_t size) {
                                    error = result;
                                    count = size;
                                    wait.finished();
                                });
    });
    if (count > 0) return count;  // it arrived, even if something interrupted at the same moment
    if (end != WaitEnd::finished) return wait_error(end, "read");
    if (error == asio::error::eof) return std::size_t{0};
    if (error) return std::unexpected(socket_error("read", error));
    return count;
}

Result<void> FiberStream::write_plain(ByteView bytes, Deadline deadline) {
    boost::system::error_code error;
    std::size_t count = 0;
    Wait wait(fiber_, [&] {
        boost::system::error_code ignored;
        socket_.cancel(ignored);
    });
    const WaitEnd end = wait.run(deadline, Interruptible::by_cancel, [&] {
        asio::async_write(socket_, asio::buffer(bytes.data(), bytes.size()),
                          [&](const boost::system::error_code& result, std::size_t size) {
                              error = result;
                              count = size;
                              wait.finished();
                          });
    });
    if (count == bytes.size() && end == WaitEnd::finished && !error) return {};
    if (end != WaitEnd::finished) return wait_error(end, "write");
    return std::unexpected(socket_error("write", error));
}

Result<void> FiberStream::shutdown_write() {
    say_goodbye();
    boost::system::error_code error;
    socket_.shutdown(Socket::shutdown_send, error);
    if (error) return std::unexpected(socket_error("shutdown", error));
    return {};
}

void FiberStream::close() {
    say_goodbye();
    boost::system::error_code ignored;
    socket_.close(ignored);
}

Result<void> Stream::start_tls(const TlsContext&, const std::string&, Deadline) {
    close();
    return fail(ErrorCode::unavailable, "this stream cannot be encrypted");
}

}  // namespace tocsin::net
