// Drives an SmtpServerMachine as a gate would, and writes down what happened.
#pragma once

#include <string>
#include <string_view>

#include "proto/smtp_server_machine.hpp"
#include "support/exact_buffer.hpp"

namespace tocsin::test {

struct SmtpSession {
    std::string
        events;  ///< one word each: `hello(x) mail(a@b) rcpt(c@d) data message reset violation(bare_lf) closed`
    std::string content;  ///< of the last message that ended well
    std::string replies;  ///< all output
    int messages = 0;
    proto::SmtpSender sender;        ///< of the last MAIL
    proto::SmtpRecipient recipient;  ///< of the last RCPT
    bool closed = false;
};

enum class Feeding { whole, byte_by_byte };

class SmtpDriver {
public:
    explicit SmtpDriver(proto::SmtpServerOptions options = {.host_name = "gate.example"})
        : machine(std::move(options)) {
        machine.start();
        run();
    }

    /// What the gate answers to each question.
    int hello_code = 250, mail_code = 250, recipient_code = 250, data_code = 354, message_code = 250;
    proto::SmtpOffer offer = {.smtputf8 = true};
    SmtpSession session;
    proto::SmtpServerMachine machine;

    SmtpDriver& send(std::string_view bytes, Feeding feeding = Feeding::whole) {
        const std::size_t step = feeding == Feeding::whole ? bytes.size() : 1;
        for (std::size_t at = 0; at < bytes.size() && !session.closed; at += step) {
            const ExactBuffer piece(bytes.substr(at, step));
            machine.feed(piece.view());
            run();
        }
        return *this;
    }
    /// The codes of all replies so far, and forgets them: `220 250 354`.
    std::string take_codes() {
        std::string codes;
        std::string_view rest = session.replies;
        while (!rest.empty()) {
            const std::size_t end = rest.find("\r\n");
            if (rest[3] == ' ') codes += (codes.empty() ? "" : " ") + std::string(rest.substr(0, 3));
            rest.remove_prefix(end + 2);
        }
        session.replies.clear();
        return codes;
    }

private:
    void run() {
        using enum proto::SmtpServerEventKind;
        for (;;) {
            auto event = machine.next();
            if (event.kind == need_input || event.kind == closed) session.replies += machine.take_output();
            if (event.kind == need_input) return;
            if (event.kind == closed) {
                note("closed");
                session.closed = true;
                return;
            }
            react(event);
        }
    }
    void react(const proto::SmtpServerEvent& event) {
        using enum proto::SmtpServerEventKind;
        switch (event.kind) {
            case hello:
                note("hello(" + event.text + ")");
                if (hello_code == 250)
                    machine.answer_hello(offer);
                else
                    machine.answer(proto::make_reply(hello_code, "", "not now"));
                break;
            case start_tls:
                note("start_tls");
                session.replies += machine.take_output();
                machine.tls_started();
                break;
            case forwarded: note("forwarded(" + event.text + ")"); break;
            case mail:
                session.sender = event.sender;
                note("mail(" + event.sender.path + ")");
                machine.answer(proto::make_reply(mail_code, "2.1.0", "sender"));
                break;
            case recipient:
                session.recipient = event.recipient;
                note("rcpt(" + event.text + ")");
                machine.answer(proto::make_reply(recipient_code, "2.1.5", "recipient"));
                break;
            case data:
                note("data");
                pending_.clear();
                machine.answer(proto::make_reply(data_code, "", "go ahead"));
                break;
            case content: pending_ += as_text(event.content); break;
            case message:
                note("message");
                session.content = pending_;
                ++session.messages;
                machine.answer(proto::make_reply(message_code, "2.0.0", "taken"));
                break;
            case content_refused: note("content_refused"); break;
            case reset: note("reset"); break;
            case violation: note("violation(" + std::string(to_string(event.violation)) + ")"); break;
            case need_input:
            case closed: break;
        }
    }
    void note(const std::string& word) { session.events += (session.events.empty() ? "" : " ") + word; }
    std::string pending_;
};

}  // namespace tocsin::test
