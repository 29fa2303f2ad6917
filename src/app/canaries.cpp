#include "app/canaries.hpp"

#include <algorithm>

#include "base/contains.hpp"
#include "base/fold_case.hpp"
#include "base/limits/respond.hpp"

namespace tocsin::app {

Canaries::Canaries(const config::Settings& settings) : settings_(settings) {
    for (const config::Canary& canary : settings.canaries) {
        if (canary.address) addresses_.emplace(ascii_lower(*canary.address), &canary);
        if (canary.login) logins_.emplace(*canary.login, &canary);
    }
}

std::vector<const config::Canary*> Canaries::hit_by(const store::Record& record) const {
    std::vector<const config::Canary*> out;
    if (!addresses_.empty())
        for (const std::string& recipient : record.recipients) {
            const auto found = addresses_.find(ascii_lower(recipient));
            if (found == addresses_.end() || contains(out, found->second)) continue;
            if (!is_expected(*found->second, record)) out.push_back(found->second);
        }
    if (!logins_.empty())
        if (const auto found = logins_.find(record.sasl_login); found != logins_.end())
            out.push_back(found->second);
    return out;
}

bool Canaries::is_expected(const config::Canary& canary, const store::Record& record) const {
    if (!canary.customer) return false;
    if (record.direction == "outbound") return record.customer == *canary.customer;
    const auto owner = std::ranges::find(settings_.customers, *canary.customer, &config::Customer::name);
    if (owner == settings_.customers.end()) return false;
    const std::string domain = ascii_lower(record.mail_from.substr(record.mail_from.rfind('@') + 1));
    return contains(owner->envelope_domains, domain);
}

std::size_t Canaries::number_of(const config::Canary& canary) const {
    return static_cast<std::size_t>(&canary - settings_.canaries.data());
}

bool Canaries::is_worth_telling(const config::Canary& canary, TimePoint now) {
    Told& told = told_[number_of(canary)];
    if (now.microseconds - told.since.microseconds >= limits::canary_window_us) told = {now, 0};
    return ++told.hits <= limits::canary_hits_told;
}

respond::CanaryHit Canaries::what_happened(const config::Canary& canary) {
    return {.canary = canary.address ? *canary.address : canary.login.value_or(""),
            .about = canary.about == config::CanaryAbout::list ? respond::CanaryKind::list
                                                               : respond::CanaryKind::infrastructure,
            .customer = canary.customer.value_or(""),
            .list = canary.list.value_or("")};
}

}  // namespace tocsin::app
