#include "proto/clamd_machine.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace tocsin::proto {
namespace {

constexpr std::string_view unknown = "UNKNOWN COMMAND";
constexpr std::string_view unavailable = "COMMAND UNAVAILABLE";
constexpr std::string_view not_in_session = "Command invalid inside IDSESSION. ERROR";
constexpr std::string_view bare_in_session =
    "Only nCMDS\\n and zCMDS\\0 are accepted inside IDSESSION. ERROR";
constexpr std::size_t chunk_length_bytes = 4;

/// As the table of commands in clamd's session.c.
struct CommandRow {
    std::string_view word;
    bool argument;    ///< needs one; the others have none
    bool bare;        ///< may come without prefix
    bool in_session;  ///< may come between IDSESSION and END
    bool served;
};
constexpr CommandRow command_table[] = {
    {"SCAN", true, true, true, true},           {"QUIT", false, true, false, false},
    {"RELOAD", false, true, false, false},      {"PING", false, true, true, true},
    {"CONTSCAN", true, true, false, true},      {"VERSIONCOMMANDS", false, false, true, true},
    {"VERSION", false, true, true, true},       {"END", false, false, true, true},
    {"SHUTDOWN", false, true, false, false},    {"MULTISCAN", true, true, false, true},
    {"FILDES", false, true, true, false},       {"STATS", false, true, true, true},
    {"IDSESSION", false, false, false, true},   {"INSTREAM", false, false, true, true},
    {"ALLMATCHSCAN", true, false, false, true},
};

std::string cleaned(std::string_view text) {
    std::string clean(text.substr(0, limits::clamd_reply_bytes));
    for (char& c : clean)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    return clean;
}

ClamdScan scan_of(std::string_view word) {
    if (word == "CONTSCAN") return ClamdScan::go_on;
    if (word == "MULTISCAN") return ClamdScan::go_on_in_parallel;
    if (word == "ALLMATCHSCAN") return ClamdScan::all_matches;
    return ClamdScan::first;
}

std::string command_list() {
    std::string list = "| COMMANDS:";
    for (const auto& row : command_table)
        if (row.served) list.append(" ").append(row.word);
    return list;
}

}  // namespace

ClamdMachine::ClamdMachine(ClamdOptions options) : options_(std::move(options)) {}

void ClamdMachine::feed(ByteView bytes) {
    input_.erase(0, consumed_);
    consumed_ = 0;
    input_ += as_text(bytes);
}

ClamdEvent ClamdMachine::next() {
    switch (state_) {
        case State::command: return next_command();
        case State::stream: return next_content();
        case State::ending: return {.kind = ClamdEventKind::closed};
        case State::stream_end:
        case State::stream_refused:
        case State::wait_result:
        case State::wait_stats: break;
    }
    ASSERT(false, "answer() comes before the next event");
    return {};
}

ClamdEvent ClamdMachine::next_command() {
    for (;;) {
        const std::string_view input = std::string_view(input_).substr(consumed_);
        if (input.empty()) return {.kind = ClamdEventKind::need_input};
        const bool prefixed = input.front() == 'z' || input.front() == 'n';
        if (in_session_ && !prefixed) return refuse({}, bare_in_session);
        const char terminator = input.front() == 'z' ? '\0' : '\n';
        const std::size_t end = std::min(input.find(terminator), input.size());
        if (end > limits::clamd_command_bytes) {
            terminator_ = terminator;
            return refuse(input.substr(0, limits::clamd_command_bytes),
                          in_session_ ? not_in_session : unknown);
        }
        if (end == input.size()) return {.kind = ClamdEventKind::need_input};
        terminator_ = terminator;
        std::string command(input.substr(0, end));
        consumed_ += end + 1;
        while (terminator == '\n' && command.ends_with('\r')) command.pop_back();
        const std::string_view text = std::string_view(command).substr(prefixed && !command.empty() ? 1 : 0);
        if (auto event = handle(text, prefixed)) return std::move(*event);
    }
}

ClamdMachine::Reaction ClamdMachine::handle(std::string_view command, bool prefixed) {
    const std::size_t word_end = std::min(command.find(' '), command.size());
    const std::string_view word = command.substr(0, word_end);
    const std::string_view argument = command.substr(std::min(word_end + 1, command.size()));
    const auto* const row = std::find_if(std::begin(command_table), std::end(command_table),
                                         [&](const CommandRow& known) { return known.word == word; });
    const bool known = row != std::end(command_table) && row->argument == !argument.empty() &&
                       (row->argument || word_end == command.size()) && (row->bare || prefixed);
    if (in_session_ && (!known || !row->in_session)) return refuse(command, not_in_session);
    if (!known || (word == "END" && !in_session_)) return refuse(command, unknown);
    if (!row->served) return refuse(command, unavailable);
    return handle_known(word, argument);
}

