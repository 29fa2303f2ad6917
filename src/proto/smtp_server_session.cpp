// Who the client is and how we talk: greeting, EHLO, STARTTLS, XFORWARD, XCLIENT.
#include <algorithm>

#include "base/assert.hpp"
#include "proto/smtp_server_machine.hpp"

namespace tocsin::proto {

void SmtpServerMachine::greet() {
    put(make_reply(220, "", options_.host_name + " ESMTP"));
    state_ = State::command;
}

/// As at the first moment of the connection, but that TLS stays and errors are counted on.
void SmtpServerMachine::forget_client() {
    forget_transaction();
    hello_name_.clear();
    extended_ = false;
    offer_ = {.size_bytes = options_.size_bytes};
}

/// RFC 5321 section 4.1.1.1.
SmtpServerMachine::Reaction SmtpServerMachine::handle_hello(std::string_view verb, std::string_view name) {
    const bool printable = std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7F; });
    if (name.empty() || !printable) return refuse(501, "5.5.4", "say your host name");
    forget_client();
    // What XCLIENT said about them holds until the client speaks for itself.
    impersonated_.helo.reset();
    impersonated_.protocol.reset();
    hello_name_ = name;
    extended_ = verb == "EHLO";
    state_ = State::wait_hello;
    return SmtpServerEvent{.kind = SmtpServerEventKind::hello, .text = hello_name_};
}

void SmtpServerMachine::answer_hello(const SmtpOffer& offer) {
    ASSERT(state_ == State::wait_hello, "a hello is answered once");
    state_ = State::command;
    SmtpReply reply{250, "", {options_.host_name}};
    if (extended_) {
        offer_ = offer;
        offer_.size_bytes = std::min<std::uint64_t>(offer.size_bytes, options_.size_bytes);
        reply.lines.insert(reply.lines.end(), {"PIPELINING", "SIZE " + std::to_string(offer_.size_bytes)});
        if (offer_.eight_bit) reply.lines.emplace_back("8BITMIME");
        if (offer_.smtputf8) reply.lines.emplace_back("SMTPUTF8");
        if (offer_.dsn) reply.lines.emplace_back("DSN");
        if (options_.tls != SmtpTls::none && !tls_active_) reply.lines.emplace_back("STARTTLS");
        if (options_.trust_forwarding) {
            reply.lines.push_back(announcement(SmtpForwarding::xforward));
            reply.lines.push_back(announcement(SmtpForwarding::xclient));
        }
        reply.lines.emplace_back("ENHANCEDSTATUSCODES");
    }
    put(reply);
}

/// RFC 3207. Whatever stands behind the command in the same read was sent in the clear, perhaps by somebody in between, and
/// must not be taken for the first words of the encrypted session (CVE-2011-0411).
SmtpServerMachine::Reaction SmtpServerMachine::handle_start_tls(std::string_view argument) {
    if (options_.tls == SmtpTls::none) return refuse(502, "5.5.1", "STARTTLS is not offered here");
    if (tls_active_) return refuse(503, "5.5.1", "TLS is active already");
    if (!argument.empty()) return refuse(501, "5.5.4", "STARTTLS has no argument");
    if (consumed_ < input_.size())
        return violate(SmtpViolation::commands_before_tls, "something was sent behind STARTTLS");
    forget_transaction();
    put(make_reply(220, "2.0.0", "ready to start TLS"));
    state_ = State::wait_tls;
    return SmtpServerEvent{.kind = SmtpServerEventKind::start_tls};
}

void SmtpServerMachine::tls_started() {
    ASSERT(state_ == State::wait_tls && consumed_ == input_.size(),
           "TLS starts after STARTTLS and with nothing left over");
    forget_client();
    impersonated_ = {};
    tls_active_ = true;
    state_ = State::command;
}

/// XFORWARD_README and XCLIENT_README of Postfix.
SmtpServerMachine::Reaction SmtpServerMachine::handle_forwarding(SmtpForwarding forwarding,
                                                                 std::string_view arguments) {
    const std::string command(to_string(forwarding));
    if (!options_.trust_forwarding) return refuse(550, "5.7.0", command + " is not for you");
    if (sender_given_) return refuse(503, "5.5.1", command + " comes before MAIL");
    // The first XFORWARD makes everything unavailable: nothing of this session is mixed with what it says.
    const SmtpClientFacts nothing{"", "", "", "", "", "", "", ""};
    SmtpClientFacts facts =
        forwarding == SmtpForwarding::xclient ? impersonated_ : forwarded_.value_or(nothing);
    if (const auto wrong = merge_client_facts(arguments, forwarding, facts))
        return refuse(501, "5.5.4", *wrong);
    if (forwarding == SmtpForwarding::xforward) {
        forwarded_ = std::move(facts);
        put(make_reply(250, "2.0.0", "OK"));
    } else {
        forget_client();
        impersonated_ = std::move(facts);
        greet();
    }
    return SmtpServerEvent{.kind = SmtpServerEventKind::forwarded, .text = command};
}

}  // namespace tocsin::proto
