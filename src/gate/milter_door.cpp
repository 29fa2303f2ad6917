#include "gate/milter_door.hpp"

#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/fold_case.hpp"
#include "base/limits.hpp"
#include "gate/banner_edits.hpp"
#include "gate/buffered_content.hpp"
#include "gate/client_events.hpp"
#include "gate/judgement.hpp"
#include "gate/release.hpp"
#include "proto/milter_machine.hpp"
#include "proto/smtp_parameters.hpp"
#include "proto/smtp_path.hpp"
#include "scan/reserved_names.hpp"

namespace tocsin::gate {

namespace {

using proto::MilterAnswer;
using proto::MilterEvent;
using proto::MilterEventKind;

/// A field under one of our names that came with the message: which one of its name it is, from 1.
struct ForgedField {
    std::string name;
    std::uint32_t index = 0;
};

/// RET and ENVID among the arguments of MAIL. What is malformed or no DSN parameter is for the MTA to answer.
std::string sender_dsn(const std::vector<std::string>& arguments) {
    proto::SmtpSender sender;
    for (const std::string& argument : arguments)
        (void)proto::read_mail_parameters(argument, proto::SmtpOffer{.dsn = true}, sender);
    return proto::dsn_text(sender);
}

/// NOTIFY and ORCPT among the arguments of RCPT.
std::string recipient_dsn(const std::vector<std::string>& arguments) {
    proto::SmtpRecipient recipient;
    for (const std::string& argument : arguments)
        (void)proto::read_recipient_parameters(argument, proto::SmtpOffer{.dsn = true}, true, recipient);
    return proto::dsn_text(recipient);
}

/// One connection of an MTA. Owns the message that is open on it.
class Session {
public:
    Session(const MilterConfig& config, GateServices& services, net::Fiber& fiber, net::Stream& mta)
        : config_(config), services_(services), fiber_(fiber), mta_(mta), machine_(options(services)),
          patience_(config.patience, net::steady_now()), content_(services) {}

    void run() {
        while (true) {
            MilterEvent event = machine_.next();
            if (event.kind == MilterEventKind::closed) break;
            if (event.kind == MilterEventKind::need_input) {
                if (!exchange_bytes()) break;
            } else {
                handle(event);
            }
        }
        std::string last = machine_.take_output();
        if (!last.empty())
            (void)mta_.write_all(as_bytes(last), net::deadline_in_ms(config_.patience.silence_ms));
        mta_.close();
    }

private:
    static proto::MilterOptions options(const GateServices& services) {
        proto::MilterOptions out;
        out.message_bytes = services.message_bytes;
        // Refused while too much mail is in memory, and when there are too many: without a reply the machine cannot.
        out.decides.mail = true;
        out.decides.recipient = true;
        return out;
    }

    bool exchange_bytes() {
        std::string output = machine_.take_output();
        const bool idle = machine_.idle();
        if (!output.empty()) {
            const Deadline written_by = net::deadline_in_ms(config_.patience.silence_ms);
            if (!mta_.write_all(as_bytes(output), written_by)) return false;
            patience_.request_done(net::steady_now());
        }
        if (idle) patience_.message_done(net::steady_now());
        Result<std::size_t> got = mta_.read_some(buffer_, patience_.deadline(net::steady_now()),
                                                 idle ? net::OnStop::give_up : net::OnStop::keep_waiting);
        const bool timed_out = !got && got.error().code == ErrorCode::timed_out;
        if ((!got || *got == 0) && !idle)
            log_lost_client(services_.log, config_.listener, mta_.peer(), "message", timed_out);
        if (!got || *got == 0) return false;
        patience_.received(*got);
        machine_.feed(ByteView(buffer_).first(*got));
        return true;
    }

    void handle(const MilterEvent& event) {
        switch (event.kind) {
            case MilterEventKind::connect: meet_client(event); break;
            case MilterEventKind::hello: envelope_.helo = event.text; break;
            case MilterEventKind::mail: begin_message(event); break;
            case MilterEventKind::recipient: add_recipient(event); break;
            case MilterEventKind::header: add_field(event); break;
            case MilterEventKind::end_of_headers:
                content_.append(as_bytes("\r\n"));
                body_offset_ = content_.size();
                break;
            case MilterEventKind::body: content_.append(event.content); break;
            case MilterEventKind::message_too_large: too_large_ = true; break;
            case MilterEventKind::end_of_message:
                end_message();
                forget_message();
                break;
            case MilterEventKind::abort:
            case MilterEventKind::quit: forget_message(); break;
            case MilterEventKind::quit_new_connection:
                forget_message();
                envelope_ = {};
                break;
            case MilterEventKind::violation:
                forget_message();
                services_.log.write(
                    LogLevel::warning, "milter.violation",
                    {{"mta", mta_.peer().describe()}, {"what", std::string(to_string(event.violation))}});
                break;
            case MilterEventKind::negotiated:
            case MilterEventKind::unknown_command:
            case MilterEventKind::data:
            case MilterEventKind::need_input:
            case MilterEventKind::closed: break;
        }
    }

