#include "watch/watch.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/fold_case.hpp"
#include "base/limits/watch.hpp"
#include "watch/facts.hpp"
#include "watch/snapshot.hpp"

namespace tocsin::watch {

namespace {

/// A campaign is judged anew after so long: a template that is used for months must not be one campaign for months.
constexpr std::int64_t campaign_us = day_us;
constexpr std::uint64_t first_review = 20, review_factor = 10;
AlarmBudget::Settings share_of(AlarmBudget::Settings settings, double share) {
    settings.alarms_per_thousand *= share;
    return settings;
}

}  // namespace

Watch::Watch(WatchRules rules, const HashKey& key) : Watch(std::move(rules), ValueHash(key)) {}

Watch::Watch(WatchRules rules, const ValueHash& hash)
    : rules_(std::move(rules)), hash_(hash), campaign_budget_(share_of(rules_.budget, 1 - rules_.acts_share)),
      act_budget_(share_of(rules_.budget, rules_.acts_share)) {}

void Watch::forget_everything() {
    *this = Watch(rules_, hash_);
}

bool Watch::repeated(std::uint64_t id) {
    if (recent_ids_.contains(id) || older_ids_.contains(id)) return true;
    if (recent_ids_.size() >= limits::watch_recent_ids / 2) {
        older_ids_ = std::move(recent_ids_);
        recent_ids_.clear();
    }
    recent_ids_.insert(id);
    return false;
}

Result<Profile*> Watch::admit(const std::string& id, const std::string& customer, TimePoint time,
                              ToldBy told_by) {
    if (id.empty())
        return fail(ErrorCode::invalid_input, "the event has no id: without one it could count twice");
    if (customer.empty()) return fail(ErrorCode::invalid_input, "event " + id + " names no customer");
    const bool begun = latest_.microseconds != 0;
    const bool ahead = begun && time.microseconds > latest_.microseconds + limits::watch_ahead_us;
    if (ahead && told_by == ToldBy::others && rules_.times == WatchRules::Times::as_they_come) {
        ++counts_.ahead;
        return fail(ErrorCode::invalid_input, "event " + id + " is of " + to_rfc3339(time) +
                                                  ", far ahead of all others: is a clock wrong?");
    }
    if (away_.contains(customer))
        return fail(ErrorCode::unavailable, customer + " is put away: bring it back first");
    // What our own clock says is now. If it stood wrong for a while, mail of today must not pass as late.
    const bool behind = begun && told_by == ToldBy::gate && is_late(time);
    counts_.clock_jumps += behind || (ahead && told_by == ToldBy::gate) ? 1U : 0U;
    latest_ = behind ? time : std::max(latest_, time);
    if (first_.microseconds < 0 || (behind && time < first_)) first_ = time;
    return &profile_to_change(customer);
}

Profile& Watch::profile_to_change(const std::string& customer) {
    ASSERT(!away_.contains(customer), "a profile that is away must not begin anew");
    const auto [at, is_new] = profiles_.try_emplace(customer);
    if (is_new) {
        at->second = std::make_unique<Profile>();
        at->second->in_snapshot = snapshots_;  // what is taken now began without it
        at->second->place = by_rest_.insert(by_rest_.end(), &at->first);
    } else if (taker_ != nullptr) {
        taker_->save(customer, *at->second);
    }
    at->second->touched = latest_;
    by_rest_.splice(by_rest_.end(), by_rest_, at->second->place);
    return *at->second;
}

/// Who is new in the first weeks of the watch itself is not new to anybody else.
bool Watch::vetted_when_new(TimePoint now) const {
    return now.microseconds - first_.microseconds >= rules_.vet_new_customers_after_us;
}

bool Watch::learning(const Profile& profile, Day today) const {
    if (profile.first_day < 0) return true;
    const Day known = today - profile.first_day;
    const std::size_t campaigns = profile.templates.size();
    return known < established_days || campaigns + 1 < rules_.learning_campaigns ||
           (campaigns < rules_.learning_campaigns && known < established_once_days);
}

Result<Decision> Watch::see(const MessageEvent& event) {
    const bool live = event.live && !event.released;
    Profile& profile =
        *TRY(admit(event.id, event.customer, event.time, live ? ToldBy::gate : ToldBy::others));
    ++counts_.messages;
    MessageFacts facts = facts_of(event, hash_);
    std::erase_if(profile.campaigns, [&](const Campaign& campaign) {
        return event.time.microseconds - campaign.begun.microseconds > campaign_us &&
               campaign.action != Action::hold;
    });
    const auto known = std::ranges::find_if(
        profile.campaigns, [&](const Campaign& campaign) { return belongs(campaign, event, facts); });
    if (repeated(hash_("message " + event.id))) {
        ++counts_.repeated;
        if (known == profile.campaigns.end()) return Decision{};
        return Decision{.action = known->action, .alarm = known->alarm, .vetting = known->learning};
    }
    if (event.refused) return Decision{};
    if (event.released || is_late(event.time)) {
        counts_.late += event.released ? 0U : 1U;
        facts.places = link_places(event, rules_, hash_);
        learn_campaign(profile, event, facts);
        learn_recipients(profile, event);
        return Decision{};
    }
    Campaign& campaign = known == profile.campaigns.end() ? begin_campaign(profile, event, facts) : *known;
    if (known != profile.campaigns.end()) check_recipients(profile, campaign, event);
    campaign.latest = std::max(campaign.latest, event.time);
    const bool vetting = campaign.learning;
    const Action action = act_on(profile, event, facts, campaign);
    counts_.held += action == Action::hold ? 1U : 0U;
    counts_.paced += action == Action::pace ? 1U : 0U;
    return Decision{.action = action, .alarm = campaign.alarm, .vetting = vetting && action == Action::pace};
}

Campaign& Watch::begin_campaign(Profile& profile, const MessageEvent& event, MessageFacts& facts) {
    ++counts_.campaigns;
    facts.places = link_places(event, rules_, hash_);
    if (profile.campaigns.size() >= limits::watch_open_campaigns)
        profile.campaigns.erase(std::ranges::min_element(profile.campaigns, {}, &Campaign::latest));
    Campaign& campaign = profile.campaigns.emplace_back();
    campaign.begun = campaign.latest = event.time;
    campaign.first_record = event.id;
    campaign.subject_text = event.subject;
    campaign.header_from = event.header_from;
    campaign.from = facts.from.hash;
    campaign.reply_to = facts.reply_to.hash;
    campaign.subject = facts.subject;
    campaign.credential = facts.credential.hash;
    campaign.network = facts.network.hash;
    campaign.text = event.text_fingerprint;
    campaign.page = event.page_fingerprint;
    campaign.hosts = facts.hosts;
    for (const LinkPlace& place : facts.places) campaign.places.push_back(place.place.hash);
    campaign.attachment_types = event.attachment_types;
    campaign.judged_as = event.judged_as;
    campaign.next_review = first_review;
    campaign.learning = learning(profile, day_of(event.time));
    check_recipients(profile, campaign, event);
    Judged judged = judge(profile, event, facts, campaign);
    decide(profile, event, facts, campaign, judged);
    if (campaign.action == Action::pass && event.time < profile.paced_until) campaign.action = Action::pace;
    return campaign;
}

Action Watch::act_on(Profile& profile, const MessageEvent& event, MessageFacts& facts, Campaign& campaign) {
    const std::uint64_t recipients = event.recipients.size();
    if (campaign.action == Action::pace) {
        const auto share = static_cast<std::uint64_t>(
            static_cast<double>(profile.volume.largest_before(day_of(event.time))) * rules_.canary_share);
        const std::uint64_t canary = std::clamp(share, rules_.canary_least, rules_.canary_most);
        const bool waited = event.time.microseconds - campaign.begun.microseconds >= rules_.canary_wait_us;
        if (waited && campaign.suspicion.level(Signal::outcomes) == 0) {
            campaign.action = Action::pass;
            if (!campaign.learning) {
                facts.places = link_places(event, rules_, hash_);
                learn_campaign(profile, event, facts);
            }
        } else if (campaign.recipients >= canary ||
                   !take_from_pace(profile, event.time, recipients, canary)) {
            campaign.kept_back += recipients;
            return Action::pace;
        }
    }
    if (campaign.action == Action::hold) {
        campaign.kept_back += recipients;
        return Action::hold;
    }
    campaign.recipients += recipients;
    learn_recipients(profile, event);
    if (campaign.recipients >= campaign.next_review) {
        campaign.next_review *= review_factor;
        review(profile, event.customer, campaign, event.time);
    }
    // What the review found keeps back the next message: this one was decided.
    return Action::pass;
}

bool Watch::take_from_pace(Profile& profile, TimePoint now, std::uint64_t recipients,
                           std::uint64_t canary) const {
    const std::int64_t age_us = now.microseconds - profile.paced_since.microseconds;
    if (age_us < 0 || age_us >= rules_.canary_wait_us) {
        profile.paced_since = now;
        profile.paced_let_go = 0;
    }
    if (profile.paced_let_go >= canary * rules_.canary_campaigns) return false;
    profile.paced_let_go += recipients;
    return true;
}

namespace {

/// Somebody else's recipient: of whom are most of them?
void note_other_list(Campaign& campaign, std::uint64_t owner) {
    if (owner == 0) return;
    ++campaign.on_other_list;
    if (campaign.other_list_votes == 0) {
        campaign.other_list = owner;
        campaign.on_that_list = 0;
    }
    campaign.other_list_votes += owner == campaign.other_list ? 1U : std::uint64_t(-1);
    campaign.on_that_list += owner == campaign.other_list ? 1U : 0U;
}

}  // namespace

void Watch::check_recipients(const Profile& profile, Campaign& campaign, const MessageEvent& event) const {
    const KnownValues& domains = profile.known(Family::recipient_domain);
    const Day today = day_of(event.time);
    const std::uint64_t customer = hash_(event.customer);
    for (const std::string& recipient : event.recipients) {
        const std::string address = ascii_lower(recipient);
        const std::uint64_t hashed = hash_(address);
        const Audience::Known known = profile.audience.knows(hashed);
        ++campaign.addressed;
        campaign.official += is_official(address) ? 1U : 0U;
        if (shared_recipients_.samples(hashed)) {
            ++campaign.shared_checked;
            if (known != Audience::Known::yes)
                note_other_list(campaign, shared_recipients_.other_customer(hashed, customer, today));
        }
        if (known == Audience::Known::not_sampled) continue;
        ++campaign.checked;
        if (known == Audience::Known::yes) continue;
        ++campaign.unknown;
        ++campaign.domains_checked;
        if (domains.familiarity(hash_(domain_of(address)), today) == Familiarity::never)
            ++campaign.domains_unknown;
    }
}

Result<void> Watch::see(const AccountEvent& event) {
    Profile& profile = *TRY(admit(event.id, event.customer, event.time));
    ++counts_.acts;
    if (repeated(hash_("act " + event.id))) {
        ++counts_.repeated;
        return {};
    }
    judge_act(profile, event);
    return {};
}

Result<void> Watch::see(const CareEvent& event) {
    Profile& profile = *TRY(admit(event.id, event.customer, event.time));
    if (repeated(hash_("care " + event.id))) {
        ++counts_.repeated;
        return {};
    }
    if (event.watched_until) profile.watched_until = *event.watched_until;
    if (event.paced_until) {
        profile.paced_until = *event.paced_until;
        // What is under way, too.
        for (Campaign& campaign : profile.campaigns)
            if (campaign.action == Action::pass && event.time < profile.paced_until)
                campaign.action = Action::pace;
    }
    return {};
}

Result<void> Watch::see(const OutcomeEvent& event) {
    Profile& profile = *TRY(admit(event.id, event.customer, event.time));
    ++counts_.outcomes;
    if (repeated(hash_("outcome " + event.id))) {
        ++counts_.repeated;
        return {};
    }
    Campaign* campaign = nullptr;
    for (Campaign& candidate : profile.campaigns) {
        if (candidate.begun > event.time) continue;
        if (candidate.first_record == event.record_id) {
            campaign = &candidate;
            break;
        }
        if (campaign == nullptr || candidate.begun > campaign->begun) campaign = &candidate;
    }
    for (OutcomeCounts* counts : {&profile.outcomes, campaign == nullptr ? nullptr : &campaign->outcomes}) {
        if (counts == nullptr) continue;
        if (event.outcome == Outcome::bounce_hard) counts->bounces += event.count;
        if (event.outcome == Outcome::complaint) counts->complaints += event.count;
        if (event.outcome == Outcome::trap) counts->traps += event.count;
        if (event.outcome == Outcome::canary) counts->canaries += event.count;
        if (event.outcome == Outcome::unsubscribe) counts->unsubscribes += event.count;
    }
    if (campaign != nullptr && campaign->action != Action::hold)
        review(profile, event.customer, *campaign, event.time);
    return {};
}

std::vector<std::string> Watch::take_news() {
    return std::exchange(news_, {});
}

const Alarm* Watch::alarm(const std::string& id) const {
    const auto found = alarms_.find(id);
    return found == alarms_.end() ? nullptr : &found->second;
}

std::size_t Watch::open_alarms() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(alarms_, [](const auto& one) { return one.second.state == AlarmState::open; }));
}