ClamdMachine::Reaction ClamdMachine::handle_known(std::string_view word, std::string_view argument) {
    if (word == "IDSESSION") {
        in_session_ = true;
        number_ = 1;
        return std::nullopt;
    }
    if (word == "END") {
        state_ = State::ending;
        return ClamdEvent{.kind = ClamdEventKind::closed};
    }
    if (word == "INSTREAM") {
        label_ = "stream";
        stream_left_ = options_.stream_bytes;
        chunk_left_ = 0;
        state_ = State::stream;
        return ClamdEvent{.kind = ClamdEventKind::stream};
    }
    if (word == "STATS") {
        state_ = State::wait_stats;
        return ClamdEvent{.kind = ClamdEventKind::stats};
    }
    if (!argument.empty()) {
        label_ = argument;
        state_ = State::wait_result;
        return ClamdEvent{.kind = ClamdEventKind::scan, .text = label_, .scan = scan_of(word)};
    }
    if (word == "PING") put("PONG");
    if (word == "VERSION") put(cleaned(options_.version));
    if (word == "VERSIONCOMMANDS") put(cleaned(options_.version) + command_list());
    finish_command();
    if (state_ == State::ending) return ClamdEvent{.kind = ClamdEventKind::closed};
    return std::nullopt;
}

/// Chunks of a length (32 bits, network order) and as many bytes; a length of zero ends the stream.
ClamdEvent ClamdMachine::next_content() {
    const std::string_view input = std::string_view(input_).substr(consumed_);
    if (chunk_left_ == 0) {
        if (input.size() < chunk_length_bytes) return {.kind = ClamdEventKind::need_input};
        for (const char byte : input.substr(0, chunk_length_bytes))
            chunk_left_ = chunk_left_ << 8 | static_cast<unsigned char>(byte);
        consumed_ += chunk_length_bytes;
        if (chunk_left_ == 0) {
            state_ = State::stream_end;
            return {.kind = ClamdEventKind::stream_end};
        }
        if (chunk_left_ > stream_left_) {
            state_ = State::stream_refused;
            return {.kind = ClamdEventKind::stream_refused};
        }
        stream_left_ -= chunk_left_;
    }
    const std::string_view piece = std::string_view(input_).substr(consumed_, chunk_left_);
    if (piece.empty()) return {.kind = ClamdEventKind::need_input};
    consumed_ += piece.size();
    chunk_left_ -= piece.size();
    return {.kind = ClamdEventKind::content, .content = as_bytes(piece)};
}

ClamdEvent ClamdMachine::refuse(std::string_view command, std::string_view reply) {
    put(reply);
    state_ = State::ending;
    return {.kind = ClamdEventKind::refused, .text = cleaned(command)};
}

void ClamdMachine::answer(const ClamdResult& result) {
    answer(std::span(&result, 1));
}

void ClamdMachine::answer(std::span<const ClamdResult> results) {
    ASSERT(state_ == State::wait_result || state_ == State::stream_end || state_ == State::stream_refused,
           "there is nothing to answer");
    ASSERT(!results.empty(), "a scan has a result");
    if (results.size() <= limits::clamd_reply_lines) {
        for (const auto& result : results) put_line(result);
        return finish_command();
    }
    std::size_t left = limits::clamd_reply_lines;
    for (const auto kind : {ClamdResultKind::found, ClamdResultKind::error, ClamdResultKind::ok})
        for (const auto& result : results)
            if (result.kind == kind && left > 0) {
                put_line(result);
                --left;
            }
    finish_command();
}

void ClamdMachine::put_line(const ClamdResult& result) {
    const std::string label = cleaned(result.path.empty() ? label_ : result.path);
    std::string text = cleaned(result.text);
    if (result.kind == ClamdResultKind::ok) return put(label + ": OK");
    if (result.kind == ClamdResultKind::error) return put(label + ": " + text + " ERROR");
    // Clients take what stands between the colon and FOUND, some up to the first blank.
    std::replace(text.begin(), text.end(), ' ', '_');
    put(label + ": " + (text.empty() ? "Unnamed" : text) + " FOUND");
}

void ClamdMachine::answer_stats(std::string_view text) {
    ASSERT(state_ == State::wait_stats, "there is nothing to answer");
    std::string lines;
    for (std::size_t count = 1; !text.empty() && count < limits::clamd_reply_lines; ++count) {
        const std::string_view line = text.substr(0, text.find('\n'));
        lines += cleaned(line) + '\n';
        text.remove_prefix(std::min(line.size() + 1, text.size()));
    }
    put(lines + "END");
    finish_command();
}

void ClamdMachine::end(std::string_view why) {
    put(cleaned(why) + " ERROR");
    state_ = State::ending;
}

void ClamdMachine::put(std::string_view line) {
    if (in_session_) output_ += fmt::format("{}: ", number_);
    output_.append(line).push_back(terminator_);
}

void ClamdMachine::finish_command() {
    // What is left of a refused stream is not told apart from commands.
    const bool goes_on = in_session_ && state_ != State::stream_refused;
    state_ = goes_on ? State::command : State::ending;
    ++number_;
}

std::string ClamdMachine::take_output() {
    return std::exchange(output_, {});
}

bool ClamdMachine::idle() const {
    return state_ == State::ending || (state_ == State::command && consumed_ == input_.size());
}

}  // namespace tocsin::proto
