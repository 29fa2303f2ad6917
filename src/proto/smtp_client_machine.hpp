// The client side of SMTP toward the next hop (RFC 5321), without I/O. Commands may be given ahead (pipelining, RFC
// 2920) when the next hop announced it; replies come back as events in the same order.
//
//     machine.next() == need_input: write(machine.take_output()), read, feed()
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "proto/lone_dot_watch.hpp"
#include "proto/smtp_client_facts.hpp"
#include "proto/smtp_types.hpp"

namespace tocsin::proto {

/// What the next hop announced in its EHLO reply.
struct SmtpExtensions {
    bool pipelining = false;
    bool eight_bit = false;
    bool smtputf8 = false;
    bool enhanced_status = false;
    bool starttls = false;
    bool dsn = false;
    std::vector<std::string> xforward;        ///< attributes that XFORWARD takes, in upper case
    bool announces_size = false;              ///< SIZE (RFC 1870)
    std::optional<std::uint64_t> size_bytes;  ///< its limit, if there is one
};

/// What a reply answers.
enum class SmtpStep { greeting, hello, start_tls, forward, mail, recipient, data, content, reset, quit };
[[nodiscard]] std::string_view to_string(SmtpStep step);

enum class SmtpClientEventKind {
    need_input,  ///< write take_output(), then read and feed()
    ready,       ///< greeted and EHLO (or HELO) accepted: give commands
    reply,       ///< `step` and `reply`
    idle,        ///< nothing is awaited: give the next command
    broken,      ///< the next hop does not speak SMTP, or over a limit: `reply.lines[0]` says what. Close
};

struct SmtpClientEvent {
    SmtpClientEventKind kind = SmtpClientEventKind::need_input;
    SmtpStep step = SmtpStep::greeting;
    SmtpReply reply;
};

/// One connection to a next hop. A refused greeting or hello is a `reply` event and then `broken`.
class SmtpClientMachine {
public:
    /// `hello_name` goes into EHLO (ASCII, no blanks).
    explicit SmtpClientMachine(std::string hello_name);

    void feed(ByteView bytes);
    [[nodiscard]] SmtpClientEvent next();
    [[nodiscard]] std::string take_output();
    [[nodiscard]] const SmtpExtensions& extensions() const { return extensions_; }

    /// STARTTLS (RFC 3207), with nothing else awaited. After its 220 reply shake hands and call tls_started(); after any other
    /// the session goes on in the clear. Errors: unavailable (not announced).
    [[nodiscard]] Result<void> start_tls();
    /// The session is encrypted now: forgets the extensions and says EHLO again; `ready` follows.
    void tls_started();
    /// XFORWARD for the next message, with what the next hop wants to know: some commands, or none at all. Each has its
    /// own reply; without PIPELINING the second is sent after the first was answered, and other commands must wait until
    /// nothing_awaited().
    [[nodiscard]] Result<void> forward(const SmtpClientFacts& facts);
    /// MAIL FROM:<path>; SIZE, BODY and SMTPUTF8 are sent if announced: content with 8-bit bytes goes to an old next
    /// hop as it is, as every mail server does. Errors: invalid_input (path with CR, LF, NUL, blank
    /// outside quotes, `<` or `>`; malformed DSN parameter), unavailable (SMTPUTF8 or DSN needed and not announced).
    [[nodiscard]] Result<void> mail(const SmtpSender& sender);
    [[nodiscard]] Result<void> recipient(const SmtpRecipient& recipient);
    /// True once all replies have come.
    [[nodiscard]] bool nothing_awaited() const { return awaited_.empty(); }
    /// Errors of all commands: limit (limits::smtp_outstanding replies are awaited already), closed (broken).
    [[nodiscard]] Result<void> data();
    /// A piece of the content, after the 354 reply; dots are stuffed. Errors: invalid_input, and nothing more may be
    /// sent, when the content has a bare CR or LF, or a line that is a lone dot among NULs: it would mean something
    /// else to the next hop.
    [[nodiscard]] Result<void> content(ByteView bytes);
    /// CRLF . CRLF (the first CRLF only if the content did not end with one). Errors as content().
    [[nodiscard]] Result<void> end_content();
    [[nodiscard]] Result<void> reset();
    [[nodiscard]] Result<void> quit();

private:
    enum class State { greeting, hello, hello_old, open, wait_tls, broken };

    /// The next whole reply of the input; nothing if it is not there yet. An invalid one breaks the session.
    std::optional<SmtpReply> take_reply();
    bool add_reply_line(std::string_view line, SmtpReply& reply, bool& last);
    std::optional<SmtpClientEvent> handle_reply(SmtpReply reply);
    std::optional<SmtpClientEvent> handle_opening(SmtpStep step, SmtpReply reply);
    std::optional<SmtpClientEvent> handle_start_tls(SmtpReply reply);
    void read_extensions(const SmtpReply& reply);
    void break_off(std::string why);
    Result<void> send(SmtpStep step, std::string_view line);

    std::string hello_name_;
    State state_ = State::greeting;
    std::deque<SmtpStep> awaited_ = {SmtpStep::greeting};
    std::string input_;
    std::string output_;
    SmtpReply partial_;  ///< lines of a reply whose last line has not come
    std::string broken_why_;
    SmtpExtensions extensions_;
    std::deque<std::string> later_;  ///< XFORWARD commands that wait for a reply to the one before
    char last_ = '\n';               ///< last content byte; at the start of the content as after a line end
    LoneDotWatch line_;
    bool content_bad_ = false;
};

}  // namespace tocsin::proto