const Profile* Watch::profile(const std::string& customer) const {
    const auto found = profiles_.find(customer);
    return found == profiles_.end() ? nullptr : found->second.get();
}

std::vector<std::string> Watch::customers() const {
    std::vector<std::string> names;
    for (const auto& [name, profile] : profiles_) names.push_back(name);
    for (const auto& [name, ticket] : away_) names.push_back(name);
    std::ranges::sort(names);
    return names;
}

std::string_view to_string(Level level) {
    switch (level) {
        case Level::normal: return "normal";
        case Level::learning: return "learning";
        case Level::close: break;
    }
    return "close";
}

Level Watch::level(const Profile& profile, TimePoint now) const {
    if (open_alarm(profile, now) != nullptr || now < profile.watched_until) return Level::close;
    return learning(profile, day_of(now)) ? Level::learning : Level::normal;
}

std::vector<CloselyWatched> Watch::closely_watched(TimePoint now) const {
    std::vector<CloselyWatched> found;
    for (const auto& [name, profile] : profiles_) {
        const Alarm* open = open_alarm(*profile, now);
        if (open == nullptr && profile->watched_until <= now) continue;
        CloselyWatched one{.customer = name, .alarm = {}, .alarm_is_open = open != nullptr, .until = {}};
        one.until = open != nullptr ? TimePoint{open->time.microseconds + rules_.open_alarm_us}
                                    : profile->watched_until;
        if (open != nullptr) one.alarm = open->id;
        found.push_back(std::move(one));
    }
    std::ranges::sort(found, {}, &CloselyWatched::customer);
    return found;
}

