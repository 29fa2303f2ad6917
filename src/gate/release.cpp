#include "gate/release.hpp"

#include <algorithm>

#include "proto/lone_dot_watch.hpp"
#include "proto/smtp_parameters.hpp"

namespace tocsin::gate {

namespace {

using store::HeldState;

/// Content that came over HTTP or milter may have bare LF, also beside our own lines: SMTP knows CRLF only.
Bytes with_smtp_lines(Bytes content) {
    const auto carriage_return = static_cast<std::byte>('\r'), line_feed = static_cast<std::byte>('\n');
    Bytes out;
    out.reserve(content.size() + static_cast<std::size_t>(std::ranges::count(content, line_feed)));
    for (const std::byte byte : content) {
        if (byte == line_feed && (out.empty() || out.back() != carriage_return)) out.push_back(carriage_return);
        out.push_back(byte);
    }
    return out;
}

bool is_eight_bit(ByteView content) {
    return std::ranges::any_of(content,
                               [](std::byte byte) { return (byte & std::byte{0x80}) != std::byte{}; });
}

bool is_eight_bit(const std::string& text) {
    return is_eight_bit(as_bytes(text));
}

/// What the sender asked for when the message came. They were valid then; what does not read any more is left out.
void ask_for_dsn(const std::string& text, proto::SmtpSender& sender) {
    proto::SmtpSender asked;
    if (proto::read_mail_parameters(text, proto::SmtpOffer{.dsn = true}, asked)) return;
    sender.dsn_return = asked.dsn_return;
    sender.envelope_id = asked.envelope_id;
}

void ask_for_dsn(const std::string& text, bool utf8, proto::SmtpRecipient& recipient) {
    proto::SmtpRecipient asked;
    if (proto::read_recipient_parameters(text, proto::SmtpOffer{.dsn = true}, utf8, asked)) return;
    recipient.notify = asked.notify;
    recipient.original_recipient = asked.original_recipient;
}

}  // namespace

bool can_be_released(ByteView content) {
    std::string_view text = as_text(content);
    proto::LoneDotWatch line;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
        line.add(text.substr(0, end));
        if (line.lone_dot_among_nuls()) return false;
        if (end == text.size()) return true;
        if (text[end] == '\r' && text.substr(end + 1, 1) != "\n") return false;
        text.remove_prefix(end + (text[end] == '\r' ? 2 : 1));
        line = {};
    }
    return true;
}

namespace {

/// One release under way.
class Release {
public:
    Release(const ReleaseServices& services, net::Fiber& fiber, const ReleaseRequest& request)
        : services_(services), fiber_(fiber), request_(request) {}

    /// `alone`: no other release of this message is under way. A try that comes to nothing leaves a trace too: who wanted it.
    Result<Released> run(bool alone) {
        held_ = TRY(services_.blocking.call(fiber_, [&] { return services_.held.get(request_.held_id); }));
        Result<Released> done = alone ? attempt() : fail(ErrorCode::conflict, "it is being released now");
        // Behind its first step every end is noted where it is known.
        if (done || begun_) return done;
        return not_released(done.error());
    }

private:
    Result<Released> attempt() {
        TRY(may_be_released());
        record_ =
            TRY(services_.blocking.call(fiber_, [&] { return services_.journal.get(held_.record_id); }));
        const auto hash = TRY(store::hash_from_hex(held_.content_sha256));
        content_ = with_smtp_lines(
            TRY(services_.blocking.call(fiber_, [&] { return services_.evidence.get(hash); })));
        NextHop hop(TRY(services_.next_hop_of(record_)), services_.host_name, services_.log);
        Result<Released> done = send(hop);
        if (done) hop.quit();
        return done;
    }

    Result<void> may_be_released() const {
        if (held_.state == HeldState::held) return {};
        if (held_.state == HeldState::releasing && request_.again == Again::yes) return {};
        if (held_.state == HeldState::releasing)
            return fail(
                ErrorCode::conflict,
                "its release was begun by " + held_.decided_by +
                    " and nobody knows how it ended: it may have been delivered. Look at the next hop's "
                    "log; if it is not there, release it with --again");
        return fail(ErrorCode::conflict,
                    "it was " + std::string(to_string(held_.state)) + " by " + held_.decided_by + " already");
    }

    /// The envelope goes first: nothing has happened yet when the next hop does not want it.
    Result<Released> send(NextHop& hop) {
        Released out;
        TRY(begin(hop, out));
        if (held_.state == HeldState::releasing)
            TRY(move(HeldState::releasing, HeldState::held, "once more"));
        if (Result<void> moved = move(HeldState::held, HeldState::releasing, request_.why); !moved) {
            hop.reset();
            return std::unexpected(moved.error());
        }
        begun_ = true;
        const ByteView piece(content_);
        Result<proto::SmtpReply> reply = hop.data();
        if (reply && reply->code == 354)
            reply = hop.content({&piece, 1});
        else if (reply && reply->positive())
            return refused("the next hop answered DATA with " + reply->summary());
        if (!reply && hop.may_have_taken()) return unknown(reply.error());
        if (!reply) return refused(reply.error().message);
        if (!reply->positive()) return refused("the next hop refused it: " + reply->summary());
        out.reply = reply->summary();
        if (services_.on_released) services_.on_released(record_);
        return delivered(std::move(out));
    }

