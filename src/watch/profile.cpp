#include "watch/profile.hpp"

#include <algorithm>
#include <iterator>

namespace tocsin::watch {

namespace {

template <std::size_t... index>
std::array<KnownValues, family_count> make_families(std::index_sequence<index...>) {
    return {KnownValues(index == static_cast<std::size_t>(Family::link_place) ? limits::watch_link_domains
                        : index == static_cast<std::size_t>(Family::recipient_domain)
                            ? limits::watch_recipient_domains
                            : limits::watch_values)...};
}

/// Puts a value into a sorted list without doubles, of which the first go when it is full.
template <typename Value>
void keep_latest(std::vector<Value>& values, Value value, std::size_t values_max) {
    const auto at = std::ranges::lower_bound(values, value);
    if (at != values.end() && *at == value) return;
    values.insert(at, std::move(value));
    if (values.size() > values_max) values.erase(values.begin());
}

}  // namespace

std::string_view to_string(Family family) {
    constexpr std::array<std::string_view, family_count> names = {
        "link_domains", "senders",     "sender_domains",    "sender_names", "envelope_domains",
        "reply_to",     "attachments", "recipient_domains", "networks",     "network_owners",
        "countries",    "credentials", "login_networks",    "login_owners", "login_countries",
        "devices",      "actors",      "account_acts",      "languages"};
    return names[static_cast<std::size_t>(family)];
}

void VolumeSeen::note(Day on, std::uint64_t recipients) {
    if (on > day) {
        day = on;
        today = 0;
    }
    const std::int32_t week = on / week_days;
    if (week > newest_week) {
        const auto by =
            std::min<std::size_t>(static_cast<std::size_t>(week - newest_week), largest_day.size());
        std::shift_right(largest_day.begin(), largest_day.end(), static_cast<std::ptrdiff_t>(by));
        std::fill_n(largest_day.begin(), by, 0U);
        newest_week = week;
    }
    // A late day is only known by the message that came late: its sum is gone.
    const std::uint64_t sum = on == day ? today += recipients : recipients;
    const auto back = static_cast<std::size_t>(newest_week - week);
    if (back < largest_day.size())
        largest_day[back] =
            std::max(largest_day[back], static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, UINT32_MAX)));
}

std::uint64_t VolumeSeen::largest_before(Day on) const {
    std::uint64_t largest = 0;
    // This week's largest day may be today itself.
    for (std::size_t back = on / week_days > newest_week ? 0 : 1; back < largest_day.size(); ++back)
        largest = std::max<std::uint64_t>(largest, largest_day[back]);
    return largest;
}

void VolumeSeen::join(const VolumeSeen& other) {
    if (other.newest_week > newest_week) note(other.newest_week * week_days, 0);
    for (std::size_t back = 0; back < other.largest_day.size(); ++back) {
        const std::int64_t here =
            std::int64_t{newest_week} - other.newest_week + static_cast<std::int64_t>(back);
        if (here < static_cast<std::int64_t>(largest_day.size()))
            largest_day[static_cast<std::size_t>(here)] =
                std::max(largest_day[static_cast<std::size_t>(here)], other.largest_day[back]);
    }
    if (other.day == day) today += other.today;
    if (other.day > day) {
        day = other.day;
        today = other.today;
    }
}

Profile::Profile() : known_(make_families(std::make_index_sequence<family_count>())) {}

const CredentialSeen* Profile::credential(std::uint64_t hash) const {
    const auto at = std::ranges::find(credentials, hash, &CredentialSeen::hash);
    return at == credentials.end() ? nullptr : &*at;
}

CredentialSeen& Profile::touch_credential(std::uint64_t hash, Day day) {
    auto at = std::ranges::find(credentials, hash, &CredentialSeen::hash);
    if (at == credentials.end()) {
        if (credentials.size() >= limits::watch_credentials)
            credentials.erase(std::ranges::min_element(credentials, {}, &CredentialSeen::last_day));
        CredentialSeen fresh;
        fresh.hash = hash;
        fresh.first_day = fresh.last_day = day;
        credentials.push_back(std::move(fresh));
        at = std::prev(credentials.end());
    }
    at->first_day = std::min(at->first_day, day);
    at->last_day = std::max(at->last_day, day);
    return *at;
}

void Profile::note_template(const TemplateSeen& seen) {
    keep_latest(templates, seen, limits::watch_templates);
}

void Profile::note_act(RecentAct act) {
    keep_latest(acts, std::move(act), limits::watch_account_events);
}

void Profile::join(const Profile& other) {
    for (std::size_t family = 0; family < family_count; ++family) known_[family].join(other.known_[family]);
    audience.join(other.audience);
    rhythm.join(other.rhythm);
    volume.join(other.volume);
    for (const TemplateSeen& seen : other.templates) note_template(seen);
    for (const RecentAct& act : other.acts) note_act(act);
    for (const CredentialSeen& theirs : other.credentials) {
        CredentialSeen& ours = touch_credential(theirs.hash, theirs.first_day);
        ours.last_day = std::max(ours.last_day, theirs.last_day);
        ours.from.join(theirs.from);
        ours.networks.join(theirs.networks);
    }
    campaigns_before.join(other.campaigns_before);
    acts_before.join(other.acts_before);
    released.join(other.released);
    outcomes.bounces += other.outcomes.bounces;
    outcomes.complaints += other.outcomes.complaints;
    outcomes.unsubscribes += other.outcomes.unsubscribes;
    outcomes.traps += other.outcomes.traps;
    outcomes.canaries += other.outcomes.canaries;
    recipients_ever += other.recipients_ever;
    official_ever += other.official_ever;
    if (other.first_day >= 0)
        first_day = first_day < 0 ? other.first_day : std::min(first_day, other.first_day);
    last_day = std::max(last_day, other.last_day);
}

std::size_t Profile::bytes() const {
    std::size_t bytes = sizeof(Profile) + audience.bytes() + campaigns_before.bytes() + acts_before.bytes() +
                        released.bytes() + templates.capacity() * sizeof(TemplateSeen) +
                        acts.capacity() * sizeof(RecentAct) + campaigns.capacity() * sizeof(Campaign) +
                        credentials.capacity() * sizeof(CredentialSeen);
    for (const KnownValues& values : known_) bytes += values.bytes();
    for (const CredentialSeen& seen : credentials) bytes += seen.from.bytes() + seen.networks.bytes();
    for (const RecentAct& act : acts) bytes += act.what.capacity();
    for (const Campaign& campaign : campaigns)
        bytes += campaign.hosts.capacity() * sizeof(std::uint64_t) + campaign.subject_text.capacity() +
                 campaign.header_from.capacity() + campaign.first_record.capacity();
    return bytes;
}

}  // namespace tocsin::watch
