// A Stream in memory: what the peer will say is scripted, what was written is kept. Never suspends, so session code
// is tested without a loop.
#pragma once

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "net/stream.hpp"

namespace tocsin::test {

class ScriptedStream final : public net::Stream {
public:
    explicit ScriptedStream(net::Peer peer = {"192.0.2.1", 40'000}) : peer_(std::move(peer)) {}

    /// The peer sends `text`; each call is one read (or several, if the reader's buffer is small).
    void peer_sends(std::string_view text) { steps_.push_back({std::string(text), {}, Step::Kind::data}); }
    /// The peer sends `text` byte by byte.
    void peer_sends_slowly(std::string_view text) {
        for (const char byte : text) peer_sends(std::string_view(&byte, 1));
    }
    /// At this point a read fails.
    void read_fails(ErrorCode code) { steps_.push_back({{}, code, Step::Kind::error}); }
    /// From the write that would pass this many bytes on, writes fail.
    void writes_fail_after(std::size_t bytes, ErrorCode code) {
        write_limit_ = bytes;
        write_error_ = code;
    }
    /// All that was written so far; then forgets it.
    [[nodiscard]] std::string take_written() { return std::exchange(written_, {}); }
    [[nodiscard]] const std::string& written() const { return written_; }
    [[nodiscard]] bool closed() const { return closed_; }
    [[nodiscard]] bool write_side_closed() const { return write_side_closed_; }
    /// True once everything scripted was read.
    [[nodiscard]] bool exhausted() const { return steps_.empty(); }

    /// After the script the peer has closed: 0.
    Result<std::size_t> read_some(std::span<std::byte> into, Deadline, net::OnStop) override {
        if (closed_) return fail(ErrorCode::closed, "read: stream is closed");
        if (steps_.empty()) return std::size_t{0};
        Step& step = steps_.front();
        if (step.kind == Step::Kind::error) {
            const ErrorCode code = step.error;
            steps_.pop_front();
            return fail(code, "read: scripted failure");
        }
        const std::size_t count = std::min(into.size(), step.data.size());
        std::memcpy(into.data(), step.data.data(), count);
        step.data.erase(0, count);
        if (step.data.empty()) steps_.pop_front();
        return count;
    }
    Result<void> write_all(ByteView bytes, Deadline) override {
        if (closed_ || write_side_closed_) return fail(ErrorCode::closed, "write: stream is closed");
        if (written_total_ + bytes.size() > write_limit_)
            return fail(write_error_, "write: scripted failure");
        written_total_ += bytes.size();
        written_ += as_text(bytes);
        return {};
    }
    Result<void> shutdown_write() override {
        write_side_closed_ = true;
        return {};
    }
    void close() override { closed_ = true; }
    [[nodiscard]] const net::Peer& peer() const override { return peer_; }

private:
    struct Step {
        enum class Kind { data, error };
        std::string data;
        ErrorCode error = ErrorCode::io;
        Kind kind = Kind::data;
    };
    net::Peer peer_;
    std::deque<Step> steps_;
    std::string written_;
    std::size_t written_total_ = 0;
    std::size_t write_limit_ = static_cast<std::size_t>(-1);
    ErrorCode write_error_ = ErrorCode::closed;
    bool closed_ = false;
    bool write_side_closed_ = false;
};

}  // namespace tocsin::test
