// TLS on a FiberStream: the engine encrypts, the plain calls carry, with their deadlines and stops.
#include <sys/socket.h>

#include <algorithm>

#include "base/assert.hpp"
#include "net/detail/fiber_stream.hpp"

namespace tocsin::net {
namespace {

/// The largest TLS record (RFC 8446 section 5.2), so that one read can take it.
constexpr std::size_t record_bytes = 5 + 16'384 + 256;
/// Plain bytes that are encrypted at once: bounds the copy.
constexpr std::size_t piece_bytes = 64U << 10;

}  // namespace

Result<void> FiberStream::feed_tls(Tls& tls, Deadline deadline, OnStop on_stop) {
    const std::size_t count = TRY(read_plain(tls.buffer, deadline, on_stop));
    // Without TLS's own goodbye the end could have been made by anybody: it is no proper end.
    if (count == 0) return fail(ErrorCode::closed, "read: the peer broke the TLS connection off");
    tls.engine.feed(ByteView(tls.buffer).first(count));
    return {};
}

Result<void> FiberStream::flush_tls(Tls& tls, Deadline deadline) {
    const std::string output = tls.engine.take_output();
    if (output.empty()) return {};
    auto sent = write_plain(as_bytes(output), deadline);
    if (!sent) tls.broken = true;
    return sent;
}

Result<void> FiberStream::shake_hands(Tls& tls, Deadline deadline) {
    for (;;) {
        const Result<bool> done = tls.engine.shake_hands();
        // After an error it holds the alert that tells the peer why; whether that arrives changes nothing.
        const Result<void> sent = flush_tls(tls, deadline);
        if (!done) return std::unexpected(done.error());
        if (!sent) return sent;
        if (*done) return {};
        TRY(feed_tls(tls, deadline, OnStop::keep_waiting));
    }
}

Result<void> FiberStream::start_tls(const TlsContext& context, const std::string& server_name,
                                    Deadline deadline) {
    ASSERT(!tls_, "TLS starts once");
    Result<void> done;
    if (auto engine = TlsEngine::create(context, server_name); engine) {
        Tls tls{std::move(*engine), std::vector<std::byte>(record_bytes)};
        done = shake_hands(tls, deadline);
        if (done) {
            peer_.tls = tls.engine.facts();
            tls_.emplace(std::move(tls));
        }
    } else {
        done = std::unexpected(engine.error());
    }
    if (!done) close();
    return done;
}

Result<std::size_t> FiberStream::read_some(std::span<std::byte> into, Deadline deadline, OnStop on_stop) {
    ASSERT(!into.empty(), "a read has room");
    if (!tls_) return read_plain(into, deadline, on_stop);
    if (!socket_.is_open()) return fail(ErrorCode::closed, "read: the stream is closed");
    for (;;) {
        auto count = tls_->engine.read(into);
        TRY(flush_tls(*tls_, deadline));  // reading may have something to answer: a key update, an alert
        if (!count) {
            tls_->broken = true;
            return std::unexpected(std::move(count.error()));
        }
        if (*count) return **count;
        TRY(feed_tls(*tls_, deadline, on_stop));
    }
}

Result<void> FiberStream::write_all(ByteView bytes, Deadline deadline) {
    if (!tls_) return write_plain(bytes, deadline);
    if (tls_->broken || !socket_.is_open())
        return fail(ErrorCode::closed, "write: the TLS connection is broken");
    while (!bytes.empty()) {
        const ByteView piece = bytes.first(std::min(piece_bytes, bytes.size()));
        TRY(tls_->engine.write(piece));
        TRY(flush_tls(*tls_, deadline));
        bytes = bytes.subspan(piece.size());
    }
    return {};
}

/// Tells a TLS peer that this was all, without waiting: if the kernel's buffer is full, the peer sees a connection that broke.
void FiberStream::say_goodbye() {
    if (!tls_ || tls_->broken || !socket_.is_open()) return;
    tls_->engine.shut_down();
    const std::string output = tls_->engine.take_output();
    static_cast<void>(
        ::send(socket_.native_handle(), output.data(), output.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
    tls_->broken = true;
}

}  // namespace tocsin::net
