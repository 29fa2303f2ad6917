#include "proto/smtp_client_machine.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "proto/smtp_parameters.hpp"
#include "proto/smtp_path.hpp"

namespace tocsin::proto {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// RFC 3463 section 2: class.subject.detail, each of at most three digits, the class that of the reply.
std::string_view enhanced_code(std::string_view text, int code) {
    const std::string_view word = text.substr(0, text.find(' '));
    std::size_t dots = 0, digits = 0;
    for (const char c : word) {
        if (c == '.' && digits > 0) {
            ++dots;
            digits = 0;
        } else if (!is_digit(c) || ++digits > 3) {
            return {};
        }
    }
    const bool well_formed = dots == 2 && digits > 0 && word[1] == '.' && word[0] - '0' == code / 100;
    return well_formed ? word : std::string_view();
}

/// The keyword of an EHLO line in upper case, and its parameters.
std::pair<std::string, std::string_view> keyword_of(std::string_view line) {
    const std::size_t end = std::min(line.find(' '), line.size());
    std::string keyword(line.substr(0, end));
    for (char& c : keyword)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return {std::move(keyword), line.substr(std::min(end + 1, line.size()))};
}

/// The words of an EHLO line's parameters, in upper case. A line is bounded, so they are too.
std::vector<std::string> words_of(std::string_view parameters) {
    std::vector<std::string> words;
    while (!parameters.empty()) {
        const auto [word, rest] = keyword_of(parameters);
        if (!word.empty()) words.push_back(word);
        parameters = rest;
    }
    return words;
}

/// RFC 5321 section 4.3.2. Whatever else answers a command means that we and the next hop no longer speak of the same thing: a
/// 250 to DATA is no promise about a message that was not sent.
bool may_answer(SmtpStep step, int code) {
    if (code >= 400) return true;
    return step == SmtpStep::data ? code == 354 : code < 300;
}

std::unexpected<Error> bad_content() {
    return fail(ErrorCode::invalid_input, "next hop: the content has a bare CR or LF, or NUL beside a dot");
}

}  // namespace

std::string_view to_string(SmtpStep step) {
    switch (step) {
        case SmtpStep::greeting: return "greeting";
        case SmtpStep::hello: return "hello";
        case SmtpStep::start_tls: return "start_tls";
        case SmtpStep::forward: return "forward";
        case SmtpStep::mail: return "mail";
        case SmtpStep::recipient: return "recipient";
        case SmtpStep::data: return "data";
        case SmtpStep::content: return "content";
        case SmtpStep::reset: return "reset";
        case SmtpStep::quit: return "quit";
    }
    return "greeting";
}

SmtpClientMachine::SmtpClientMachine(std::string hello_name) : hello_name_(std::move(hello_name)) {}

void SmtpClientMachine::feed(ByteView bytes) {
    input_ += as_text(bytes);
}

std::string SmtpClientMachine::take_output() {
    return std::exchange(output_, {});
}

SmtpClientEvent SmtpClientMachine::next() {
    while (state_ != State::broken) {
        auto reply = take_reply();
        if (!reply && state_ == State::broken) break;
        if (!reply)
            return {.kind = awaited_.empty() ? SmtpClientEventKind::idle : SmtpClientEventKind::need_input};
        if (auto event = handle_reply(std::move(*reply))) return std::move(*event);
    }
    return {.kind = SmtpClientEventKind::broken, .reply = make_reply(421, "4.4.2", broken_why_)};
}

std::optional<SmtpReply> SmtpClientMachine::take_reply() {
    for (;;) {
        const std::size_t end = input_.find("\r\n");
        const std::size_t seen = std::min(end, input_.size());
        // RFC 5321 section 2.3.8 holds for replies too.
        if (const std::size_t lf = input_.find('\n'); lf < seen)
            return break_off("the next hop sent a bare LF"), std::nullopt;
        if (seen > limits::smtp_reply_line_bytes)
            return break_off("the next hop sent too long a line"), std::nullopt;
        if (end == std::string::npos) return std::nullopt;
        bool last = false;
        const bool valid = add_reply_line(std::string_view(input_).substr(0, end), partial_, last);
        input_.erase(0, end + 2);
        if (!valid) return break_off("the next hop does not speak SMTP"), std::nullopt;
        if (partial_.lines.size() > limits::smtp_reply_lines)
            return break_off("the next hop sent too many lines"), std::nullopt;
        if (last) return std::exchange(partial_, SmtpReply{});
    }
}

/// RFC 5321 section 4.2: three digits, then `-` if more lines follow, or a blank, or nothing. All lines have one
/// code.
bool SmtpClientMachine::add_reply_line(std::string_view line, SmtpReply& reply, bool& last) {
    if (line.size() < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) || !is_digit(line[2]))
        return false;
    const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    if (!reply.lines.empty() && code != reply.code) return false;
    if (line.size() > 3 && line[3] != '-' && line[3] != ' ') return false;
    reply.code = code;
    last = line.size() == 3 || line[3] == ' ';
    std::string_view text = line.substr(std::min<std::size_t>(4, line.size()));
    if (const auto enhanced = enhanced_code(text, code); !enhanced.empty()) {
        if (reply.enhanced.empty()) reply.enhanced = enhanced;
        text.remove_prefix(std::min(enhanced.size() + 1, text.size()));
    }
    std::string clean(text);
    for (char& c : clean)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    reply.lines.push_back(std::move(clean));
    return true;
}

