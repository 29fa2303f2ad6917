// Acts on the account: how unusual one is, and what those of the last days add up to.
#include <algorithm>

#include <fmt/core.h>

#include "watch/signals.hpp"

namespace tocsin::watch {

namespace {

/// Acts weigh on what is sent for so long.
constexpr std::int64_t acts_weigh_us = 72 * hour_us;
/// Failed logins, and control calls within ten minutes, from which on they weigh.
constexpr std::uint64_t failed_logins_some = 10, failed_logins_many = 50, control_calls_burst = 20;
constexpr std::int64_t burst_us = 10LL * 60 * 1'000'000;

/// What an act weighs for a customer who never did such a thing: 2 where an intruder needs it to stay, to send or to carry off.
std::uint8_t weight_of(AccountAct act) {
    switch (act) {
        case AccountAct::login:
        case AccountAct::login_failed:
        case AccountAct::control_call: return 0;
        case AccountAct::device_added:
        case AccountAct::password_changed:
        case AccountAct::list_imported:
        case AccountAct::template_changed: return 1;
        case AccountAct::second_factor_changed:
        case AccountAct::contact_changed:
        case AccountAct::api_key_made:
        case AccountAct::sender_added:
        case AccountAct::list_exported:
        case AccountAct::quota_raised:
        case AccountAct::user_added:
        case AccountAct::role_added: return 2;
        case AccountAct::count_: break;
    }
    return 0;
}

bool used(const KnownValues& values, std::uint64_t hash, Day today) {
    // Where nothing is established yet, nothing is unusual.
    return hash == 0 || values.established(today) == 0 ||
           values.familiarity(hash, today) == Familiarity::established;
}

}  // namespace

std::uint8_t access_level(const Profile& profile, const AccessFacts& facts, Day today) {
    const bool network = used(profile.known(Family::login_network), facts.network, today);
    const bool device = used(profile.known(Family::device), facts.device, today);
    if (!used(profile.known(Family::login_country), facts.country, today)) return 3;
    if (!used(profile.known(Family::login_owner), facts.owner, today)) return device ? 2 : 3;
    if (network && device) return 0;
    return network || device ? 1 : 2;
}

std::uint8_t act_weight(const Profile& profile, const AccountEvent& event, std::uint8_t access,
                        std::uint64_t act_name) {
    std::uint8_t weight = weight_of(event.act);
    // A domain of somebody else's is what a hijacker adds; that it is the customer's own was shown by him who holds its DNS.
    if (event.act == AccountAct::sender_added && event.verified) --weight;
    const bool usual = profile.known(Family::account_act).familiarity(act_name, day_of(event.time)) ==
                       Familiarity::established;
    if (usual) weight /= 2;
    // From where the customer never was, it is worse.
    if (weight > 0 && access >= 2) ++weight;
    if (event.act == AccountAct::login && access >= 2) weight = static_cast<std::uint8_t>(access - 1);
    return weight;
}

std::vector<Reading> read_acts(const Profile& profile, TimePoint now, Words words) {
    unsigned weight = 0;
    std::uint8_t access = 0;
    std::uint64_t failed = 0, calls_now = 0;
    std::string acts, from;
    for (const RecentAct& act : profile.acts) {
        const std::int64_t ago = now.microseconds - act.time.microseconds;
        if (ago < 0 || ago > acts_weigh_us) continue;
        weight += act.weight;
        if (act.act == AccountAct::login_failed) failed += act.count;
        if (act.act == AccountAct::control_call && ago <= burst_us) calls_now += act.count;
        if (act.access > access && act.act != AccountAct::login_failed) {
            access = act.access;
            from = act.what;
        }
        if (words == Words::wanted && (act.weight > 0 || act.access > 0))
            acts += (acts.empty() ? "" : "; ") + act.what;
    }
    weight += failed >= failed_logins_many ? 2 : failed >= failed_logins_some ? 1 : 0;
    if (calls_now >= control_calls_burst) weight += 2;
    std::vector<Reading> readings;
    const std::uint8_t level = weight >= 5 ? 3 : weight >= 3 ? 2 : weight >= 1 ? 1 : 0;
    if (level > 0) {
        Reading reading{.signal = Signal::account_acts, .level = level, .text = {}, .normal = {}};
        if (words == Words::wanted) {
            reading.text = acts.empty() ? std::string("acts on the account that are unusual together") : acts;
            if (failed > 0) reading.text += fmt::format("; {} failed logins", failed);
            if (calls_now > 0)
                reading.text += fmt::format("; {} control calls within ten minutes", calls_now);
        }
        readings.push_back(std::move(reading));
    }
    if (access > 0)
        readings.push_back({.signal = Signal::access, .level = access, .text = from, .normal = {}});
    return readings;
}

}  // namespace tocsin::watch
