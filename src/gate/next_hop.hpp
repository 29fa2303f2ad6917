// The conversation with the next hop: its answers become the client's answers, so there is no queue and nothing to lose.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "net/sockets.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"
#include "proto/smtp_client_machine.hpp"

namespace tocsin::gate {

/// STARTTLS toward the next hop (RFC 3207).
enum class NextHopTls : std::uint8_t {
    none,
    opportunistic,  ///< when it is offered; in the clear when it is not, or when it fails
    require,        ///< or no mail is sent; the certificate is not looked at
    verify,         ///< or no mail is sent; the certificate must be trusted and name the next hop
};

struct NextHopAddress {
    std::string address;  ///< IP literal
    std::uint16_t port = 0;
    NextHopTls tls = NextHopTls::none;
    std::shared_ptr<const net::TlsContext> tls_context =
        {};                     ///< needed unless `none`; for `verify`, one that verifies
    std::string tls_name = {};  ///< in its certificate; empty: `address`
    /// For the answer to a command; for the content and its answer twice as long.
    std::uint32_t timeout_ms = limits::next_hop_command_ms;
};

/// One connection to the next hop, opened when it is first needed, and again when it was lost.
class NextHop {
public:
    NextHop(NextHopAddress address, std::string hello_name, Log& log)
        : address_(std::move(address)), hello_name_(std::move(hello_name)), log_(log) {}

    /// Connects, greets and encrypts, if that is not done yet. Errors are for the client: it is told 4xx.
    Result<void> open(net::Fiber& fiber);
    /// What the next hop announced; nothing of it while it is not connected.
    [[nodiscard]] proto::SmtpExtensions extensions() const;
    /// Begins a transaction on behalf of `client`, of which the next hop is told what it wants to know. Opens the connection
    /// if need be; one that lay idle and was closed meanwhile is opened again.
    Result<proto::SmtpReply> mail(net::Fiber& fiber, const proto::SmtpSender& sender,
                                  const proto::SmtpClientFacts& client);
    /// Each returns the next hop's reply, or an error when the connection is lost.
    Result<proto::SmtpReply> recipient(const proto::SmtpRecipient& recipient);
    /// Asks to send the content: 354 is the go-ahead, else it is refused. Until then nothing has been handed over.
    Result<proto::SmtpReply> data();
    /// After the go-ahead. The pieces together are the content.
    Result<proto::SmtpReply> content(std::span<const ByteView> pieces);
    /// content() failed when its end was already on its way: the next hop may have taken the message.
    [[nodiscard]] bool may_have_taken() const { return end_sent_; }
    void reset();
    void quit();
    [[nodiscard]] bool connected() const { return stream_ != nullptr; }

private:
    Result<void> connect(net::Fiber& fiber, Deadline deadline);
    Result<void> encrypt(Deadline deadline);
    Result<proto::SmtpReply> begin(net::Fiber& fiber, const proto::SmtpSender& sender,
                                   const proto::SmtpClientFacts& client);
    Result<proto::SmtpReply> await(proto::SmtpStep step);
    /// What a command of the machine came to: when that found the session broken, the connection is lost.
    Result<void> given(Result<void> command);
    [[nodiscard]] Deadline command_deadline() const;
    void note_forwarding(const proto::SmtpReply& reply);
    Result<proto::SmtpReply> await_until(proto::SmtpStep step, Deadline deadline);
    Result<void> receive(Deadline deadline);
    Result<void> flush(Deadline deadline);
    Error lose(const Error& error);

    NextHopAddress address_;
    std::string hello_name_;
    Log& log_;
    bool end_sent_ = false;
    bool tls_failed_ = false;  ///< opportunistic: not tried again in this session
    std::unique_ptr<net::Stream> stream_;
    std::unique_ptr<proto::SmtpClientMachine> machine_;
};

}  // namespace tocsin::gate
