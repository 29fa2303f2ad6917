#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "proto/clamd_machine.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::proto;

namespace {

enum class Feeding { whole, byte_by_byte };
constexpr Feeding both[] = {Feeding::whole, Feeding::byte_by_byte};

/// Drives a ClamdMachine as a gate would, and writes down what happened.
class Driver {
public:
    explicit Driver(ClamdOptions options = {.version = "ClamAV 1.4.6/27000/Mon"})
        : machine(std::move(options)) {}
    ClamdMachine machine;
    std::string events;  ///< one word each: `scan(/path) stream end …`
    std::string content;
    std::string replies;
    bool closed = false;
    std::vector<ClamdResult> results = {{.kind = ClamdResultKind::ok}};
    std::string stats = "POOLS: 1\n\nSTATE: VALID PRIMARY\n";

    Driver& send(std::string_view bytes, Feeding feeding = Feeding::whole) {
        const std::size_t step = feeding == Feeding::whole ? bytes.size() : 1;
        for (std::size_t at = 0; at < bytes.size() && !closed; at += step) {
            const ExactBuffer piece(bytes.substr(at, step));
            machine.feed(piece.view());
            run();
        }
        return *this;
    }

private:
    void run() {
        for (;;) {
            const auto event = machine.next();
            closed = event.kind == ClamdEventKind::closed;
            if (closed || event.kind == ClamdEventKind::need_input) replies += machine.take_output();
            if (event.kind == ClamdEventKind::need_input) return;
            react(event);
            if (closed) return;
        }
    }
    void react(const ClamdEvent& event) {
        switch (event.kind) {
            case ClamdEventKind::need_input: break;
            case ClamdEventKind::stream:
                content.clear();
                add("stream");
                break;
            case ClamdEventKind::content: content += as_text(event.content); break;
            case ClamdEventKind::stream_end:
                add("end(" + content + ")");
                machine.answer(results);
                break;
            case ClamdEventKind::stream_refused:
                add("too_large");
                machine.answer({.kind = ClamdResultKind::found, .text = "Too Large"});
                break;
            case ClamdEventKind::scan:
                add("scan" + std::to_string(static_cast<int>(event.scan)) + "(" + event.text + ")");
                machine.answer(results);
                break;
            case ClamdEventKind::stats:
                add("stats");
                machine.answer_stats(stats);
                break;
            case ClamdEventKind::refused: add("refused(" + event.text + ")"); break;
            case ClamdEventKind::closed: add("closed"); break;
        }
    }
    void add(const std::string& word) { events += (events.empty() ? "" : " ") + word; }
};

/// A literal with its NULs.
template <std::size_t size>
std::string bytes_of(const char (&literal)[size]) {
    return {literal, size - 1};
}

std::string chunk(std::string_view bytes) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8)
        text.push_back(static_cast<char>(bytes.size() >> shift & 0xFF));
    return text + std::string(bytes);
}

}  // namespace

