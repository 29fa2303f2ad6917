// The content of a message after the 354 reply (RFC 5321 sections 4.1.1.4 and 4.5.2).
//
// Two programs that disagree about where a message ends let a sender smuggle a second one (CVE-2023-51764 and its
// kin). Here CRLF . CRLF is the end and nothing else is. Content with a bare CR or LF is read to that end and
// refused as a whole: whatever stands behind the false end stays part of the refused message.
#include "base/assert.hpp"
#include "proto/smtp_server_machine.hpp"

namespace tocsin::proto {

void SmtpServerMachine::start_content() {
    state_ = State::content;
    place_ = Place::line_start;
    line_ = {};
    content_bytes_ = 0;
    content_violation_ = SmtpViolation::none;
}

SmtpServerEvent SmtpServerMachine::next_content() {
    piece_.clear();
    std::string_view input = std::string_view(input_).substr(consumed_);
    const bool ended = take_content(input);
    consumed_ = input_.size() - input.size();
    // A client that was told the limit, and is three times over it, is not going to stop.
    if (!ended && content_bytes_ / 3 > offer_.size_bytes)
        return violate(SmtpViolation::endless_content, "message far too large");
    if (ended) state_ = State::content_end;
    if (!piece_.empty()) return {.kind = SmtpServerEventKind::content, .content = as_bytes(piece_)};
    if (ended) return finish_content();
    return {.kind = SmtpServerEventKind::need_input};
}

SmtpServerEvent SmtpServerMachine::finish_content() {
    if (content_violation_ != SmtpViolation::none)
        return violate(content_violation_,
                       "a line ends with CRLF; message with bare CR or LF, or NUL beside a dot, refused");
    if (content_bytes_ > offer_.size_bytes) {
        state_ = State::command;
        forget_transaction();
        put(make_reply(552, "5.3.4", "message too large"));
        return {.kind = SmtpServerEventKind::content_refused, .violation = SmtpViolation::too_large};
    }
    state_ = State::wait_message;
    return {.kind = SmtpServerEventKind::message};
}

bool SmtpServerMachine::take_content(std::string_view& input) {
    while (!input.empty()) {
        if (place_ == Place::text) {
            // The common case: everything up to the end of the line at once.
            const std::string_view run = input.substr(0, input.find_first_of("\r\n"));
            keep(run);
            line_.add(run);
            input.remove_prefix(run.size());
            if (input.empty()) return false;
        }
        const char byte = input.front();
        input.remove_prefix(1);
        if (take_special_byte(byte)) return true;
    }
    return false;
}

/// One byte that may be part of a line end or of a leading dot. True: it was the last byte of CRLF . CRLF.
bool SmtpServerMachine::take_special_byte(char byte) {
    const Place before = place_;
    const bool cr_waits = before == Place::after_cr || before == Place::after_dot_cr;
    if (byte == '\n') {
        if (before == Place::after_dot_cr) return true;
        if (cr_waits) {
            end_content_line();
            return false;
        }
        content_violation_ = SmtpViolation::bare_lf;
        place_ = Place::text;  // not a line end: a dot that follows is no first dot
        return false;
    }
    if (cr_waits) content_violation_ = SmtpViolation::bare_cr;
    if (byte == '\r') {
        place_ = before == Place::after_dot ? Place::after_dot_cr : Place::after_cr;
        return false;
    }
    line_.add(std::string_view(&byte, 1));
    if (before == Place::line_start && byte == '.') {
        place_ = Place::after_dot;  // RFC 5321 section 4.5.2: a first dot that is not alone is dropped
        return false;
    }
    place_ = Place::text;
    keep(std::string_view(&byte, 1));
    return false;
}

void SmtpServerMachine::end_content_line() {
    keep("\r\n");
    if (line_.lone_dot_among_nuls()) content_violation_ = SmtpViolation::nul_at_dot;
    line_ = {};
    place_ = Place::line_start;
}

/// Content that will be refused is counted and not kept.
void SmtpServerMachine::keep(std::string_view bytes) {
    content_bytes_ += bytes.size();
    if (content_bytes_ <= offer_.size_bytes && content_violation_ == SmtpViolation::none) piece_ += bytes;
}

}  // namespace tocsin::proto