std::optional<SmtpClientEvent> SmtpClientMachine::handle_reply(SmtpReply reply) {
    if (awaited_.empty()) {
        break_off("the next hop said unasked: " + reply.summary());
        return std::nullopt;
    }
    const SmtpStep step = awaited_.front();
    awaited_.pop_front();
    if (step == SmtpStep::greeting || step == SmtpStep::hello) return handle_opening(step, std::move(reply));
    if (!may_answer(step, reply.code)) {
        break_off("the next hop answered " + std::string(to_string(step)) + " with: " + reply.summary());
        return std::nullopt;
    }
    if (step == SmtpStep::start_tls && reply.code == 220) return handle_start_tls(std::move(reply));
    // RFC 5321 section 3.8: after 421 the channel is closed, whatever was asked.
    if (reply.code == 421) break_off("the next hop closes: " + reply.summary());
    if (step == SmtpStep::forward && !later_.empty()) {
        if (const auto sent = send(step, later_.front()); !sent && state_ != State::broken)
            break_off(sent.error().message);
        later_.pop_front();
    }
    return SmtpClientEvent{.kind = SmtpClientEventKind::reply, .step = step, .reply = std::move(reply)};
}

std::optional<SmtpClientEvent> SmtpClientMachine::handle_opening(SmtpStep step, SmtpReply reply) {
    if (step == SmtpStep::greeting && reply.code == 220) {
        state_ = State::hello;
        if (const auto sent = send(SmtpStep::hello, "EHLO " + hello_name_); !sent)
            break_off(sent.error().message);
        return std::nullopt;
    }
    if (step == SmtpStep::hello && reply.code == 250) {
        if (state_ == State::hello) read_extensions(reply);
        state_ = State::open;
        return SmtpClientEvent{.kind = SmtpClientEventKind::ready, .step = step, .reply = std::move(reply)};
    }
    // RFC 5321 section 3.2: a server that does not know EHLO is greeted the old way.
    if (step == SmtpStep::hello && state_ == State::hello && reply.code >= 500) {
        state_ = State::hello_old;
        if (const auto sent = send(SmtpStep::hello, "HELO " + hello_name_); !sent)
            break_off(sent.error().message);
        return std::nullopt;
    }
    break_off("the next hop refused the session: " + reply.summary());
    return SmtpClientEvent{.kind = SmtpClientEventKind::reply, .step = step, .reply = std::move(reply)};
}

/// What stands behind the 220 in the clear was perhaps said by somebody in between, for us to read it as the first words of
/// the encrypted session.
std::optional<SmtpClientEvent> SmtpClientMachine::handle_start_tls(SmtpReply reply) {
    if (!input_.empty()) {
        break_off("the next hop said something before TLS");
        return std::nullopt;
    }
    state_ = State::wait_tls;
    return SmtpClientEvent{
        .kind = SmtpClientEventKind::reply, .step = SmtpStep::start_tls, .reply = std::move(reply)};
}

void SmtpClientMachine::read_extensions(const SmtpReply& reply) {
    for (std::size_t index = 1; index < reply.lines.size(); ++index) {
        const auto [keyword, parameters] = keyword_of(reply.lines[index]);
        if (keyword == "PIPELINING") extensions_.pipelining = true;
        if (keyword == "8BITMIME") extensions_.eight_bit = true;
        if (keyword == "SMTPUTF8") extensions_.smtputf8 = true;
        if (keyword == "ENHANCEDSTATUSCODES") extensions_.enhanced_status = true;
        if (keyword == "STARTTLS") extensions_.starttls = true;
        if (keyword == "DSN") extensions_.dsn = true;
        if (keyword == "XFORWARD") extensions_.xforward = words_of(parameters);
        if (keyword != "SIZE") continue;
        std::uint64_t size = 0;
        std::from_chars(parameters.data(), parameters.data() + parameters.size(), size);
        extensions_.announces_size = true;
        if (size > 0) extensions_.size_bytes = size;
    }
}

void SmtpClientMachine::break_off(std::string why) {
    state_ = State::broken;
    broken_why_ = std::move(why);
}

Result<void> SmtpClientMachine::send(SmtpStep step, std::string_view line) {
    // Its next reply would be taken for the answer to this command, and so on to the answer to the content.
    if (state_ != State::broken && awaited_.empty() && (!input_.empty() || !partial_.lines.empty()))
        break_off("the next hop said something unasked");
    if (state_ == State::broken) return fail(ErrorCode::closed, "next hop: " + broken_why_);
    ASSERT(state_ != State::greeting && state_ != State::wait_tls,
           "commands come after the greeting, and not before TLS");
    if (awaited_.size() >= limits::smtp_outstanding)
        return fail(ErrorCode::limit, "next hop: too many commands ahead");
    output_ += line;
    output_ += "\r\n";
    awaited_.push_back(step);
    return {};
}

