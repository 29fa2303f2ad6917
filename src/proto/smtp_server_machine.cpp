#include "proto/smtp_server_machine.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/fold_case.hpp"
#include "proto/smtp_parameters.hpp"
#include "proto/smtp_path.hpp"

namespace tocsin::proto {
namespace {

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return text.substr(0, text.find_last_not_of(' ') + 1);
}

/// The rest of `argument` after `keyword` and a colon (`FROM:`), whatever its case; blanks after the colon are let
/// through.
std::optional<std::string_view> after_keyword(std::string_view argument, std::string_view keyword) {
    if (ascii_upper(argument.substr(0, keyword.size())) != keyword) return std::nullopt;
    return trimmed(argument.substr(keyword.size()));
}

}  // namespace

SmtpServerMachine::SmtpServerMachine(SmtpServerOptions options) : options_(std::move(options)) {
    offer_.size_bytes = options_.size_bytes;
}

void SmtpServerMachine::start() {
    ASSERT(state_ == State::greeting, "a session starts once");
    greet();
}

void SmtpServerMachine::start_refused(const SmtpReply& refusal) {
    ASSERT(state_ == State::greeting, "a session starts once");
    end(refusal);
}

void SmtpServerMachine::feed(ByteView bytes) {
    input_.erase(0, consumed_);
    consumed_ = 0;
    input_ += as_text(bytes);
}

SmtpServerEvent SmtpServerMachine::next() {
    switch (state_) {
        case State::command: return next_command();
        case State::content: return next_content();
        case State::content_end: return finish_content();
        case State::ending: return {.kind = SmtpServerEventKind::closed};
        case State::greeting:
        case State::wait_hello:
        case State::wait_tls:
        case State::wait_mail:
        case State::wait_recipient:
        case State::wait_data:
        case State::wait_message: break;
    }
    ASSERT(false, "start() and answer() come before the next event");
    return {};
}

/// RFC 5321 section 2.3.8: a line ends with CRLF, and CR or LF alone mean nothing anywhere.
SmtpViolation SmtpServerMachine::check_command_bytes(std::size_t until) const {
    for (std::size_t at = consumed_; at < until; ++at) {
        const char byte = input_[at];
        if (byte == '\0') return SmtpViolation::nul_in_command;
        if (byte == '\n' && (at == consumed_ || input_[at - 1] != '\r')) return SmtpViolation::bare_lf;
        if (byte == '\r' && at + 1 < input_.size() && input_[at + 1] != '\n') return SmtpViolation::bare_cr;
    }
    return SmtpViolation::none;
}

SmtpServerEvent SmtpServerMachine::next_command() {
    for (;;) {
        const std::size_t end = input_.find('\n', consumed_);
        const std::size_t line_end =
            std::min(end == std::string::npos ? input_.size() : end + 1, input_.size());
        const std::size_t checked_end = std::min(line_end, consumed_ + limits::smtp_command_bytes + 2);
        if (const auto violation = check_command_bytes(checked_end); violation != SmtpViolation::none)
            return violate(violation, "a line ends with CRLF; CR, LF and NUL alone are refused");
        if (line_end - consumed_ > limits::smtp_command_bytes + 2)
            return violate(SmtpViolation::command_too_long, "command line too long");
        if (end == std::string::npos) return {.kind = SmtpServerEventKind::need_input};
        const std::string line = input_.substr(consumed_, line_end - 2 - consumed_);
        consumed_ = line_end;
        if (auto event = handle_line(line)) return std::move(*event);
    }
}

SmtpServerMachine::Reaction SmtpServerMachine::handle_line(std::string_view line) {
    const std::size_t verb_end = std::min(line.find(' '), line.size());
    const std::string verb = ascii_upper(line.substr(0, verb_end));
    const std::string_view argument = trimmed(line.substr(verb_end));
    if (verb == "EHLO" || verb == "HELO") return handle_hello(verb, argument);
    if (verb == "STARTTLS") return handle_start_tls(argument);
    if (verb == "NOOP") {
        put(make_reply(250, "2.0.0", "OK"));
        return std::nullopt;
    }
    if (verb == "QUIT") {
        end(make_reply(221, "2.0.0", "bye"));
        return SmtpServerEvent{.kind = SmtpServerEventKind::closed};
    }
    // RFC 3030: the bytes that follow BDAT are content. Refusing the command alone would read them as commands.
    if (verb == "BDAT") return violate(SmtpViolation::chunking, "BDAT was not announced");
    if (verb == "GET" || verb == "POST" || verb == "CONNECT")
        return violate(SmtpViolation::web_request, "this is no web server");
    if (options_.tls == SmtpTls::required && !tls_active_) return refuse(530, "5.7.0", "say STARTTLS first");
    if (verb == "MAIL") return handle_mail(argument);
    if (verb == "RCPT") return handle_recipient(argument);
    if (verb == "DATA") return handle_data(argument);
    if (verb == "RSET") return handle_reset();
    if (verb == "XFORWARD") return handle_forwarding(SmtpForwarding::xforward, argument);
    if (verb == "XCLIENT") return handle_forwarding(SmtpForwarding::xclient, argument);
    return handle_other(verb);
}

SmtpServerMachine::Reaction SmtpServerMachine::handle_other(std::string_view verb) {
    if (verb == "VRFY") {
        put(make_reply(252, "2.5.1", "cannot verify, send the message"));
        return std::nullopt;
    }
    if (verb == "AUTH" || verb == "EXPN" || verb == "HELP" || verb == "ETRN" || verb == "TURN")
        return refuse(502, "5.5.1", std::string(verb) + " is not offered here");
    return refuse(500, "5.5.2", "unknown command");
}

