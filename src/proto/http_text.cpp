// HTTP messages as bytes, and targets (RFC 9112, RFC 3986).
#include <fmt/core.h>

#include <algorithm>

#include "base/ascii.hpp"
#include "proto/http.hpp"

namespace tocsin::proto {
namespace {

/// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
               marks.find(c) != std::string_view::npos;
    });
}

/// The fields that we write ourselves.
bool is_framing(std::string_view name) {
    return equals_ignoring_case(name, "Content-Length") || equals_ignoring_case(name, "Transfer-Encoding") ||
           equals_ignoring_case(name, "Connection");
}

/// RFC 9110 section 5.5: a value that came from elsewhere must not end its line.
void append_field(std::string& bytes, std::string_view name, std::string_view value) {
    if (!is_token(name)) return;
    bytes += name;
    bytes += ": ";
    for (const char c : value)
        if (c != '\r' && c != '\n' && c != '\0') bytes += c;
    bytes += "\r\n";
}

void append_fields(std::string& bytes, const HttpHeaders& headers) {
    for (const auto& [name, value] : headers.fields)
        if (!is_framing(name)) append_field(bytes, name, value);
}

}  // namespace

std::optional<std::string_view> HttpHeaders::find(std::string_view name) const {
    for (const auto& [field, value] : fields)
        if (equals_ignoring_case(field, name)) return value;
    return std::nullopt;
}

void HttpHeaders::set(std::string_view name, std::string_view value) {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto& field) {
        return equals_ignoring_case(field.first, name);
    });
    if (found != fields.end())
        found->second = value;
    else
        fields.emplace_back(name, value);
}

std::string_view http_reason(int status) {
    switch (status) {
        case 100: return "Continue";
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 204: return "No Content";
        case 304: return "Not Modified";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 411: return "Length Required";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 422: return "Unprocessable Content";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not Implemented";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        case 505: return "HTTP Version Not Supported";
        default: return "Unknown";
    }
}

std::string serialise(const HttpResponse& response, HttpResponseParser::Answers answers) {
    std::string bytes = fmt::format("HTTP/1.1 {} {}\r\n", response.status, http_reason(response.status));
    append_fields(bytes, response.headers);
    // RFC 9110 sections 6.4.1 and 8.6: these never have content.
    const bool never_content = response.status == 204 || response.status == 304;
    if (!never_content) append_field(bytes, "Content-Length", std::to_string(response.body.size()));
    append_field(bytes, "Connection", response.keep_alive ? "keep-alive" : "close");
    bytes += "\r\n";
    if (!never_content && answers == HttpResponseParser::Answers::other_request) bytes += response.body;
    return bytes;
}

Result<std::string> serialise(const HttpRequest& request, std::string_view host) {
    const auto printable = [](char c) { return c > 0x20 && c < 0x7F; };
    if (!is_token(request.method)) return fail(ErrorCode::invalid_input, "request: invalid method");
    if (!request.target.starts_with('/') ||
        !std::all_of(request.target.begin(), request.target.end(), printable))
        return fail(ErrorCode::invalid_input, "request: invalid target");
    std::string bytes = request.method + " " + request.target + " HTTP/1.1\r\n";
    if (!request.headers.find("Host")) append_field(bytes, "Host", host);
    append_fields(bytes, request.headers);
    const bool expects_content =
        request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    if (expects_content || !request.body.empty())
        append_field(bytes, "Content-Length", std::to_string(request.body.size()));
    append_field(bytes, "Connection", request.keep_alive ? "keep-alive" : "close");
    return bytes + "\r\n" + request.body;
}

Result<std::string> percent_decode(std::string_view text, PlusSign plus) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '+' && plus == PlusSign::space) {
            decoded += ' ';
        } else if (text[at] == '%') {
            const int high = at + 2 < text.size() ? hex_value(text[at + 1]) : -1;
            const int low = at + 2 < text.size() ? hex_value(text[at + 2]) : -1;
            if (high < 0 || low < 0) return fail(ErrorCode::invalid_input, "bad percent escape");
            decoded += static_cast<char>(high * 16 + low);
            at += 2;
        } else {
            decoded += text[at];
        }
    }
    return decoded;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view unreserved_marks = "-._~";
    std::string encoded;
    for (const char c : text) {
        const bool unreserved = (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
                                unreserved_marks.find(c) != std::string_view::npos;
        if (unreserved)
            encoded += c;
        else
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

std::optional<std::string_view> HttpTarget::parameter(std::string_view name) const {
    for (const auto& [key, value] : query)
        if (key == name) return value;
    return std::nullopt;
}

Result<HttpTarget> parse_target(std::string_view target) {
    if (!target.starts_with('/')) return fail(ErrorCode::invalid_input, "target does not start with a slash");
    target = target.substr(0, target.find('#'));
    const std::size_t mark = std::min(target.find('?'), target.size());
    HttpTarget result;
    result.path = TRY(percent_decode(target.substr(0, mark), PlusSign::literal));
    std::string_view query = target.substr(std::min(mark + 1, target.size()));
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        if (pair.empty()) continue;
        if (result.query.size() == limits::http_query_parameters)
            return fail(ErrorCode::invalid_input, "too many query parameters");
        const std::size_t equals = std::min(pair.find('='), pair.size());
        auto name = TRY(percent_decode(pair.substr(0, equals), PlusSign::space));
        auto value = TRY(percent_decode(pair.substr(std::min(equals + 1, pair.size())), PlusSign::space));
        result.query.emplace_back(std::move(name), std::move(value));
    }
    const auto has_nul = [](const std::string& text) { return text.find('\0') != std::string::npos; };
    if (has_nul(result.path) || std::any_of(result.query.begin(), result.query.end(), [&](const auto& pair) {
            return has_nul(pair.first) || has_nul(pair.second);
        }))
        return fail(ErrorCode::invalid_input, "NUL in target");
    return result;
}

}  // namespace tocsin::proto
