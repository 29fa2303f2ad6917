// The conversation with the next hop: its answers become the client's answers, so there is no queue and nothing to lose.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "net/sockets.hpp"
#include "net/stream.hpp"
#include "proto/smtp_client_machine.hpp"

namespace tocsin::gate {

struct NextHopAddress {
    std::string address;  ///< IP literal
    std::uint16_t port = 0;
};

/// One connection to the next hop, opened when the first transaction needs it.
class NextHop {
public:
    NextHop(NextHopAddress address, std::string hello_name)
        : address_(std::move(address)), hello_name_(std::move(hello_name)) {}

    /// Connects and greets, if that is not done yet. Errors are for the client: it is told 4xx.
    Result<void> open(net::Fiber& fiber);
    /// Each returns the next hop's reply, or an error when the connection is lost.
    Result<proto::SmtpReply> mail(const proto::SmtpSender& sender);
    Result<proto::SmtpReply> recipient(std::string_view path);
    Result<proto::SmtpReply> content(std::string_view prefix, ByteView content);
    void reset();
    void quit();
    [[nodiscard]] bool connected() const { return stream_ != nullptr; }

private:
    Result<proto::SmtpReply> await(proto::SmtpStep step);
    Result<void> flush();
    Error lose(const Error& error);

    NextHopAddress address_;
    std::string hello_name_;
    std::unique_ptr<net::Stream> stream_;
    std::unique_ptr<proto::SmtpClientMachine> machine_;
};

}  // namespace tocsin::gate
