#include "gate/smtp_proxy.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/limits.hpp"
#include "gate/banner_edits.hpp"
#include "gate/buffered_content.hpp"
#include "gate/client_events.hpp"
#include "gate/judgement.hpp"
#include "gate/refused_content.hpp"
#include "gate/reserved_fields.hpp"
#include "net/last_words.hpp"
#include "proto/smtp_parameters.hpp"

namespace tocsin::gate {

namespace {

using proto::SmtpServerEvent;
using proto::SmtpServerEventKind;

/// Where the next hop is and what is wrong with it goes into the log: a stranger need not know.
proto::SmtpReply lost_next_hop(GateServices& services, const Error& error) {
    ++services.metrics.next_hop_lost;
    services.log.write(LogLevel::error, "next_hop.lost", {{"error", error.message}});
    return proto::make_reply(451, "4.4.1", "the next hop is not available, please try again later");
}

/// What both we and the next hop can do.
proto::SmtpOffer offer_of(const proto::SmtpExtensions& next_hop) {
    proto::SmtpOffer offer;
    if (next_hop.size_bytes) offer.size_bytes = *next_hop.size_bytes;
    offer.eight_bit = next_hop.eight_bit;
    offer.smtputf8 = next_hop.smtputf8;
    offer.dsn = next_hop.dsn;
    return offer;
}

enum class Trust { none, may_forward };

/// One client. Owns its transaction; answers every event of the machine.
class Session {
public:
    Session(const ProxyConfig& config, GateServices& services, net::Fiber& fiber, net::Stream& client,
            Trust trust)
        : config_(config), services_(services), fiber_(fiber), client_(client), trust_(trust),
          machine_({.host_name = config.host_name,
                    .size_bytes = services.message_bytes,
                    .tls = config.tls,
                    .trust_forwarding = trust == Trust::may_forward}),
          patience_(config.patience, net::steady_now()),
          next_hop_(config.next_hop, config.host_name, services.log), content_(services) {}
    ~Session() = default;
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
            (void)client_.write_all(as_bytes(last), net::deadline_in_ms(config_.patience.silence_ms));
        if (!held_unheard_.empty()) services_.unheard.add(held_unheard_);
        next_hop_.quit();
        content_.clear();
        if (refused_) net::close_after_last_words(client_, net::deadline_in_ms(limits::smtp_refusal_ms));
        client_.close();
    }

private:
    bool exchange_bytes() {
        std::string output = machine_.take_output();
        if (!output.empty()) {
            const Deadline deadline = net::deadline_in_ms(config_.patience.silence_ms);
            if (Result<void> written = client_.write_all(as_bytes(output), deadline); !written)
                return lost(written.error().code == ErrorCode::timed_out);
            patience_.request_done(net::steady_now());
        }
        net::OnStop on_stop = machine_.idle() ? net::OnStop::give_up : net::OnStop::keep_waiting;
        Result<std::size_t> got = client_.read_some(buffer_, patience_.deadline(net::steady_now()), on_stop);
        const bool timed_out = !got && got.error().code == ErrorCode::timed_out;
        if (timed_out || (!got && fiber_.stop_requested())) {
            if (timed_out) (void)lost(timed_out);
            machine_.end(proto::make_reply(421, "4.4.2", "closing the connection"));
            return true;
        }
        if (!got || *got == 0) return lost(false);
        patience_.received(*got);
        held_unheard_.clear();  // it goes on: it has heard
        machine_.feed(ByteView(buffer_).first(*got));
        return true;
    }

    /// Nothing was taken from this client that it was not told of: it sends again, or never meant to.
    bool lost(bool timed_out) {
        if (timed_out || in_transaction_)
            log_lost_client(services_.log, config_.listener, client_.peer(),
                            receiving_        ? "content"
                            : in_transaction_ ? "envelope"
                                              : "command",
                            timed_out);
        return false;
    }

    bool handle(const SmtpServerEvent& event) {
        switch (event.kind) {
            case SmtpServerEventKind::hello: handle_hello(); break;
            case SmtpServerEventKind::start_tls: return start_tls();
            case SmtpServerEventKind::mail: handle_mail(event); break;
            case SmtpServerEventKind::recipient: handle_recipient(event); break;
            case SmtpServerEventKind::data: handle_data(); break;
            case SmtpServerEventKind::content: content_.append(event.content); break;
            case SmtpServerEventKind::message:
                machine_.answer(judge_message());
                end_message();
                return hand_on_answer();
            case SmtpServerEventKind::content_refused:
                record_refusal(event.violation);
                next_hop_.reset();
                end_message();
                break;
            case SmtpServerEventKind::reset:
                next_hop_.reset();
                forget();
                break;
            case SmtpServerEventKind::violation:
                refused_ = true;
                services_.log.write(
                    LogLevel::warning, "smtp.violation",
                    {{"client", client_.peer().address}, {"what", std::string(to_string(event.violation))}});
                // Before DATA there was no message, only an envelope.
                if (receiving_ || event.violation == proto::SmtpViolation::data_before_go_ahead)
                    record_refusal(event.violation);
                break;
            case SmtpServerEventKind::forwarded:
            case SmtpServerEventKind::need_input:
            case SmtpServerEventKind::closed: break;
        }
        return true;
    }

