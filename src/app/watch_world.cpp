#include "app/watch_world.hpp"

#include <algorithm>
#include <memory>

#include "app/domain_lists.hpp"
#include "base/time_units.hpp"

namespace tocsin::app {

namespace {

std::function<bool(std::string_view)> is_in(std::shared_ptr<const Domains> domains) {
    return [domains = std::move(domains)](std::string_view domain) { return domains->contains(domain); };
}

}  // namespace

Result<watch::WatchRules> make_watch_rules(const std::string& lists_folder) {
    watch::WatchRules rules;
    rules.shared_place = is_in(TRY(
        read_domain_lists(lists_folder, {"url_shorteners", "free_file_hosts", "free_subdomain_hosts",
                                         "self_service_creation_platform_domains", "social_landing_hosts"})));
    rules.popular_domain = is_in(TRY(read_domain_lists(lists_folder, {"tranco_10k"})));
    rules.free_mail =
        is_in(TRY(read_domain_lists(lists_folder, {"free_email_providers", "disposable_email_providers"})));
    return rules;
}

Result<WatchChoices> watch_choices(const config::WatchSettings& settings, const std::string& lists_folder) {
    WatchChoices choices;
    choices.rules = TRY(make_watch_rules(lists_folder));
    choices.rules.budget.alarms_per_thousand = settings.alarms_per_thousand;
    choices.rules.times = watch::WatchRules::Times::checked;
    choices.rules.close_watch_us = std::int64_t{settings.close_watch_days} * day_us;
    choices.mode = settings.mode == config::WatchMode::observe ? WatchMode::observe : WatchMode::hold;
    choices.kept_messages = settings.kept_messages;
    choices.customers_in_memory = settings.customers_in_memory;
    return choices;
}

store::SealKey seal_key(const std::string& secret) {
    // A key of its own: what the hashes are keyed with opens no profile.
    const Hash256 hash = sha256(as_bytes("profiles " + secret));
    store::SealKey key{};
    std::ranges::copy(hash, key.begin());
    return key;
}

HashKey watch_key(const std::string& secret) {
    return HashKey{sha256(as_bytes(secret))};
}

}  // namespace tocsin::app
