#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/sockets.hpp"
#include "net/task_group.hpp"
#include "net/tls.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_certificate.hpp"

using namespace tocsin;
using namespace tocsin::net;

namespace {

Deadline soon() {
    return deadline_in_ms(10'000);
}

std::string read_to_end(Stream& stream) {
    std::string all;
    std::vector<std::byte> buffer(5000);
    for (;;) {
        const auto count = stream.read_some(buffer, soon());
        if (!count) return all + "|" + to_string(count.error().code);
        if (*count == 0) return all;
        all += as_text(std::span(buffer).first(*count));
    }
}

/// A server and a client on loopback, each on a fiber of its own.
struct Pair {
    test::TemporaryFolder folder;
    test::TestCertificate certificate{folder.path().string()};
    std::shared_ptr<const TlsContext> server =
        TlsContext::server(certificate.certificate_file, certificate.key_file).value();
    NullLog log;
    Loop* running = nullptr;

    void run(const std::function<void(Fiber&, Stream&)>& serve,
             const std::function<void(Fiber&, Stream&)>& talk) {
        Loop loop;  // one that was stopped does not start again
        running = &loop;
        auto listener = Listener::tcp(loop, "127.0.0.1", 0);
        REQUIRE(listener.has_value());
        loop.spawn([&](Fiber& fiber) {
            TaskGroup sessions(loop, 4);
            listener->serve(fiber, sessions, log, serve);
            sessions.stop_and_join(fiber, soon());
        });
        loop.spawn([&](Fiber& fiber) {
            auto stream = connect_tcp(fiber, "127.0.0.1", listener->port(), soon());
            REQUIRE(stream.has_value());
            talk(fiber, **stream);
            stream->reset();
            loop.stop();
        });
        loop.run();
    }

    void echo(Fiber&, Stream& stream) const {
        if (!stream.start_tls(*server, {}, soon())) return;
        std::vector<std::byte> buffer(3000);
        for (;;) {
            const auto count = stream.read_some(buffer, soon(), OnStop::give_up);
            if (!count || *count == 0 || !stream.write_all(std::span(buffer).first(*count), soon())) break;
        }
        stream.close();
    }
};

std::shared_ptr<const TlsContext> trusting_nobody() {
    return TlsContext::client(TlsVerify::none).value();
}

}  // namespace

TEST_CASE("after start_tls bytes go through TLS, in both directions, however many") {
    Pair pair;
    const auto serve = [&](Fiber& fiber, Stream& stream) { pair.echo(fiber, stream); };
    pair.run(serve, [&](Fiber&, Stream& stream) {
        CHECK_FALSE(stream.peer().tls);
        REQUIRE(stream.start_tls(*trusting_nobody(), {}, soon()).has_value());
        REQUIRE(stream.peer().tls);
        CHECK(stream.peer().tls->version == "TLSv1.3");
        CHECK(stream.peer().tls->cipher.starts_with("TLS_"));
        for (const std::size_t size : {1U, 16'384U, 70'000U}) {
            std::string sent(size, 'x'), back;
            sent.back() = 'y';
            REQUIRE(stream.write_all(as_bytes(sent), soon()).has_value());
            std::vector<std::byte> buffer(1000);
            while (back.size() < size) {
                const auto count = stream.read_some(buffer, soon());
                REQUIRE(count.has_value());
                back += as_text(std::span(buffer).first(*count));
            }
            CHECK(back == sent);
        }
        REQUIRE(stream.write_all(as_bytes("last"), soon()).has_value());
        REQUIRE(stream.shutdown_write().has_value());
        CHECK(read_to_end(stream) == "last");
        CHECK(stream.write_all(as_bytes("x"), soon()).error().code == ErrorCode::closed);
        stream.close();
        std::byte byte{};
        CHECK(stream.read_some(std::span(&byte, 1), soon()).error().code == ErrorCode::closed);
    });
}

TEST_CASE("a client that verifies wants a known authority and the right name") {
    Pair pair;
    struct Row {
        const char* name;
        bool known_authority;
        const char* error;
    };
    const Row table[] = {
        {"localhost.example", true, nullptr},       {"127.0.0.1", true, nullptr},
        {"other.example", true, "permission"},      {"127.0.0.2", true, "permission"},
        {"localhost.example", false, "permission"}, {"", true, "invalid_input"},
    };
    const auto serve = [&](Fiber& fiber, Stream& stream) { pair.echo(fiber, stream); };
    const auto own = TlsContext::client(TlsVerify::peer, pair.certificate.certificate_file).value();
    const auto system = TlsContext::client(TlsVerify::peer).value();
    for (const auto& row : table)
        pair.run(serve, [&](Fiber&, Stream& stream) {
            CAPTURE(row.name);
            const auto done = stream.start_tls(row.known_authority ? *own : *system, row.name, soon());
            CHECK((done ? std::string() : to_string(done.error().code)) ==
                  std::string(row.error == nullptr ? "" : row.error));
            if (!done) CHECK(stream.write_all(as_bytes("x"), soon()).error().code == ErrorCode::closed);
        });
}

TEST_CASE("a client of one certificate takes that one, whatever its name, and no other") {
    Pair pair;
    Hash256 other = pair.certificate.fingerprint();
    other[0] ^= 1U;
    const auto serve = [&](Fiber& fiber, Stream& stream) { pair.echo(fiber, stream); };
    for (const Hash256& expected : {pair.certificate.fingerprint(), other})
        for (const char* name : {"", "other.example", "127.0.0.2"})
            pair.run(serve, [&](Fiber&, Stream& stream) {
                CAPTURE(name);
                const auto done = stream.start_tls(*TlsContext::client_of(expected).value(), name, soon());
                CHECK(done.has_value() == (expected != other));
                if (!done) CHECK(done.error().code == ErrorCode::permission);
            });
}

TEST_CASE("a peer that does not speak TLS, or goes away, fails the handshake") {
    Pair pair;
    struct Row {
        std::string said;
        ErrorCode code;
    };
    const Row table[] = {
        {"EHLO client.example\r\nMAIL FROM:<>\r\n", ErrorCode::corrupt},
        {std::string("\x16\x03\x01\x02\x00\x01", 6), ErrorCode::closed},  // the start of a ClientHello
        {"", ErrorCode::closed},
    };
    for (const auto& row : table) {
        CAPTURE(row.said);
        Result<void> served;
        const auto serve = [&](Fiber&, Stream& stream) {
            served = stream.start_tls(*pair.server, {}, soon());
            CHECK_FALSE(stream.peer().tls);
        };
        pair.run(serve, [&](Fiber& fiber, Stream& stream) {
            REQUIRE(stream.write_all(as_bytes(row.said), soon()).has_value());
            REQUIRE(stream.shutdown_write().has_value());
            (void)read_to_end(stream);
            (void)sleep_until(fiber, deadline_in_ms(20));
        });
        REQUIRE_FALSE(served.has_value());
        CHECK(served.error().code == row.code);
    }
}

TEST_CASE("deadlines hold under TLS, and for the handshake") {
    Pair pair;
    const auto serve = [&](Fiber& fiber, Stream& stream) {
        REQUIRE(stream.start_tls(*pair.server, {}, soon()).has_value());
        (void)sleep_until(fiber, soon());
    };
    pair.run(serve, [&](Fiber&, Stream& stream) {
        REQUIRE(stream.start_tls(*trusting_nobody(), {}, soon()).has_value());
        std::byte byte{};
        CHECK(stream.read_some(std::span(&byte, 1), deadline_in_ms(20)).error().code == ErrorCode::timed_out);
        const std::string flood(32U << 20, 'x');  // more than the kernel buffers
        CHECK(stream.write_all(as_bytes(flood), deadline_in_ms(50)).error().code == ErrorCode::timed_out);
    });
    const auto silent = [&](Fiber& fiber, Stream&) { (void)sleep_until(fiber, soon()); };
    pair.run(silent, [&](Fiber&, Stream& stream) {
        CHECK(stream.start_tls(*trusting_nobody(), {}, deadline_in_ms(20)).error().code ==
              ErrorCode::timed_out);
    });
}

TEST_CASE("a stop ends an idle read under TLS, and an end without goodbye is no end") {
    Pair pair;
    std::string idle_read, cut_read;
    const auto serve = [&](Fiber&, Stream& stream) {
        REQUIRE(stream.start_tls(*pair.server, {}, soon()).has_value());
        std::byte byte{};
        const auto count = stream.read_some(std::span(&byte, 1), soon(), OnStop::give_up);
        idle_read = count ? "read" : to_string(count.error().code);
    };
    pair.run(serve, [&](Fiber& fiber, Stream& stream) {
        REQUIRE(stream.start_tls(*trusting_nobody(), {}, soon()).has_value());
        (void)sleep_until(fiber, deadline_in_ms(20));
        pair.running->stop();
        (void)read_to_end(stream);
    });
    CHECK(idle_read == "closed");
    // A stream over a socket of which TLS knows nothing: closing it says no goodbye.
    const auto cut = [&](Fiber&, Stream& stream) {
        REQUIRE(stream.start_tls(*pair.server, {}, soon()).has_value());
        cut_read = read_to_end(stream);
    };
    pair.run(cut, [&](Fiber&, Stream& stream) {
        REQUIRE(stream.start_tls(*trusting_nobody(), {}, soon()).has_value());
        const std::string flood(32U << 20, 'x');
        CHECK_FALSE(stream.write_all(as_bytes(flood), deadline_in_ms(0)).has_value());  // broken: no goodbye
    });
    CHECK(cut_read == "|closed");
}

TEST_CASE("certificates and keys that cannot be used are errors, and nobody is asked for a passphrase") {
    test::TemporaryFolder folder;
    const test::TestCertificate one(folder.path().string());
    test::TemporaryFolder second_folder;
    const test::TestCertificate two(second_folder.path().string());
    const std::string encrypted = folder.path().string() + "/encrypted.pem",
                      empty = folder.path().string() + "/empty.pem";
    one.write_encrypted_key(encrypted);
    std::ofstream(empty).flush();
    CHECK(TlsContext::server(one.certificate_file, one.key_file).has_value());
    const std::pair<std::string, std::string> table[] = {
        {one.certificate_file, two.key_file}, {one.certificate_file, encrypted},
        {one.certificate_file, empty},        {empty, one.key_file},
        {"/nonexistent", one.key_file},       {one.certificate_file, "/nonexistent"},
    };
    for (const auto& [certificate, key] : table) {
        CAPTURE(certificate);
        CAPTURE(key);
        const auto context = TlsContext::server(certificate, key);
        REQUIRE_FALSE(context.has_value());
        CHECK(context.error().code == ErrorCode::invalid_input);
        CHECK(context.error().message.find("cannot be used") != std::string::npos);
    }
    CHECK(TlsContext::client(TlsVerify::peer, empty).error().code == ErrorCode::invalid_input);
}