    /// EHLO ends a transaction, and what is announced depends on the next hop. If that is away, the client learns it at MAIL.
    void handle_hello() {
        abandon();
        if (!machine_.extended()) return machine_.answer_hello({});
        if (Result<void> opened = next_hop_.open(fiber_); !opened) {
            ++services_.metrics.next_hop_unreachable;
            services_.log.write(LogLevel::warning, "next_hop.unreachable",
                                {{"error", opened.error().message}});
            return machine_.answer_hello({});
        }
        machine_.answer_hello(offer_of(next_hop_.extensions()));
    }

    /// RFC 3207 section 4. After a failed handshake there is nothing left to say, and nobody who could read it.
    bool start_tls() {
        abandon();
        const std::string go_ahead = machine_.take_output();
        const Deadline deadline = net::deadline_in_ms(limits::tls_handshake_ms);
        Result<void> done = client_.write_all(as_bytes(go_ahead), deadline);
        tls_context_ = config_.tls_context;  // a reload may replace the proxy's while we shake hands
        if (done) done = client_.start_tls(*tls_context_, {}, deadline);
        if (!done) {
            services_.log.write(LogLevel::warning, "smtp.tls_failed",
                                {{"client", client_.peer().address}, {"error", done.error().message}});
            return false;
        }
        machine_.tls_started();
        return true;
    }

    void handle_mail(const SmtpServerEvent& event) {
        const proto::SmtpClientFacts facts = client_facts();
        describe_client(facts);
        Result<proto::SmtpReply> reply = next_hop_.mail(fiber_, event.sender, facts);
        if (!reply) return machine_.answer(lost_next_hop(services_, reply.error()));
        if (reply->positive()) {
            envelope_.mail_from = event.sender.path;
            envelope_.sender_dsn = proto::dsn_text(event.sender);
            sender_ = event.sender;
            sender_facts_ = facts;
        }
        in_transaction_ = reply->positive();
        machine_.answer(*reply);
    }

    /// Who sends: as a trusted relay says it, else as this connection shows it. What XFORWARD says stands alone, what XCLIENT
    /// says takes the place of what it speaks of.
    proto::SmtpClientFacts client_facts() const {
        if (machine_.forwarded()) {
            proto::SmtpClientFacts facts = *machine_.forwarded();
            // XFORWARD_README: without an address the message was made on the relay itself, and the rest counts for nothing.
            if (facts.address == "") facts.name = facts.port = facts.helo = "";
            return facts;
        }
        const proto::SmtpClientFacts& said = machine_.impersonated();
        proto::SmtpClientFacts facts = said;
        if (!said.address) {
            facts.address = client_.peer().address;
            if (!said.port) facts.port = std::to_string(client_.peer().port);
        }
        if (!said.helo) facts.helo = machine_.hello_name();
        if (!said.protocol) facts.protocol = machine_.extended() ? "ESMTP" : "SMTP";
        return facts;
    }

    void describe_client(const proto::SmtpClientFacts& facts) {
        envelope_.listener = config_.listener;
        envelope_.client_ip = facts.address.value_or("");
        const bool told = machine_.forwarded() || machine_.impersonated().address;
        envelope_.client_is = trust_ == Trust::may_forward && !told ? ClientIs::relay : ClientIs::sender;
        envelope_.client_name = facts.name.value_or("");
        envelope_.helo = facts.helo.value_or("");
        envelope_.sasl_login = facts.login.value_or("");
        envelope_.queue_id = facts.ident.value_or("");
        envelope_.direction =
            services_.rules->senders.direction(config_.direction, envelope_.sasl_login, envelope_.client_ip);
    }

