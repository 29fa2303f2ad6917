// The server side of SMTP for a filter before the queue (RFC 5321), without I/O: bytes in, events and bytes out.
//
//     machine.start();
//     for (;;) switch (auto event = machine.next(); event.kind) {
//         case need_input:  write(machine.take_output()); feed what was read; break;     // write first, then read
//         case hello: decide, machine.answer_hello(offer); break;
//         case mail: case recipient: case data: ...: decide, machine.answer(reply); break;
//         case start_tls: write(machine.take_output()); shake hands; machine.tls_started(); break;
//         case content: append event.content; break;
//         case closed: write(machine.take_output()); close; return;
//     }
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "proto/lone_dot_watch.hpp"
#include "proto/smtp_client_facts.hpp"
#include "proto/smtp_types.hpp"

namespace tocsin::proto {

/// STARTTLS (RFC 3207).
enum class SmtpTls : std::uint8_t {
    none,      ///< not announced, refused
    offered,   ///< announced
    required,  ///< before it, only EHLO, NOOP, QUIT and STARTTLS are answered
};

struct SmtpServerOptions {
    std::string host_name;                           ///< in the greeting and the EHLO reply
    std::size_t size_bytes = limits::message_bytes;  ///< announced by SIZE and kept
    std::size_t recipients_max = limits::smtp_recipients;
    SmtpTls tls = SmtpTls::none;
    /// This client may say for whom it speaks (XFORWARD, XCLIENT).
    bool trust_forwarding = false;
};

enum class SmtpServerEventKind {
    need_input,  ///< write take_output(), then read and feed()
    hello,  ///< EHLO or HELO: text = name. Wants answer_hello(), or answer() with 4xx/5xx. Ends the transaction
    start_tls,  ///< the 220 is in the output: write it, shake hands, tls_started(). If that fails, close. Ends the transaction
    forwarded,  ///< XFORWARD or XCLIENT: text says which, see forwarded() and impersonated(). Informs
    mail,       ///< wants answer(): 250 opens the transaction, 4xx/5xx refuses. `sender` is set
    recipient,  ///< wants answer(): 250 keeps the recipient. text = path, `recipient` has its parameters too
    data,       ///< wants answer(): 354 lets the content come, 4xx/5xx refuses
    content,    ///< a piece of the content, dots unstuffed, valid until the next call
    message,    ///< the content has ended; wants answer() with the fate of the message. Ends the transaction
    content_refused,  ///< content was over the size limit (`violation` says so): already answered; forget it. Ends the
                      ///< transaction
    reset,            ///< RSET: forget the envelope. Informs
    violation,  ///< the client broke a rule that smugglers break: `violation` names it. Answered; `closed` follows
    closed,  ///< QUIT or violation: write take_output() and close
};

struct SmtpServerEvent {
    SmtpServerEventKind kind = SmtpServerEventKind::need_input;
    std::string text;
    SmtpSender sender;
    SmtpRecipient recipient;
    ByteView content;
    SmtpViolation violation = SmtpViolation::none;
};

/// One session. Always announced: PIPELINING, SIZE, ENHANCEDSTATUSCODES. As the gate offers: 8BITMIME, SMTPUTF8, DSN. By
/// options: STARTTLS, and XFORWARD and XCLIENT to clients that are trusted. What is not announced is refused by name, always
/// BDAT and AUTH. The end of the content is CRLF . CRLF and nothing else; content with a bare CR or LF is read to that end and
/// refused, then the connection is closed.
class SmtpServerMachine {
public:
    explicit SmtpServerMachine(SmtpServerOptions options);

