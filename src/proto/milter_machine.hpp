// The filter side of the milter protocol, as Postfix and Sendmail speak it (versions 2 to 6), without I/O: bytes in,
// events and bytes out.
//
//     for (;;) switch (auto event = machine.next(); event.kind) {
//         case need_input: write(machine.take_output()); feed what was read; break;      // write first, then read
//         case mail: case recipient: ...: decide; if (event.wants_answer) machine.answer(...); break;
//         case header: append milter_header_line(event.text, event.value); break;
//         case end_of_headers: append CRLF; break;
//         case body: append event.content; break;
//         case end_of_message: scan, machine.progress() meanwhile; changes; machine.answer(...); break;
//         case closed: write(machine.take_output()); close; return;
//     }
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "proto/milter_frame.hpp"
#include "proto/milter_macros.hpp"
#include "proto/milter_types.hpp"
#include "proto/smtp_types.hpp"

namespace tocsin::proto {

/// One connection of an MTA; several messages, and after `quit_new_connection` several clients. Nothing can be said
/// to an MTA about a violation: the connection is closed, and what the MTA then does is its own setting (Postfix:
/// milter_default_action, tempfail unless changed).
class MilterMachine {
public:
    explicit MilterMachine(MilterOptions options);

    /// Appends what was read. Call only after `need_input`; the buffer is then bounded by one frame and one read.
    void feed(ByteView bytes);
    [[nodiscard]] MilterEvent next();
    /// Bytes to write to the MTA; empties the output.
    [[nodiscard]] std::string take_output();

    /// Answers the event that wanted it. `accept` and `discard` only at the end of the message. A refused mail or
    /// data command ends the message, a refused recipient is not one; what an MTA does after a refused connect or
    /// hello is its own choice.
    void answer(MilterAnswer answer);
    /// Refuses with a reply of our own, 4xx or 5xx; an enhanced code that is missing or of another class is put in
    /// (4.7.1, 5.7.1). Errors: invalid_input: another code, or no line; the question is then still open.
    [[nodiscard]] Result<void> answer(const SmtpReply& reply);

    /// At `end_of_message`, while a scan runs: the MTA waits on. Sendmail and Postfix start their clock anew.
    void progress();

    /// What the MTA shall change, at `end_of_message` before answer(), in the order given. Errors of all:
    /// unavailable (the MTA did not offer the action, or MilterOptions::actions lacks it), invalid_input (text that
    /// would be read as something else; see check_milter_header(), milter_path(), milter_arguments()), limit
    /// (limits::milter_answer_bytes, limits::milter_changes). Nothing is written then.
    ///
    /// Appends a field. Folds in values are LF and a blank. The MTA writes `name: value`.
    [[nodiscard]] Result<void> add_header(std::string_view name, std::string_view value);
    /// Puts a field before the one at `index`; 0 is above all others. MTAs count their own Received field or not.
    [[nodiscard]] Result<void> insert_header(std::uint32_t index, std::string_view name,
                                             std::string_view value);
    /// Changes the `index`th field of this name, from 1; an empty value deletes it.
    [[nodiscard]] Result<void> change_header(std::uint32_t index, std::string_view name,
                                             std::string_view value);
    /// `path` without brackets.
    [[nodiscard]] Result<void> add_recipient(std::string_view path,
                                             const std::vector<std::string>& arguments = {});
    [[nodiscard]] Result<void> delete_recipient(std::string_view path);
    [[nodiscard]] Result<void> change_sender(std::string_view path,
                                             const std::vector<std::string>& arguments = {});
    /// The whole new body, with CRLF at its line ends; split into frames. Once.
    [[nodiscard]] Result<void> replace_body(ByteView body);
    /// Postfix: hold queue; Sendmail: quarantined queue file. Then answer `proceed` or `accept`. Control bytes in
    /// the reason become `?`, long text is cut.
    [[nodiscard]] Result<void> quarantine(std::string_view reason);
    /// True if all actions (milter_action bits) were agreed.
    [[nodiscard]] bool may(std::uint32_t actions) const;

    /// No more `body` events for this message: the gate has seen enough. See MilterLargeBody.
    void skip_body();

    /// A macro of this session or message by name, with or without braces: "i", "{auth_authen}".
    [[nodiscard]] std::optional<std::string_view> macro(std::string_view name) const {
        return macros_.find(name);
    }
    [[nodiscard]] const MilterNegotiation& negotiation() const { return negotiation_; }
    /// True when no message is open: a stop may end the connection here.
    [[nodiscard]] bool idle() const;

private:
    enum class State {
        negotiation,
        connection,   ///< negotiated, or after quit_new_connection
        session,      ///< no message is open
        envelope,     ///< after MAIL
        data,         ///< after DATA
        headers,      ///< after the first field
        body,         ///< after the end of the headers
        message_end,  ///< the end was seen; the last piece of the body is with the caller
        ending,
    };
    using Reaction = std::optional<MilterEvent>;  ///< nothing: go on with the next frame

    Reaction handle(const MilterFrame& frame);
    Reaction handle_outside_message(const MilterFrame& frame);
    Reaction handle_negotiation(std::string_view data);
    Reaction handle_macros(std::string_view data);
    Reaction handle_connect(std::string_view data);
    Reaction handle_text(std::string_view data, MilterStage stage, MilterEventKind kind);
    Reaction handle_mail(std::string_view data);
    Reaction handle_recipient(std::string_view data);
    Reaction handle_data();
    Reaction handle_header(std::string_view data);
    Reaction handle_end_of_headers();
    Reaction handle_body(std::string_view data);
    Reaction handle_end_of_body(std::string_view data);
    Reaction handle_abort();
    Reaction handle_quit(MilterEventKind kind);
    MilterEvent finish_message();
    MilterEvent violate(MilterViolation violation);
    /// Path and parameters of MAIL and RCPT.
    MilterViolation read_path(std::string_view data, MilterEvent& event) const;
    /// Leaves the question to the gate, or lets the MTA go on.
    MilterEvent settle(MilterStage stage, MilterEvent event);
    void go_on(MilterStage stage);
    [[nodiscard]] bool decides(MilterStage stage) const;
    [[nodiscard]] bool counted(std::size_t bytes, MilterEvent& event);
    [[nodiscard]] bool message_open() const { return state_ >= State::envelope && state_ != State::ending; }
    void finish_answer(bool positive);
    void forget_message();
    Result<void> change(std::uint32_t action, char command, std::string_view data);
    Result<void> change_field(std::uint32_t action, char command, std::string index, std::string_view name,
                              std::string_view value);

    MilterOptions options_;
    State state_ = State::negotiation;
    std::string input_;
    std::size_t consumed_ = 0;  ///< bytes of input_ that are done with
    std::string output_;
    MilterNegotiation negotiation_;
    MilterMacros macros_;
    std::optional<MilterStage> asked_;  ///< the question that is open
    std::size_t recipients_ = 0;
    std::size_t message_bytes_ = 0;
    std::size_t header_fields_ = 0;
    std::size_t header_bytes_ = 0;
    std::size_t changes_ = 0;
    bool body_replaced_ = false;
    bool body_wanted_ = true;
    bool too_large_ = false;
};

}  // namespace tocsin::proto