    Result<void> begin(NextHop& hop, Released& out) {
        TRY(hop.open(fiber_));
        proto::SmtpSender sender;
        sender.path = held_.mail_from;
        sender.size_bytes = content_.size();
        sender.eight_bit = hop.extensions().eight_bit && is_eight_bit(content_);
        sender.utf8 = is_eight_bit(held_.mail_from) ||
                      std::ranges::any_of(held_.recipients, [](auto& path) { return is_eight_bit(path); });
        if (hop.extensions().dsn) ask_for_dsn(held_.sender_dsn, sender);
        proto::SmtpReply reply = TRY(hop.mail(fiber_, sender, {}));
        if (!reply.positive())
            return fail(ErrorCode::unavailable,
                        "the next hop refused the sender: " + reply.summary() + still_held);
        std::size_t taken = 0;
        for (std::size_t at = 0; at < held_.recipients.size(); ++at) {
            const std::string& path = held_.recipients[at];
            proto::SmtpRecipient recipient{.path = path, .notify = {}, .original_recipient = {}};
            if (hop.extensions().dsn && at < held_.recipients_dsn.size())
                ask_for_dsn(held_.recipients_dsn[at], sender.utf8, recipient);
            reply = TRY(hop.recipient(recipient));
            if (reply.positive())
                ++taken;
            else if (reply.transient())
                return abandon(hop, path + ": " + reply.summary());
            else
                out.refused.push_back(path + ": " + reply.summary());
        }
        if (taken == 0) return abandon(hop, out.refused.empty() ? "no recipient" : out.refused.front());
        return {};
    }

    Result<void> abandon(NextHop& hop, const std::string& reply) {
        hop.reset();
        return fail(ErrorCode::unavailable, "the next hop refused a recipient: " + reply + still_held);
    }

    Result<Released> delivered(Released out) {
        std::string note = out.reply;
        for (const std::string& one : out.refused) note += "; not to " + one;
        Result<void> noted =
            move(HeldState::releasing, HeldState::released, request_.why + " [" + note + "]");
        if (noted)
            services_.log.write(LogLevel::info, "held.released",
                                {{"id", held_.id}, {"by", request_.by.name}, {"reply", note}});
        else
            services_.log.write(LogLevel::error, "held.released_not_noted",
                                {{"id", held_.id}, {"reply", note}, {"error", noted.error().message}});
        const store::NextHopReply reply{held_.record_id, "released: " + note};
        if (noted)
            noted = services_.blocking.call(
                fiber_, [&] { return services_.journal.note_next_hop_replies({&reply, 1}); });
        if (!noted)
            return fail(noted.error().code, "it was delivered (" + out.reply +
                                                "), but that could not be noted (" + noted.error().message +
                                                "): do not release it again");
        return out;
    }

    Result<Released> not_released(const Error& error) {
        log_refusal(error.message);
        Result<void> noted = note("not_released", request_.why + " [" + error.message + "]");
        if (noted) return std::unexpected(error);
        return fail(error.code, error.message + "; and that could not be noted: " + noted.error().message);
    }

    Result<Released> refused(const std::string& why) {
        Result<void> moved = move(HeldState::releasing, HeldState::held, why);
        log_refusal(why);
        return fail(ErrorCode::unavailable,
                    why + (moved ? std::string(still_held)
                                 : "; and that could not be noted: " + moved.error().message));
    }

    Result<Released> unknown(const Error& error) {
        services_.log.write(LogLevel::error, "held.release_unknown",
                            {{"id", held_.id}, {"error", error.message}});
        static_cast<void>(note("unknown", error.message));
        return fail(ErrorCode::unavailable,
                    error.message +
                        "; the content had been sent, so it may have been delivered. Look at the next hop's "
                        "log; if it is not there, release it with --again");
    }

    void log_refusal(const std::string& why) const {
        services_.log.write(LogLevel::warning, "held.release_refused",
                            {{"id", held_.id}, {"by", request_.by.name}, {"why", why}});
    }

    /// One that cannot be noted is in the log at least.
    Result<void> note(const char* act, const std::string& text) {
        const store::HeldAct entry{held_.id, services_.clock.now(), act, request_.by, text};
        Result<void> noted = services_.blocking.call(fiber_, [&] { return services_.held.note(entry); });
        if (!noted)
            services_.log.write(LogLevel::error, "held.act_not_noted",
                                {{"id", held_.id}, {"act", act}, {"error", noted.error().message}});
        return noted;
    }

    Result<void> move(HeldState from, HeldState to, const std::string& note) {
        const TimePoint now = services_.clock.now();
        return services_.blocking.call(
            fiber_, [&] { return services_.held.move(held_.id, from, to, request_.by, now, note); });
    }

    static constexpr const char* still_held = "; the message is still held";

    const ReleaseServices& services_;
    net::Fiber& fiber_;
    const ReleaseRequest& request_;
    store::Held held_;
    store::Record record_;
    Bytes content_;
    bool begun_ = false;  ///< the message went to `releasing`
};

}  // namespace

Result<Released> Releaser::release(net::Fiber& fiber, const ReleaseRequest& request) {
    const bool alone = under_way_.insert(request.held_id).second;
    Result<Released> done = Release(services_, fiber, request).run(alone);
    if (alone) under_way_.erase(request.held_id);
    return done;
}

}  // namespace tocsin::gate