void Watch::forget_away(const std::string& customer) {
    away_.erase(customer);
    Profile& profile = profile_to_change(customer);
    profile.watched_until = profile.paced_until = {latest_.microseconds + rules_.close_watch_us};
}

std::vector<std::string> Watch::quiet_customers(std::size_t kept, std::size_t most) const {
    std::vector<std::string> names;
    std::size_t here = profiles_.size();
    for (const std::string* name : by_rest_) {
        if (here <= kept || names.size() >= most) break;
        const Profile& profile = *profiles_.at(*name);
        if (latest_.microseconds - profile.touched.microseconds < limits::watch_quiet_us) break;
        if (!profile.open_alarm.empty() || latest_ < profile.watched_until || latest_ < profile.paced_until)
            continue;
        names.push_back(*name);
        --here;
    }
    return names;
}

void Watch::put_away(const std::string& customer, std::uint64_t ticket) {
    ASSERT(taker_ == nullptr, "a snapshot that is being taken points at profiles");
    const auto found = profiles_.find(customer);
    ASSERT(found != profiles_.end(), "only who is here can be put away");
    by_rest_.erase(found->second->place);
    profiles_.erase(found);
    away_[customer] = ticket;
}

std::vector<std::string> Watch::away_in(const Event& event) const {
    if (away_.empty()) return {};
    std::vector<std::string> names;
    const auto add = [&](const std::string& name) {
        if (away_.contains(name)) names.push_back(name);
    };
    if (const auto* answer = std::get_if<AnswerEvent>(&event)) {
        const Alarm* about = alarm(answer->alarm);
        if (about == nullptr) return {};
        add(about->customer);
        for (const std::string& other : about->others) add(other);
    } else if (const auto* message = std::get_if<MessageEvent>(&event)) {
        add(message->customer);
    } else if (const auto* act = std::get_if<AccountEvent>(&event)) {
        add(act->customer);
    } else if (const auto* care = std::get_if<CareEvent>(&event)) {
        add(care->customer);
    } else {
        add(std::get<OutcomeEvent>(event).customer);
    }
    return names;
}

void Watch::join(const std::string& customer, const Profile& other) {
    profile_to_change(customer).join(other);
}

}  // namespace tocsin::watch