    void meet_client(const MilterEvent& event) {
        envelope_.client_ip =
            event.client.family == proto::MilterFamily::unix_socket ? "" : event.client.address;
        envelope_.client_name = event.client.host;
    }

    void begin_message(const MilterEvent& event) {
        forget_message();
        envelope_.mail_from = address_of(event.text, "{mail_addr}");
        if (!proto::is_sendable_path(envelope_.mail_from)) {
            envelope_.mail_from.clear();
            return reply(proto::make_reply(553, "5.1.7", "this form of an address is not taken here"));
        }
        envelope_.sender_dsn = sender_dsn(event.arguments);
        envelope_.sasl_login = macro("{auth_authen}");
        if (services_.buffered_bytes < services_.buffered_bytes_max)
            return machine_.answer(MilterAnswer::proceed);
        refuse_for_room();
    }

    void refuse_for_room() {
        log_no_room(services_.log, config_.listener);
        reply(proto::make_reply(452, "4.3.1", "too much mail is being read now, please try again later"));
    }

    /// Orders and policy look at where the MTA takes it, not at how the client wrote it: a route, a backslash or `host!user`
    /// would lead round them. Where the text alone does not tell, the MTA does (Postfix: milter_rcpt_macros, milter_mail_macros).
    std::string address_of(const std::string& path, std::string_view macro_name) const {
        std::string plain = proto::plain_path(path);
        if (plain.empty() || proto::is_ordinary_address(plain)) return plain;
        std::string told = proto::plain_path(macro(macro_name));
        return proto::is_ordinary_address(told) ? told : plain;
    }

    void add_recipient(const MilterEvent& event) {
        std::string dsn = recipient_dsn(event.arguments);
        std::string address = address_of(event.text, "{rcpt_addr}");
        if (!content_.claim(2 * sizeof(std::string) + address.size() + dsn.size())) return refuse_for_room();
        // What could never be sent on, should it be held, is not taken.
        if (!proto::is_sendable_path(address))
            return reply(proto::make_reply(553, "5.1.3", "this form of an address is not taken here"));
        if (address != event.text) rewritten_.insert(address);
        envelope_.recipients.push_back(std::move(address));
        envelope_.recipients_dsn.push_back(std::move(dsn));
        machine_.answer(MilterAnswer::proceed);
    }

    void add_field(const MilterEvent& event) {
        content_.append(as_bytes(proto::milter_header_line(event.text, event.value)));
        if (!scan::is_reserved_field(event.text) || forged_.size() >= limits::reserved_fields) return;
        // MTAs count the fields of one name, whatever its case, and without the blanks that RFC 5322 section 4.5.8 once allowed
        // before the colon; in the name of a change they would take them amiss.
        const std::string name = event.text.substr(0, event.text.find_last_not_of(" \t") + 1);
        forged_.push_back({name, ++seen_of_name_[ascii_lower(name)]});
    }

    void end_message() {
        envelope_.listener = config_.listener;
        envelope_.queue_id = macro("i");
        envelope_.direction =
            services_.rules->senders.direction(config_.direction, envelope_.sasl_login, envelope_.client_ip);
        Judgement judgement = too_large_ ? too_large(services_, envelope_, content_.size())
                                         : weigh(services_, fiber_, envelope_, content_);
        const std::optional<BanneredBody> body = body_with_banner(judgement);
        const bool at_mta = stays_with_mta(judgement);
        const bool unkeepable = refuses_what_could_not_be_released(judgement, at_mta);
        // What the MTA will not do for us is found out before anything is written.
        if (!judgement.passing.empty())
            if (Result<void> changed = change_message(judgement, body); !changed) {
                services_.log.write(LogLevel::error, "milter.change_refused",
                                    {{"mta", mta_.peer().describe()}, {"error", changed.error().message}});
                give_up(judgement, "the message could not be changed as decided: " + changed.error().message);
                record(services_, fiber_, envelope_, {}, judgement);
                return reply(
                    proto::make_reply(451, "4.3.5", "the filter could not change the message, see its log"));
            }
        record(services_, fiber_, envelope_, content_.view(), judgement,
               at_mta ? KeptBy::client : KeptBy::us);
        if (!judgement.recorded)
            return reply(
                proto::make_reply(451, "4.3.0", "the message could not be recorded, please try again later"));
        // Why it would be held is told to nobody outside.
        if (unkeepable)
            return reply(proto::make_reply(550, "5.6.0", std::string("refused: ") + unreleasable + " (" +
                                                             judgement.record_id + ")"));
        if (!judgement.passing.empty()) return machine_.answer(MilterAnswer::proceed);
        if (at_mta && machine_.quarantine(judgement.decision.reason))
            return machine_.answer(MilterAnswer::proceed);
        // It is on our disk: the MTA need not keep it, and its client hears that it was taken.
        if (keeps(judgement.decision.disposition)) return machine_.answer(MilterAnswer::discard);
        if (passes(judgement.decision.disposition)) return machine_.answer(MilterAnswer::proceed);
        reply(refusal(judgement));
    }