TEST_CASE("clamd: commands and replies as ClamAV 1.4.6 has them") {
    struct Row {
        std::string input;
        std::string replies;
        const char* events;
    };
    const std::string commands =
        "ClamAV 1.4.6/27000/Mon| COMMANDS: SCAN PING CONTSCAN VERSIONCOMMANDS VERSION END "
        "MULTISCAN STATS IDSESSION INSTREAM ALLMATCHSCAN";
    const std::string stats = "POOLS: 1\n\nSTATE: VALID PRIMARY\nEND";
    const Row table[] = {
        {bytes_of("zPING\0"), bytes_of("PONG\0"), "closed"},
        {"nPING\n", "PONG\n", "closed"},
        {"nPING\r\n", "PONG\n", "closed"},
        {"PING\n", "PONG\n", "closed"},
        {bytes_of("zPING\0zVERSION\0"), bytes_of("PONG\0"), "closed"},  // one command per connection
        {bytes_of("zVERSION\0"), bytes_of("ClamAV 1.4.6/27000/Mon\0"), "closed"},
        {"nVERSIONCOMMANDS\n", commands + "\n", "closed"},
        {bytes_of("zSTATS\0"), stats + '\0', "stats closed"},
        {"STATS\n", stats + "\n", "stats closed"},
        {bytes_of("zSCAN /a b\0"), bytes_of("/a b: OK\0"), "scan0(/a b) closed"},
        {"CONTSCAN /a\n", "/a: OK\n", "scan1(/a) closed"},
        {"nMULTISCAN relative\n", "relative: OK\n", "scan2(relative) closed"},
        {"nALLMATCHSCAN /a\r\n", "/a: OK\n", "scan3(/a) closed"},
        {bytes_of("zSCAN /a\x1b[2J\nb\0"), bytes_of("/a?[2J?b: OK\0"), "scan0(/a\x1b[2J\nb) closed"},
        {"nINSTREAM\n" + chunk("ab") + chunk("c") + chunk(""), "stream: OK\n", "stream end(abc) closed"},
        {bytes_of("zINSTREAM\0") + chunk(""), bytes_of("stream: OK\0"), "stream end() closed"},
        {bytes_of("zFOO\0"), bytes_of("UNKNOWN COMMAND\0"), "refused(FOO) closed"},
        {"FOO\x01\n", "UNKNOWN COMMAND\n", "refused(FOO?) closed"},
        {"\n", "UNKNOWN COMMAND\n", "refused() closed"},
        {"n\n", "UNKNOWN COMMAND\n", "refused() closed"},
        {bytes_of("z\0"), bytes_of("UNKNOWN COMMAND\0"), "refused() closed"},
        {bytes_of("zping\0"), bytes_of("UNKNOWN COMMAND\0"), "refused(ping) closed"},
        {bytes_of("zPING x\0"), bytes_of("UNKNOWN COMMAND\0"), "refused(PING x) closed"},
        {bytes_of("zPING \0"), bytes_of("UNKNOWN COMMAND\0"), "refused(PING ) closed"},
        {bytes_of("zSCAN\0"), bytes_of("UNKNOWN COMMAND\0"), "refused(SCAN) closed"},
        {bytes_of("zSCAN \0"), bytes_of("UNKNOWN COMMAND\0"), "refused(SCAN ) closed"},
        {bytes_of("zSCAN/etc\0"), bytes_of("UNKNOWN COMMAND\0"), "refused(SCAN/etc) closed"},
        {bytes_of("zDETSTATS\0"), bytes_of("UNKNOWN COMMAND\0"), "refused(DETSTATS) closed"},
        {bytes_of("zEND\0"), bytes_of("UNKNOWN COMMAND\0"), "refused(END) closed"},
        {"END\n", "UNKNOWN COMMAND\n", "refused(END) closed"},
        {"INSTREAM\n", "UNKNOWN COMMAND\n", "refused(INSTREAM) closed"},
        {"IDSESSION\n", "UNKNOWN COMMAND\n", "refused(IDSESSION) closed"},
        {"VERSIONCOMMANDS\n", "UNKNOWN COMMAND\n", "refused(VERSIONCOMMANDS) closed"},
        {"ALLMATCHSCAN /a\n", "UNKNOWN COMMAND\n", "refused(ALLMATCHSCAN /a) closed"},
        {"GET / HTTP/1.1\r\n", "UNKNOWN COMMAND\n", "refused(GET / HTTP/1.1) closed"},
        {bytes_of("zRELOAD\0"), bytes_of("COMMAND UNAVAILABLE\0"), "refused(RELOAD) closed"},
        {"SHUTDOWN\n", "COMMAND UNAVAILABLE\n", "refused(SHUTDOWN) closed"},
        {"QUIT\n", "COMMAND UNAVAILABLE\n", "refused(QUIT) closed"},
        {"nFILDES\n", "COMMAND UNAVAILABLE\n", "refused(FILDES) closed"},
    };
    for (const auto& row : table)
        for (const auto feeding : both) {
            CAPTURE(row.input);
            Driver driver;
            CHECK(driver.machine.idle());
            driver.send(row.input, feeding);
            CHECK(driver.replies == row.replies);
            CHECK(driver.events == row.events);
            CHECK(driver.closed);
        }
}

