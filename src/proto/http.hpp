// HTTP/1.1 messages without I/O (RFC 9112). Parsing is Boost.Beast's, in http.cpp only.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"

namespace tocsin::proto {

/// Header fields in the order of the message. Names compare without case.
struct HttpHeaders {
    std::vector<std::pair<std::string, std::string>> fields;
    /// The value of the first field of this name; nothing if absent.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    void set(std::string_view name, std::string_view value);  ///< replaces or appends
};

struct HttpRequest {
    std::string method;  ///< upper case as sent: `GET`
    std::string target;  ///< as sent, not decoded: `/v1/messages?limit=10`
    HttpHeaders headers;
    std::string body;
    bool keep_alive = true;
};

struct HttpResponse {
    int status = 200;
    HttpHeaders headers;
    std::string body;
    bool keep_alive = true;
};

/// Limits of one parser.
struct HttpLimits {
    std::size_t header_bytes = limits::http_header_bytes;
    std::size_t header_fields = limits::http_header_fields;  ///< of a request
    std::size_t body_bytes = limits::http_body_bytes;
};

/// Why a message was refused, and the status to answer a request with.
struct HttpError {
    int status = 400;  ///< 400, 413 (body), 414 (target), 431 (headers), 501 (transfer coding), 505 (version)
    std::string why;
};

enum class HttpProgress {
    need_input,     ///< feed more
    want_continue,  ///< the client waits for `100 Continue` (RFC 9110 section 10.1.1): write it, feed more
    complete,       ///< take()
    refused,        ///< error(); answer and close
};

struct HttpParserState;

/// Parses one request after the other from a connection.
class HttpRequestParser {
public:
    explicit HttpRequestParser(HttpLimits limits = {});
    HttpRequestParser(HttpRequestParser&&) noexcept;
    HttpRequestParser& operator=(HttpRequestParser&&) noexcept;
    ~HttpRequestParser();
    /// Appends what was read (it may be empty: to parse a request that came along with the last one).
    HttpProgress feed(ByteView bytes);
    /// After `complete`: the request; the parser starts on the next one.
    [[nodiscard]] HttpRequest take();
    [[nodiscard]] const HttpError& error() const;
    /// The request without its body, once its header is whole; else an empty one. For one that will never be whole.
    [[nodiscard]] HttpRequest header() const;
    /// Nothing of a request has arrived: a stop or an idle time-out may close the connection silently.
    [[nodiscard]] bool idle() const;

private:
    std::unique_ptr<HttpParserState> state_;
};

struct HttpResponseParserState;

/// Parses one response, for the command line and for web calls.
class HttpResponseParser {
public:
    /// `head_request`: the response has no body whatever its headers say.
    enum class Answers { other_request, head_request };
    explicit HttpResponseParser(HttpLimits limits = {}, Answers answers = Answers::other_request);
    HttpResponseParser(HttpResponseParser&&) noexcept;
    HttpResponseParser& operator=(HttpResponseParser&&) noexcept;
    ~HttpResponseParser();
    HttpProgress feed(ByteView bytes);
    /// The connection has ended; completes a response whose length was not said.
    HttpProgress end_of_input();
    [[nodiscard]] HttpResponse take();
    [[nodiscard]] const HttpError& error() const;
    /// Of the response, once its header is whole: also where its body is not, or is more than is taken.
    [[nodiscard]] std::optional<int> status() const;

private:
    std::unique_ptr<HttpResponseParserState> state_;
};

/// The reason phrase of a status code.
[[nodiscard]] std::string_view http_reason(int status);
/// The bytes of a response: Content-Length and Connection are added; header values lose CR, LF and NUL.
/// `head_request`: without the body, with its length.
[[nodiscard]] std::string
serialise(const HttpResponse& response,
          HttpResponseParser::Answers answers = HttpResponseParser::Answers::other_request);
/// The bytes of a request; `host` fills the Host field if it has none. Errors: invalid_input (method or target that
/// could not be sent as they are).
[[nodiscard]] Result<std::string> serialise(const HttpRequest& request, std::string_view host);

/// `%41` to `A` (RFC 3986 section 2.1); `plus_as_space` for form fields and queries. Errors: invalid_input.
enum class PlusSign { literal, space };
[[nodiscard]] Result<std::string> percent_decode(std::string_view text, PlusSign plus);
[[nodiscard]] std::string percent_encode(std::string_view text);

/// A target split into its decoded path and decoded query parameters.
struct HttpTarget {
    std::string path;
    std::vector<std::pair<std::string, std::string>> query;
    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
};
/// Errors: invalid_input (not starting with `/`, bad escape, NUL, more than limits::http_query_parameters).
[[nodiscard]] Result<HttpTarget> parse_target(std::string_view target);

}  // namespace tocsin::proto