    /// Puts the greeting into the output: 220, or `refusal` (for example 421 when there is no room), which ends the
    /// session.
    void start();
    void start_refused(const SmtpReply& refusal);
    /// Appends what was read. Call only after `need_input`; the buffer is then bounded by one command line and one
    /// read.
    void feed(ByteView bytes);
    [[nodiscard]] SmtpServerEvent next();
    /// Decides the event that wanted it. A 421 reply also ends the session.
    void answer(const SmtpReply& reply);
    /// Answers `hello` with 250; after EHLO, `offer` is announced and from then on kept.
    void answer_hello(const SmtpOffer& offer);
    /// After `start_tls`: the session is encrypted now. Forgets all that the client said before (RFC 3207 section 4.2).
    void tls_started();
    /// Ends the session with `reply` (421) at the next event, for example at a stop or a time-out.
    void end(const SmtpReply& reply);
    /// Bytes to write to the client; empties the output.
    [[nodiscard]] std::string take_output();
    /// True when no transaction is open: a stop may end the session here.
    [[nodiscard]] bool idle() const;
    [[nodiscard]] const std::string& hello_name() const { return hello_name_; }
    [[nodiscard]] bool extended() const { return extended_; }
    /// What XFORWARD said about the client of the message that is under way or comes next. If there is anything, it takes the
    /// place of all that is known of this session's own client.
    [[nodiscard]] const std::optional<SmtpClientFacts>& forwarded() const { return forwarded_; }
    /// What XCLIENT said about the client of this session: what it speaks of takes the place of what is known otherwise.
    [[nodiscard]] const SmtpClientFacts& impersonated() const { return impersonated_; }
    /// Bytes of content that came since the last 354, whether they were kept or not.
    [[nodiscard]] std::size_t content_bytes() const { return content_bytes_; }

private:
    enum class State {
        greeting,
        command,
        wait_hello,
        wait_tls,
        wait_mail,
        wait_recipient,
        wait_data,
        content,
        content_end,  ///< the end was seen; the last piece is with the caller
        wait_message,
        ending,  ///< something was answered that ends the session
    };
    /// Where in a line of content the next byte stands.
    enum class Place { line_start, text, after_cr, after_dot, after_dot_cr };
    using Reaction = std::optional<SmtpServerEvent>;  ///< nothing: go on with the next line

    SmtpServerEvent next_command();
    SmtpServerEvent next_content();
    SmtpServerEvent finish_content();
    Reaction handle_line(std::string_view line);
    Reaction handle_hello(std::string_view verb, std::string_view name);
    Reaction handle_mail(std::string_view argument);
    Reaction handle_recipient(std::string_view argument);
    Reaction handle_data(std::string_view argument);
    Reaction handle_reset();
    Reaction handle_start_tls(std::string_view argument);
    Reaction handle_forwarding(SmtpForwarding forwarding, std::string_view arguments);
    Reaction handle_other(std::string_view verb);
    Reaction refuse(int code, std::string_view enhanced, std::string_view text);
    SmtpServerEvent violate(SmtpViolation violation, std::string_view text);
    SmtpViolation check_command_bytes(std::size_t until) const;
    /// Takes bytes of content from `input`; true once the end was seen.
    bool take_content(std::string_view& input);
    bool take_special_byte(char byte);
    void end_content_line();
    void keep(std::string_view bytes);
    void start_content();
    void put(const SmtpReply& reply);
    void greet();
    void forget_transaction();
    void forget_client();

    SmtpServerOptions options_;
    SmtpOffer offer_;
    State state_ = State::greeting;
    std::string input_;
    std::size_t consumed_ = 0;  ///< bytes of input_ that are done with
    std::string output_;
    std::string piece_;  ///< unstuffed content of the current event
    std::string hello_name_;
    bool extended_ = false;
    bool tls_active_ = false;
    std::optional<SmtpClientFacts> forwarded_;
    SmtpClientFacts impersonated_;
    bool sender_given_ = false;
    bool utf8_ = false;  ///< SMTPUTF8 was asked for
    bool mail_utf8_ = false;
    std::size_t recipients_ = 0;
    std::size_t errors_ = 0;
    Place place_ = Place::line_start;
    LoneDotWatch line_;
    std::size_t content_bytes_ = 0;  ///< seen, before the limit or after
    SmtpViolation content_violation_ = SmtpViolation::none;
};

}  // namespace tocsin::proto
