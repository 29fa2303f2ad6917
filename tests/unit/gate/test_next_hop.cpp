// The conversation with a next hop that follows a script, over loopback.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "gate/next_hop.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/task_group.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_certificate.hpp"

using namespace tocsin;
using namespace tocsin::gate;

namespace {

Deadline soon() {
    return net::deadline_in_ms(10'000);
}

class CountingLog final : public Log {
public:
    void write(LogLevel, std::string_view event_id, std::initializer_list<LogField>) override {
        ids += (ids.empty() ? "" : " ") + std::string(event_id);
    }
    std::string ids;
};

/// What one connection of the next hop does: lines that it says, `<` = reads a line, `TLS` = shakes hands, `GARBAGE` = answers
/// the handshake with nonsense. At the end it closes.
using Script = std::vector<std::string>;

struct ScriptedHop {
    test::TemporaryFolder folder;
    test::TestCertificate certificate{folder.path().string()};
    std::vector<Script> connections;  ///< one after the other
    std::vector<std::string> heard;   ///< lines, all connections
    CountingLog log;

    void run(NextHopAddress address, const std::function<void(net::Fiber&, NextHop&)>& talk) {
        net::Loop loop;
        auto listener = net::Listener::tcp(loop, "127.0.0.1", 0);
        REQUIRE(listener.has_value());
        std::size_t accepted = 0;
        loop.spawn([&](net::Fiber& fiber) {
            net::TaskGroup sessions(loop, 8);
            listener->serve(fiber, sessions, log, [&](net::Fiber&, net::Stream& stream) {
                if (accepted < connections.size()) play(connections[accepted++], stream);
            });
            sessions.stop_and_join(fiber, soon());
        });
        loop.spawn([&](net::Fiber& fiber) {
            address.address = "127.0.0.1";
            address.port = listener->port();
            NextHop hop(address, "gate.example", log);
            talk(fiber, hop);
            hop.quit();
            loop.stop();
        });
        loop.run();
        CHECK(accepted == connections.size());
    }

    void play(const Script& script, net::Stream& stream) {
        const auto context =
            net::TlsContext::server(certificate.certificate_file, certificate.key_file).value();
        std::string input;
        for (const std::string& step : script) {
            if (step == "TLS") {
                if (!stream.start_tls(*context, {}, soon())) return;
            } else if (step == "GARBAGE") {
                if (!stream.write_all(as_bytes("no TLS here\r\n"), soon())) return;
            } else if (step == "<") {
                if (!hear_line(stream, input)) return;
            } else if (!stream.write_all(as_bytes(step + "\r\n"), soon())) {
                return;
            }
        }
        stream.close();
    }

    bool hear_line(net::Stream& stream, std::string& input) {
        std::byte buffer[1000];
        while (input.find("\r\n") == std::string::npos) {
            const auto count = stream.read_some(buffer, soon(), net::OnStop::give_up);
            if (!count || *count == 0) return false;
            input += as_text(ByteView(buffer).first(*count));
        }
        heard.push_back((stream.peer().tls ? "TLS " : "") + input.substr(0, input.find("\r\n")));
        input.erase(0, input.find("\r\n") + 2);
        return true;
    }
};

NextHopAddress with_tls(NextHopTls mode) {
    return {.tls = mode, .tls_context = net::TlsContext::client(net::TlsVerify::none).value()};
}

const proto::SmtpSender sender{.path = "a@b"};

}  // namespace

TEST_CASE("TLS toward the next hop, when it can and when it cannot") {
    const Script in_the_clear = {"220 x", "<", "250 x", "<"};
    const Script encrypted = {"220 x", "<", "250-x\r\n250 STARTTLS", "<", "220 go",
                              "TLS",   "<", "250-x\r\n250 DSN",      "<"};
    const Script refused = {"220 x", "<", "250-x\r\n250 STARTTLS", "<", "454 4.7.0 not now", "<"};
    const Script broken = {"220 x", "<", "250-x\r\n250 STARTTLS", "<", "220 go", "GARBAGE"};
    const Script injected = {"220 x", "<", "250-x\r\n250 STARTTLS", "<", "220 go\r\n250 x", "<"};
    using enum NextHopTls;
    struct Row {
        NextHopTls mode;
        std::vector<Script> connections;
        bool opens, dsn;
        const char* log;
    };
    const Row table[] = {
        {none, {encrypted}, true, false, ""},
        {opportunistic, {encrypted}, true, true, ""},
        {opportunistic, {in_the_clear}, true, false, ""},
        {opportunistic, {refused}, true, false, "next_hop.tls_failed"},
        {opportunistic, {broken, in_the_clear}, true, false, "next_hop.tls_failed"},
        {opportunistic, {injected, in_the_clear}, true, false, "next_hop.tls_failed"},
        {require, {encrypted}, true, true, ""},
        {require, {in_the_clear}, false, false, ""},
        {require, {refused}, false, false, ""},
        {require, {broken}, false, false, ""},
        {require, {injected}, false, false, ""},
    };
    for (const Row& row : table) {
        CAPTURE(static_cast<int>(row.mode));
        CAPTURE(row.connections.size());
        ScriptedHop hop;
        hop.connections = row.connections;
        hop.run(with_tls(row.mode), [&](net::Fiber& fiber, NextHop& next_hop) {
            const Result<void> opened = next_hop.open(fiber);
            CHECK(opened.has_value() == row.opens);
            CHECK(next_hop.connected() == row.opens);
            CHECK(next_hop.extensions().dsn == row.dsn);
        });
        CHECK(hop.log.ids == row.log);
    }
}

TEST_CASE("TLS that is verified wants the right name from a known authority") {
    const Script encrypted = {"220 x", "<", "250-x\r\n250 STARTTLS", "<", "220 go", "TLS", "<", "250 x", "<"};
    struct Row {
        const char* name;
        bool opens;
    };
    for (const Row& row : {Row{"localhost.example", true}, Row{"", true}, Row{"other.example", false}}) {
        CAPTURE(row.name);
        ScriptedHop hop;
        hop.connections = {encrypted};
        const auto context =
            net::TlsContext::client(net::TlsVerify::peer, hop.certificate.certificate_file).value();
        hop.run({.tls = NextHopTls::verify, .tls_context = context, .tls_name = row.name},
                [&](net::Fiber& fiber, NextHop& next_hop) {
                    CHECK(next_hop.open(fiber).has_value() == row.opens);
                });
    }
}

TEST_CASE("XFORWARD goes before MAIL, and a refusal of it is noted and changes nothing") {
    const proto::SmtpClientFacts client{.address = "192.0.2.1", .helo = "client.example"};
    for (const char* pipelining : {"", "250-PIPELINING\r\n"}) {
        ScriptedHop hop;
        hop.connections = {{"220 x", "<",
                            std::string("250-x\r\n") + pipelining + "250 XFORWARD NAME ADDR HELO", "<",
                            "550 5.7.0 no", "<", "250 ok", "<"}};
        hop.run({}, [&](net::Fiber& fiber, NextHop& next_hop) {
            const auto reply = next_hop.mail(fiber, sender, client);
            REQUIRE(reply.has_value());
            CHECK(reply->code == 250);
        });
        REQUIRE(hop.heard.size() == 4);
        CHECK(hop.heard[1] == "XFORWARD ADDR=192.0.2.1 HELO=client.example");
        CHECK(hop.heard[2] == "MAIL FROM:<a@b>");
        CHECK(hop.log.ids == "next_hop.xforward_refused");
    }
}

TEST_CASE("a connection that the next hop closed while it lay idle is opened again, a fresh one is not") {
    const Script good = {"220 x", "<", "250 x", "<", "250 ok", "<"};
    const Script tired = {"220 x", "<", "250 x", "<", "421 4.4.2 too slow"};
    const Script gone = {"220 x", "<", "250 x"};
    for (const Script& first : {tired, gone}) {
        ScriptedHop hop;
        hop.connections = {first, good};
        hop.run({}, [&](net::Fiber& fiber, NextHop& next_hop) {
            REQUIRE(next_hop.open(fiber).has_value());
            const auto reply = next_hop.mail(fiber, sender, {});
            REQUIRE(reply.has_value());
            CHECK(reply->code == 250);
        });
    }
    ScriptedHop hop;
    hop.connections = {gone};
    hop.run({}, [&](net::Fiber& fiber, NextHop& next_hop) {
        CHECK(next_hop.mail(fiber, sender, {}).error().code == ErrorCode::closed);
    });
}

TEST_CASE("a next hop that says nothing is waited for once, and not asked again") {
    const Script open_only = {"220 x", "<", "250 x", "<", "<"};
    for (const bool greets : {true, false}) {
        ScriptedHop hop;
        hop.connections = {greets ? open_only : Script{"<"}};
        hop.run({.timeout_ms = 100}, [&](net::Fiber& fiber, NextHop& next_hop) {
            if (greets) REQUIRE(next_hop.open(fiber).has_value());
            const Deadline begin = net::steady_now();
            CHECK(next_hop.mail(fiber, sender, {}).error().code == ErrorCode::timed_out);
            CHECK(net::steady_now() - begin < std::chrono::seconds(5));
            CHECK_FALSE(next_hop.connected());
        });
    }
}

TEST_CASE("until the go-ahead nothing was handed over; a 250 instead of it is none") {
    const Script begun = {"220 x", "<", "250 x", "<", "250 ok", "<", "250 ok", "<"};
    for (const char* answer : {"250 taken", "421 bye", ""}) {
        CAPTURE(answer);
        ScriptedHop hop;
        hop.connections = {begun};
        if (*answer != '\0') hop.connections[0].emplace_back(answer);
        hop.run({}, [&](net::Fiber& fiber, NextHop& next_hop) {
            REQUIRE(next_hop.mail(fiber, sender, {}).has_value());
            REQUIRE(next_hop.recipient({.path = "c@d"}).has_value());
            const auto reply = next_hop.data();
            CHECK((reply ? reply->code : 0) == (*answer == '4' ? 421 : 0));
            CHECK_FALSE(next_hop.content({}).has_value());
            CHECK_FALSE(next_hop.connected());
        });
    }
}
