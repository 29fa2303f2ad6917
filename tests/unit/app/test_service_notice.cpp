// What systemd is told, on a socket as systemd makes it.
#include "app/service_notice.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>

using namespace tocsin;
using namespace tocsin::app;

namespace {

/// A datagram socket at an abstract address, as systemd uses in containers, or at a path.
class Listening {
public:
    explicit Listening(const std::string& place) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, place.data(), place.size());
        if (place[0] == '@') address.sun_path[0] = '\0';
        socket_ = UniqueFd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + place.size());
        REQUIRE(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), bytes) == 0);
    }
    std::string next() const {
        std::array<char, 4096> buffer{};
        const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
        return got < 0 ? "(nothing)" : std::string(buffer.data(), static_cast<std::size_t>(got));
    }

private:
    UniqueFd socket_;
};

std::string abstract_place() {
    return "@tocsin-unit-" + std::to_string(::getpid());
}

}  // namespace

TEST_CASE("outside systemd nothing is said and nothing is wrong") {
    const ServiceNotice notice(nullptr, nullptr, nullptr);
    notice.ready("engines");
    notice.stopping();
    CHECK_FALSE(notice.watchdog_ms());
    CHECK(notice.problem().empty());
}

TEST_CASE("every word, at an abstract address and at a path") {
    char folder[] = "/tmp/tocsin-unit-XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    for (const std::string& place : {abstract_place(), std::string(folder) + "/notify"}) {
        CAPTURE(place);
        const Listening listening(place);
        const ServiceNotice notice(place.c_str(), "3000000", nullptr);
        REQUIRE(notice.problem() == "");
        CHECK(notice.watchdog_ms() == 3000);
        notice.ready("ClamAV, 12 signatures");
        CHECK(listening.next() == "READY=1\nSTATUS=ClamAV, 12 signatures");
        notice.reloading(Deadline(std::chrono::microseconds(1'234'567)));
        CHECK(listening.next() == "RELOADING=1\nMONOTONIC_USEC=1234567");
        notice.alive();
        CHECK(listening.next() == "WATCHDOG=1");
        notice.stopping();
        CHECK(listening.next() == "STOPPING=1");
        CHECK(listening.next() == "(nothing)");
    }
    std::filesystem::remove_all(folder);
}

TEST_CASE("the watchdog of another process is not ours") {
    const Listening listening(abstract_place());
    const std::string own = std::to_string(::getpid());
    const auto watchdog = [&](const char* period, const char* pid) {
        return ServiceNotice(abstract_place().c_str(), period, pid).watchdog_ms();
    };
    CHECK(watchdog("5000000", own.c_str()) == 5000);
    CHECK_FALSE(watchdog("5000000", "1"));
    CHECK_FALSE(watchdog("", own.c_str()));
    CHECK_FALSE(watchdog("-1", own.c_str()));
    CHECK_FALSE(watchdog("5s", own.c_str()));
    CHECK_FALSE(watchdog("0", own.c_str()));
    CHECK_FALSE(watchdog(nullptr, nullptr));
}

TEST_CASE("a socket that cannot be used is a problem, not the end") {
    for (const std::string& place : {std::string("relative"), std::string("/"), "/" + std::string(200, 'x'),
                                     std::string("/nowhere/at/all"), std::string("@")}) {
        CAPTURE(place);
        const ServiceNotice notice(place.c_str(), "1000000", nullptr);
        CHECK(notice.problem() != "");
        CHECK_FALSE(notice.watchdog_ms());
        notice.ready("x");
    }
}

TEST_CASE("the words leave the environment: a child must not speak for us") {
    const Listening listening(abstract_place());
    ::setenv("NOTIFY_SOCKET", abstract_place().c_str(), 1);
    ::setenv("WATCHDOG_USEC", "4000000", 1);
    ::unsetenv("WATCHDOG_PID");
    const ServiceNotice notice = ServiceNotice::from_environment();
    CHECK(notice.watchdog_ms() == 4000);
    CHECK(std::getenv("NOTIFY_SOCKET") == nullptr);
    CHECK(std::getenv("WATCHDOG_USEC") == nullptr);
    notice.alive();
    CHECK(listening.next() == "WATCHDOG=1");
}
