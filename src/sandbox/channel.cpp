#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/assert.hpp"
#include "sandbox/sandbox.hpp"

namespace tocsin::sandbox {

namespace {

/// Descriptors in one datagram of ours: two are used; the kernel itself takes at most 253.
constexpr std::size_t descriptors_per_datagram = 8;
/// Room for several replies in flight; the kernel caps it at net.core.wmem_max.
constexpr int socket_buffer_bytes = 1 << 20;

using ControlBuffer = std::array<char, CMSG_SPACE(sizeof(int) * descriptors_per_datagram)>;

Error send_error(int error_number) {
    switch (error_number) {
        case EAGAIN: return {ErrorCode::timed_out, "the other end of the channel does not read"};
        case EPIPE:
        case ENOTCONN:
        case ECONNRESET: return {ErrorCode::closed, "the other end of the channel is gone"};
        case EMSGSIZE: return {ErrorCode::limit, "the datagram is larger than a channel takes"};
        default: return errno_error("send on a channel", error_number);
    }
}

Error receive_error(int error_number) {
    switch (error_number) {
        case EAGAIN: return {ErrorCode::timed_out, "nothing on the channel yet"};
        case ECONNRESET: return {ErrorCode::closed, "the other end of the channel is gone"};
        default: return errno_error("receive on a channel", error_number);
    }
}

/// Takes ownership of every descriptor that came with a datagram.
std::vector<UniqueFd> take_descriptors(msghdr& header) {
    std::vector<UniqueFd> descriptors;
    for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t index = 0; index < count; ++index) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + index * sizeof(int), sizeof(int));
            descriptors.emplace_back(fd);
        }
    }
    return descriptors;
}

}  // namespace

Result<ChannelPair> make_channel() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        return std::unexpected(errno_error("socketpair", errno));
    ChannelPair pair{UniqueFd(ends[0]), UniqueFd(ends[1])};
    for (int end : ends)
        if (::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &socket_buffer_bytes, sizeof socket_buffer_bytes) != 0)
            return std::unexpected(errno_error("size a channel's buffer", errno));
    return pair;
}

Result<void> send_datagram(int channel, std::string_view data, const std::vector<int>& descriptors) {
    ASSERT(!data.empty(), "an empty datagram looks like a closed channel");
    ASSERT(descriptors.size() <= descriptors_per_datagram, "a datagram carries few descriptors");
    iovec piece{const_cast<char*>(data.data()), data.size()};  // sendmsg() does not write to it
    msghdr header{};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    alignas(cmsghdr) ControlBuffer control{};
    if (!descriptors.empty()) {
        std::size_t bytes = descriptors.size() * sizeof(int);
        header.msg_control = control.data();
        header.msg_controllen = CMSG_SPACE(bytes);
        cmsghdr* part = CMSG_FIRSTHDR(&header);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(bytes);
        std::memcpy(CMSG_DATA(part), descriptors.data(), bytes);
    }
    ssize_t sent = -1;
    do {
        sent = ::sendmsg(channel, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) return std::unexpected(send_error(errno));
    return {};
}

Result<Datagram> receive_datagram(int channel, std::size_t bytes_max, std::size_t descriptors_max) {
    ASSERT(descriptors_max <= descriptors_per_datagram, "a datagram carries few descriptors");
    // Look at the size first, so that a small datagram does not cost a large buffer.
    ssize_t size = -1;
    do {
        size = ::recv(channel, nullptr, 0, MSG_PEEK | MSG_TRUNC);
    } while (size < 0 && errno == EINTR);
    if (size < 0) return std::unexpected(receive_error(errno));
    Datagram datagram;
    bool too_long = static_cast<std::size_t>(size) > bytes_max;
    datagram.data.resize(too_long ? 0 : static_cast<std::size_t>(size));
    iovec piece{datagram.data.data(), datagram.data.size()};
    msghdr header{};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    alignas(cmsghdr) ControlBuffer control{};
    header.msg_control = control.data();
    header.msg_controllen = CMSG_SPACE(sizeof(int) * descriptors_max);
    if (descriptors_max == 0) header.msg_controllen = 0;
    ssize_t received = -1;
    do {
        received = ::recvmsg(channel, &header, MSG_CMSG_CLOEXEC);
    } while (received < 0 && errno == EINTR);
    if (received < 0) return std::unexpected(receive_error(errno));
    datagram.descriptors = take_descriptors(header);
    // An empty datagram cannot be told from a closed channel, and nobody of ours sends one.
    if (size == 0) return fail(ErrorCode::closed, "the other end of the channel is gone");
    bool broken = too_long || (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
    if (broken || datagram.descriptors.size() > descriptors_max) {
        datagram.cut = true;
        datagram.descriptors.clear();
    }
    return datagram;
}

}  // namespace tocsin::sandbox