TEST_CASE("clamd: sessions number their replies") {
    struct Row {
        std::string input;
        std::string replies;
        const char* events;
        bool closed = true;
    };
    const Row table[] = {
        {bytes_of("zIDSESSION\0zPING\0nVERSION\nzEND\0"), bytes_of("1: PONG\0002: ClamAV 1.4.6/27000/Mon\n"),
         "closed"},
        {bytes_of("nIDSESSION\nzINSTREAM\0") + chunk("x") + chunk("") + bytes_of("nSCAN /a\nzSTATS\0"),
         bytes_of("1: stream: OK\0002: /a: OK\0123: POOLS: 1\n\nSTATE: VALID PRIMARY\nEND\0"),
         "stream end(x) scan0(/a) stats", false},
        {bytes_of("zIDSESSION\0zPING\0zFOO\0zPING\0"),
         bytes_of("1: PONG\0002: Command invalid inside IDSESSION. ERROR\0"), "refused(FOO) closed"},
        {bytes_of("zIDSESSION\0zIDSESSION\0"), bytes_of("1: Command invalid inside IDSESSION. ERROR\0"),
         "refused(IDSESSION) closed"},
        {bytes_of("zIDSESSION\0zRELOAD\0"), bytes_of("1: Command invalid inside IDSESSION. ERROR\0"),
         "refused(RELOAD) closed"},
        {bytes_of("zIDSESSION\0nCONTSCAN /a\n"), "1: Command invalid inside IDSESSION. ERROR\n",
         "refused(CONTSCAN /a) closed"},
        {bytes_of("zIDSESSION\0zFILDES\0"), bytes_of("1: COMMAND UNAVAILABLE\0"), "refused(FILDES) closed"},
        // A command without prefix is refused before its end, with the terminator of the command before.
        {bytes_of("zIDSESSION\0P"),
         bytes_of("1: Only nCMDS\\n and zCMDS\\0 are accepted inside IDSESSION. ERROR\0"),
         "refused() closed"},
        {bytes_of("zIDSESSION\0nPING\nPING\n"),
         "1: PONG\n2: Only nCMDS\\n and zCMDS\\0 are accepted inside IDSESSION. ERROR\n", "refused() closed"},
    };
    for (const auto& row : table)
        for (const auto feeding : both) {
            CAPTURE(row.input);
            Driver driver;
            driver.send(row.input, feeding);
            CHECK(driver.replies == row.replies);
            CHECK(driver.events == row.events);
            CHECK(driver.closed == row.closed);
            CHECK(driver.machine.idle());
        }
}

TEST_CASE("clamd: a stream has a size") {
    struct Row {
        std::string chunks;
        std::string replies;
        const char* events;
    };
    const std::string refused = bytes_of("stream: Too_Large FOUND\0");
    const Row table[] = {
        {chunk("12345") + chunk("67890") + chunk(""), bytes_of("stream: OK\0"),
         "stream end(1234567890) closed"},
        {chunk("12345") + chunk("678901") + chunk(""), refused, "stream too_large closed"},
        {chunk("12345678901"), refused, "stream too_large closed"},
        {"\xff\xff\xff\xff", refused, "stream too_large closed"},
        {chunk("1234567890") + chunk("1"), refused, "stream too_large closed"},
    };
    for (const auto& row : table)
        for (const auto feeding : both) {
            CAPTURE(row.chunks);
            Driver driver({.stream_bytes = 10});
            driver.send(bytes_of("zINSTREAM\0") + row.chunks, feeding);
            CHECK(driver.replies == row.replies);
            CHECK(driver.events == row.events);
        }
    // In a session the size holds for each stream, and the reply has its number.
    Driver driver({.stream_bytes = 10});
    driver.send(bytes_of("zIDSESSION\0"));
    for (int count = 0; count < 3; ++count)
        driver.send(bytes_of("zINSTREAM\0") + chunk("1234567890") + chunk(""));
    driver.send(bytes_of("zINSTREAM\0") + chunk("12345678901") + bytes_of("zPING\0"));
    CHECK(driver.closed);
    CHECK(driver.replies == bytes_of("1: stream: OK\0002: stream: OK\0003: stream: OK\0"
                                     "4: stream: Too_Large FOUND\0"));
}

