#include "gate/smtp_proxy.hpp"

#include <array>

#include "base/limits.hpp"
#include "gate/judgement.hpp"

namespace tocsin::gate {

namespace {

using proto::SmtpServerEvent;
using proto::SmtpServerEventKind;

/// Where the next hop is and what is wrong with it goes into the log: a stranger need not know.
proto::SmtpReply lost_next_hop(Log& log, const Error& error) {
    log.write(LogLevel::error, "next_hop.lost", {{"error", error.message}});
    return proto::make_reply(451, "4.4.1", "the next hop is not available, please try again later");
}

/// One client. Owns its transaction; answers every event of the machine.
class Session {
public:
    Session(const ProxyConfig& config, GateServices& services, net::Fiber& fiber, net::Stream& client)
        : config_(config), services_(services), fiber_(fiber), client_(client),
          machine_({.host_name = config.host_name}), next_hop_(config.next_hop, config.host_name) {}
    ~Session() { services_.buffered_bytes -= content_.size(); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    void run() {
        machine_.start();
        while (true) {
            SmtpServerEvent event = machine_.next();
            if (event.kind == SmtpServerEventKind::closed) break;
            if (event.kind == SmtpServerEventKind::need_input ? !exchange_bytes() : !handle(event)) break;
        }
        std::string last = machine_.take_output();
        if (!last.empty())
            (void)client_.write_all(as_bytes(last), net::deadline_in_ms(limits::smtp_command_timeout_ms));
        next_hop_.quit();
        client_.close();
    }

private:
    bool exchange_bytes() {
        std::string output = machine_.take_output();
        Deadline deadline = net::deadline_in_ms(limits::smtp_command_timeout_ms);
        if (!output.empty() && !client_.write_all(as_bytes(output), deadline)) return false;
        net::OnStop on_stop = machine_.idle() ? net::OnStop::give_up : net::OnStop::keep_waiting;
        Result<std::size_t> got = client_.read_some(buffer_, deadline, on_stop);
        if (!got && (got.error().code == ErrorCode::timed_out || fiber_.stop_requested())) {
            machine_.end(proto::make_reply(421, "4.4.2", "closing the connection"));
            return true;
        }
        if (!got || *got == 0) return false;
        machine_.feed(ByteView(buffer_).first(*got));
        return true;
    }

    bool handle(const SmtpServerEvent& event) {
        switch (event.kind) {
            case SmtpServerEventKind::mail: handle_mail(event); break;
            case SmtpServerEventKind::recipient: handle_recipient(event); break;
            case SmtpServerEventKind::data: handle_data(); break;
            case SmtpServerEventKind::content: append_content(event.content); break;
            case SmtpServerEventKind::message:
                machine_.answer(judge_message());
                forget();
                break;
            case SmtpServerEventKind::content_refused:
                next_hop_.reset();
                forget();
                break;
            case SmtpServerEventKind::reset:
                next_hop_.reset();
                forget();
                break;
            case SmtpServerEventKind::violation:
                services_.log.write(
                    LogLevel::warning, "smtp.violation",
                    {{"client", client_.peer().address}, {"what", std::string(to_string(event.violation))}});
                break;
            case SmtpServerEventKind::hello:
            case SmtpServerEventKind::need_input:
            case SmtpServerEventKind::closed: break;
        }
        return true;
    }

    void handle_mail(const SmtpServerEvent& event) {
        if (Result<void> opened = next_hop_.open(fiber_); !opened)
            return machine_.answer(lost_next_hop(services_.log, opened.error()));
        Result<proto::SmtpReply> reply = next_hop_.mail(event.sender);
        if (!reply) return machine_.answer(lost_next_hop(services_.log, reply.error()));
        if (reply->positive()) envelope_.mail_from = event.sender.path;
        machine_.answer(*reply);
    }

    void handle_recipient(const SmtpServerEvent& event) {
        Result<proto::SmtpReply> reply = next_hop_.recipient(event.text);
        if (!reply) return machine_.answer(lost_next_hop(services_.log, reply.error()));
        if (reply->positive()) envelope_.recipients.push_back(event.text);
        machine_.answer(*reply);
    }

    void handle_data() {
        if (services_.buffered_bytes > limits::gate_buffered_bytes)
            return machine_.answer(
                proto::make_reply(452, "4.3.1", "too much mail is being read now, please try again later"));
        machine_.answer(proto::make_reply(354, "", "end with <CRLF>.<CRLF>"));
    }

    void append_content(ByteView piece) {
        content_.insert(content_.end(), piece.begin(), piece.end());
        services_.buffered_bytes += piece.size();
    }

    void forget() {
        services_.buffered_bytes -= content_.size();
        content_ = {};
        envelope_.mail_from.clear();
        envelope_.recipients.clear();
    }

    proto::SmtpReply judge_message() {
        envelope_.listener = config_.listener;
        envelope_.direction = config_.direction;
        envelope_.client_ip = client_.peer().address;
        envelope_.helo = machine_.hello_name();
        Judgement judgement = judge(services_, fiber_, envelope_, content_);
        bool passes = judgement.decision.disposition == Disposition::accept ||
                      judgement.decision.disposition == Disposition::tag;
        if (!passes) next_hop_.reset();
        if (!judgement.recorded)
            return proto::make_reply(451, "4.3.0",
                                     "the message could not be recorded, please try again later");
        if (!passes) return refusal(judgement);
        Result<proto::SmtpReply> reply = next_hop_.content(header_for(judgement), content_);
        proto::SmtpReply answer = reply ? *reply : lost_next_hop(services_.log, reply.error());
        note_next_hop_reply(services_, fiber_, judgement, answer.summary());
        return answer;
    }

    const ProxyConfig& config_;
    GateServices& services_;
    net::Fiber& fiber_;
    net::Stream& client_;
    proto::SmtpServerMachine machine_;
    NextHop next_hop_;
    Envelope envelope_;
    Bytes content_;
    std::array<std::byte, 16384> buffer_;
};

}  // namespace

void SmtpProxy::run_session(net::Fiber& fiber, net::Stream& client) {
    Session(config_, services_, fiber, client).run();
}

}  // namespace tocsin::gate
