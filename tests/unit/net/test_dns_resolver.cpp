#include "net/dns_resolver.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "net/loop.hpp"

using namespace tocsin;
using namespace tocsin::net;

namespace {

/// A name server on loopback that knows a few names; it ends with its socket.
class NameServer {
public:
    NameServer() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~NameServer() {
        ::shutdown(socket_.get(), SHUT_RDWR);
        thread_.join();
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    void serve() {
        char query[512];
        sockaddr_in client{};
        for (;;) {
            socklen_t size = sizeof client;
            const ssize_t got = ::recvfrom(socket_.get(), query, sizeof query, 0,
                                           reinterpret_cast<sockaddr*>(&client), &size);
            if (got < 13) return;
            std::string name;
            std::size_t at = 12;
            for (; query[at] != 0; at += static_cast<unsigned char>(query[at]) + 1U)
                name += std::string(query + at + 1, static_cast<unsigned char>(query[at])) + ".";
            const std::string answer = answer_to({query, static_cast<std::size_t>(got)}, at + 5, name);
            if (!answer.empty())
                ::sendto(socket_.get(), answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&client),
                         size);
        }
    }

    static std::string answer_to(std::string_view query, std::size_t question_end, const std::string& name) {
        const std::string question(query.substr(12, question_end - 12));
        const auto header = [&](char code, char answers) {
            return std::string(query.substr(0, 2)) +
                   std::string{'\x85', static_cast<char>(0x80 | code), 0, 1, 0, answers} +
                   std::string(4, '\0') + question;
        };
        const char type = query[question_end - 3];
        const auto record = [type](const std::string& rdata) {
            return std::string("\xc0\x0c\0", 3) + type + std::string("\0\x01\0\0\0\x3c\0", 7) +
                   static_cast<char>(rdata.size()) + rdata;
        };
        if (name == "host.test.example.") {
            if (type == 1) return header(0, 1) + record("\xc0\x01\x02\x03");
            if (type == 28) return header(0, 1) + record(std::string(16, 'x'));
            return header(0, 1) + record(std::string("\0\x0a\2mx\4test\7example\0", 19));
        }
        if (name == "two.test.example.") return header(0, 1) + record("\x03one\x03two");
        if (name == "many.test.example.")
            return header(0, 2) +
                   record("\x01"
                          "a") +
                   record(std::string("\x01"
                                      "b\x00",
                                      3));
        if (name == "empty.test.example.") return header(0, 0);
        if (name == "refused.test.example.") return header(2, 0);
        if (name == "silent.test.example.") return {};
        return header(3, 0);
    }

    UniqueFd socket_;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

}  // namespace

TEST_CASE("records of every type as they came, and every way in which there are none") {
    const NameServer server;
    Loop loop;
    loop.spawn([&](Fiber& fiber) {
        auto resolver = DnsResolver::start(loop, {.server_ip = "127.0.0.1", .server_port = server.port()});
        REQUIRE(resolver.has_value());
        const std::vector<DnsAnswer> answers = (*resolver)->look_up(fiber,
                                                                    {{DnsType::txt, "two.test.example"},
                                                                     {DnsType::txt, "many.test.example"},
                                                                     {DnsType::txt, "empty.test.example"},
                                                                     {DnsType::a, "nobody.test.example"},
                                                                     {DnsType::txt, ""},
                                                                     {DnsType::a, "host.test.example"},
                                                                     {DnsType::aaaa, "host.test.example"},
                                                                     {DnsType::mx, "host.test.example"}},
                                                                    deadline_in_ms(20'000));
        REQUIRE(answers.size() == 8);
        CHECK(answers[0] == DnsAnswer{DnsStatus::found, {"\x03one\x03two"}});
        CHECK(answers[1].records.size() == 2);
        CHECK(answers[2].status == DnsStatus::none);
        CHECK(answers[3].status == DnsStatus::none);
        CHECK(answers[4].status == DnsStatus::failed);
        CHECK(answers[5] == DnsAnswer{DnsStatus::found, {"\xc0\x01\x02\x03"}});
        CHECK(answers[6] == DnsAnswer{DnsStatus::found, {std::string(16, 'x')}});
        CHECK(answers[7] == DnsAnswer{DnsStatus::found, {std::string("\0\x0a\2mx\4test\7example\0", 19)}});
        const auto bad = (*resolver)->look_up(
            fiber, {{DnsType::txt, "silent.test.example"}, {DnsType::txt, "two.test.example"}},
            deadline_in_ms(300));
        CHECK(bad[0].status == DnsStatus::failed);
        CHECK(bad[1] == answers[0]);  // remembered
        (*resolver)->stop(fiber);
    });
    loop.run();
}

TEST_CASE("more questions than may wait are not asked") {
    const NameServer server;
    Loop loop;
    loop.spawn([&](Fiber& fiber) {
        auto resolver = DnsResolver::start(
            loop, {.server_ip = "127.0.0.1", .server_port = server.port(), .waiting_max = 1});
        REQUIRE(resolver.has_value());
        const auto answers = (*resolver)->look_up(
            fiber, {{DnsType::txt, "two.test.example"}, {DnsType::txt, "many.test.example"}},
            deadline_in_ms(20'000));
        CHECK(answers[0].status == DnsStatus::found);
        CHECK(answers[1].status == DnsStatus::failed);
        (*resolver)->stop(fiber);
    });
    loop.run();
}

TEST_CASE("a server that is no address is told at start") {
    Loop loop;
    auto resolver = DnsResolver::start(loop, {.server_ip = "nonsense"});
    REQUIRE_FALSE(resolver.has_value());
    CHECK(resolver.error().code == ErrorCode::unavailable);
}
