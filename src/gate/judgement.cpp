#include "gate/judgement.hpp"

#include <algorithm>
#include <span>

#include <nlohmann/json.hpp>

#include "base/contains.hpp"
#include "base/fold_case.hpp"
#include "base/ip_network.hpp"
#include "base/limits.hpp"
#include "gate/address_match.hpp"
#include "gate/banner_edits.hpp"
#include "gate/detoured_mail.hpp"
#include "gate/envelope_record.hpp"
#include "gate/held_again.hpp"
#include "gate/recipient_decisions.hpp"

namespace tocsin::gate {

namespace {

using nlohmann::json;

std::string to_text(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string findings_json(const scan::ScanReport& report) {
    json out = json::array();
    for (const scan::Finding& finding : report.findings)
        out.push_back({{"engine", finding.engine},
                       {"rule", finding.rule},
                       {"severity", scan::to_string(finding.severity)},
                       {"text", finding.text}});
    return to_text(out);
}

std::string reasons_json(const Judgement& judgement) {
    json out = json::array({judgement.decision.reason});
    if (judgement.split())
        out.push_back("kept for " + std::to_string(judgement.kept.size()) + " of " +
                      std::to_string(judgement.kept.size() + judgement.passing.size()) +
                      " recipients, passed on to the others");
    if (!judgement.held_already_sha256.empty())
        out.push_back("held already, and not kept twice: the sender sent it again");
    if (judgement.detour && judgement.detour->mode == DetourMode::observe)
        out.push_back("would be held: " + judgement.detour->reason);
    if (judgement.detour) out.push_back("coaching: " + judgement.detour->coaching);
    if (judgement.banner.wanted()) out.push_back("banner: " + judgement.banner.summary());
    if (!judgement.scan.detail.empty()) out.push_back(judgement.scan.detail);
    for (const mail::Ambiguity& ambiguity : judgement.scan.report.ambiguities)
        out.push_back("ambiguous: " + std::string(mail::info(ambiguity.kind).name) + " at byte " +
                      std::to_string(ambiguity.offset));
    return to_text(out);
}

/// Each once, so that a message with many links to one place is one row.
std::vector<std::string> link_domains(const scan::ScanReport& report) {
    std::vector<std::string> domains;
    for (const scan::FoundUrl& url : report.urls) {
        if (domains.size() >= limits::record_link_domains) break;
        std::string host = ascii_lower(scan::host_of(url.url));
        if (!host.empty() && std::ranges::find(domains, host) == domains.end())
            domains.push_back(std::move(host));
    }
    return domains;
}

store::Record make_record(const Envelope& envelope, const Judgement& judgement) {
    const scan::ScanReport& report = judgement.scan.report;
    bool scanned = judgement.scan.outcome == sandbox::Outcome::verdict;
    store::Record record = envelope_record(judgement.record_id, envelope, judgement.judged_at);
    record.customer = judgement.customer;
    record.size_bytes = judgement.size_bytes;
    record.subject = report.facts.subject;
    record.header_from = report.facts.header_from;
    record.message_id = report.facts.message_id;
    record.verdict = scan::to_string(scanned ? report.verdict : scan::Verdict::unscannable);
    record.disposition = to_string(judgement.decision.disposition);
    record.ambiguous = report.ambiguous();
    record.reasons = reasons_json(judgement);
    record.findings = findings_json(report);
    record.outcome = judgement.scan_spared ? "not_scanned" : sandbox::to_string(judgement.scan.outcome);
    record.held_id = judgement.held_id;
    record.engine_version = report.engine_version;
    record.elapsed_us = judgement.scan.elapsed_us;
    record.watch_number = judgement.watch_number;
    record.watched = judgement.watched;
    if (scanned) {
        record.link_domains = link_domains(report);
        record.attachment_sha256 = report.facts.attachment_sha256;
        record.text_fingerprint = report.facts.text_fingerprint;
    }
    return record;
}

/// The wishes of those for whom it is kept; they are in the order in which they came.
std::vector<std::string> kept_dsn(const Envelope& envelope, const std::vector<std::string>& kept) {
    std::vector<std::string> out;
    auto wanted = kept.begin();
    for (std::size_t at = 0; at < envelope.recipients_dsn.size() && wanted != kept.end(); ++at) {
        if (*wanted != envelope.recipients[at]) continue;
        out.push_back(envelope.recipients_dsn[at]);
        ++wanted;
    }
    return out;
}

store::Held make_held(const store::Record& record, const Envelope& envelope, const Judgement& judgement) {
    store::Held held;
    held.id = judgement.held_id;
    held.record_id = record.id;
    held.time = record.time;
    held.direction = record.direction;
    held.mail_from = record.mail_from;
    held.recipients = judgement.kept;
    held.sender_dsn = envelope.sender_dsn;
    held.recipients_dsn = kept_dsn(envelope, judgement.kept);
    held.customer = record.customer;
    held.subject = record.subject;
    held.size_bytes = record.size_bytes;
    held.reason = judgement.decision.reason;
    if (judgement.holds_detour()) held.reason += ". " + judgement.detour->coaching;
    held.alarm = judgement.alarm;
    held.content_sha256 = record.content_sha256;
    return held;
}

Decision decision_of(const store::Order& order) {
    std::string reason = "standing order " + order.id + " by " + order.given_by + ": " + order.reason;
    switch (order.action) {
        case store::OrderAction::block: return {Disposition::reject, std::move(reason), DecidedBy::order};
        case store::OrderAction::hold: return {Disposition::hold, std::move(reason), DecidedBy::order};
        case store::OrderAction::pace: break;
    }
    return {Disposition::tempfail, std::move(reason) + "; it goes in small parts, and this one not yet",
            DecidedBy::order};
}

/// RFC 5321 section 4.2 replies are ASCII: typographic quotes become plain ones, the machine replaces what is left.
std::string reply_text(std::string text) {
    for (std::string_view quote : {"\xE2\x80\x9C", "\xE2\x80\x9D"})
        for (std::size_t at = 0; (at = text.find(quote, at)) != std::string::npos;)
            text.replace(at, quote.size(), "\"");
    return text;
}

/// Whether SPF can be asked about the client: it is a stranger from outside who speaks for himself. Our own relays and
/// machines pass on what others wrote; and a client of HTTP that names neither HELO nor MAIL FROM does not know them.
bool is_stranger(const GateServices& services, const Envelope& envelope) {
    const std::optional<IpAddress> address = parse_ip_address(envelope.client_ip);
    if (!address || !is_public_address(*address) || services.rules->senders.is_ours(envelope.client_ip))
        return false;
    const bool is_named = !envelope.mail_from.empty() || !envelope.helo.empty();
    return envelope.client_is == ClientIs::sender && envelope.sasl_login.empty() && is_named;
}

/// What the pool is asked: the bytes, and what the engines may know of the envelope.
pool::ScanRequest request_for(const GateServices& services, const Envelope& envelope, ByteView content) {
    pool::ScanRequest request;
    request.kind = envelope.claim == ContentClaim::mail ? reader::RequestKind::scan_message
                                                        : reader::RequestKind::scan_mail_or_file;
    request.direction = envelope.direction;
    request.bytes = content;
    if (!envelope.recipients.empty()) request.envelope_recipient = envelope.recipients.front();
    if (envelope.direction == mail::Direction::inbound) {
        request.banner_texts = banner_texts(services.rules->banner);
        if (is_stranger(services, envelope)) {
            request.client_ip = envelope.client_ip;
            request.helo = envelope.helo;
            request.mail_from = envelope.mail_from;
        }
    }
    request.account_of = [rules = services.rules, &envelope](std::string_view header_from) {
        return std::string(rules->senders.customer(envelope, header_from));
    };
    return request;
}

/// An order may only make it stricter: malware that a "hold" order also fits is still rejected where policy rejects.
Decision stricter(const std::optional<store::Order>& order, Decision by_policy) {
    if (!order) return by_policy;
    if (order->action == store::OrderAction::hold && by_policy.disposition == Disposition::reject)
        return by_policy;
    if (order->action == store::OrderAction::pace && !passes(by_policy.disposition)) return by_policy;
    return decision_of(*order);
}

/// The order that counts for a message: one that paces counts for nothing while there is room. A message to more than ever go
/// at once is held: half an hour of a thief would be one message.
std::optional<store::Order> order_for(GateServices& services, const OrderSubject& looked,
                                      std::size_t recipients, TimePoint now) {
    std::optional<store::Order> order = services.orders.find(looked, now);
    if (!order || order->action != store::OrderAction::pace) return order;
    if (recipients > limits::order_pace_recipients) {
        order->action = store::OrderAction::hold;
        order->reason += "; more recipients than go at once";
        return order;
    }
    if (services.orders.take_from_pace(*order, std::max<std::size_t>(recipients, 1), now)) return std::nullopt;
    return order;
}

bool is_report_address(const GateServices& services, std::string_view recipient) {
    const std::vector<std::string>& addresses = services.rules->report_addresses;
    return !addresses.empty() && contains(addresses, ascii_lower(plain_address(recipient)));
}

bool has_report_address(const GateServices& services, const Envelope& envelope) {
    return std::ranges::any_of(envelope.recipients, [&](const std::string& recipient) {
        return is_report_address(services, recipient);
    });
}

Decision report_decision() {
    return {Disposition::quarantine, "a report: it is kept for those who answer it", DecidedBy::report};
}

/// One decision per recipient; the same is not worked out twice.
std::vector<Decision> decide_each(GateServices& services, const Envelope& envelope,
                                  const PolicySubject& subject, TimePoint now) {
    const PolicyTable& table = services.rules->policy;
    bool scanned = subject.outcome == sandbox::Outcome::verdict;
    OrderSubject looked{.direction = envelope.direction,
                        .mail_from = envelope.mail_from,
                        .client_ip = envelope.client_ip,
                        .report = scanned ? subject.report : nullptr,
                        .customer = subject.customer,
                        .login = envelope.sasl_login};
    const Decision by_policy = decide(table, subject);
    const std::optional<store::Order> for_all =
        order_for(services, looked, envelope.recipients.size(), now);
    const bool policy_by_recipient = looks_at_recipients(table);
    bool by_recipient = services.orders.looks_at_recipients() || policy_by_recipient ||
                        has_report_address(services, envelope);
    if (!by_recipient || envelope.recipients.empty()) {
        std::size_t count = std::max<std::size_t>(envelope.recipients.size(), 1);
        return {count, stricter(for_all, by_policy)};
    }
    std::vector<Decision> decisions;
    PolicySubject own = subject;
    for (const std::string& recipient : envelope.recipients) {
        if (is_report_address(services, recipient)) {
            decisions.push_back(report_decision());
            continue;
        }
        own.recipient = recipient;
        std::optional<store::Order> order =
            services.orders.find_for_recipient(envelope.direction, recipient, now);
        if (!order || (for_all && for_all->action <= order->action)) order = for_all;
        decisions.push_back(stricter(order, policy_by_recipient ? decide(table, own) : by_policy));
    }
    return decisions;
}

void count_judged(GateMetrics& metrics, const store::Record& record, const Judgement& judgement) {
    if (!judgement.recorded) {
        ++metrics.record_failures;
        return;
    }
    const std::string_view kind = metrics.kind_of(record.listener);
    metrics.messages.add({kind, record.direction, record.verdict, record.disposition});
    metrics.bytes.add({kind, record.direction}, record.size_bytes);
    metrics.outcomes.add({record.outcome});
    if (judgement.banner.wanted()) metrics.banners.add({to_string(judgement.banner.shown)});
    metrics.judge_s.observe(std::chrono::duration<double>(net::steady_now() - judgement.begun).count());
}

/// Whether its tries are counted: inbound mail that a reader was asked about and that could not be scanned.
bool counts_tries(const Envelope& envelope, sandbox::Outcome outcome) {
    return envelope.direction == mail::Direction::inbound && outcome != sandbox::Outcome::verdict &&
           outcome != sandbox::Outcome::unavailable;
}

/// Counts this try; 1 where tries are not counted.
std::uint32_t count_try(GateServices& services, bool counts, const Hash256& key, TimePoint now) {
    return counts ? services.tries.count(key, now, services.rules->retry_window_us) : 1;
}

/// A block order that the envelope alone fits: nothing that a reader says could change it, and a flood of such mail costs
/// nothing.
std::optional<Judgement> blocked_unread(GateServices& services, const Envelope& envelope,
                                        std::size_t size_bytes) {
    if (has_report_address(services, envelope)) return std::nullopt;
    const TimePoint now = services.clock.now();
    Judgement out;
    out.begun = net::steady_now();
    // Without a customer: whose mail it is may hang on the header.
    const std::optional<store::Order> order = services.orders.find({.direction = envelope.direction,
                                                                    .mail_from = envelope.mail_from,
                                                                    .client_ip = envelope.client_ip,
                                                                    .report = nullptr,
                                                                    .customer = {},
                                                                    .login = envelope.sasl_login},
                                                                   now);
    if (!order || order->action != store::OrderAction::block) return std::nullopt;
    out.customer = services.rules->senders.customer(envelope, {});
    out.record_id = make_id(now.microseconds);
    out.judged_at = now;
    out.size_bytes = size_bytes;
    out.decision = decision_of(*order);
    out.scan_spared = true;
    return out;
}

/// Stores the content, unless the same message is held already. Returns the hash of what is on disk.
Result<std::string> keep(GateServices& services, net::Fiber& fiber, const Envelope& envelope,
                         ByteView content, Judgement& judgement) {
    const HeldQuestion question{.direction = std::string(mail::to_string(envelope.direction)),
                                .mail_from = envelope.mail_from,
                                .recipients = judgement.kept,
                                .content = content,
                                .now = services.clock.now()};
    return services.blocking.call(fiber, [&]() -> Result<std::string> {
        if (const std::optional<store::Held> earlier =
                TRY(find_held_again(services.held, services.evidence, services.unheard, question))) {
            judgement.held_id = earlier->id;
            judgement.held_already_sha256 = earlier->content_sha256;
            return earlier->content_sha256;
        }
        const Hash256 stored = TRY(services.evidence.put(content));
        return to_hex(std::as_bytes(std::span(stored)));
    });
}

/// What went on or is kept here may be looked at again when there are new rules. What was refused is the sender's affair.
void keep_for_hunts(GateServices& services, const store::Record& record, ByteView content,
                    const Judgement& judgement) {
    const Disposition disposition = judgement.decision.disposition;
    if (services.keeper == nullptr || content.empty()) return;
    if (!passes(disposition) && !keeps(disposition)) return;
    services.keeper->offer({record, judgement.scan.report, judgement.passing.size(), content});
}

/// A reader names no more fields under our own names than limits::reserved_fields: there may be more, which would pass as ours.
void refuse_endless_forgery(const Envelope& envelope, pool::ScanOutcome& scan) {
    const bool uncounted = scan.report.facts.reserved_fields.size() >= limits::reserved_fields;
    if (scan.outcome != sandbox::Outcome::verdict || !uncounted ||
        envelope.direction != mail::Direction::inbound)
        return;
    if (scan.report.verdict != scan::Verdict::malware) scan.report.verdict = scan::Verdict::unscannable;
    scan.detail = "more header fields under Tocsin's own names than are taken out";
    // As a finding, so that whoever decides about the held message reads why it is held.
    scan.report.findings.push_back(
        {"tocsin", "forged_fields", scan::Severity::suspicious,
         "The message claims Tocsin's own header fields in more places than can be taken out",
         scan::whole_message});
}

/// Whether somebody gets the message; who asks without an envelope may deliver it.
bool somebody_gets_it(const Judgement& judgement) {
    return passes(judgement.decision.disposition) || !judgement.passing.empty();
}

/// The banner of a message that passes: why, in which words, and where, as far as the reader's places are sound.
Banner banner_for(GateServices& services, const Envelope& envelope, ByteView content,
                  const Judgement& judgement, TimePoint now) {
    Banner banner;
    const scan::ScanReport& report = judgement.scan.report;
    if (judgement.scan.outcome != sandbox::Outcome::verdict || !somebody_gets_it(judgement)) return banner;
    const BannerRules& rules = services.rules->banner;
    banner.reasons = banner_reasons(rules, envelope.direction, report, services.history, now);
    if (!banner.wanted()) return banner;
    banner.words = banner_words(rules, banner.reasons);
    CheckedPlaces checked = check_places(content, report.banner.places);
    if (checked.refused > 0)
        services.log.write(LogLevel::warning, "reader.banner_place_refused", {{"id", judgement.record_id}});
    banner.places = std::move(checked.places);
    const bool hindered = report.banner.hindrance != scan::BannerHindrance::none;
    if (hindered) banner.why_not = scan::explain(report.banner.hindrance);
    if (checked.refused > 0) banner.why_not = "the reader named places that cannot be";
    if (envelope.claim == ContentClaim::nobody) {
        banner.leave_out("who asks gets no other content than it has");
    } else if (!banner.places.empty()) {
        banner.shown = hindered || checked.refused > 0 ? BannerShown::partly : BannerShown::yes;
    } else if (banner.why_not.empty()) {
        banner.leave_out("there is no place for it");
    }
    return banner;
}

}  // namespace

Judgement weigh(GateServices& services, net::Fiber& fiber, const Envelope& envelope, ByteView content) {
    if (std::optional<Judgement> blocked = blocked_unread(services, envelope, content.size()))
        return *blocked;
    Judgement out;
    out.begun = net::steady_now();
    out.scan = services.readers.scan(fiber, request_for(services, envelope, content));
    refuse_endless_forgery(envelope, out.scan);
    const TimePoint now = services.clock.now();
    const bool scanned = out.scan.outcome == sandbox::Outcome::verdict;
    out.record_id = make_id(now.microseconds);
    out.judged_at = now;
    out.size_bytes = content.size();
    out.customer = services.rules->senders.customer(
        envelope, scanned ? std::string_view(out.scan.report.facts.header_from) : std::string_view());
    // The hash is over the whole message: not while all readers are away, when every message would cost it for nothing.
    const bool counts = counts_tries(envelope, out.scan.outcome);
    Hash256 key{};
    if (counts) key = retry_key(envelope.mail_from, envelope.recipients, content);
    PolicySubject subject{.direction = envelope.direction,
                          .outcome = out.scan.outcome,
                          .report = &out.scan.report,
                          .size_bytes = content.size(),
                          .customer = out.customer,
                          .recipient = {},
                          .tries = count_try(services, counts, key, now)};
    std::vector<Decision> decisions = decide_each(services, envelope, subject, now);
    look_for_detour(services, envelope, out, decisions, now);
    TransactionDecision together = combine(envelope.recipients, decisions);
    out.decision = std::move(together.decision);
    out.passing = std::move(together.passing);
    out.kept = std::move(together.kept);
    if (out.split()) out.of_passing = std::move(together.of_passing);
    if (keeps(out.decision.disposition)) out.held_id = make_id(now.microseconds);
    watch_message(services, fiber, envelope, out, now);
    out.banner = banner_for(services, envelope, content, out, now);
    if (counts && out.decision.disposition != Disposition::tempfail) services.tries.forget(key);
    return out;
}

Judgement weigh(GateServices& services, net::Fiber& fiber, const Envelope& envelope,
                const BufferedContent& content) {
    if (content.out_of_room()) return no_room(services, envelope, content.size());
    return weigh(services, fiber, envelope, content.view());
}

Judgement too_large(GateServices& services, const Envelope& envelope, std::uint64_t seen_bytes) {
    Judgement out;
    out.begun = net::steady_now();
    out.judged_at = services.clock.now();
    out.record_id = make_id(out.judged_at.microseconds);
    out.customer = services.rules->senders.customer(envelope, {});
    out.size_bytes = seen_bytes;
    out.scan.outcome = sandbox::Outcome::over_limit;
    out.decision = {Disposition::reject,
                    "larger than the " + std::to_string(services.message_bytes) + " bytes that are scanned"};
    return out;
}

Judgement no_room(GateServices& services, const Envelope& envelope, std::uint64_t seen_bytes) {
    Judgement out = too_large(services, envelope, seen_bytes);
    out.scan.outcome = sandbox::Outcome::unavailable;
    out.decision = {Disposition::tempfail, "too much mail is being read now"};
    return out;
}

void record(GateServices& services, net::Fiber& fiber, const Envelope& envelope, ByteView content,
            Judgement& judgement, KeptBy kept_by) {
    if (kept_by == KeptBy::us && judgement.room == Room::no) {
        const std::string why = judgement.decision.reason;
        give_up(judgement, why);
        judgement.decision.by = DecidedBy::watch;
    }
    const bool kept = keeps(judgement.decision.disposition) && kept_by == KeptBy::us;
    std::string sha256;
    if (!kept) {
        judgement.held_id.clear();
    } else if (Result<std::string> stored = keep(services, fiber, envelope, content, judgement); stored) {
        sha256 = *stored;
    } else {
        ++services.metrics.evidence_failures;
        services.log.write(LogLevel::error, "evidence.not_stored", {{"error", stored.error().message}});
        return;
    }
    store::Record record = make_record(envelope, judgement);
    record.content_sha256 = sha256;
    const bool anew = kept && judgement.held_already_sha256.empty();
    const store::Held held = anew ? make_held(record, envelope, judgement) : store::Held{};
    Result<void> written = services.journal.write(fiber, record, anew ? &held : nullptr);
    judgement.recorded = written.has_value();
    if (!written) {
        services.log.write(LogLevel::error, "journal.not_written", {{"error", written.error().message}});
    } else {
        services.history.note(record, written_by(services, record.customer));
        note_detour(services, record, judgement);
        keep_for_hunts(services, record, content, judgement);
        note_outcomes(services, envelope, judgement);
        if (services.recorded) services.recorded(record);
    }
    count_judged(services.metrics, record, judgement);
    services.log.write(LogLevel::info, "message.judged",
                       {{"id", judgement.record_id},
                        {"direction", std::string(mail::to_string(envelope.direction))},
                        {"customer", judgement.customer},
                        {"verdict", record.verdict},
                        {"disposition", record.disposition},
                        {"elapsed_us", std::to_string(record.elapsed_us)}});
}

void give_up(Judgement& judgement, std::string reason) {
    judgement.decision = {Disposition::tempfail, std::move(reason)};
    judgement.banner = {};
    judgement.passing.clear();
    judgement.kept.clear();
}

void note_next_hop_reply(GateServices& services, net::Fiber& fiber, const std::string& record_id,
                         const std::string& reply) {
    services.journal.note_reply(fiber, record_id, reply);
}

std::vector<HeaderField> headers_for(const GateServices& services, const Envelope& envelope,
                                     const Judgement& judgement) {
    const GateRules& rules = *services.rules;
    const HeaderPolicy policy =
        envelope.direction == mail::Direction::outbound ? rules.outbound_headers : rules.inbound_headers;
    // A copy that goes on while others are kept tells its own reader, and the MTA there, what was decided for them.
    const Decision& decision = judgement.of_passing ? *judgement.of_passing : judgement.decision;
    std::vector<HeaderField> fields =
        header_fields(policy, decision, judgement.scan.report, judgement.record_id, rules.host_name);
    // Whatever `headers` says: where the banner cannot be shown, this is all that is left of it.
    if (judgement.banner.wanted()) fields.push_back(banner_field(judgement.banner));
    return fields;
}

std::string rejection_text(const Judgement& judgement) {
    // Why an order was given is told to nobody outside: it may have been given about this very sender.
    const bool by_order = judgement.decision.by == DecidedBy::order;
    const std::string why = by_order                   ? "by decision of the operator"
                            : judgement.holds_detour() ? judgement.detour->for_sender
                                                       : reply_text(judgement.decision.reason);
    return "refused: " + why + " (" + judgement.record_id + ")";
}

proto::SmtpReply refusal(const Judgement& judgement) {
    switch (judgement.decision.disposition) {
        case Disposition::hold:
        case Disposition::quarantine:
            // RFC 5321 section 4.2.5: 250 means that we answer for the message now. It is stored; a person decides.
            return proto::make_reply(250, "2.0.0",
                                     (judgement.holds_detour() ? judgement.detour->for_sender + " " : "") +
                                         "held for review as " + judgement.held_id);
        case Disposition::reject: return proto::make_reply(550, "5.7.1", rejection_text(judgement));
        case Disposition::accept:
        case Disposition::tag:
        case Disposition::tempfail: break;
    }
    // What was unusual is told to nobody outside: the client may be the thief.
    if (judgement.decision.by == DecidedBy::watch)
        return proto::make_reply(451, "4.7.1", "mail of this account goes on later: " + judgement.record_id);
    return proto::make_reply(451, "4.7.1",
                             "please try again later: " + reply_text(judgement.decision.reason));
}

}  // namespace tocsin::gate