    /// Kept in the MTA's own queue: where the configuration says so, and what SMTP could not carry from here once it is released.
    bool stays_with_mta(const Judgement& judgement) const {
        const bool can = keeps(judgement.decision.disposition) && !judgement.split() &&
                         machine_.may(proto::milter_action::quarantine);
        const bool is_report = judgement.decision.by == DecidedBy::report;
        return can && (config_.keep == Keep::mta || (!is_report && !can_be_released(content_.view())));
    }

    /// Taken with 250, it would lie here for ever: nobody could release it. A report is for those who answer it, and goes
    /// nowhere.
    bool refuses_what_could_not_be_released(Judgement& judgement, bool at_mta) const {
        const bool kept_here =
            !at_mta && (keeps(judgement.decision.disposition) || !judgement.kept.empty());
        if (!kept_here || judgement.decision.by == DecidedBy::report || can_be_released(content_.view()))
            return false;
        const Decision decided = judgement.decision;
        give_up(judgement, "");
        judgement.decision = {Disposition::reject,
                              "it would be held (" + decided.reason + "), and could not be released: " + unreleasable,
                              decided.by};
        judgement.held_id.clear();
        return true;
    }

    /// Nothing where there is no banner, or none can be: the body exists twice, once more for the MTA, and all of it is counted.
    std::optional<BanneredBody> body_with_banner(Judgement& judgement) {
        Banner& banner = judgement.banner;
        if (banner.places.empty()) return std::nullopt;
        if (!machine_.may(proto::milter_action::replace_body)) {
            banner.leave_out("the MTA does not let the filter change the body");
            return std::nullopt;
        }
        const ByteView content = content_.view();
        BanneredBody body = with_banner(content, banner.places, banner.words, unforeseen_name());
        constexpr std::size_t copies = 2;
        if (body_begin(content) != body_offset_) {
            banner.leave_out("the header does not end where it seems to");
        } else if (!content_.claim(copies * body.size_bytes())) {
            banner.leave_out("too much mail was being read");
        }
        return banner.places.empty() ? std::nullopt : std::optional(std::move(body));
    }

    /// The MTA goes by the text that it was given. One that was written otherwise may stay, and would get the message.
    Result<void> take_out(const std::string& recipient) {
        if (rewritten_.contains(recipient))
            return fail(ErrorCode::invalid_input, "a recipient who does not get it, " + recipient +
                                                      ", was named in a form that cannot be taken out");
        return machine_.delete_recipient(recipient);
    }

    Result<void> replace_body(const BanneredBody& body) {
        Bytes whole;
        whole.reserve(body.size_bytes());
        for (const ByteView piece : body.pieces) whole.insert(whole.end(), piece.begin(), piece.end());
        return machine_.replace_body(whole);
    }

    /// Takes out forged fields and recipients who do not get it, puts our own fields in front, and the banner into the body.
    Result<void> change_message(const Judgement& judgement, const std::optional<BanneredBody>& body) {
        if (envelope_.direction == mail::Direction::inbound)
            // From the last: a field that goes changes the numbers of those behind it.
            for (auto field = forged_.rbegin(); field != forged_.rend(); ++field)
                TRY(machine_.change_header(field->index, field->name, ""));
        const std::vector<HeaderField> fields = headers_for(services_, envelope_, judgement);
        for (auto field = fields.rbegin(); field != fields.rend(); ++field)
            TRY(machine_.insert_header(0, field->name, milter_folds(field->value)));
        for (const std::string& recipient : judgement.kept) TRY(take_out(recipient));
        if (body) TRY(replace_body(*body));
        return {};
    }

    /// Folds are LF and a blank there; the MTA writes CRLF.
    static std::string milter_folds(std::string text) {
        std::erase(text, '\r');
        return text;
    }

    void reply(const proto::SmtpReply& with) {
        if (!machine_.answer(with)) machine_.answer(MilterAnswer::tempfail);
    }

    std::string macro(std::string_view name) const { return std::string(machine_.macro(name).value_or("")); }

    void forget_message() {
        content_.clear();
        forged_.clear();
        seen_of_name_.clear();
        too_large_ = false;
        body_offset_ = 0;
        envelope_.mail_from.clear();
        envelope_.sender_dsn.clear();
        envelope_.recipients.clear();
        envelope_.recipients_dsn.clear();
        rewritten_.clear();
        envelope_.sasl_login.clear();
        envelope_.queue_id.clear();
    }

    static constexpr const char* unreleasable = "it has a bare CR, or NUL beside a dot";

    const MilterConfig& config_;
    GateServices& services_;
    net::Fiber& fiber_;
    net::Stream& mta_;
    proto::MilterMachine machine_;
    Patience patience_;
    Envelope envelope_;
    BufferedContent content_;
    std::vector<ForgedField> forged_;
    std::map<std::string, std::uint32_t> seen_of_name_;
    std::set<std::string> rewritten_;  ///< recipients whom the client named otherwise
    std::size_t body_offset_ = 0;  ///< of the body in content_
    bool too_large_ = false;
    std::array<std::byte, 16384> buffer_;
};

}  // namespace

void MilterDoor::run_session(net::Fiber& fiber, net::Stream& mta) {
    Session(config_, services_, fiber, mta).run();
}

}  // namespace tocsin::gate
