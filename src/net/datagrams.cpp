#include "net/datagrams.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "base/unique_fd.hpp"

namespace tocsin::net {

namespace {

Error send_error(const std::string& doing, int number) {
    Error error = errno_error(doing, number);
    if (number == ECONNREFUSED || number == EAGAIN || number == ENOBUFS) error.code = ErrorCode::unavailable;
    return error;
}

Result<void> send_to(const std::string& doing, const sockaddr* address, socklen_t length,
                     std::string_view bytes) {
    const UniqueFd socket(::socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.valid()) return std::unexpected(send_error(doing, errno));
    if (::connect(socket.get(), address, length) != 0) return std::unexpected(send_error(doing, errno));
    if (::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0)
        return std::unexpected(send_error(doing, errno));
    return {};
}

}  // namespace

Result<void> send_datagram_udp(const std::string& address, std::uint16_t port, std::string_view bytes) {
    const std::string doing = "send to " + address + " port " + std::to_string(port);
    sockaddr_in four{};
    sockaddr_in6 six{};
    if (::inet_pton(AF_INET, address.c_str(), &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = htons(port);
        return send_to(doing, reinterpret_cast<const sockaddr*>(&four), sizeof(four), bytes);
    }
    if (::inet_pton(AF_INET6, address.c_str(), &six.sin6_addr) != 1)
        return fail(ErrorCode::invalid_input, doing + ": no IP address");
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    return send_to(doing, reinterpret_cast<const sockaddr*>(&six), sizeof(six), bytes);
}

Result<void> send_datagram_unix(const std::string& path, std::string_view bytes) {
    sockaddr_un address{};
    if (path.empty() || path.size() >= sizeof(address.sun_path))
        return fail(ErrorCode::invalid_input, "send to '" + path + "': the path is empty or too long");
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return send_to("send to " + path, reinterpret_cast<const sockaddr*>(&address), sizeof(address), bytes);
}

}  // namespace tocsin::net
