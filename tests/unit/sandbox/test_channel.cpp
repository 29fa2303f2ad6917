#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <string>

#include "base/limits.hpp"
#include "sandbox/sandbox.hpp"

using namespace tocsin;
using namespace tocsin::sandbox;

namespace {

std::size_t open_descriptors() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
    return count;
}

/// As a hostile sender would do it: more descriptors than our own sender takes.
void send_raw_descriptors(int channel, const std::vector<int>& descriptors) {
    char byte = 'x';
    iovec piece{&byte, 1};
    std::vector<char> control(CMSG_SPACE(descriptors.size() * sizeof(int)));
    msghdr header{};
    header.msg_iov = &piece;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    cmsghdr* part = CMSG_FIRSTHDR(&header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    std::memcpy(CMSG_DATA(part), descriptors.data(), descriptors.size() * sizeof(int));
    REQUIRE(::sendmsg(channel, &header, 0) == 1);
}

}  // namespace

TEST_CASE("a datagram arrives whole, with its descriptors, closed on exec") {
    ChannelPair channel = make_channel().value();
    UniqueFd file(::open("/dev/null", O_RDONLY));
    REQUIRE(send_datagram(channel.first.get(), "hello", {file.get()}).has_value());
    REQUIRE(send_datagram(channel.first.get(), "again", {}).has_value());
    Datagram first = receive_datagram(channel.second.get(), 5, 1).value();
    CHECK(first.data == "hello");
    CHECK_FALSE(first.cut);
    REQUIRE(first.descriptors.size() == 1);
    CHECK((::fcntl(first.descriptors[0].get(), F_GETFD) & FD_CLOEXEC) != 0);
    Datagram second = receive_datagram(channel.second.get(), 5, 1).value();
    CHECK(second.data == "again");
    CHECK(second.descriptors.empty());
}

TEST_CASE("a datagram that is longer than allowed is cut, and the next one is whole") {
    ChannelPair channel = make_channel().value();
    REQUIRE(send_datagram(channel.first.get(), "123456", {}).has_value());
    REQUIRE(send_datagram(channel.first.get(), "12345", {}).has_value());
    CHECK(receive_datagram(channel.second.get(), 5, 0).value().cut);
    Datagram next = receive_datagram(channel.second.get(), 5, 0).value();
    CHECK_FALSE(next.cut);
    CHECK(next.data == "12345");
}

TEST_CASE("descriptors beyond those allowed are closed with the rest") {
    std::size_t before = open_descriptors();
    {
        ChannelPair channel = make_channel().value();
        for (std::size_t sent : {1U, 2U, 3U, 5U, 8U, 100U, 253U}) {
            for (std::size_t allowed : {0U, 1U, 2U}) {
                CAPTURE(sent);
                CAPTURE(allowed);
                send_raw_descriptors(channel.first.get(), std::vector<int>(sent, STDIN_FILENO));
                Datagram datagram = receive_datagram(channel.second.get(), 10, allowed).value();
                CHECK(datagram.cut == (sent > allowed));
                CHECK(datagram.descriptors.size() == (sent > allowed ? 0 : sent));
            }
        }
        // A cut datagram keeps no descriptor either.
        UniqueFd file(::open("/dev/null", O_RDONLY));
        REQUIRE(send_datagram(channel.first.get(), "too long", {file.get()}).has_value());
        Datagram cut = receive_datagram(channel.second.get(), 3, 1).value();
        CHECK(cut.cut);
        CHECK(cut.descriptors.empty());
    }
    CHECK(open_descriptors() == before);
}

TEST_CASE("the end of the other side is told apart from silence") {
    ChannelPair channel = make_channel().value();
    REQUIRE(::fcntl(channel.second.get(), F_SETFL, O_NONBLOCK) == 0);
    CHECK(receive_datagram(channel.second.get(), 10, 1).error().code == ErrorCode::timed_out);
    REQUIRE(send_datagram(channel.first.get(), "last words", {}).has_value());
    channel.first.reset();
    CHECK(receive_datagram(channel.second.get(), 10, 1).value().data == "last words");
    CHECK(receive_datagram(channel.second.get(), 10, 1).error().code == ErrorCode::closed);
    CHECK(send_datagram(channel.second.get(), "hello?", {}).error().code == ErrorCode::closed);
}

TEST_CASE("an empty datagram counts as the end") {
    ChannelPair channel = make_channel().value();
    REQUIRE(::send(channel.first.get(), "", 0, 0) == 0);
    CHECK(receive_datagram(channel.second.get(), 10, 1).error().code == ErrorCode::closed);
}

TEST_CASE("a peer that does not read blocks nobody") {
    ChannelPair channel = make_channel().value();
    std::string reply(limits::reply_bytes, 'r');
    REQUIRE(send_datagram(channel.first.get(), reply, {}).has_value());
    Result<void> sent{};
    for (int count = 0; count < 1000 && sent; ++count) sent = send_datagram(channel.first.get(), reply, {});
    REQUIRE_FALSE(sent.has_value());
    CHECK(sent.error().code == ErrorCode::timed_out);
    CHECK(receive_datagram(channel.second.get(), limits::reply_bytes, 0).value().data == reply);
}

TEST_CASE("a datagram that no socket takes is an error, not a crash") {
    ChannelPair channel = make_channel().value();
    CHECK(send_datagram(channel.first.get(), std::string(8U << 20, 'x'), {}).error().code ==
          ErrorCode::limit);
}
