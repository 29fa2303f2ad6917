#include "gate/watched_mail.hpp"

#include <iterator>

#include <nlohmann/json.hpp>

#include "base/unknown_customer.hpp"
#include "gate/envelope_record.hpp"
#include "gate/judgement.hpp"
#include "gate/services.hpp"
#include "pool/outcome_json.hpp"
#include "store/watch_store.hpp"

namespace tocsin::gate {

namespace {

using nlohmann::json;

/// The facts that no other field of the record has.
json facts_of(const GateServices& services, const Envelope& envelope, const Judgement& judgement,
              const std::string& watched_as) {
    json facts = pool::facts_beside_record_json(judgement.scan.report);
    const NetworkFacts network = services.watch->network(envelope.client_ip);
    if (!network.owner.empty()) facts["network_owner"] = network.owner;
    if (!network.country.empty()) facts["country"] = network.country;
    if (watched_as != judgement.customer) facts["watched_as"] = watched_as;
    // What is kept from everybody for a reason of the gate's own says nothing about what the customer sends.
    const bool nobody_gets_it = judgement.passing.empty() && !passes(judgement.decision.disposition);
    facts["refused"] = nobody_gets_it;
    return facts;
}

/// The event as it is read from the record again should the watch be put together anew: one way for both.
Result<watch::MessageEvent> event_of(const Envelope& envelope, const Judgement& judgement, const json& facts,
                                     TimePoint now) {
    store::Record record = envelope_record(judgement.record_id, envelope, now);
    record.customer = judgement.customer;
    record.subject = judgement.scan.report.facts.subject;
    record.header_from = judgement.scan.report.facts.header_from;
    record.text_fingerprint = judgement.scan.report.facts.text_fingerprint;
    record.verdict = scan::to_string(judgement.scan.report.verdict);
    return store::watch_event_of(record, facts);
}

void hold(Judgement& judgement, const WatchAnswer& answer, TimePoint now) {
    judgement.decision = {Disposition::hold, answer.why, DecidedBy::watch};
    std::ranges::move(judgement.passing, std::back_inserter(judgement.kept));
    judgement.passing.clear();
    judgement.banner = {};
    judgement.alarm = answer.alarm;
    judgement.held_id = make_id(now.microseconds);
    judgement.room = answer.room;
}

}  // namespace

std::string watched_name(const SenderTable& senders, const Envelope& envelope, const std::string& customer) {
    if (envelope.direction != mail::Direction::outbound || customer.empty()) return {};
    if (customer != unknown_customer && !senders.is_organisation(customer)) return customer;
    return envelope.sasl_login.empty() ? std::string() : customer + "/" + envelope.sasl_login;
}

void watch_message(GateServices& services, net::Fiber& fiber, const Envelope& envelope, Judgement& judgement,
                   TimePoint now) {
    if (services.watch == nullptr || judgement.scan.outcome != sandbox::Outcome::verdict) return;
    const std::string watched_as = watched_name(services.rules->senders, envelope, judgement.customer);
    if (watched_as.empty()) return;
    json facts = facts_of(services, envelope, judgement, watched_as);
    const Result<watch::MessageEvent> event = event_of(envelope, judgement, facts, now);
    if (!event) {
        // Every message that a reader judged makes an event. One that does not is our mistake, and goes nowhere unseen.
        services.log.write(LogLevel::error, "watch.no_event", {{"error", event.error().message}});
        return give_up(judgement, "the message could not be compared with earlier mail");
    }
    const WatchAnswer answer = services.watch->ask(fiber, *event);
    facts["watch_action"] = watch::to_string(answer.action);
    if (!answer.alarm.empty()) facts["alarm"] = answer.alarm;
    // [watch] mode = "observe": what would have been.
    if (answer.action != watch::Action::pass && answer.why.empty()) facts["watch_observes"] = true;
    judgement.watch_number = answer.number;
    judgement.watched = facts.dump(-1, ' ', false, json::error_handler_t::replace);
    if (event->refused || answer.why.empty()) return;
    if (answer.action == watch::Action::hold) hold(judgement, answer, now);
    if (answer.action == watch::Action::pace) {
        give_up(judgement, answer.why);
        judgement.decision.by = DecidedBy::watch;
    }
}

void note_outcomes(GateServices& services, const Envelope& envelope, const Judgement& judgement) {
    const scan::ScanReport& report = judgement.scan.report;
    if (services.watch == nullptr || envelope.direction != mail::Direction::inbound ||
        judgement.scan.outcome != sandbox::Outcome::verdict || report.outcomes.empty())
        return;
    services.watch->outcomes(judgement.judged_at, report.outcomes);
}

}  // namespace tocsin::gate