TEST_CASE("clamd: results are lines that nothing breaks out of") {
    struct Row {
        std::vector<ClamdResult> results;
        std::string reply;
    };
    using enum ClamdResultKind;
    const Row table[] = {
        {{{.kind = ok, .text = "ignored"}}, "stream: OK\n"},
        {{{.kind = found, .text = "Eicar-Test"}}, "stream: Eicar-Test FOUND\n"},
        {{{.kind = found, .text = "two words\r\nstream: OK"}}, "stream: two_words??stream:_OK FOUND\n"},
        {{{.kind = found, .text = ""}}, "stream: Unnamed FOUND\n"},
        {{{.kind = error, .text = "the reader\ndied."}}, "stream: the reader?died. ERROR\n"},
        {{{.kind = found, .text = "A", .path = "/x\n"}, {.kind = ok, .text = "", .path = "/y"}},
         "/x?: A FOUND\n/y: OK\n"},
        {{{.kind = error, .text = std::string(limits::clamd_reply_bytes + 1, 'x')}},
         "stream: " + std::string(limits::clamd_reply_bytes, 'x') + " ERROR\n"},
    };
    for (const auto& row : table) {
        Driver driver;
        driver.results = row.results;
        driver.send("nINSTREAM\n" + chunk(""));
        CHECK(driver.replies == row.reply);
    }
    // Too many lines: what was found is never the line that is left out.
    Driver driver;
    driver.results.assign(limits::clamd_reply_lines, {.kind = ok});
    driver.results.push_back({.kind = error, .text = "e"});
    driver.results.push_back({.kind = found, .text = "f"});
    driver.send("nALLMATCHSCAN /a\n");
    CHECK(driver.replies.starts_with("/a: f FOUND\n/a: e ERROR\n/a: OK\n"));
    CHECK(std::ranges::count(driver.replies, '\n') == limits::clamd_reply_lines);
    Driver whole;
    whole.results.assign(limits::clamd_reply_lines, {.kind = ok});
    whole.results.back() = {.kind = found, .text = "f"};
    whole.send("nALLMATCHSCAN /a\n");
    CHECK(whole.replies.ends_with("/a: OK\n/a: f FOUND\n"));
}

TEST_CASE("clamd: a command has a length, statistics have lines, a session can be ended") {
    for (const auto feeding : both)
        for (const char prefix : {'z', 'n'}) {
            const char terminator = prefix == 'z' ? '\0' : '\n';
            const std::string path(limits::clamd_command_bytes - 6, 'x');
            Driver fits;
            fits.send(std::string(1, prefix) + "SCAN " + path + terminator, feeding);
            CHECK(fits.events == "scan0(" + path + ") closed");
            Driver longer;
            longer.send(std::string(1, prefix) + "SCAN " + path + "y" + terminator, feeding);
            CHECK(longer.events.starts_with("refused("));
            CHECK(longer.replies == std::string("UNKNOWN COMMAND") + terminator);
            Driver endless;  // without an end, too
            endless.send(std::string(1, prefix) + std::string(limits::clamd_command_bytes, 'x'), feeding);
            CHECK(endless.closed);
        }
    Driver statistics;
    for (std::size_t line = 0; line < 2 * limits::clamd_reply_lines; ++line) statistics.stats += "x\r\n";
    statistics.send("nSTATS\n");
    CHECK(std::ranges::count(statistics.replies, '\n') == limits::clamd_reply_lines);
    CHECK(statistics.replies.ends_with("x?\nEND\n"));

    Driver stopped;
    stopped.send(bytes_of("zIDSESSION\0zPI"));
    CHECK_FALSE(stopped.machine.idle());
    stopped.machine.end("shutting\ndown.");
    CHECK(stopped.machine.next().kind == ClamdEventKind::closed);
    CHECK(stopped.machine.take_output() == bytes_of("1: shutting?down. ERROR\0"));
}
