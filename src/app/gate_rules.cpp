#include "app/gate_rules.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "base/fold_case.hpp"

namespace tocsin::app {

namespace {

/// Rooms that know nothing of each other use the same words; a word without a partner would be a bug that a test finds.
template <typename To, typename From>
To same_word(From from, std::initializer_list<To> all) {
    for (To one : all)
        if (to_string(one) == config::to_string(from)) return one;
    return *all.begin();
}

scan::Verdict verdict_of(config::Verdict verdict) {
    using scan::Verdict;
    return same_word(verdict, {Verdict::unscannable, Verdict::clean, Verdict::suspicious, Verdict::phish,
                               Verdict::malware});
}

sandbox::Outcome outcome_of(config::Outcome outcome) {
    using sandbox::Outcome;
    return same_word(outcome, {Outcome::unavailable, Outcome::verdict, Outcome::timed_out, Outcome::crashed,
                               Outcome::violated, Outcome::over_limit});
}

template <typename From>
gate::Disposition disposition_of(From disposition) {
    return gate::disposition_from(config::to_string(disposition)).value_or(gate::Disposition::tempfail);
}

std::vector<scan::PartFlag> flags_of(const std::vector<std::string>& names) {
    std::vector<scan::PartFlag> out;
    for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(scan::PartFlag::count_); ++i)
        if (std::ranges::find(names, to_string(static_cast<scan::PartFlag>(i))) != names.end())
            out.push_back(static_cast<scan::PartFlag>(i));
    return out;
}

gate::PolicyRow row_of(const config::PolicyRow& row) {
    gate::PolicyRow out;
    if (row.direction)
        out.direction = *row.direction == config::Direction::inbound ? mail::Direction::inbound
                                                                     : mail::Direction::outbound;
    std::ranges::transform(row.verdicts, std::back_inserter(out.verdicts), verdict_of);
    std::ranges::transform(row.outcomes, std::back_inserter(out.outcomes), outcome_of);
    out.ambiguous = row.ambiguous;
    out.flags = flags_of(row.flags);
    out.larger_than_bytes = row.larger_than_bytes.value_or(0);
    out.customers = row.customers;
    out.recipients = row.recipients;
    out.disposition = disposition_of(row.disposition);
    out.reason = row.reason;
    return out;
}

gate::HeaderPolicy headers_of(config::HeaderFields fields) {
    switch (fields) {
        case config::HeaderFields::all: return gate::HeaderPolicy::all;
        case config::HeaderFields::tagged: return gate::HeaderPolicy::tagged;
        case config::HeaderFields::none: break;
    }
    return gate::HeaderPolicy::none;
}

gate::BannerReason reason_of(config::BannerReason reason) {
    using gate::BannerReason;
    return same_word(reason, {BannerReason::first_contact, BannerReason::suspicious, BannerReason::phish});
}

gate::BannerRules banner_of(const config::BannerSettings& settings) {
    gate::BannerRules rules{.when = {},
                            .heading = settings.heading,
                            .first_contact = settings.first_contact,
                            .suspicious = settings.suspicious,
                            .phish = settings.phish,
                            .copy = settings.copy,
                            .fallback = settings.fallback,
                            .contact = settings.contact.value_or(""),
                            .mark = settings.mark.value_or(""),
                            .learn_us = std::int64_t{settings.learn_days} * 24 * 3'600 * 1'000'000};
    std::ranges::transform(settings.when, std::back_inserter(rules.when), reason_of);
    return rules;
}

}  // namespace

std::vector<IpNetwork> blocks_of(const std::vector<config::Network>& networks) {
    std::vector<IpNetwork> out;
    for (const config::Network& network : networks) out.push_back(network.block);
    return out;
}

gate::ListenerDirection listener_direction(config::DirectionRule rule) {
    switch (rule) {
        case config::DirectionRule::inbound: return gate::ListenerDirection::inbound;
        case config::DirectionRule::outbound: return gate::ListenerDirection::outbound;
        case config::DirectionRule::by_sender: break;
    }
    return gate::ListenerDirection::by_sender;
}

gate::GateRules gate_rules(const config::Settings& settings) {
    gate::GateRules rules;
    for (const config::PolicyRow& row : settings.policy) rules.policy.rows.push_back(row_of(row));
    rules.policy.unknown_sender = disposition_of(settings.outbound.unknown_sender);
    rules.policy.inbound_tries = settings.unscannable.inbound_tries;
    std::vector<gate::CustomerRow> customers;
    for (const config::Customer& customer : settings.customers)
        customers.push_back({customer.name, customer.logins, blocks_of(customer.networks),
                             customer.envelope_domains, customer.header_domains, customer.listeners,
                             customer.organisation});
    rules.senders = gate::SenderTable(std::move(customers), blocks_of(settings.network.own_networks));
    rules.inbound_headers = headers_of(settings.headers.inbound);
    rules.outbound_headers = headers_of(settings.headers.outbound);
    rules.banner = banner_of(settings.banner);
    rules.retry_window_us = std::int64_t{settings.unscannable.retry_window_s} * 1'000'000;
    rules.host_name = settings.daemon.host_name;
    if (settings.respond.people)
        for (const std::string& address : settings.respond.report_addresses)
            rules.report_addresses.push_back(ascii_lower(address));
    return rules;
}

}  // namespace tocsin::app
