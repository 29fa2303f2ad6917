#include "proto/smtp_types.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/assert.hpp"
#include "base/limits.hpp"

namespace tocsin::proto {
namespace {

/// RFC 5321 section 4.2: text of a reply is printable ASCII and tabs; 512 bytes are a line (section 4.5.3.1.5).
std::string reply_text(std::string_view text) {
    constexpr std::size_t line_bytes_max = 480;
    std::string clean(text.substr(0, line_bytes_max));
    for (char& c : clean)
        if (c < 0x20 || c == 0x7F) c = '?';
    return clean;
}

}  // namespace

std::string SmtpReply::summary() const {
    std::string text = std::to_string(code);
    if (!enhanced.empty()) text += " " + enhanced;
    if (!lines.empty() && !lines.front().empty()) text += " " + reply_text(lines.front());
    return text;
}

std::string SmtpReply::serialise() const {
    ASSERT(code >= 200 && code <= 599 && !lines.empty(), "a reply has a code and a line");
    std::string bytes;
    for (std::size_t index = 0; index < lines.size(); ++index) {
        bytes += fmt::format("{}{}", code, index + 1 < lines.size() ? '-' : ' ');
        // RFC 2034 section 4: on every line, and never on a 3xx reply.
        if (!enhanced.empty() && (code < 300 || code >= 400)) bytes += reply_text(enhanced) + ' ';
        bytes += reply_text(lines[index]) + "\r\n";
    }
    return bytes;
}

SmtpReply make_reply(int code, std::string_view enhanced, std::string_view text) {
    return SmtpReply{code, std::string(enhanced), {std::string(text)}};
}

std::string_view to_string(SmtpViolation violation) {
    switch (violation) {
        case SmtpViolation::none: return "none";
        case SmtpViolation::bare_cr: return "bare_cr";
        case SmtpViolation::bare_lf: return "bare_lf";
        case SmtpViolation::nul_at_dot: return "nul_at_dot";
        case SmtpViolation::nul_in_command: return "nul_in_command";
        case SmtpViolation::command_too_long: return "command_too_long";
        case SmtpViolation::data_before_go_ahead: return "data_before_go_ahead";
        case SmtpViolation::chunking: return "chunking";
        case SmtpViolation::web_request: return "web_request";
        case SmtpViolation::commands_before_tls: return "commands_before_tls";
        case SmtpViolation::too_large: return "too_large";
        case SmtpViolation::endless_content: return "endless_content";
        case SmtpViolation::too_many_errors: return "too_many_errors";
    }
    return "none";
}

}  // namespace tocsin::proto
