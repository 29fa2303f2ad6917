// The server side of clamd's protocol, so that what speaks to clamd can speak to us, without I/O: bytes in, events and
// bytes out. Source: clamd(8), and ClamAV 1.4.6 asked on its socket.
//
//     for (;;) switch (auto event = machine.next(); event.kind) {
//         case need_input: write(machine.take_output()); feed what was read; break;      // write first, then read
//         case stream: begin; break;
//         case content: append event.content; break;
//         case stream_end: case scan: decide, machine.answer({.kind = ClamdResultKind::found, .text = name}); break;
//         case stats: machine.answer_stats(text); break;
//         case closed: write(machine.take_output()); close; return;
//     }
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/limits.hpp"

namespace tocsin::proto {

struct ClamdOptions {
    std::string version = "ClamAV";  ///< reply to VERSION; clients look for `ClamAV x.y.z/database/date`
    std::size_t stream_bytes = limits::message_bytes;  ///< of one INSTREAM (clamd: StreamMaxLength)
};

/// How much of a folder a path command wants to know; for one file they are the same but for all_matches.
enum class ClamdScan { first, go_on, go_on_in_parallel, all_matches };

enum class ClamdEventKind {
    need_input,      ///< write take_output(), then read and feed()
    stream,          ///< INSTREAM: content follows
    content,         ///< a piece of the stream, valid until the next call
    stream_end,      ///< wants answer()
    stream_refused,  ///< over ClamdOptions::stream_bytes. Wants answer(), then `closed` follows
    scan,            ///< wants answer(). text = path as the client wrote it, whatever it is; `scan` is set
    stats,           ///< wants answer_stats()
    refused,  ///< a command that is not served: answered. text = the command, cleaned. `closed` follows
    closed,   ///< write take_output() and close
};

struct ClamdEvent {
    ClamdEventKind kind = ClamdEventKind::need_input;
    std::string text;
    ClamdScan scan = ClamdScan::first;
    ByteView content;
};

enum class ClamdResultKind { ok, found, error };

/// One line of a reply. Control bytes become `?`, blanks in the name of what was found `_`; long text is cut.
struct ClamdResult {
    ClamdResultKind kind = ClamdResultKind::error;
    std::string text;  ///< name of what was found, or what went wrong; not used for ok
    std::string path;  ///< empty: the path of the command, or `stream`
};

/// One connection: one command, or any number between IDSESSION and END, answered in order with `N: ` before each
/// reply. Commands end with NUL (zPING), newline (nPING) or, without prefix, newline; the reply ends as its command.
/// RELOAD, SHUTDOWN, QUIT and FILDES are `COMMAND UNAVAILABLE`: whoever reaches the port may not stop us, and we open
/// no descriptor of others.
class ClamdMachine {
public:
    explicit ClamdMachine(ClamdOptions options);

    /// Appends what was read. Call only after `need_input`; the buffer is then bounded by one command and one read.
    void feed(ByteView bytes);
    [[nodiscard]] ClamdEvent next();
    /// Answers `scan`, `stream_end` and `stream_refused`; several results are one line each. Beyond limits::clamd_reply_lines
    /// the lines that say OK are left out first, then errors.
    void answer(const ClamdResult& result);
    void answer(std::span<const ClamdResult> results);
    /// Answers `stats`: lines without the final END. Beyond limits::clamd_reply_lines they are cut.
    void answer_stats(std::string_view text);
    /// Ends the session with `WHY ERROR` at the next event, for example at a stop or a time-out.
    void end(std::string_view why);
    /// Bytes to write to the client; empties the output.
    [[nodiscard]] std::string take_output();
    /// True when no command is being read or answered: a stop may end the session here.
    [[nodiscard]] bool idle() const;

private:
    enum class State { command, stream, stream_end, stream_refused, wait_result, wait_stats, ending };
    using Reaction = std::optional<ClamdEvent>;  ///< nothing: go on with the next command

    ClamdEvent next_command();
    ClamdEvent next_content();
    Reaction handle(std::string_view command, bool prefixed);
    Reaction handle_known(std::string_view word, std::string_view argument);
    ClamdEvent refuse(std::string_view command, std::string_view reply);
    void put(std::string_view line);
    void put_line(const ClamdResult& result);
    void finish_command();

    ClamdOptions options_;
    State state_ = State::command;
    std::string input_;
    std::size_t consumed_ = 0;  ///< bytes of input_ that are done with
    std::string output_;
    char terminator_ = '\n';    ///< of the last command
    bool in_session_ = false;   ///< between IDSESSION and END
    std::uint64_t number_ = 0;  ///< of the command within the session
    std::string label_;         ///< path, or `stream`
    std::size_t chunk_left_ = 0;
    std::size_t stream_left_ = 0;  ///< bytes that the stream may still have
};

}  // namespace tocsin::proto