    void handle_recipient(const SmtpServerEvent& event) {
        const std::size_t dsn_bytes =
            event.recipient.notify.size() + event.recipient.original_recipient.size();
        const std::size_t bytes =
            sizeof(proto::SmtpRecipient) + 2 * sizeof(std::string) + 2 * event.text.size() + 2 * dsn_bytes;
        if (!content_.claim(bytes)) return machine_.answer(no_room_reply());
        Result<proto::SmtpReply> reply = next_hop_.recipient(event.recipient);
        if (!reply) return machine_.answer(lost_next_hop(services_, reply.error()));
        if (reply->positive()) {
            envelope_.recipients.push_back(event.text);
            envelope_.recipients_dsn.push_back(proto::dsn_text(event.recipient));
            recipients_.push_back(event.recipient);
        }
        machine_.answer(*reply);
    }

    proto::SmtpReply no_room_reply() const {
        log_no_room(services_.log, config_.listener);
        return proto::make_reply(452, "4.3.1", "too much mail is being read now, please try again later");
    }

    void handle_data() {
        if (services_.buffered_bytes >= services_.buffered_bytes_max) return machine_.answer(no_room_reply());
        receiving_ = true;
        machine_.answer(proto::make_reply(354, "", "end with <CRLF>.<CRLF>"));
    }

    void end_message() {
        forget();
        patience_.message_done(net::steady_now());
    }

    void forget() {
        content_.clear();
        envelope_ = {};
        recipients_.clear();
        in_transaction_ = receiving_ = false;
    }

    /// The client ended the transaction by something else than RSET.
    void abandon() {
        if (in_transaction_) next_hop_.reset();
        forget();
    }

    /// The machine has its answer ready; it is sent after this. A refusal for good that could not be recorded is none: the client
    /// is told to try again.
    void record_refusal(proto::SmtpViolation violation) {
        const std::size_t size_bytes = receiving_ ? machine_.content_bytes() : 0;
        Result<void> recorded = record_refused_content(services_, fiber_, envelope_, violation, size_bytes);
        if (recorded) return;
        services_.log.write(LogLevel::error, "journal.not_written", {{"error", recorded.error().message}});
        (void)machine_.take_output();
        machine_.end(
            proto::make_reply(421, "4.3.0", "the refusal could not be recorded, please try again later"));
    }

    proto::SmtpReply judge_message() {
        Judgement judgement = weigh(services_, fiber_, envelope_, content_);
        const bool goes_on = !judgement.passing.empty();
        if (!goes_on) next_hop_.reset();
        // Before anything is written: should the next hop not take the message for fewer recipients, nothing has happened yet.
        if (judgement.split())
            if (std::optional<proto::SmtpReply> refused = open_anew_for(judgement.passing)) {
                give_up(judgement,
                        "some recipients get it and others do not; asked for the former alone, the "
                        "next hop did not take it: " +
                            refused->summary());
                record(services_, fiber_, envelope_, {}, judgement);
                return *refused;
            }
        record(services_, fiber_, envelope_, content_.view(), judgement);
        if (!judgement.recorded) {
            if (goes_on) next_hop_.reset();
            return proto::make_reply(451, "4.3.0",
                                     "the message could not be recorded, please try again later");
        }
        held_unheard_ = judgement.held_id;
        if (!goes_on) return refusal(judgement);
        return pass_on(judgement);
    }

    /// A new transaction at the next hop, for those who get the message. Nothing: it is open. Else what the client is told.
    std::optional<proto::SmtpReply> open_anew_for(const std::vector<std::string>& recipients) {
        next_hop_.reset();
        Result<proto::SmtpReply> reply = next_hop_.mail(fiber_, sender_, sender_facts_);
        auto wanted = recipients.begin();  // they are in the order in which they came
        for (const proto::SmtpRecipient& recipient : recipients_) {
            if (!reply || !reply->positive()) break;
            if (wanted == recipients.end() || *wanted != recipient.path) continue;
            reply = next_hop_.recipient(recipient);
            ++wanted;
        }
        if (!reply) return lost_next_hop(services_, reply.error());
        if (reply->positive()) return std::nullopt;
        next_hop_.reset();
        return proto::make_reply(451, "4.3.0", "the next hop changed its mind, please try again later");
    }

    /// The message without forged fields and with our own, and with its banner, to the next hop; its answer.
    proto::SmtpReply pass_on(const Judgement& judgement) {
        const ByteView content = content_.view();
        const std::size_t separator = bytes_before_header(content);
        const std::string own = fields_in_front(headers_for(services_, envelope_, judgement), content);
        std::vector<ByteView> pieces{content.first(separator), as_bytes(own)};
        if (envelope_.direction != mail::Direction::inbound) {
            pieces.emplace_back(content.subspan(separator));
            return hand_pieces_on(pieces, judgement);
        }
        WithoutReserved header = without_reserved_fields(content.first(body_begin(content)),
                                                         judgement.scan.report.facts.reserved_fields);
        if (header.refused > 0)
            services_.log.write(LogLevel::warning, "reader.field_range_refused",
                                {{"id", judgement.record_id}});
        // The separator is no field, so it stands at the start of the first piece.
        if (!header.pieces.empty()) {
            ByteView& first = header.pieces.front();
            first = first.subspan(std::min(separator, first.size()));
        }
        pieces.insert(pieces.end(), header.pieces.begin(), header.pieces.end());
        const BanneredBody body =
            with_banner(content, judgement.banner.places, judgement.banner.words, unforeseen_name());
        pieces.insert(pieces.end(), body.pieces.begin(), body.pieces.end());
        return hand_pieces_on(pieces, judgement);
    }

