#include "gate/next_hop.hpp"

#include <array>

#include "base/limits.hpp"

namespace tocsin::gate {

namespace {
constexpr std::size_t content_chunk_bytes = 256U << 10;
}

Error NextHop::lose(const Error& error) {
    stream_.reset();
    machine_.reset();
    return Error{error.code, "next hop " + address_.address + ": " + error.message};
}

Result<void> NextHop::open(net::Fiber& fiber) {
    if (connected()) return {};
    auto stream = net::connect_tcp(fiber, address_.address, address_.port,
                                   net::deadline_in_ms(limits::next_hop_connect_ms));
    if (!stream) return std::unexpected(lose(stream.error()));
    stream_ = std::move(*stream);
    machine_ = std::make_unique<proto::SmtpClientMachine>(hello_name_);
    Result<proto::SmtpReply> greeted = await(proto::SmtpStep::hello);
    if (!greeted) return std::unexpected(greeted.error());
    return {};
}

Result<void> NextHop::flush() {
    std::string output = machine_->take_output();
    if (output.empty()) return {};
    return stream_->write_all(as_bytes(output), net::deadline_in_ms(limits::next_hop_timeout_ms));
}

Result<proto::SmtpReply> NextHop::await(proto::SmtpStep step) {
    std::array<std::byte, 4096> buffer;
    while (true) {
        proto::SmtpClientEvent event = machine_->next();
        switch (event.kind) {
            case proto::SmtpClientEventKind::reply:
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
            case proto::SmtpClientEventKind::need_input: {
                if (Result<void> sent = flush(); !sent) return std::unexpected(lose(sent.error()));
                Result<std::size_t> got =
                    stream_->read_some(buffer, net::deadline_in_ms(limits::next_hop_timeout_ms));
                if (!got) return std::unexpected(lose(got.error()));
                if (*got == 0)
                    return std::unexpected(lose(Error{ErrorCode::closed, "closed the connection"}));
                machine_->feed(ByteView(buffer).first(*got));
                break;
            }
        }
    }
}

Result<proto::SmtpReply> NextHop::mail(const proto::SmtpSender& sender) {
    if (!connected()) return fail(ErrorCode::closed, "next hop is not connected");
    TRY(machine_->mail(sender));
    return await(proto::SmtpStep::mail);
}

Result<proto::SmtpReply> NextHop::recipient(std::string_view path) {
    if (!connected()) return fail(ErrorCode::closed, "next hop is not connected");
    TRY(machine_->recipient(path));
    return await(proto::SmtpStep::recipient);
}

Result<proto::SmtpReply> NextHop::content(std::string_view prefix, ByteView content) {
    if (!connected()) return fail(ErrorCode::closed, "next hop is not connected");
    TRY(machine_->data());
    proto::SmtpReply go_ahead = TRY(await(proto::SmtpStep::data));
    if (go_ahead.code != 354) return go_ahead;
    auto send = [&](ByteView bytes) -> Result<void> {
        TRY(machine_->content(bytes));
        return flush();
    };
    Result<void> sent = send(as_bytes(prefix));
    for (std::size_t at = 0; sent && at < content.size(); at += content_chunk_bytes)
        sent = send(content.subspan(at, std::min(content_chunk_bytes, content.size() - at)));
    if (sent) sent = machine_->end_content();
    // Half a message must never be taken for a whole one: without the final dot the next hop forgets it.
    if (!sent) return std::unexpected(lose(sent.error()));
    return await(proto::SmtpStep::content);
}

void NextHop::reset() {
    if (!connected()) return;
    if (machine_->reset()) (void)await(proto::SmtpStep::reset);
}

void NextHop::quit() {
    if (!connected()) return;
    if (machine_->quit()) (void)flush();
    stream_->close();
    stream_.reset();
}

}  // namespace tocsin::gate
