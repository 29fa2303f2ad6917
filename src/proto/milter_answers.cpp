// What a filter says to the MTA: replies, and changes at the end of a message.
#include <algorithm>
#include <cctype>
#include <limits>

#include "base/assert.hpp"
#include "proto/milter_machine.hpp"

namespace tocsin::proto {
namespace {

/// More lines than Sendmail takes in one reply.
constexpr std::size_t reply_lines_max = 31;
constexpr std::size_t reason_bytes_max = 200;

bool is_number(std::string_view text) {
    return !text.empty() && text.size() <= 3 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// RFC 3463 section 2: class "." subject "." detail, the class that of the reply.
bool is_enhanced_code(std::string_view text, int code) {
    const std::size_t first = text.find('.');
    const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
    return second != std::string_view::npos && first == 1 && text[0] - '0' == code / 100 &&
           is_number(text.substr(first + 1, second - first - 1)) && is_number(text.substr(second + 1));
}

/// Sendmail takes the reply as a format string, so `%` is doubled; Postfix makes one of two.
std::string reply_data(const SmtpReply& reply) {
    const std::string bytes = reply.serialise();
    std::string data;
    for (const char c : std::string_view(bytes).substr(0, bytes.size() - 2)) {
        if (c == '%') data.push_back('%');
        data.push_back(c);
    }
    data.push_back('\0');
    return data;
}

std::string index_data(std::uint32_t index) {
    std::string data;
    put_milter_integer(data, index);
    return data;
}

}  // namespace

void MilterMachine::answer(MilterAnswer answer) {
    ASSERT(asked_, "there is nothing to answer");
    ASSERT(*asked_ == MilterStage::end_of_message ||
               (answer != MilterAnswer::accept && answer != MilterAnswer::discard),
           "only a whole message can be accepted or discarded");
    switch (answer) {
        case MilterAnswer::proceed: put_milter_frame(output_, 'c'); break;
        case MilterAnswer::accept: put_milter_frame(output_, 'a'); break;
        case MilterAnswer::reject: put_milter_frame(output_, 'r'); break;
        case MilterAnswer::tempfail: put_milter_frame(output_, 't'); break;
        case MilterAnswer::discard: put_milter_frame(output_, 'd'); break;
    }
    finish_answer(answer == MilterAnswer::proceed);
}

Result<void> MilterMachine::answer(const SmtpReply& reply) {
    ASSERT(asked_, "there is nothing to answer");
    if (reply.code < 400 || reply.code > 599 || reply.lines.empty())
        return fail(ErrorCode::invalid_input, "milter: a reply of our own is 4xx or 5xx, with text");
    SmtpReply sent = reply;
    if (!is_enhanced_code(sent.enhanced, sent.code)) sent.enhanced = sent.code < 500 ? "4.7.1" : "5.7.1";
    if (sent.lines.size() > reply_lines_max) sent.lines.resize(reply_lines_max);
    put_milter_frame(output_, 'y', reply_data(sent));
    finish_answer(false);
    return {};
}

void MilterMachine::finish_answer(bool positive) {
    const MilterStage stage = *asked_;
    asked_.reset();
    switch (stage) {
        case MilterStage::mail:
        case MilterStage::data:
            if (!positive) forget_message();
            break;
        case MilterStage::recipient: recipients_ += positive ? 1U : 0U; break;
        case MilterStage::end_of_message: forget_message(); break;
        case MilterStage::connect:
        case MilterStage::hello:
        case MilterStage::unknown_command:
        case MilterStage::header:
        case MilterStage::end_of_headers:
        case MilterStage::body: break;
    }
}

void MilterMachine::progress() {
    ASSERT(asked_ == MilterStage::end_of_message, "only the end of a message may take time");
    put_milter_frame(output_, 'p');
}

bool MilterMachine::may(std::uint32_t actions) const {
    return (negotiation_.actions & actions) == actions;
}

Result<void> MilterMachine::change(std::uint32_t action, char command, std::string_view data) {
    ASSERT(asked_ == MilterStage::end_of_message, "changes are made at the end of a message");
    if (!may(action)) return fail(ErrorCode::unavailable, "milter: the MTA does not offer this change");
    if (data.size() > limits::milter_answer_bytes)
        return fail(ErrorCode::limit, "milter: the change is too long");
    if (changes_ >= limits::milter_changes) return fail(ErrorCode::limit, "milter: too many changes");
    ++changes_;
    put_milter_frame(output_, command, data);
    return {};
}

/// With 0x100000 the value stands right behind the colon, there and here; without it the MTA puts a space between.
Result<void> MilterMachine::change_field(std::uint32_t action, char command, std::string index,
                                         std::string_view name, std::string_view value) {
    TRY(check_milter_header(name, value));
    std::string data = std::move(index);
    data.append(name).push_back('\0');
    const bool deletes = command == 'm' && value.empty();
    if (!deletes && (negotiation_.protocol & milter_protocol::header_leading_space) != 0) data.push_back(' ');
    data.append(value).push_back('\0');
    return change(action, command, data);
}

Result<void> MilterMachine::add_header(std::string_view name, std::string_view value) {
    return change_field(milter_action::add_header, 'h', {}, name, value);
}

Result<void> MilterMachine::insert_header(std::uint32_t index, std::string_view name,
                                          std::string_view value) {
    if (index >= std::numeric_limits<std::int32_t>::max())
        return fail(ErrorCode::invalid_input, "milter: a header has no such place");
    return change_field(milter_action::add_header, 'i', index_data(index), name, value);
}

Result<void> MilterMachine::change_header(std::uint32_t index, std::string_view name,
                                          std::string_view value) {
    if (index == 0 || index >= std::numeric_limits<std::int32_t>::max())
        return fail(ErrorCode::invalid_input, "milter: header fields are counted from 1");
    return change_field(milter_action::change_header, 'm', index_data(index), name, value);
}

Result<void> MilterMachine::add_recipient(std::string_view path, const std::vector<std::string>& arguments) {
    std::string data = TRY(milter_path(path));
    data.push_back('\0');
    if (arguments.empty()) return change(milter_action::add_recipient, '+', data);
    data += TRY(milter_arguments(arguments));
    data.push_back('\0');
    return change(milter_action::add_recipient_with_arguments, '2', data);
}

Result<void> MilterMachine::delete_recipient(std::string_view path) {
    std::string data = TRY(milter_path(path));
    data.push_back('\0');
    return change(milter_action::delete_recipient, '-', data);
}

Result<void> MilterMachine::change_sender(std::string_view path, const std::vector<std::string>& arguments) {
    std::string data = TRY(milter_path(path));
    data.push_back('\0');
    if (!arguments.empty()) {
        data += TRY(milter_arguments(arguments));
        data.push_back('\0');
    }
    return change(milter_action::change_sender, 'e', data);
}

Result<void> MilterMachine::replace_body(ByteView body) {
    const std::size_t frames = std::max<std::size_t>(1, (body.size() + limits::milter_answer_bytes - 1) /
                                                            limits::milter_answer_bytes);
    if (frames > limits::milter_changes - changes_)
        return fail(ErrorCode::limit, "milter: the body is too long");
    // Postfix takes frames that are not next to each other for an error, and the body would be lost.
    ASSERT(!body_replaced_, "a body is replaced once");
    std::string_view rest = as_text(body);
    do {
        const std::string_view piece = rest.substr(0, limits::milter_answer_bytes);
        TRY(change(milter_action::replace_body, 'b', piece));
        rest.remove_prefix(piece.size());
    } while (!rest.empty());
    body_replaced_ = true;
    return {};
}

Result<void> MilterMachine::quarantine(std::string_view reason) {
    std::string data(reason.substr(0, reason_bytes_max));
    for (char& c : data)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
    if (data.empty()) data = "quarantined";
    data.push_back('\0');
    return change(milter_action::quarantine, 'q', data);
}

}  // namespace tocsin::proto