SmtpServerMachine::Reaction SmtpServerMachine::handle_mail(std::string_view argument) {
    if (hello_name_.empty()) return refuse(503, "5.5.1", "say EHLO first");
    if (sender_given_) return refuse(503, "5.5.1", "one message at a time");
    const auto path_text = after_keyword(argument, "FROM:");
    const auto path = path_text ? parse_smtp_path(*path_text) : std::nullopt;
    if (!path) return refuse(501, "5.1.7", "MAIL FROM:<address> is expected");
    SmtpServerEvent event{.kind = SmtpServerEventKind::mail};
    event.sender.path = path->address;
    if (const auto refusal = read_mail_parameters(path->rest, offer_, event.sender))
        return refuse(refusal->code, refusal->enhanced, refusal->lines.front());
    if (path->utf8 && !event.sender.utf8) return refuse(553, "5.6.7", "the address needs SMTPUTF8");
    mail_utf8_ = event.sender.utf8;
    state_ = State::wait_mail;
    return event;
}

SmtpServerMachine::Reaction SmtpServerMachine::handle_recipient(std::string_view argument) {
    if (!sender_given_) return refuse(503, "5.5.1", "MAIL comes first");
    const auto path_text = after_keyword(argument, "TO:");
    const auto path = path_text ? parse_smtp_path(*path_text) : std::nullopt;
    if (!path || path->address.empty()) return refuse(501, "5.1.3", "RCPT TO:<address> is expected");
    SmtpServerEvent event{.kind = SmtpServerEventKind::recipient, .text = path->address};
    event.recipient.path = path->address;
    if (const auto refusal = read_recipient_parameters(path->rest, offer_, utf8_, event.recipient))
        return refuse(refusal->code, refusal->enhanced, refusal->lines.front());
    if (path->utf8 && !utf8_) return refuse(553, "5.6.7", "the address needs SMTPUTF8");
    if (recipients_ >= options_.recipients_max) {
        // RFC 5321 section 4.5.3.1.10: too many recipients is transient, the client sends the rest in another
        // transaction.
        put(make_reply(452, "4.5.3", "too many recipients"));
        return std::nullopt;
    }
    state_ = State::wait_recipient;
    return event;
}

SmtpServerMachine::Reaction SmtpServerMachine::handle_data(std::string_view argument) {
    if (!argument.empty()) return refuse(501, "5.5.4", "DATA has no argument");
    if (!sender_given_) return refuse(503, "5.5.1", "MAIL comes first");
    if (recipients_ == 0) return refuse(554, "5.5.1", "no valid recipients");
    // RFC 2920 section 3.1: DATA is the last command of a group. What comes before the 354 is not content that a
    // client may send.
    if (consumed_ < input_.size())
        return violate(SmtpViolation::data_before_go_ahead, "content was sent before the go-ahead");
    state_ = State::wait_data;
    return SmtpServerEvent{.kind = SmtpServerEventKind::data};
}

SmtpServerMachine::Reaction SmtpServerMachine::handle_reset() {
    forget_transaction();
    put(make_reply(250, "2.0.0", "OK"));
    return SmtpServerEvent{.kind = SmtpServerEventKind::reset};
}

SmtpServerMachine::Reaction SmtpServerMachine::refuse(int code, std::string_view enhanced,
                                                      std::string_view text) {
    if (++errors_ > limits::smtp_errors) return violate(SmtpViolation::too_many_errors, "too many errors");
    put(make_reply(code, enhanced, text));
    return std::nullopt;
}

SmtpServerEvent SmtpServerMachine::violate(SmtpViolation violation, std::string_view text) {
    forget_transaction();
    end(violation == SmtpViolation::too_many_errors ? make_reply(421, "4.7.0", text)
                                                    : make_reply(521, "5.5.2", text));
    return {.kind = SmtpServerEventKind::violation, .violation = violation};
}

void SmtpServerMachine::answer(const SmtpReply& reply) {
    const State asked = state_;
    state_ = State::command;
    put(reply);
    switch (asked) {
        case State::wait_hello:
            ASSERT(!reply.positive(), "answer_hello() accepts a client");
            hello_name_.clear();
            break;
        case State::wait_mail:
            sender_given_ = reply.positive();
            utf8_ = mail_utf8_;
            break;
        case State::wait_recipient: recipients_ += reply.positive() ? 1U : 0U; break;
        case State::wait_data:
            if (reply.code == 354) start_content();
            break;
        case State::wait_message:
            if (reply.positive()) errors_ = 0;
            forget_transaction();
            break;
        case State::greeting:
        case State::command:
        case State::content:
        case State::content_end:
        case State::wait_tls:
        case State::ending: ASSERT(false, "there is nothing to answer");
    }
    if (reply.code == 421) state_ = State::ending;  // RFC 5321 section 3.8: it closes the channel
}

void SmtpServerMachine::end(const SmtpReply& reply) {
    put(reply);
    state_ = State::ending;
}

std::string SmtpServerMachine::take_output() {
    return std::exchange(output_, {});
}

bool SmtpServerMachine::idle() const {
    return state_ == State::command && !sender_given_ && consumed_ == input_.size();
}

void SmtpServerMachine::put(const SmtpReply& reply) {
    output_ += reply.serialise();
}

void SmtpServerMachine::forget_transaction() {
    sender_given_ = utf8_ = false;
    recipients_ = 0;
    forwarded_.reset();
}

}  // namespace tocsin::proto