Result<void> SmtpClientMachine::start_tls() {
    ASSERT(awaited_.empty() || state_ == State::broken, "STARTTLS is said alone");
    if (!extensions_.starttls) return fail(ErrorCode::unavailable, "next hop: it does not offer STARTTLS");
    return send(SmtpStep::start_tls, "STARTTLS");
}

void SmtpClientMachine::tls_started() {
    ASSERT(state_ == State::wait_tls && input_.empty(),
           "TLS starts after STARTTLS and with nothing left over");
    extensions_ = {};
    state_ = State::hello;
    if (const auto sent = send(SmtpStep::hello, "EHLO " + hello_name_); !sent)
        break_off(sent.error().message);
}

Result<void> SmtpClientMachine::forward(const SmtpClientFacts& facts) {
    for (std::string& command : xforward_commands(facts, extensions_.xforward)) {
        if (!extensions_.pipelining && !awaited_.empty())
            later_.push_back(std::move(command));
        else
            TRY(send(SmtpStep::forward, command));
    }
    return {};
}

Result<void> SmtpClientMachine::mail(const SmtpSender& sender) {
    if (!is_sendable_path(sender.path) || !has_valid_dsn(sender))
        return fail(ErrorCode::invalid_input, "next hop: the sender cannot be sent as it is");
    const bool dsn = !sender.dsn_return.empty() || !sender.envelope_id.empty();
    if (dsn && !extensions_.dsn)
        return fail(ErrorCode::unavailable, "next hop: it does not offer DSN, which the message asks for");
    if (sender.utf8 && !extensions_.smtputf8)
        return fail(ErrorCode::unavailable, "next hop: it does not offer SMTPUTF8, which the message needs");
    std::string line = "MAIL FROM:<" + sender.path + ">";
    if (sender.size_bytes && extensions_.announces_size)
        line += " SIZE=" + std::to_string(*sender.size_bytes);
    if (sender.eight_bit && extensions_.eight_bit) line += " BODY=8BITMIME";
    if (sender.utf8) line += " SMTPUTF8";
    if (!sender.dsn_return.empty()) line += " RET=" + sender.dsn_return;
    if (!sender.envelope_id.empty()) line += " ENVID=" + sender.envelope_id;
    return send(SmtpStep::mail, line);
}

Result<void> SmtpClientMachine::recipient(const SmtpRecipient& recipient) {
    if (recipient.path.empty() || !is_sendable_path(recipient.path) || !has_valid_dsn(recipient))
        return fail(ErrorCode::invalid_input, "next hop: the recipient cannot be sent as it is");
    const bool dsn = !recipient.notify.empty() || !recipient.original_recipient.empty();
    if (dsn && !extensions_.dsn)
        return fail(ErrorCode::unavailable, "next hop: it does not offer DSN, which the message asks for");
    std::string line = "RCPT TO:<" + recipient.path + ">";
    if (!recipient.notify.empty()) line += " NOTIFY=" + recipient.notify;
    if (!recipient.original_recipient.empty()) line += " ORCPT=" + recipient.original_recipient;
    return send(SmtpStep::recipient, line);
}

Result<void> SmtpClientMachine::data() {
    last_ = '\n';
    line_ = {};
    content_bad_ = false;
    return send(SmtpStep::data, "DATA");
}

/// RFC 5321 section 4.5.2: a dot at the start of a line is doubled.
Result<void> SmtpClientMachine::content(ByteView bytes) {
    if (state_ == State::broken) return fail(ErrorCode::closed, "next hop: " + broken_why_);
    std::string_view text = as_text(bytes);
    while (!text.empty() && !content_bad_) {
        const char byte = text.front();
        // RFC 5321 section 2.3.8. A next hop that drops NULs would take a lone dot among them for the end.
        content_bad_ = (byte == '\n') != (last_ == '\r') || (byte == '\r' && line_.lone_dot_among_nuls());
        if (content_bad_) break;
        if (byte == '.' && last_ == '\n') output_ += '.';
        // A line end, or the start of a line; then the rest of the line at once.
        const bool special = byte == '\r' || byte == '\n';
        const std::size_t run = special ? 1 : std::min(text.find_first_of("\r\n"), text.size());
        output_ += text.substr(0, run);
        if (byte == '\n') line_ = {};
        if (!special) line_.add(text.substr(0, run));
        last_ = text[run - 1];
        text.remove_prefix(run);
    }
    if (content_bad_) return bad_content();
    return {};
}

Result<void> SmtpClientMachine::end_content() {
    if (content_bad_ || last_ == '\r' || line_.lone_dot_among_nuls()) return bad_content();
    return send(SmtpStep::content, last_ == '\n' ? "." : "\r\n.");
}

Result<void> SmtpClientMachine::reset() {
    return send(SmtpStep::reset, "RSET");
}

Result<void> SmtpClientMachine::quit() {
    return send(SmtpStep::quit, "QUIT");
}

}  // namespace tocsin::proto
