// The only file that sees Boost.Beast: its parser, fed by us, without its sockets.
#include "proto/http.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <stdexcept>

#include "base/assert.hpp"

namespace tocsin::proto {

namespace beast_http = boost::beast::http;
using BeastError = boost::beast::error_code;

namespace {

HttpError describe(const BeastError& error) {
    int status = 400;
    if (error == beast_http::error::body_limit || error == beast_http::error::buffer_overflow) status = 413;
    if (error == beast_http::error::header_limit) status = 431;
    if (error == beast_http::error::bad_version) status = 505;
    return {status, error.message()};
}

/// What both kinds of message have in common.
template <bool is_request>
struct Core {
    using Parser = beast_http::parser<is_request, beast_http::string_body>;

    explicit Core(HttpLimits given) : limits(given) { restart(); }

    void restart() {
        parser.emplace();
        parser->eager(true);
        parser->header_limit(static_cast<std::uint32_t>(limits.header_bytes));
        parser->body_limit(limits.body_bytes);
        headers_checked = continue_told = false;
    }

    HttpProgress refuse(HttpError why) {
        error = std::move(why);
        failed = true;
        return HttpProgress::refused;
    }

    /// One call of Beast. It throws for a field's name or value of more than 65,535 bytes, which a header limit above that lets
    /// through, and a trailer always.
    std::size_t put(BeastError& result) {
        try {
            return parser->put(boost::asio::const_buffer(input.data(), input.size()), result);
        } catch (const std::length_error&) {
            result = beast_http::error::header_limit;
            return 0;
        }
    }

    /// Feeds what is there to Beast until it has a whole message or wants more.
    HttpProgress advance() {
        while (!failed && !parser->is_done() && !input.empty() && !must_wait()) {
            BeastError result;
            const std::size_t used = put(result);
            input.erase(0, used);
            if (result == beast_http::error::need_more) break;
            if (result) return refuse(describe(result));
            if (used == 0) break;
        }
        if (failed) return HttpProgress::refused;
        return parser->is_done() ? HttpProgress::complete : HttpProgress::need_input;
    }

    /// Beast 1.81 asserts that a last chunk, seen before without its end, comes with at least five bytes. The rest
    /// of a chunked body is never shorter (`0 CRLF CRLF`), so nothing is held back that could complete a message.
    [[nodiscard]] bool must_wait() const {
        return parser->is_header_done() && parser->chunked() && input.size() < 5;
    }

    [[nodiscard]] HttpHeaders take_headers() const {
        HttpHeaders headers;
        for (const auto& field : parser->get())
            headers.fields.emplace_back(std::string(field.name_string()), std::string(field.value()));
        return headers;
    }

    [[nodiscard]] std::size_t count(beast_http::field name) const { return parser->get().count(name); }

