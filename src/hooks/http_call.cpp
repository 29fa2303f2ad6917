#include "hooks/http_call.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/core.h>

#include "base/limits/hooks.hpp"
#include "net/sockets.hpp"
#include "net/stream.hpp"

namespace tocsin::hooks {

namespace {

constexpr std::size_t read_bytes = 16U << 10;

/// The begin of what a server says, for a person: printable ASCII on one line.
std::string words_of(const proto::HttpResponse& response) {
    std::string words = response.body.substr(0, limits::webhook_words_bytes);
    std::ranges::replace_if(words, [](char c) { return c < ' ' || c > '~'; }, ' ');
    while (words.ends_with(' ')) words.pop_back();
    return words.empty() ? std::string() : ": " + words;
}

Result<std::unique_ptr<net::Stream>> open(net::Fiber& fiber, const HttpServer& server, Deadline deadline) {
    const std::uint16_t port = server.port == 0 ? server.url.port : server.port;
    Error last{ErrorCode::unavailable, server.name + ": no address to connect to"};
    for (std::size_t at = 0; at < server.addresses.size(); ++at) {
        // One address that swallows packets leaves time for the others.
        const auto left = static_cast<std::int64_t>(server.addresses.size() - at);
        const Deadline now = net::steady_now();
        const Deadline share = at + 1 == server.addresses.size() ? deadline : now + (deadline - now) / left;
        auto stream = net::connect_tcp(fiber, server.addresses[at], port, share);
        if (!stream) {
            last = {stream.error().code, server.name + ": " + stream.error().message};
            if (stream.error().code == ErrorCode::closed) break;
            continue;
        }
        if (server.url.scheme == WebScheme::http) return stream;
        if (server.tls == nullptr) return fail(ErrorCode::unavailable, server.name + ": TLS is not set up");
        // A certificate that is not trusted may be mended, and is no refusal of what was asked.
        if (const auto done = (*stream)->start_tls(*server.tls, server.url.host, deadline); !done)
            return fail(done.error().code == ErrorCode::timed_out ? ErrorCode::timed_out
                                                                  : ErrorCode::unavailable,
                        server.name + ": no TLS: " + done.error().message);
        return stream;
    }
    return std::unexpected(last);
}

/// Once this is known nothing more need be read.
std::optional<proto::HttpResponse> early_yes(const proto::HttpResponseParser& parser, AnswerBody body) {
    const std::optional<int> status = parser.status();
    if (body == AnswerBody::wanted || !status || *status / 100 != 2) return std::nullopt;
    return proto::HttpResponse{.status = *status, .headers = {}, .body = {}, .keep_alive = false};
}

Result<proto::HttpResponse> read_answer(net::Stream& stream, const std::string& name, AnswerBody body,
                                        Deadline deadline) {
    proto::HttpResponseParser parser(
        {.header_bytes = limits::webhook_answer_header_bytes, .body_bytes = limits::webhook_answer_bytes});
    std::array<std::byte, read_bytes> buffer;
    proto::HttpProgress progress = proto::HttpProgress::need_input;
    while (true) {
        if (progress == proto::HttpProgress::complete) return parser.take();
        if (auto yes = early_yes(parser, body)) return *std::move(yes);
        const std::optional<int> status = parser.status();
        if (progress == proto::HttpProgress::refused && status) {
            if (*status / 100 == 2)
                return fail(ErrorCode::limit,
                            fmt::format("{} answers more than {} bytes, or no HTTP: {}", name,
                                        limits::webhook_answer_bytes, parser.error().why));
            return proto::HttpResponse{.status = *status, .headers = {}, .body = {}, .keep_alive = false};
        }
        if (progress == proto::HttpProgress::refused)
            return fail(ErrorCode::unavailable,
                        fmt::format("{} answers no HTTP: {}", name, parser.error().why));
        const Result<std::size_t> got = stream.read_some(buffer, deadline);
        if (!got)
            return fail(got.error().code, fmt::format("{} does not answer: {}", name, got.error().message));
        progress = *got == 0 ? parser.end_of_input() : parser.feed(ByteView(buffer).first(*got));
    }
}

}  // namespace

Result<proto::HttpResponse> call(net::Fiber& fiber, const HttpServer& server,
                                 const proto::HttpRequest& request, AnswerBody body, Deadline deadline) {
    const std::string text = TRY(proto::serialise(request, authority_of(server.url)));
    const std::unique_ptr<net::Stream> stream = TRY(open(fiber, server, deadline));
    if (const Result<void> sent = stream->write_all(as_bytes(text), deadline); !sent)
        return fail(sent.error().code, server.name + ": " + sent.error().message);
    proto::HttpResponse response = TRY(read_answer(*stream, server.name, body, deadline));
    TRY(result_of(server.name, response));
    return response;
}

Result<void> result_of(const std::string& name, const proto::HttpResponse& response) {
    const int status = response.status;
    if (status / 100 == 2) return {};
    const std::string said = fmt::format("{} answers {}", name, status);
    if (status / 100 == 3)
        return fail(ErrorCode::invalid_input,
                    said + ", a redirect, and none is followed: configure the URL that "
                           "it leads to");
    if (status == 401 || status == 403)
        return fail(ErrorCode::permission,
                    said + words_of(response) +
                        "; look at its secret_file and authorization_file, and who may call it");
    if (status == 404 || status == 410)
        return fail(ErrorCode::not_found, said + words_of(response) + "; look at its url");
    const bool later = status == 408 || status == 425 || status == 429 || status / 100 == 5;
    return fail(later ? ErrorCode::unavailable : ErrorCode::invalid_input, said + words_of(response));
}

}  // namespace tocsin::hooks
