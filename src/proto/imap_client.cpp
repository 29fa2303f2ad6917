#include "proto/imap_client.hpp"

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"
#include "base/limits/imap.hpp"
#include "proto/imap_command.hpp"
#include "proto/imap_cursor.hpp"

namespace tocsin::proto {

namespace {

constexpr std::string_view untagged_mark = "* ";

/// Words for people may end with "{5}" and mean nothing by it; only data has literals.
bool may_have_literal(std::string_view line) {
    return line.starts_with(untagged_mark) && !condition_at(line.substr(untagged_mark.size()));
}

}  // namespace

void ImapClientMachine::feed(ByteView bytes) {
    if (state_ != State::broken) input_ += as_text(bytes);
}

std::string ImapClientMachine::take_output() {
    return std::exchange(output_, {});
}

void ImapClientMachine::break_off(ErrorCode code, std::string why) {
    if (state_ == State::broken) return;
    state_ = State::broken;
    broken_why_ = Error{code, std::move(why)};
    input_.clear();
    output_.clear();
    later_.clear();
}

ImapEvent ImapClientMachine::next() {
    while (state_ != State::broken) {
        const std::optional<std::string> line = take_line();
        if (state_ == State::broken) break;
        if (!line) {
            const bool awaited = under_way_ || state_ == State::greeting;
            return {.kind = awaited ? ImapEventKind::need_input : ImapEventKind::idle};
        }
        if (std::optional<ImapEvent> event = handle(*line)) return std::move(*event);
    }
    return {.kind = ImapEventKind::broken, .error = broken_why_};
}

/// One answer with its literals, without the last line end; nothing if it is not there yet.
std::optional<std::string> ImapClientMachine::take_line() {
    while (state_ != State::broken) {
        if (literal_left_ > 0 && !append_literal()) return std::nullopt;
        const std::size_t line_end = input_.find("\r\n", searched_);
        if (line_end == std::string::npos) {
            searched_ = input_.empty() ? 0 : input_.size() - 1;
            if (line_bytes_ + input_.size() > limits::imap_answer_bytes)
                break_off(ErrorCode::limit, "the IMAP server sent too long a line");
            return std::nullopt;
        }
        if (append_line(line_end) == Line::goes_on) continue;
        line_bytes_ = literals_ = 0;
        return std::exchange(line_, {});
    }
    return std::nullopt;
}

/// Moves a line from the input into the answer, and sees whether a literal follows.
ImapClientMachine::Line ImapClientMachine::append_line(std::size_t line_end) {
    const std::string_view text = std::string_view(input_).substr(0, line_end);
    if (text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
        break_off(ErrorCode::corrupt, "the IMAP server sent a bare CR, LF or NUL in a line");
        return Line::goes_on;
    }
    line_bytes_ += text.size();
    command_bytes_ += text.size();
    if (line_bytes_ > limits::imap_answer_bytes || command_bytes_ > limits::imap_command_answer_bytes) {
        break_off(ErrorCode::limit, "the IMAP server sent too long an answer");
        return Line::goes_on;
    }
    line_ += text;
    // Of this line alone: what a literal ends with means nothing.
    std::uint64_t bytes = 0;
    const bool literal_follows = may_have_literal(line_) && announces_literal(text, bytes);
    input_.erase(0, line_end + 2);
    searched_ = 0;
    if (!literal_follows) return Line::whole;
    const std::uint64_t allowed =
        std::max<std::uint64_t>(limits::imap_small_literal_bytes, gathered_.content_bytes_max);
    if (bytes > allowed || ++literals_ > limits::imap_literals_per_answer) {
        break_off(ErrorCode::limit, "the IMAP server announced a literal of " + std::to_string(bytes) +
                                        " bytes, more than the " + std::to_string(allowed) +
                                        " that were asked for");
        return Line::goes_on;
    }
    line_ += "\r\n";
    literal_left_ = bytes;
    return Line::goes_on;
}

bool ImapClientMachine::append_literal() {
    const std::size_t count = std::min<std::uint64_t>(literal_left_, input_.size());
    line_.append(input_, 0, count);
    input_.erase(0, count);
    searched_ = 0;
    literal_left_ -= count;
    return literal_left_ == 0;
}

std::optional<ImapEvent> ImapClientMachine::handle(std::string_view line) {
    if (state_ == State::greeting) return handle_greeting(line);
    if (state_ == State::wait_tls) {
        break_off(ErrorCode::corrupt, "the IMAP server said something before TLS");
    } else if (line.starts_with(untagged_mark)) {
        handle_untagged(line.substr(untagged_mark.size()));
    } else if (line == "+" || line.starts_with("+ ")) {
        go_ahead();
    } else {
        return handle_tagged(line);
    }
    return std::nullopt;
}

std::optional<ImapEvent> ImapClientMachine::handle_greeting(std::string_view line) {
    const std::string_view rest =
        line.starts_with(untagged_mark) ? line.substr(untagged_mark.size()) : std::string_view();
    const std::optional<ImapCondition> condition = condition_at(rest);
    if (condition != ImapCondition::ok && condition != ImapCondition::preauth &&
        condition != ImapCondition::bye) {
        break_off(ErrorCode::corrupt, "this is no IMAP server");
        return std::nullopt;
    }
    const std::size_t blank = rest.find(' ');
    const std::string_view text =
        blank == std::string_view::npos ? std::string_view() : rest.substr(blank + 1);
    if (const Result<void> read = read_condition_text(text, gathered_, capabilities_); !read) {
        break_off(read.error().code, read.error().message);
        return std::nullopt;
    }
    if (condition == ImapCondition::bye) {
        break_off(ErrorCode::unavailable, "the IMAP server will not talk: " + gathered_.answer.text);
        return std::nullopt;
    }
    preauthenticated_ = condition == ImapCondition::preauth;
    state_ = State::open;
    return ImapEvent{.kind = ImapEventKind::greeted, .answer = std::exchange(gathered_.answer, {})};
}

void ImapClientMachine::handle_untagged(std::string_view line) {
    if (++untagged_ > limits::imap_untagged_answers)
        return break_off(ErrorCode::limit, "the IMAP server says more and more that nobody asked for");
    const std::optional<ImapCondition> condition = condition_at(line);
    Result<void> read;
    if (condition) {
        const std::size_t blank = line.find(' ');
        read = read_condition_text(blank == std::string_view::npos ? "" : line.substr(blank + 1), gathered_,
                                   capabilities_);
    } else {
        read = read_untagged(line, gathered_, capabilities_);
    }
    if (!read) return break_off(read.error().code, read.error().message);
    if (condition == ImapCondition::bye && after_ != After::logout)
        break_off(ErrorCode::closed, "the IMAP server closes: " + gathered_.answer.text);
    if (condition == ImapCondition::preauth) break_off(ErrorCode::corrupt, "the IMAP server greets twice");
}

void ImapClientMachine::go_ahead() {
    if (later_.empty())
        return break_off(ErrorCode::corrupt, "the IMAP server says go on, and there is nothing to say");
    output_ += later_.front();
    later_.pop_front();
}

std::optional<ImapEvent> ImapClientMachine::handle_tagged(std::string_view line) {
    const std::size_t blank = line.find(' ');
    const std::string_view rest =
        blank == std::string_view::npos ? std::string_view() : line.substr(blank + 1);
    const std::optional<ImapCondition> condition = condition_at(rest);
    if (!under_way_ || line.substr(0, blank) != tag_ || !condition || *condition > ImapCondition::bad) {
        break_off(ErrorCode::corrupt, "the IMAP server answers what was not asked");
        return std::nullopt;
    }
    const std::size_t text = rest.find(' ');
    const Result<void> read = read_condition_text(text == std::string_view::npos ? "" : rest.substr(text + 1),
                                                  gathered_, capabilities_);
    if (!read) {
        break_off(read.error().code, read.error().message);
        return std::nullopt;
    }
    if (*condition == ImapCondition::ok && !later_.empty()) {
        break_off(ErrorCode::corrupt, "the IMAP server said OK to half a command");
        return std::nullopt;
    }
    gathered_.answer.status = *condition == ImapCondition::ok   ? ImapStatus::ok
                              : *condition == ImapCondition::no ? ImapStatus::no
                                                                : ImapStatus::bad;
    ImapAnswer answer = std::exchange(gathered_.answer, {});
    finish(answer);
    if (state_ == State::broken) return std::nullopt;
    return ImapEvent{.kind = ImapEventKind::answer, .answer = std::move(answer)};
}

void ImapClientMachine::finish(ImapAnswer& answer) {
    under_way_ = false;
    later_.clear();
    gathered_.expected = ImapExpected::nothing;
    gathered_.asked_uids.clear();
    gathered_.content_bytes_max = 0;
    if (after_ == After::open_folder) {
        if (answer.ok() && answer.selected.uid_validity == 0) {
            answer.status = ImapStatus::no;
            answer.text = "the folder has no UIDVALIDITY";
        }
        if (answer.ok()) gathered_.open_uid_validity = answer.selected.uid_validity;
    }
    // What stands behind the OK in the clear was perhaps said by somebody in between.
    if (after_ == After::start_tls && answer.ok()) {
        if (!input_.empty())
            return break_off(ErrorCode::corrupt, "the IMAP server said something before TLS");
        state_ = State::wait_tls;
    }
}

void ImapClientMachine::tls_started() {
    state_ = State::open;
    capabilities_ = {};
}

}  // namespace tocsin::proto