    HttpLimits limits;
    std::string input;
    std::optional<Parser> parser;
    HttpError error;
    bool failed = false;
    bool headers_checked = false;
    bool continue_told = false;
};

/// What Beast lets through and a careful server does not (RFC 9112 sections 3.2 and 6.1: request smuggling).
std::optional<HttpError> check_request(const Core<true>& core) {
    const auto& message = core.parser->get();
    if (std::distance(message.begin(), message.end()) >
        static_cast<std::ptrdiff_t>(core.limits.header_fields))
        return HttpError{431, "too many header fields"};
    if (message.target().size() > limits::http_target_bytes) return HttpError{414, "target too long"};
    if (message.version() >= 11 && core.count(beast_http::field::host) != 1)
        return HttpError{400, "exactly one Host field is needed"};
    const std::size_t codings = core.count(beast_http::field::transfer_encoding);
    if (codings > 0 && (codings > 1 || !core.parser->chunked()))
        return HttpError{501, "only the transfer coding `chunked` is understood"};
    if (codings > 0 && (message.version() < 11 || core.count(beast_http::field::content_length) > 0))
        return HttpError{400, "Content-Length beside Transfer-Encoding"};
    if (core.count(beast_http::field::content_length) > 1)
        return HttpError{400, "more than one Content-Length"};
    return std::nullopt;
}

bool wants_continue(const Core<true>& core) {
    return boost::beast::iequals(core.parser->get()[beast_http::field::expect], "100-continue");
}

}  // namespace

struct HttpParserState {
    explicit HttpParserState(HttpLimits limits) : core(limits) {}
    Core<true> core;
};

HttpRequestParser::HttpRequestParser(HttpLimits limits) : state_(std::make_unique<HttpParserState>(limits)) {}
HttpRequestParser::HttpRequestParser(HttpRequestParser&&) noexcept = default;
HttpRequestParser& HttpRequestParser::operator=(HttpRequestParser&&) noexcept = default;
HttpRequestParser::~HttpRequestParser() = default;

HttpProgress HttpRequestParser::feed(ByteView bytes) {
    Core<true>& core = state_->core;
    ASSERT(!core.parser->is_done() || core.failed, "take() comes before the next feed()");
    core.input += as_text(bytes);
    HttpProgress progress = core.advance();
    if (progress != HttpProgress::refused && core.parser->is_header_done() && !core.headers_checked) {
        core.headers_checked = true;
        if (auto error = check_request(core)) progress = core.refuse(std::move(*error));
    }
    if (progress == HttpProgress::need_input && core.headers_checked && !core.continue_told &&
        wants_continue(core)) {
        core.continue_told = true;
        return HttpProgress::want_continue;
    }
    return progress;
}

HttpRequest HttpRequestParser::take() {
    Core<true>& core = state_->core;
    ASSERT(core.parser->is_done() && !core.failed, "a request is taken once it is complete");
    auto& message = core.parser->get();
    HttpRequest request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    request.headers = core.take_headers();
    request.keep_alive = message.keep_alive();
    request.body = std::move(message.body());
    core.restart();
    return request;
}

HttpRequest HttpRequestParser::header() const {
    const Core<true>& core = state_->core;
    HttpRequest request;
    // Beast refuses a body for its length as soon as it has read the header, and before it says that the header is done.
    const bool too_large = core.failed && core.error.status == 413;
    if (!core.parser->is_header_done() && !too_large) return request;
    const auto& message = core.parser->get();
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    request.headers = core.take_headers();
    return request;
}

const HttpError& HttpRequestParser::error() const {
    return state_->core.error;
}

bool HttpRequestParser::idle() const {
    return state_->core.input.empty() && !state_->core.parser->got_some();
}

struct HttpResponseParserState {
    HttpResponseParserState(HttpLimits limits, HttpResponseParser::Answers to) : core(limits), answers(to) {
        core.parser->skip(answers == HttpResponseParser::Answers::head_request);
    }
    Core<false> core;
    HttpResponseParser::Answers answers;

    void restart() {
        core.restart();
        core.parser->skip(answers == HttpResponseParser::Answers::head_request);
    }
    /// Interim responses (RFC 9110 section 15.2) are passed over.
    HttpProgress advance() {
        for (;;) {
            const HttpProgress progress = core.advance();
            if (progress != HttpProgress::complete || core.parser->get().result_int() / 100 != 1)
                return progress;
            restart();
        }
    }
};

HttpResponseParser::HttpResponseParser(HttpLimits limits, Answers answers)
    : state_(std::make_unique<HttpResponseParserState>(limits, answers)) {}
HttpResponseParser::HttpResponseParser(HttpResponseParser&&) noexcept = default;
HttpResponseParser& HttpResponseParser::operator=(HttpResponseParser&&) noexcept = default;
HttpResponseParser::~HttpResponseParser() = default;

HttpProgress HttpResponseParser::feed(ByteView bytes) {
    state_->core.input += as_text(bytes);
    return state_->advance();
}

HttpProgress HttpResponseParser::end_of_input() {
    Core<false>& core = state_->core;
    if (core.failed) return HttpProgress::refused;
    BeastError error;
    if (!core.parser->got_some()) return core.refuse({400, "the connection ended before the response"});
    if (!core.parser->is_done()) core.parser->put_eof(error);
    if (error) return core.refuse(describe(error));
    return core.parser->is_done() ? HttpProgress::complete : core.refuse({400, "the response ended early"});
}

HttpResponse HttpResponseParser::take() {
    Core<false>& core = state_->core;
    ASSERT(core.parser->is_done() && !core.failed, "a response is taken once it is complete");
    auto& message = core.parser->get();
    HttpResponse response;
    response.status = static_cast<int>(message.result_int());
    response.headers = core.take_headers();
    response.keep_alive = message.keep_alive();
    response.body = std::move(message.body());
    state_->restart();
    return response;
}

const HttpError& HttpResponseParser::error() const {
    return state_->core.error;
}

std::optional<int> HttpResponseParser::status() const {
    const Core<false>& core = state_->core;
    // As in HttpRequestParser::header().
    const bool too_large = core.failed && core.error.status == 413;
    if (!core.parser->is_header_done() && !too_large) return std::nullopt;
    return static_cast<int>(core.parser->get().result_int());
}

}  // namespace tocsin::proto
