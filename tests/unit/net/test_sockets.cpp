#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "net/last_words.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/sockets.hpp"
#include "net/task_group.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::net;

namespace {

class CountingLog final : public Log {
public:
    void write(LogLevel, std::string_view event_id, std::initializer_list<LogField>) override {
        ids.emplace_back(event_id);
    }
    std::vector<std::string> ids;
};

void echo(Fiber&, Stream& stream) {
    std::vector<std::byte> buffer(4096);
    for (;;) {
        const auto count = stream.read_some(buffer, deadline_in_ms(10'000), OnStop::give_up);
        if (!count || *count == 0) return;
        if (!stream.write_all(std::span(buffer).first(*count), deadline_in_ms(10'000))) return;
    }
}

std::string read_to_end(Stream& stream) {
    std::string all;
    std::vector<std::byte> buffer(4096);
    for (;;) {
        const auto count = stream.read_some(buffer, deadline_in_ms(10'000));
        REQUIRE(count.has_value());
        if (*count == 0) return all;
        all += as_text(std::span(buffer).first(*count));
    }
}

/// Runs `client` against `listener` with at most `sessions_max` sessions, then stops everything.
void with_server(Loop& loop, Listener& listener, std::size_t sessions_max, Log& log,
                 const std::function<void(Fiber&, Stream&)>& session,
                 const std::function<void(Fiber&)>& client) {
    loop.spawn([&](Fiber& fiber) {
        TaskGroup sessions(loop, sessions_max);
        listener.serve(fiber, sessions, log, session);
        sessions.stop_and_join(fiber, deadline_in_ms(5'000));
    });
    loop.spawn([&](Fiber& fiber) {
        client(fiber);
        loop.stop();
    });
    loop.run();
}

}  // namespace

TEST_CASE("a tcp listener reports its port and serves several clients") {
    Loop loop;
    NullLog log;
    auto listener = Listener::tcp(loop, "127.0.0.1", 0);
    REQUIRE(listener.has_value());
    REQUIRE(listener->port() != 0);
    CHECK(listener->description() == "127.0.0.1:" + std::to_string(listener->port()));
    with_server(loop, *listener, 10, log, echo, [&](Fiber& fiber) {
        auto first = connect_tcp(fiber, "127.0.0.1", listener->port(), deadline_in_ms(1'000));
        auto second = connect_tcp(fiber, "127.0.0.1", listener->port(), deadline_in_ms(1'000));
        REQUIRE(first.has_value());
        REQUIRE(second.has_value());
        CHECK((*first)->peer().describe() == listener->description());
        const std::string big(300'000, 'x');
        TaskGroup group(loop, 1);
        std::string back;
        REQUIRE(group.spawn([&](Fiber&) {}).has_value());
        REQUIRE(group.join(fiber, no_deadline).has_value());
        REQUIRE((*second)->write_all(as_bytes("hello"), deadline_in_ms(1'000)).has_value());
        REQUIRE((*first)->write_all(as_bytes("first"), deadline_in_ms(1'000)).has_value());
        REQUIRE((*first)->shutdown_write().has_value());
        REQUIRE((*second)->shutdown_write().has_value());
        CHECK(read_to_end(**second) == "hello");
        CHECK(read_to_end(**first) == "first");
        (*first)->close();
        std::byte byte{};
        CHECK((*first)->read_some(std::span(&byte, 1), deadline_in_ms(100)).error().code ==
              ErrorCode::closed);
    });
}

TEST_CASE("reads and writes keep their deadlines") {
    Loop loop;
    NullLog log;
    auto listener = Listener::tcp(loop, "127.0.0.1", 0);
    REQUIRE(listener.has_value());
    const auto silent = [](Fiber& fiber, Stream&) { (void)sleep_until(fiber, deadline_in_ms(60'000)); };
    with_server(loop, *listener, 10, log, silent, [&](Fiber& fiber) {
        auto stream = connect_tcp(fiber, "127.0.0.1", listener->port(), deadline_in_ms(1'000));
        REQUIRE(stream.has_value());
        std::byte byte{};
        CHECK((*stream)->read_some(std::span(&byte, 1), deadline_in_ms(10)).error().code ==
              ErrorCode::timed_out);
        CHECK((*stream)->read_some(std::span(&byte, 1), deadline_in_ms(0)).error().code ==
              ErrorCode::timed_out);
        const std::string flood(32U << 20, 'x');  // more than the kernel buffers
        CHECK((*stream)->write_all(as_bytes(flood), deadline_in_ms(50)).error().code == ErrorCode::timed_out);
    });
}

TEST_CASE("a peer that vanishes is `closed`") {
    Loop loop;
    NullLog log;
    auto listener = Listener::tcp(loop, "127.0.0.1", 0);
    REQUIRE(listener.has_value());
    const auto hang_up = [](Fiber&, Stream& stream) { stream.close(); };
    with_server(loop, *listener, 10, log, hang_up, [&](Fiber& fiber) {
        auto stream = connect_tcp(fiber, "127.0.0.1", listener->port(), deadline_in_ms(1'000));
        REQUIRE(stream.has_value());
        std::byte byte{};
        CHECK(*(*stream)->read_some(std::span(&byte, 1), deadline_in_ms(1'000)) == 0);
        const std::string flood(1U << 20, 'x');
        Result<void> result;
        for (int attempt = 0; attempt < 5 && result; ++attempt)
            result = (*stream)->write_all(as_bytes(flood), deadline_in_ms(1'000));
        CHECK(result.error().code == ErrorCode::closed);
    });
}

TEST_CASE("connecting fails with a reason") {
    Loop loop;
    std::uint16_t free_port = 0;
    {
        auto listener = Listener::tcp(loop, "127.0.0.1", 0);
        REQUIRE(listener.has_value());
        free_port = listener->port();
        CHECK(Listener::tcp(loop, "127.0.0.1", free_port).error().code == ErrorCode::conflict);
    }
    loop.spawn([&](Fiber& fiber) {
        CHECK(connect_tcp(fiber, "localhost", 1, deadline_in_ms(100)).error().code ==
              ErrorCode::invalid_input);
        CHECK(connect_tcp(fiber, "127.0.0.1", free_port, deadline_in_ms(1'000)).error().code ==
              ErrorCode::unavailable);
        CHECK(connect_unix(fiber, "/nonexistent/socket", deadline_in_ms(100)).error().code ==
              ErrorCode::not_found);
        CHECK(connect_unix(fiber, std::string(200, 'x'), deadline_in_ms(100)).error().code ==
              ErrorCode::invalid_input);
    });
    loop.run();
    CHECK(Listener::tcp(loop, "mail.example", 0).error().code == ErrorCode::invalid_input);
    CHECK(Listener::tcp(loop, "203.0.113.7", 0).error().code ==
          ErrorCode::invalid_input);  // not an address of ours
}

TEST_CASE("a unix socket is private, replaces a stale one, respects a live one and other files") {
    test::TemporaryFolder folder;
    const std::string path = folder.path() / "api";
    Loop loop;
    NullLog log;
    {
        auto listener = Listener::unix_socket(loop, path);
        REQUIRE(listener.has_value());
        CHECK(listener->description() == "unix:" + path);
        struct stat found{};
        REQUIRE(::stat(path.c_str(), &found) == 0);
        CHECK((found.st_mode & 0777U) == 0600U);
        CHECK(Listener::unix_socket(loop, path).error().code == ErrorCode::conflict);
        std::optional<std::uint32_t> user;
        const auto session = [&](Fiber& fiber, Stream& stream) {
            user = stream.peer().user_id;
            echo(fiber, stream);
        };
        with_server(loop, *listener, 10, log, session, [&](Fiber& fiber) {
            auto stream = connect_unix(fiber, path, deadline_in_ms(1'000));
            REQUIRE(stream.has_value());
            REQUIRE((*stream)->write_all(as_bytes("ping"), deadline_in_ms(1'000)).has_value());
            REQUIRE((*stream)->shutdown_write().has_value());
            CHECK(read_to_end(**stream) == "ping");
        });
        CHECK(user == ::getuid());
        CHECK(::access(path.c_str(), F_OK) != 0);  // gone with the listening socket
    }
    {
        // What a killed daemon leaves behind: a socket file without a listener.
        auto listener = Listener::unix_socket(loop, path);
        REQUIRE(listener.has_value());
        REQUIRE(::rename(path.c_str(), (path + ".kept").c_str()) == 0);
    }
    REQUIRE(::rename((path + ".kept").c_str(), path.c_str()) == 0);
    CHECK(Listener::unix_socket(loop, path).has_value());
    std::ofstream(path) << "precious";
    CHECK(Listener::unix_socket(loop, path).error().code == ErrorCode::conflict);
    CHECK(std::filesystem::file_size(path) == 8);
}

TEST_CASE("at the cap nothing is accepted until a session ends") {
    Loop loop;
    NullLog log;
    auto listener = Listener::tcp(loop, "127.0.0.1", 0);
    REQUIRE(listener.has_value());
    std::size_t live = 0, most = 0, served = 0;
    const auto session = [&](Fiber& fiber, Stream& stream) {
        most = std::max(most, ++live);
        echo(fiber, stream);
        --live;
        ++served;
    };
    with_server(loop, *listener, 2, log, session, [&](Fiber& fiber) {
        std::vector<std::unique_ptr<Stream>> clients;
        for (int index = 0; index < 4; ++index) {
            auto stream = connect_tcp(fiber, "127.0.0.1", listener->port(), deadline_in_ms(1'000));
            REQUIRE(stream.has_value());  // the kernel's backlog takes it
            REQUIRE((*stream)->write_all(as_bytes("x"), deadline_in_ms(1'000)).has_value());
            clients.push_back(std::move(*stream));
        }
        std::byte byte{};
        CHECK(clients[0]->read_some(std::span(&byte, 1), deadline_in_ms(1'000)).has_value());
        CHECK(clients[2]->read_some(std::span(&byte, 1), deadline_in_ms(30)).error().code ==
              ErrorCode::timed_out);
        clients[0].reset();
        CHECK(clients[2]->read_some(std::span(&byte, 1), deadline_in_ms(1'000)).has_value());
    });
    CHECK(most == 2);
    CHECK(served >= 3);
}

TEST_CASE("without free descriptors the listener backs off, logs, and recovers") {
    Loop loop;
    CountingLog log;
    auto listener = Listener::tcp(loop, "127.0.0.1", 0);
    REQUIRE(listener.has_value());
    // UBSan makes a pipe to check the type of an object that it has not seen: let it see this one while there are
    // descriptors.
    Log& seen = log;
    seen.write(LogLevel::debug, "listener.accept_failed", {});
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    with_server(loop, *listener, 10, log, echo, [&](Fiber& fiber) {
        // One free number is left. The client takes it, and accept fails with EMFILE.
        const int next = ::dup(0);
        ::close(next);
        const rlimit one_more{static_cast<rlim_t>(next) + 1, before.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &one_more) == 0);
        auto stream = connect_tcp(fiber, "127.0.0.1", listener->port(), deadline_in_ms(1'000));
        REQUIRE(stream.has_value());
        REQUIRE((*stream)->write_all(as_bytes("x"), deadline_in_ms(1'000)).has_value());
        std::byte byte{};
        const auto starved = (*stream)->read_some(std::span(&byte, 1), deadline_in_ms(200));
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
        CHECK(starved.error().code == ErrorCode::timed_out);
        CHECK((*stream)->read_some(std::span(&byte, 1), deadline_in_ms(5'000)).has_value());
    });
    CHECK(log.ids.size() >= 2);
    CHECK(log.ids.size() <= 5);  // 50, 100, 200 ms: it did not spin
    for (const auto& id : log.ids) CHECK(id == "listener.accept_failed");
}

TEST_CASE("sessions that idle end at a stop, those at work are cancelled after the grace") {
    Loop loop;
    NullLog log;
    auto listener = Listener::tcp(loop, "127.0.0.1", 0);
    REQUIRE(listener.has_value());
    bool cancelled = false;
    const auto stubborn = [&](Fiber&, Stream& stream) {
        std::byte byte{};
        cancelled = stream.read_some(std::span(&byte, 1), no_deadline).error().code == ErrorCode::closed;
    };
    std::unique_ptr<Stream> client;
    loop.spawn([&](Fiber& fiber) {
        TaskGroup sessions(loop, 2);
        listener->serve(fiber, sessions, log, stubborn);
        sessions.stop_and_join(fiber, deadline_in_ms(20));
    });
    loop.spawn([&](Fiber& fiber) {
        auto stream = connect_tcp(fiber, "127.0.0.1", listener->port(), deadline_in_ms(1'000));
        REQUIRE(stream.has_value());
        REQUIRE(sleep_until(fiber, deadline_in_ms(20)).has_value());
        loop.stop();
        client = std::move(*stream);
    });
    loop.run();
    CHECK(cancelled);
}

TEST_CASE("at a full listener whoever idles longest gives way, and nobody who is at work") {
    Loop loop;
    CountingLog log;
    TaskGroup sessions(loop, 3);
    int idle_ended = 0;
    for (const OnStop on_stop : {OnStop::give_up, OnStop::give_up, OnStop::keep_waiting})
        REQUIRE(sessions.spawn([&, on_stop](Fiber& fiber) {
            const bool stopped = !sleep_until(fiber, deadline_in_ms(400), on_stop);
            if (stopped && on_stop == OnStop::give_up) ++idle_ended;
        }));
    loop.spawn([&](Fiber& fiber) {
        CHECK(sleep_until(fiber, deadline_in_ms(50)).has_value());
        CHECK_FALSE(sessions.stop_longest_idle(10'000));
        CHECK(sessions.stop_longest_idle(10));
        CHECK(sessions.wait_for_room(fiber, deadline_in_ms(100)).has_value());
        CHECK(idle_ended == 1);
        CHECK(sessions.stop_longest_idle(10));
        CHECK(yield_now(fiber).has_value());
        CHECK_FALSE(sessions.stop_longest_idle(10));
        CHECK(sessions.join(fiber, deadline_in_ms(5'000)).has_value());
        CHECK(idle_ended == 2);
    });
    loop.run();
}

TEST_CASE("last words reach a peer that is still sending") {
    Loop loop;
    auto listener = Listener::tcp(loop, "127.0.0.1", 0);
    REQUIRE(listener.has_value());
    CountingLog log;
    const auto refuse = [](Fiber&, Stream& stream) {
        std::byte one{};
        REQUIRE(stream.read_some(std::span(&one, 1), deadline_in_ms(5'000)).has_value());
        REQUIRE(stream.write_all(as_bytes("no"), deadline_in_ms(5'000)).has_value());
        close_after_last_words(stream, deadline_in_ms(5'000));
    };
    with_server(loop, *listener, 1, log, refuse, [&](Fiber& fiber) {
        auto client = connect_tcp(fiber, "127.0.0.1", listener->port(), deadline_in_ms(5'000));
        REQUIRE(client.has_value());
        const std::string much(1'000'000, 'x');
        CHECK((*client)->write_all(as_bytes(much), deadline_in_ms(5'000)).has_value());
        CHECK(read_to_end(**client) == "no");
    });
}