    proto::SmtpReply hand_pieces_on(std::span<const ByteView> pieces, const Judgement& judgement) {
        const proto::SmtpReply answer = hand_over(pieces, judgement.passing);
        next_hop_said_ = {judgement.record_id, answer.summary()};
        return answer;
    }

    /// RFC 1047: whatever happens between the next hop's answer and ours makes the client send the message once more. So the
    /// client hears it first, and then it is written down.
    bool hand_on_answer() {
        if (next_hop_said_.record_id.empty()) return true;
        const std::string answer = machine_.take_output();
        const Result<void> told =
            client_.write_all(as_bytes(answer), net::deadline_in_ms(config_.patience.silence_ms));
        const store::NextHopReply said = std::exchange(next_hop_said_, {});
        note_next_hop_reply(services_, fiber_, said.record_id, said.reply);
        return told.has_value();
    }

    /// A next hop that went away while a slow client was sending is asked anew: nothing was handed over yet.
    proto::SmtpReply hand_over(std::span<const ByteView> pieces, const std::vector<std::string>& recipients) {
        Result<proto::SmtpReply> reply = next_hop_.data();
        const bool gone = reply ? reply->code == 421 : reply.error().code == ErrorCode::closed;
        if (gone) {
            const std::string why = reply ? reply->summary() : reply.error().message;
            services_.log.write(LogLevel::warning, "next_hop.asked_anew", {{"error", why}});
            if (std::optional<proto::SmtpReply> refused = open_anew_for(recipients)) return *refused;
            reply = next_hop_.data();
        }
        if (reply && reply->code == 354) reply = next_hop_.content(pieces);
        return reply ? *reply : lost_next_hop(services_, reply.error());
    }

    const ProxyConfig& config_;
    GateServices& services_;
    net::Fiber& fiber_;
    net::Stream& client_;
    Trust trust_;
    std::shared_ptr<const net::TlsContext> tls_context_;
    proto::SmtpServerMachine machine_;
    Patience patience_;
    NextHop next_hop_;
    Envelope envelope_;
    proto::SmtpSender sender_;             ///< as it was sent to the next hop
    proto::SmtpClientFacts sender_facts_;  ///< the same
    std::vector<proto::SmtpRecipient> recipients_;
    store::NextHopReply next_hop_said_;  ///< not written down yet
    std::string held_unheard_;           ///< held, and the client has said nothing since
    bool in_transaction_ = false;        ///< the next hop has taken MAIL
    bool receiving_ = false;             ///< content may come
    bool refused_ = false;               ///< the session is ended by us while the client may be sending
    BufferedContent content_;
    std::array<std::byte, 16384> buffer_;
};

/// RFC 5321 section 3.1 with 421: the session ends before it begins.
void refuse_session(const ProxyConfig& config, net::Stream& client) {
    proto::SmtpServerMachine machine({.host_name = config.host_name});
    machine.start_refused(proto::make_reply(421, "4.7.0", "too many connections from your address"));
    (void)client.write_all(as_bytes(machine.take_output()), net::deadline_in_ms(limits::smtp_refusal_ms));
    client.close();
}

}  // namespace

bool SmtpProxy::is_trusted(const IpAddress& client) const {
    return std::any_of(config_.trusted_networks.begin(), config_.trusted_networks.end(),
                       [&](const IpNetwork& network) { return network.contains(client); });
}

void SmtpProxy::run_session(net::Fiber& fiber, net::Stream& client) {
    const std::optional<IpAddress> address = parse_ip_address(client.peer().address);
    if (address && is_trusted(*address))
        return Session(config_, services_, fiber, client, Trust::may_forward).run();
    const auto place = address ? clients_.enter(*address) : std::optional<net::SessionsPerClient::Place>();
    if (address && !place) {
        if (clients_.first_refusal(*address))
            services_.log.write(LogLevel::warning, "smtp.too_many_sessions",
                                {{"client", client.peer().address}});
        return refuse_session(config_, client);
    }
    Session(config_, services_, fiber, client, Trust::none).run();
}

}  // namespace tocsin::gate
