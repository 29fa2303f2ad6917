// How a campaign or an act is judged: signals, score, threshold, alarm.
#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <iterator>
#include <span>

#include <fmt/core.h>

#include "base/contains.hpp"
#include "base/hash.hpp"
#include "base/limits/watch.hpp"
#include "watch/facts.hpp"
#include "watch/watch.hpp"

namespace tocsin::watch {

namespace {

/// Campaigns' worth of belief in what all customers do.
constexpr double belief = 8;
/// Signals that count for a customer who is new: those that need no past.
constexpr std::array<Signal, 4> signals_without_past = {Signal::words, Signal::account_acts, Signal::outcomes,
                                                        Signal::group};
/// From this score on the words are kept: it may become an alarm as it grows.
constexpr double words_score = 1.0;
/// The threshold falls no deeper than this for those who are watched closely.
constexpr double threshold_floor = 1.0;

bool any_from(Suspicion suspicion, std::initializer_list<Signal> signals, std::uint8_t level) {
    return std::ranges::any_of(signals, [&](Signal signal) { return suspicion.level(signal) >= level; });
}

/// Whether a campaign carries something that works for an attacker: a new place to lead to, somebody new to answer to, a file,
/// hostile words, another sender, a text like none before. The customer's usual mail from an unusual place is none.
bool worth_an_alarm(Suspicion suspicion, bool learning) {
    if (any_from(suspicion,
                 {Signal::link_domain, Signal::sender, Signal::reply_to, Signal::words, Signal::attachment,
                  Signal::group},
                 2))
        return true;
    // Of a new customer bad outcomes say that its list is old: its mail waits, and nobody is called.
    if (learning) return false;
    if (suspicion.level(Signal::outcomes) >= 3) return true;
    // A text or a page like none before can be the whole attack: a number to call, a story to answer.
    if (suspicion.level(Signal::page) >= 2) return true;
    // Pages can be put on popular sites too.
    const bool doubtful = any_from(
        suspicion,
        {Signal::access, Signal::account_acts, Signal::credential, Signal::audience, Signal::outcomes}, 2);
    return suspicion.level(Signal::link_domain) >= 1 &&
           (doubtful || suspicion.level(Signal::link_share) >= 2);
}

/// Whether acts on an account are more than a login from a new place, which people who travel have every week.
bool acts_worth_an_alarm(Suspicion suspicion) {
    return any_from(suspicion, {Signal::account_acts, Signal::group}, 2);
}

/// Everything of a message that a release makes the customer's own. Not places that strangers share.
std::vector<LearntByRelease> values_of(const MessageEvent& event, const MessageFacts& facts,
                                       const ValueHash& hash) {
    std::vector<LearntByRelease> values = {{Family::from, facts.from},
                                           {Family::from_domain, facts.from_domain},
                                           {Family::from_name, facts.from_name},
                                           {Family::mail_from_domain, facts.mail_from_domain},
                                           {Family::reply_to, facts.reply_to},
                                           {Family::network, facts.network},
                                           {Family::network_owner, facts.network_owner},
                                           {Family::country, facts.country},
                                           {Family::language, facts.language}};
    for (const LinkPlace& place : facts.places)
        if (!place.shared) values.push_back({Family::link_place, place.place, place.share});
    for (const std::string& type : event.attachment_types)
        values.push_back({Family::attachment_type, {type, hash(type)}});
    std::erase_if(values, [](const LearntByRelease& value) { return value.value.hash == 0; });
    return values;
}

}  // namespace

Watch::Judged Watch::judge(Profile& profile, const MessageEvent& event, const MessageFacts& facts,
                           const Campaign& campaign) {
    const Comparison comparison{
        .profile = profile, .domains = domains_, .rules = rules_, .hash = hash_, .now = event.time};
    const std::uint64_t customer = hash_(event.customer);
    Judged judged;
    const auto read = [&](Words words) {
        std::vector<Reading> readings = read_message(comparison, event, facts, customer, words);
        for (std::vector<Reading> more :
             {read_growth(comparison, campaign, words), read_acts(profile, event.time, words)})
            std::ranges::move(more, std::back_inserter(readings));
        if (campaign.learning)
            std::erase_if(readings, [](const Reading& reading) {
                return !contains(signals_without_past, reading.signal);
            });
        return readings;
    };
    judged.readings = read(Words::none);
    judged.suspicion = suspicion_of(judged.readings);
    const auto meet = [&](std::uint64_t value) {
        const std::vector<NewValues::Sighting> others =
            new_values_.note(value, event.customer, event.time, rules_.group_window_us);
        for (const NewValues::Sighting& other : others)
            if (!contains(judged.others, other.customer)) judged.others.push_back(other.customer);
    };
    const Day today = day_of(event.time);
    for (const LinkPlace& place : facts.places)
        if (profile.known(Family::link_place).familiarity(place.place.hash, today) == Familiarity::never &&
            !place.shared && !rules_.popular_domain(place.place.text) &&
            domains_.customers(place.place.hash, customer, today) == 0)
            meet(place.place.hash);
    if (judged.suspicion.level(Signal::reply_to) >= 2) meet(facts.reply_to.hash);
    if (judged.suspicion.level(Signal::page) >= 2 && event.text_fingerprint != 0)
        meet(hash_(fmt::format("text {:016x}", event.text_fingerprint)));
    if (!judged.others.empty()) {
        const std::uint8_t level = judged.others.size() > 1 ? 3 : 2;
        judged.suspicion.raise(Signal::group, level);
    }
    weigh(profile, judged, profile.campaigns_before, campaigns_, today);
    if (judged.score >= words_score) judged.readings = read(Words::wanted);
    if (!judged.others.empty())
        judged.readings.push_back(
            {.signal = Signal::group,
             .level = judged.suspicion.level(Signal::group),
             .text = fmt::format(
                 "the same new link, text or Reply-To showed at {} other customer{} within a day: {}",
                 judged.others.size(), judged.others.size() == 1 ? "" : "s",
                 fmt::format("{}{}", judged.others.front(), judged.others.size() > 1 ? ", …" : "")),
             .normal = {}});
    return judged;
}

void Watch::weigh(const Profile& profile, Judged& judged, const SuspicionHistory& before,
                  const Population& population, Day today) {
    const Suspicion compared = judged.suspicion.without_noise();
    if (compared == Suspicion{}) return;
    judged.before = before.size();
    judged.alike = before.at_least(compared);
    judged.share = population.share_at_least(
        compared, today, static_cast<double>(judged.alike + profile.released.at_least(compared)));
    const double unusual = (static_cast<double>(judged.alike) + belief * judged.share) /
                           (static_cast<double>(judged.before) + belief);
    judged.score = -std::log10(std::min(unusual, 1.0));
}

bool Watch::is_late(TimePoint time) const {
    return time.microseconds < latest_.microseconds - limits::watch_late_us;
}

const Alarm* Watch::open_alarm(const Profile& profile, TimePoint now) const {
    const auto open = alarms_.find(profile.open_alarm);
    if (open == alarms_.end() || open->second.state != AlarmState::open) return nullptr;
    return now.microseconds - open->second.time.microseconds <= rules_.open_alarm_us ? &open->second
                                                                                     : nullptr;
}

double Watch::threshold_for(const Profile& profile, const AlarmBudget& budget, TimePoint now) const {
    const bool closely = open_alarm(profile, now) != nullptr || now < profile.watched_until;
    return closely ? std::max(budget.threshold() - rules_.close_margin, threshold_floor) : budget.threshold();
}

void Watch::note_score(Profile& profile, const Judged& judged, Day today) {
    const double score = worth_an_alarm(judged.suspicion, false) ? judged.score : 0;
    const bool first = profile.score_day != today;
    const double highest = static_cast<double>(profile.score_bin + 1) * AlarmBudget::bin_width;
    if (profile.score_day > today || (!first && score < highest)) return;
    profile.score_bin = campaign_budget_.note(today, first ? AlarmBudget::bins : profile.score_bin, score);
    profile.score_day = today;
}

void Watch::decide(Profile& profile, const MessageEvent& event, const MessageFacts& facts, Campaign& campaign,
                   Judged& judged) {
    const Day today = day_of(event.time);
    campaign.suspicion = judged.suspicion;
    campaign.score = judged.score;
    if (!campaign.learning) note_score(profile, judged, today);
    const double threshold = threshold_for(profile, campaign_budget_, event.time);
    const bool worth = worth_an_alarm(judged.suspicion, campaign.learning);
    if (worth && judged.score >= threshold) {
        campaign.action = Action::hold;
        Alarm alarm = make_alarm(AlarmKind::campaign, judged, event.time, threshold);
        alarm.customer = event.customer;
        alarm.credential = event.credential;
        alarm.values = values_of(event, facts, hash_);
        raise(profile, std::move(alarm), &campaign);
    } else {
        campaign.action = (campaign.learning && vetted_when_new(event.time)) ||
                                  (worth && judged.score >= threshold - rules_.pace_margin)
                              ? Action::pace
                              : Action::pass;
        campaign.readings = std::move(judged.readings);
        if (!campaign.learning) {
            campaigns_.note(judged.suspicion, today);
            profile.campaigns_before.note(judged.suspicion, today);
        }
        if (campaign.action == Action::pass || campaign.learning) learn_campaign(profile, event, facts);
    }
    if (!judged.others.empty()) warn_others(judged.others, campaign, event.customer, event.time);
}

void Watch::review(Profile& profile, const std::string& customer, Campaign& campaign, TimePoint now) {
    const Comparison comparison{
        .profile = profile, .domains = domains_, .rules = rules_, .hash = hash_, .now = now};
    Suspicion suspicion = campaign.suspicion;
    std::vector<Reading> grown = read_growth(comparison, campaign, Words::wanted);
    if (campaign.learning)
        std::erase_if(grown,
                      [](const Reading& reading) { return !contains(signals_without_past, reading.signal); });
    for (const Reading& reading : grown) suspicion.raise(reading.signal, reading.level);
    if (suspicion == campaign.suspicion) return;
    campaign.suspicion = suspicion;
    std::erase_if(campaign.readings,
                  [&](const Reading& reading) { return contains(grown, reading.signal, &Reading::signal); });
    std::ranges::move(grown, std::back_inserter(campaign.readings));
    rejudge(profile, customer, campaign, now);
}

void Watch::rejudge(Profile& profile, const std::string& customer, Campaign& campaign, TimePoint now) {
    Judged judged;
    judged.suspicion = campaign.suspicion;
    judged.readings = campaign.readings;
    weigh(profile, judged, profile.campaigns_before, campaigns_, day_of(now));
    campaign.score = judged.score;
    const double threshold = threshold_for(profile, campaign_budget_, now);
    if (!campaign.learning) note_score(profile, judged, day_of(now));
    if (!worth_an_alarm(judged.suspicion, campaign.learning) || judged.score < threshold) return;
    campaign.action = Action::hold;
    Alarm alarm = make_alarm(AlarmKind::campaign, judged, now, threshold);
    alarm.customer = customer;
    raise(profile, std::move(alarm), &campaign);
}

void Watch::warn_others(const std::vector<std::string>& others, const Campaign& campaign,
                        const std::string& customer, TimePoint now) {
    const std::vector<std::uint64_t> places = campaign.places;
    for (const std::string& other : others) {
        const auto found = profiles_.find(other);
        if (found == profiles_.end() || other == customer) continue;
        Profile& profile = profile_to_change(other);
        for (Campaign& theirs : profile.campaigns) {
            const bool shares = std::ranges::any_of(
                theirs.places, [&](std::uint64_t place) { return contains(places, place); });
            if (!shares || theirs.action == Action::hold || theirs.suspicion.level(Signal::group) >= 2)
                continue;
            theirs.readings.push_back(
                {.signal = Signal::group,
                 .level = 2,
                 .text = "the same new link showed at another customer within a day: " + customer,
                 .normal = {}});
            theirs.suspicion.raise(Signal::group, 2);
            rejudge(profile, other, theirs, now);
        }
    }
}

void Watch::raise_for_acts(Profile& profile, const AccountEvent& event, const HashedText& network) {
    const Day today = day_of(event.time);
    if (profile.first_day < 0 && profile.acts.size() < 2) return;
    Judged judged;
    judged.readings = read_acts(profile, event.time, Words::wanted);
    // The same person or network that is new at many customers: a staff tool in wrong hands, a list of stolen logins.
    // Networks that several customers have been using for long are those of access providers.
    const std::uint64_t customer = hash_(event.customer);
    std::vector<std::uint64_t> met;
    if (profile.known(Family::actor).familiarity(hash_(event.actor), today) == Familiarity::never &&
        !event.actor.empty())
        met.push_back(hash_("actor " + event.actor));
    const std::uint64_t network_name = hash_("network " + network.text);
    if (!network.text.empty() && profile.known(Family::login_network).established(today) > 0 &&
        profile.known(Family::login_network).familiarity(network.hash, today) == Familiarity::never &&
        domains_.customers(network_name, customer, today) == 0)
        met.push_back(network_name);
    domains_.note(network_name, customer, today);
    for (const std::uint64_t value : met)
        for (const NewValues::Sighting& other :
             new_values_.note(value, event.customer, event.time, rules_.group_window_us))
            if (!contains(judged.others, other.customer)) judged.others.push_back(other.customer);
    if (!judged.others.empty())
        judged.readings.push_back(
            {.signal = Signal::group,
             .level = static_cast<std::uint8_t>(judged.others.size() > 1 ? 3 : 2),
             .text = fmt::format("{} acted on {} other customer{} within a day",
                                 event.actor.empty() ? network.text : event.actor, judged.others.size(),
                                 judged.others.size() == 1 ? "" : "s"),
             .normal = {}});
    judged.suspicion = suspicion_of(judged.readings);
    weigh(profile, judged, profile.acts_before, acts_, today);
    const double threshold = threshold_for(profile, act_budget_, event.time);
    const bool first = profile.act_score_day != today;
    if (first || judged.score >= static_cast<double>(profile.act_score_bin + 1) * AlarmBudget::bin_width) {
        profile.act_score_bin = act_budget_.note(today, first ? AlarmBudget::bins : profile.act_score_bin,
                                                 acts_worth_an_alarm(judged.suspicion) ? judged.score : 0);
        profile.act_score_day = today;
    }
    const bool known = profile.first_day >= 0 && today - profile.first_day >= established_days;
    if (known && acts_worth_an_alarm(judged.suspicion) && judged.score >= threshold) {
        Alarm alarm = make_alarm(AlarmKind::account, judged, event.time, threshold);
        alarm.customer = event.customer;
        alarm.credential = event.credential;
        const auto value = [&](Family family, const std::string& text) {
            if (!text.empty()) alarm.values.push_back({family, {text, hash_(text)}});
        };
        value(Family::login_network, network.text);
        value(Family::login_owner, event.network_owner);
        value(Family::login_country, event.country);
        value(Family::device, event.device);
        value(Family::actor, event.actor);
        raise(profile, std::move(alarm), nullptr);
        return;
    }
    // A customer who logs in all day is one customer.
    if (first || judged.suspicion != Suspicion{}) acts_.note(judged.suspicion, today);
    profile.acts_before.note(judged.suspicion, today);
}

Alarm Watch::make_alarm(AlarmKind kind, const Judged& judged, TimePoint time, double threshold) {
    Alarm alarm;
    alarm.time = time;
    alarm.kind = kind;
    alarm.suspicion = judged.suspicion;
    alarm.score = judged.score;
    alarm.threshold = threshold;
    alarm.before = judged.before;
    alarm.before_alike = judged.alike;
    alarm.share_alike = judged.share;
    alarm.readings = judged.readings;
    std::ranges::stable_sort(alarm.readings, std::greater{}, &Reading::level);
    alarm.others = judged.others;
    return alarm;
}

namespace {

/// Each once, and no more than a release is worth: an attacker varies them with every message.
void take_value(std::vector<LearntByRelease>& values, LearntByRelease value) {
    if (values.size() >= limits::watch_alarm_values) return;
    const bool known = std::ranges::any_of(values, [&](const LearntByRelease& one) {
        return one.family == value.family && one.value.hash == value.value.hash;
    });
    if (!known) values.push_back(std::move(value));
}

}  // namespace

void Watch::raise(Profile& profile, Alarm alarm, Campaign* campaign) {
    AlarmCampaign held;
    if (campaign != nullptr) {
        held = {.begun = campaign->begun,
                .first_record = campaign->first_record,
                .subject = campaign->subject_text,
                .header_from = campaign->header_from,
                .places = {},
                .let_go = campaign->recipients};
        for (const LearntByRelease& value : alarm.values)
            if (value.family == Family::link_place) held.places.push_back(value.value.text);
    }
    if (open_alarm(profile, alarm.time) != nullptr) {
        Alarm& known = alarms_.at(profile.open_alarm);
        ++counts_.joined;
        if (campaign != nullptr) {
            campaign->alarm = known.id;
            if (known.campaigns.size() < limits::watch_alarm_campaigns)
                known.campaigns.push_back(std::move(held));
            else
                ++known.campaigns_more;
        }
        for (const Reading& reading : alarm.readings) {
            const auto same = std::ranges::find(known.readings, reading.signal, &Reading::signal);
            if (same == known.readings.end())
                known.readings.push_back(reading);
            else if (same->level < reading.level)
                *same = reading;
        }
        for (LearntByRelease& value : alarm.values) take_value(known.values, std::move(value));
        news_.push_back(known.id);
        return;
    }
    ++counts_.alarms;
    (alarm.kind == AlarmKind::campaign ? campaign_budget_ : act_budget_).note_alarm(day_of(alarm.time));
    // Without our key: a replay of what was exported raises the same alarms.
    constexpr std::size_t id_digits = 16;
    const Hash256 hash = sha256(
        as_bytes(fmt::format("alarm {} {} {}", alarm.customer, alarm.time.microseconds, held.first_record)));
    alarm.id = to_hex(std::as_bytes(std::span(hash))).substr(0, id_digits);
    if (campaign != nullptr) {
        campaign->alarm = alarm.id;
        alarm.campaigns.push_back(std::move(held));
    }
    profile.open_alarm = alarm.id;
    news_.push_back(alarm.id);
    forget_alarms();
    alarms_.emplace(alarm.id, std::move(alarm));
}

void Watch::forget_alarms() {
    if (alarms_.size() < limits::watch_alarms) return;
    auto oldest = alarms_.end();
    for (auto at = alarms_.begin(); at != alarms_.end(); ++at) {
        if (at->second.state == AlarmState::open) continue;
        if (oldest == alarms_.end() || at->second.time < oldest->second.time) oldest = at;
    }
    // All of them open: the oldest goes all the same, what it held stays held.
    if (oldest == alarms_.end())
        oldest = std::ranges::min_element(alarms_, {}, [](const auto& item) { return item.second.time; });
    alarms_.erase(oldest);
}

}  // namespace tocsin::watch
