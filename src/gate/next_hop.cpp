#include "gate/next_hop.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"
#include "base/limits.hpp"

namespace tocsin::gate {

namespace {

constexpr std::size_t content_chunk_bytes = 256U << 10;

}  // namespace

Deadline NextHop::command_deadline() const {
    return net::deadline_in_ms(address_.timeout_ms);
}

Error NextHop::lose(const Error& error) {
    stream_.reset();
    machine_.reset();
    return Error{error.code, "next hop " + address_.address + ": " + error.message};
}

Result<void> NextHop::open(net::Fiber& fiber) {
    if (connected()) return {};
    const Deadline deadline = net::deadline_in_ms(std::min(limits::next_hop_opening_ms, address_.timeout_ms));
    TRY(connect(fiber, deadline));
    if (address_.tls == NextHopTls::none || tls_failed_) return {};
    Result<void> encrypted = encrypt(deadline);
    if (encrypted || address_.tls != NextHopTls::opportunistic) return encrypted;
    // RFC 7435 section 3: better in the clear than not at all, which is what the operator chose.
    log_.write(LogLevel::warning, "next_hop.tls_failed", {{"error", encrypted.error().message}});
    tls_failed_ = true;
    if (connected()) return {};
    return connect(fiber, deadline);
}

Result<void> NextHop::connect(net::Fiber& fiber, Deadline deadline) {
    auto stream = net::connect_tcp(fiber, address_.address, address_.port,
                                   std::min(deadline, net::deadline_in_ms(limits::next_hop_connect_ms)));
    if (!stream) return std::unexpected(lose(stream.error()));
    stream_ = std::move(*stream);
    machine_ = std::make_unique<proto::SmtpClientMachine>(hello_name_);
    TRY(await_until(proto::SmtpStep::hello, deadline));
    return {};
}

/// On error the connection is lost, unless it may go on in the clear.
Result<void> NextHop::encrypt(Deadline deadline) {
    ASSERT(address_.tls_context != nullptr, "whoever wants TLS brings a context");
    const bool may_go_on = address_.tls == NextHopTls::opportunistic;
    Result<void> said = machine_->start_tls();
    if (!said && may_go_on) return {};
    if (!said) return std::unexpected(lose(said.error()));
    const proto::SmtpReply reply = TRY(await_until(proto::SmtpStep::start_tls, deadline));
    if (reply.code != 220) {
        Error refused{ErrorCode::unavailable, "STARTTLS was refused: " + reply.summary()};
        return std::unexpected(may_go_on ? refused : lose(refused));
    }
    const std::string& name = address_.tls_name.empty() ? address_.address : address_.tls_name;
    if (Result<void> done = stream_->start_tls(*address_.tls_context, name, deadline); !done)
        return std::unexpected(lose(done.error()));
    machine_->tls_started();
    TRY(await_until(proto::SmtpStep::hello, deadline));
    return {};
}

proto::SmtpExtensions NextHop::extensions() const {
    return machine_ ? machine_->extensions() : proto::SmtpExtensions{};
}

Result<void> NextHop::flush(Deadline deadline) {
    std::string output = machine_->take_output();
    if (output.empty()) return {};
    return stream_->write_all(as_bytes(output), deadline);
}

Result<void> NextHop::receive(Deadline deadline) {
    std::array<std::byte, 4096> buffer;
    TRY(flush(deadline));
    const std::size_t count = TRY(stream_->read_some(buffer, deadline));
    if (count == 0) return fail(ErrorCode::closed, "closed the connection");
    machine_->feed(ByteView(buffer).first(count));
    return {};
}

Result<proto::SmtpReply> NextHop::await(proto::SmtpStep step) {
    return await_until(step, command_deadline());
}

Result<void> NextHop::given(Result<void> command) {
    if (!command && command.error().code == ErrorCode::closed) return std::unexpected(lose(command.error()));
    return command;
}

Result<proto::SmtpReply> NextHop::await_until(proto::SmtpStep step, Deadline deadline) {
    while (true) {
        proto::SmtpClientEvent event = machine_->next();
        switch (event.kind) {
            case proto::SmtpClientEventKind::reply:
                if (event.step == proto::SmtpStep::forward) note_forwarding(event.reply);
                if (event.step == step) return event.reply;
                break;
            case proto::SmtpClientEventKind::ready:
                if (step == proto::SmtpStep::hello) return proto::make_reply(250, "", "ready");
                break;
            case proto::SmtpClientEventKind::broken:
                return std::unexpected(
                    lose(Error{ErrorCode::unavailable,
                               event.reply.lines.empty() ? "broken" : event.reply.lines.front()}));
            case proto::SmtpClientEventKind::idle:
                return std::unexpected(lose(Error{ErrorCode::unavailable, "no reply is awaited"}));
            case proto::SmtpClientEventKind::need_input:
                if (Result<void> received = receive(deadline); !received)
                    return std::unexpected(lose(received.error()));
                break;
        }
    }
}

/// Who sends is for its log: a next hop that announces XFORWARD and refuses it gets the mail all the same.
void NextHop::note_forwarding(const proto::SmtpReply& reply) {
    if (!reply.positive())
        log_.write(LogLevel::warning, "next_hop.xforward_refused", {{"reply", reply.summary()}});
}

Result<proto::SmtpReply> NextHop::mail(net::Fiber& fiber, const proto::SmtpSender& sender,
                                       const proto::SmtpClientFacts& client) {
    const bool was_open = connected();
    Result<proto::SmtpReply> reply = begin(fiber, sender, client);
    const bool closed = reply ? reply->code == 421 : reply.error().code == ErrorCode::closed && !connected();
    if (!was_open || !closed) return reply;
    // It lay idle for too long. Nothing was begun, so nothing is done twice. One that is silent is not asked again: our client
    // would wait for it twice.
    if (connected()) (void)lose(Error{ErrorCode::closed, "said 421"});
    return begin(fiber, sender, client);
}

Result<proto::SmtpReply> NextHop::begin(net::Fiber& fiber, const proto::SmtpSender& sender,
                                        const proto::SmtpClientFacts& client) {
    TRY(open(fiber));
    TRY(given(machine_->forward(client)));
    // RFC 2920: without PIPELINING one command at a time.
    while (!machine_->extensions().pipelining && !machine_->nothing_awaited())
        TRY(await(proto::SmtpStep::forward));
    TRY(given(machine_->mail(sender)));
    return await(proto::SmtpStep::mail);
}

Result<proto::SmtpReply> NextHop::recipient(const proto::SmtpRecipient& recipient) {
    if (!connected()) return fail(ErrorCode::closed, "next hop is not connected");
    TRY(given(machine_->recipient(recipient)));
    return await(proto::SmtpStep::recipient);
}

Result<proto::SmtpReply> NextHop::data() {
    if (!connected()) return fail(ErrorCode::closed, "next hop is not connected");
    TRY(given(machine_->data()));
    return await(proto::SmtpStep::data);
}

Result<proto::SmtpReply> NextHop::content(std::span<const ByteView> pieces) {
    end_sent_ = false;
    if (!connected()) return fail(ErrorCode::closed, "next hop is not connected");
    const Deadline deadline = net::deadline_in_ms(std::uint64_t{2} * address_.timeout_ms);
    auto send = [&](ByteView bytes) -> Result<void> {
        TRY(machine_->content(bytes));
        return flush(deadline);
    };
    Result<void> sent;
    for (const ByteView piece : pieces)
        for (std::size_t at = 0; sent && at < piece.size(); at += content_chunk_bytes)
            sent = send(piece.subspan(at, std::min(content_chunk_bytes, piece.size() - at)));
    if (sent) sent = machine_->end_content();
    // Half a message must never be taken for a whole one: without the final dot the next hop forgets it.
    if (!sent) return std::unexpected(lose(sent.error()));
    end_sent_ = true;
    proto::SmtpReply reply = TRY(await_until(proto::SmtpStep::content, deadline));
    end_sent_ = false;
    return reply;
}

void NextHop::reset() {
    if (!connected()) return;
    if (given(machine_->reset())) (void)await(proto::SmtpStep::reset);
}

void NextHop::quit() {
    if (!connected()) return;
    if (machine_->quit()) (void)flush(command_deadline());
    stream_->close();
    stream_.reset();
}

}  // namespace tocsin::gate
