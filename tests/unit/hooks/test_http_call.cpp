// One call to a server of our own that answers as it is told, in the clear and over TLS.
#include <doctest/doctest.h>

#include <functional>

#include "base/limits/hooks.hpp"
#include "hooks/http_call.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_certificate.hpp"

using namespace tocsin;
using namespace tocsin::hooks;

namespace {

/// A server that reads a request, says `answer`, and stays silent until the client goes.
class Server {
public:
    explicit Server(std::string answer, std::shared_ptr<const net::TlsContext> tls = {})
        : answer_(std::move(answer)), tls_(std::move(tls)),
          listener_(*net::Listener::tcp(loop_, "127.0.0.1", 0)) {}

    /// Runs `client`, then ends everything.
    void run(const std::function<void(net::Fiber&)>& client) {
        loop_.spawn([&](net::Fiber& fiber) {
            net::TaskGroup sessions(loop_, 10);
            listener_.serve(fiber, sessions, log_, [&](net::Fiber&, net::Stream& stream) { answer(stream); });
            sessions.stop_and_join(fiber, net::deadline_in_ms(5'000));
        });
        loop_.spawn([&](net::Fiber& fiber) {
            client(fiber);
            loop_.stop();
        });
        loop_.run();
    }
    [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
    std::string heard;

private:
    void answer(net::Stream& stream) {
        if (tls_ && !stream.start_tls(*tls_, "", net::deadline_in_ms(5'000))) return;
        std::vector<std::byte> buffer(4'096);
        while (heard.find("\r\n\r\n") == std::string::npos) {
            const auto got = stream.read_some(buffer, net::deadline_in_ms(5'000), net::OnStop::give_up);
            if (!got || *got == 0) return;
            heard += as_text(std::span(buffer).first(*got));
        }
        static_cast<void>(stream.write_all(as_bytes(answer_), net::deadline_in_ms(5'000)));
        if (answer_.ends_with("END")) return;
        while (true) {
            const auto got = stream.read_some(buffer, net::deadline_in_ms(5'000), net::OnStop::give_up);
            if (!got || *got == 0) return;
        }
    }

    std::string answer_;
    std::shared_ptr<const net::TlsContext> tls_;
    net::Loop loop_;
    NullLog log_;
    net::Listener listener_;
};

proto::HttpRequest request() {
    proto::HttpRequest out;
    out.method = "POST";
    out.target = "/x";
    out.body = "{}";
    return out;
}

HttpServer at(std::uint16_t port, const std::string& scheme = "http",
              std::vector<std::string> addresses = {"127.0.0.1"}) {
    return {.name = "there",
            .url = *parse_web_url(scheme + "://127.0.0.1:" + std::to_string(port) + "/x"),
            .addresses = std::move(addresses)};
}

Result<proto::HttpResponse> ask(const std::string& answer, AnswerBody body, std::uint32_t ms = 2'000) {
    Server server(answer);
    Result<proto::HttpResponse> out = fail(ErrorCode::io, "not asked");
    server.run([&](net::Fiber& fiber) {
        out = call(fiber, at(server.port()), request(), body, net::deadline_in_ms(ms));
    });
    CHECK(server.heard.starts_with("POST /x HTTP/1.1\r\n"));
    return out;
}

}  // namespace

TEST_CASE("a call: the status decides what it means") {
    struct Row {
        const char* status;
        ErrorCode code;
        const char* told;
    };
    for (const Row& row : {
             Row{"301 Moved\r\nLocation: http://evil.example/", ErrorCode::invalid_input,
                 "there answers 301, a redirect, and none"},
             Row{"400 Bad", ErrorCode::invalid_input, "there answers 400: no such customer"},
             Row{"401 No", ErrorCode::permission, "look at its secret_file"},
             Row{"403 No", ErrorCode::permission, "403"},
             Row{"404 No", ErrorCode::not_found, "look at its url"},
             Row{"408 Slow", ErrorCode::unavailable, "408"},
             Row{"429 Slow", ErrorCode::unavailable, "429"},
             Row{"500 Oh", ErrorCode::unavailable, "there answers 500: no such customer"},
             Row{"503 Oh", ErrorCode::unavailable, "503"},
         }) {
        CAPTURE(row.status);
        const auto answer =
            ask("HTTP/1.1 " + std::string(row.status) + "\r\nContent-Length: 17\r\n\r\nno such\ncustomer\x1b",
                AnswerBody::not_needed);
        REQUIRE_FALSE(answer.has_value());
        CHECK(answer.error().code == row.code);
        CHECK_MESSAGE(answer.error().message.find(row.told) != std::string::npos, answer.error().message);
        CHECK(answer.error().message.find('\x1b') == std::string::npos);
    }
    CHECK(ask("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", AnswerBody::wanted)->body == "[]");
    CHECK(ask("HTTP/1.1 204 No Content\r\n\r\n", AnswerBody::not_needed)->status == 204);
    CHECK(ask("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Yes\r\nContent-Length: 0\r\n\r\n",
              AnswerBody::not_needed)
              ->status == 202);
}

TEST_CASE("a call: who said yes need not say more, and who is asked for more has a bound") {
    const std::string endless = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab";  // and nothing else
    CHECK(ask(endless, AnswerBody::not_needed)->status == 200);
    CHECK(ask(endless, AnswerBody::wanted, 200).error().code == ErrorCode::timed_out);
    const std::string huge = "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n";
    CHECK(ask(huge, AnswerBody::not_needed)->status == 200);
    CHECK(ask(huge, AnswerBody::wanted).error().code == ErrorCode::limit);
    const std::string huge_no = "HTTP/1.1 500 Oh\r\nContent-Length: 99999999\r\n\r\n";
    CHECK(ask(huge_no, AnswerBody::not_needed).error().message == "there answers 500");
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n" +
                                std::string(0x200000, 'x') + "\r\n";
    CHECK(ask(chunked, AnswerBody::wanted).error().code == ErrorCode::limit);
}

TEST_CASE("a call: what is no HTTP, or ends early, is worth another try") {
    for (const char* bad : {"SMTP ready\r\n\r\n", "HTTP/1.1 200", "END", "HTTP/9.9 abc\r\n\r\n"}) {
        CAPTURE(bad);
        const auto answer = ask(std::string(bad) + "\r\nEND", AnswerBody::wanted);
        REQUIRE_FALSE(answer.has_value());
        CHECK((answer.error().code == ErrorCode::unavailable || answer.error().code == ErrorCode::limit));
    }
    CHECK(ask("", AnswerBody::not_needed, 200).error().code == ErrorCode::timed_out);
    const auto header =
        ask("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n", AnswerBody::wanted);
    CHECK(header.error().code == ErrorCode::unavailable);
}

TEST_CASE("a call: the next address is tried, and nobody there is worth another try") {
    Server server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    server.run([&](net::Fiber& fiber) {
        const HttpServer two = at(server.port(), "http", {"127.0.0.2", "127.0.0.1"});
        CHECK(call(fiber, two, request(), AnswerBody::not_needed, net::deadline_in_ms(2'000)).has_value());
        HttpServer other = at(1);
        other.port = server.port();
        CHECK(call(fiber, other, request(), AnswerBody::not_needed, net::deadline_in_ms(2'000)).has_value());
        const auto nobody = call(fiber, at(1), request(), AnswerBody::not_needed, net::deadline_in_ms(2'000));
        CHECK(nobody.error().code == ErrorCode::unavailable);
        const HttpServer nowhere = at(server.port(), "http", {});
        CHECK(
            call(fiber, nowhere, request(), AnswerBody::not_needed, net::deadline_in_ms(100)).error().code ==
            ErrorCode::unavailable);
    });
}

TEST_CASE("a call over TLS: only to a server whose certificate is trusted and has its name") {
    const test::TemporaryFolder folder;
    const test::TestCertificate certificate(folder.path().string());
    Server server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                  *net::TlsContext::server(certificate.certificate_file, certificate.key_file));
    server.run([&](net::Fiber& fiber) {
        HttpServer there = at(server.port(), "https");
        there.tls = *net::TlsContext::client(net::TlsVerify::peer, certificate.certificate_file);
        CHECK(call(fiber, there, request(), AnswerBody::not_needed, net::deadline_in_ms(5'000)).has_value());
        there.url.host = "other.example";
        CHECK(
            call(fiber, there, request(), AnswerBody::not_needed, net::deadline_in_ms(5'000)).error().code ==
            ErrorCode::unavailable);
        there = at(server.port(), "https");
        CHECK(
            call(fiber, there, request(), AnswerBody::not_needed, net::deadline_in_ms(5'000)).error().code ==
            ErrorCode::unavailable);
    });
}
