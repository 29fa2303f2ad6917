#include "app/own_mail.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/core.h>

#include "base/bytes.hpp"

namespace tocsin::app {

namespace {

constexpr std::size_t line_characters = 76;  // RFC 2045 section 6.7, rule 5

/// RFC 5322 section 3.3.
std::string mail_date(TimePoint now) {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000",
                       fmt::gmtime(static_cast<std::time_t>(now.microseconds / 1'000'000)));
}

bool is_plain(char c) {
    return c >= ' ' && c <= '~' && c != '=';
}

std::string escaped(char c) {
    return fmt::format("={:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
}

/// RFC 2045 section 6.7. Lines end with CRLF; what else is not printable is written in hexadecimal.
std::string quoted_printable(std::string_view text) {
    std::string out, line;
    const auto end_line = [&](std::string_view end) {
        out += line;
        out += end;
        line.clear();
    };
    for (const char c : text) {
        if (c == '\n') {
            // A blank at the end of a line may get lost on the way.
            if (line.ends_with(' ')) line.replace(line.size() - 1, 1, "=20");
            end_line("\r\n");
            continue;
        }
        const std::string piece = is_plain(c) ? std::string(1, c) : escaped(c);
        if (line.size() + piece.size() >= line_characters) end_line("=\r\n");
        line += piece;
    }
    if (!line.empty()) end_line("\r\n");
    return out;
}

/// RFC 2047 section 4.2, in words of whole characters, each on a line of its own.
std::string encoded_subject(std::string_view text) {
    constexpr std::size_t word_bytes = 40;
    if (std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }) &&
        text.size() <= line_characters - 9 && text.find("=?") == std::string_view::npos)
        return std::string(text);
    std::string out, word;
    const auto end_word = [&] {
        out += (out.empty() ? "" : "\r\n ") + ("=?utf-8?Q?" + std::exchange(word, {}) + "?=");
    };
    for (const char c : text) {
        const bool begins = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
        if (begins && word.size() >= word_bytes) end_word();
        const bool bare = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        word += c == ' ' ? "_" : bare ? std::string(1, c) : escaped(c);
    }
    if (!word.empty() || out.empty()) end_word();
    return out;
}

Result<void> positive(const Result<proto::SmtpReply>& reply, bool go_ahead = false) {
    if (!reply) return std::unexpected(reply.error());
    if (reply->positive() || (go_ahead && reply->code == 354)) return {};
    return fail(reply->code >= 500 ? ErrorCode::invalid_input : ErrorCode::unavailable,
                "the mail server said " + reply->summary());
}

}  // namespace

std::string mail_text(const OwnMail& mail, TimePoint now) {
    // RFC 3834 section 5: nobody's holiday program answers it.
    return fmt::format(
        "From: {}\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}>\r\n"
        "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}",
        mail.from, mail.to, encoded_subject(mail.subject), mail_date(now), mail.message_id,
        quoted_printable(mail.text));
}

Result<void> send_own_mail(net::Fiber& fiber, gate::NextHopAddress address, const std::string& hello_name,
                           Log& log, const OwnMail& mail, TimePoint now) {
    const std::string text = mail_text(mail, now);
    gate::NextHop hop(std::move(address), hello_name, log);
    TRY(hop.open(fiber));
    proto::SmtpSender sender;
    sender.path = mail.from;
    sender.size_bytes = text.size();
    TRY(positive(hop.mail(fiber, sender, {})));
    TRY(positive(hop.recipient({.path = mail.to, .notify = {}, .original_recipient = {}})));
    TRY(positive(hop.data(), true));
    const ByteView piece = as_bytes(text);
    TRY(positive(hop.content({&piece, 1})));
    hop.quit();
    return {};
}

}  // namespace tocsin::app
