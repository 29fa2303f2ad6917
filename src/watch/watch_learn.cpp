// What the watch takes from mail that went, from acts, and from answers to its alarms.
#include <algorithm>

#include <fmt/core.h>

#include "base/fold_case.hpp"
#include "watch/facts.hpp"
#include "watch/watch.hpp"

namespace tocsin::watch {

namespace {

/// A release of the same suspicion again, this many days later, makes it a part of the customer's history.
constexpr Day released_again_days = 7;
/// Campaigns of all customers of which one more is nothing: what is released counts among them from then on.
constexpr double population_of_many = 3'000;

std::string act_text(const AccountEvent& event, const std::string& network) {
    std::string text = std::string(to_string(event.act));
    std::ranges::replace(text, '_', ' ');
    if (event.count > 1) text += fmt::format(" ({})", event.count);
    if (!event.value.empty()) text += ": " + event.value;
    if (!event.actor.empty()) text += ", by " + event.actor;
    if (!network.empty()) text += ", from " + network;
    if (!event.country.empty()) text += " in " + event.country;
    return text;
}

}  // namespace

void Watch::learn_campaign(Profile& profile, const MessageEvent& event, const MessageFacts& facts) {
    const Day today = day_of(event.time);
    const auto note = [&](Family family, const HashedText& value) {
        profile.known(family).note(value.hash, value.text, today);
    };
    note(Family::from, facts.from);
    note(Family::from_domain, facts.from_domain);
    note(Family::from_name, facts.from_name);
    note(Family::mail_from_domain, facts.mail_from_domain);
    note(Family::reply_to, facts.reply_to);
    note(Family::network, facts.network);
    note(Family::network_owner, facts.network_owner);
    note(Family::country, facts.country);
    note(Family::credential, facts.credential);
    note(Family::language, facts.language);
    for (const std::string& type : event.attachment_types) note(Family::attachment_type, {type, hash_(type)});
    for (const LinkPlace& place : facts.places) {
        profile.known(Family::link_place).note(place.place.hash, place.place.text, today, place.share);
        domains_.note(place.place.hash, hash_(event.customer), today);
    }
    if (facts.credential.hash != 0) {
        CredentialSeen& seen = profile.touch_credential(facts.credential.hash, today);
        seen.from.note(facts.from.hash, {}, today);
        seen.networks.note(facts.network.hash, {}, today);
    }
    profile.note_template({.time = event.time,
                           .text = event.text_fingerprint,
                           .page = event.page_fingerprint,
                           .form = event.form});
}

void Watch::learn_recipients(Profile& profile, const MessageEvent& event) {
    const Day today = day_of(event.time);
    for (AlarmBudget* budget : {&campaign_budget_, &act_budget_})
        budget->note_active(profile.last_day, today);
    profile.first_day = profile.first_day < 0 ? today : std::min(profile.first_day, today);
    profile.last_day = std::max(profile.last_day, today);
    profile.rhythm.note(event.time);
    profile.volume.note(today, event.recipients.size());
    profile.recipients_ever += event.recipients.size();
    const std::uint64_t customer = hash_(event.customer);
    for (const std::string& recipient : event.recipients) {
        const std::string address = ascii_lower(recipient);
        const std::string domain = domain_of(address);
        const std::uint64_t hashed = hash_(address);
        profile.audience.note(hashed, today);
        profile.official_ever += is_official(address) ? 1U : 0U;
        shared_recipients_.note(hashed, customer, today);
        profile.known(Family::recipient_domain).note(hash_(domain), domain, today);
    }
}

void Watch::judge_act(Profile& profile, const AccountEvent& event) {
    const Day today = day_of(event.time);
    const HashedText network{network_of(event.client_ip), hash_(network_of(event.client_ip))};
    const AccessFacts from{.network = network.hash,
                           .owner = hash_(event.network_owner),
                           .country = hash_(event.country),
                           .device = hash_(event.device)};
    const std::uint64_t act_name = hash_(to_string(event.act));
    const bool failed = event.act == AccountAct::login_failed;
    RecentAct act{.time = event.time,
                  .act = event.act,
                  .hash = hash_(event.id),
                  .credential = hash_(event.credential),
                  .access = failed ? std::uint8_t{0} : access_level(profile, from, today),
                  .weight = 0,
                  .count = event.count,
                  .what = act_text(event, network.text)};
    act.weight = act_weight(profile, event, act.access, act_name);
    profile.note_act(act);
    if (!is_late(event.time)) raise_for_acts(profile, event, network);
    if (failed) return;
    const auto note = [&](Family family, std::uint64_t hash, const std::string& text) {
        profile.known(family).note(hash, text, today);
    };
    note(Family::account_act, act_name, std::string(to_string(event.act)));
    note(Family::login_network, from.network, network.text);
    note(Family::login_owner, from.owner, event.network_owner);
    note(Family::login_country, from.country, event.country);
    note(Family::device, from.device, event.device);
    note(Family::actor, hash_(event.actor), event.actor);
}

Result<void> Watch::see(const AnswerEvent& event) {
    if (event.id.empty()) return fail(ErrorCode::invalid_input, "the answer has no id");
    ++counts_.answers;
    if (repeated(hash_("answer " + event.id))) {
        ++counts_.repeated;
        return {};
    }
    const auto found = alarms_.find(event.alarm);
    if (found == alarms_.end()) return fail(ErrorCode::not_found, "there is no alarm " + event.alarm);
    Alarm& alarm = found->second;
    const bool closes = event.answer == Answer::closed;
    if (closes ? alarm.state != AlarmState::incident : alarm.state != AlarmState::open)
        return fail(ErrorCode::conflict, "alarm " + event.alarm + " is " +
                                             std::string(to_string(alarm.state)) +
                                             (closes ? ": only an incident can be closed" : " already"));
    latest_ = std::max(latest_, event.time);
    alarm.answered_by = event.by;
    alarm.note = event.note;
    alarm.answered_at = event.time;
    Profile& profile = profile_to_change(alarm.customer);
    if (profile.open_alarm == alarm.id && !closes) profile.open_alarm.clear();
    if (event.answer == Answer::this_is_us) {
        alarm.state = AlarmState::released;
        release(profile, alarm, event.time);
    } else if (event.answer == Answer::not_us) {
        alarm.state = AlarmState::incident;
        profile.watched_until = {event.time.microseconds + rules_.close_watch_us};
        // Those at whom the same new thing showed: what happened to one may happen to them.
        for (const std::string& other : alarm.others) {
            Profile& theirs = profile_to_change(other);
            theirs.watched_until = std::max(theirs.watched_until, profile.watched_until);
        }
    } else {
        alarm.state = AlarmState::closed;
        // Of the others only what this incident began: another one of theirs goes on.
        for (const std::string& other : alarm.others) {
            Profile& theirs = profile_to_change(other);
            if (theirs.watched_until == profile.watched_until) theirs.watched_until = event.time;
        }
        profile.watched_until = event.time;
    }
    return {};
}

void Watch::release(Profile& profile, const Alarm& alarm, TimePoint now) {
    const Day today = day_of(now);
    for (const LearntByRelease& value : alarm.values)
        profile.known(value.family).vouch(value.value.hash, value.value.text, today, value.weight);
    for (Campaign& campaign : profile.campaigns) {
        if (campaign.alarm != alarm.id) continue;
        campaign.action = Action::pass;
        campaign.begun = campaign.latest = now;
        profile.note_template(
            {.time = now, .text = campaign.text, .page = campaign.page, .form = BodyForm::unknown});
    }
    // What came before the answer is explained by it.
    for (RecentAct& act : profile.acts) act.weight = act.access = 0;
    // Of others, who are compared with all, it is usual by so much. For this customer it becomes usual only when the same
    // was released a week and more ago: one release must make no room for an attack.
    const bool campaign = alarm.kind == AlarmKind::campaign;
    // Among few campaigns one release would make its suspicion usual for everybody.
    Population& all = campaign ? campaigns_ : acts_;
    if (all.campaigns(today) >= population_of_many) all.note(alarm.suspicion, today);
    const bool again =
        std::ranges::any_of(profile.released.entries(), [&](const SuspicionHistory::Entry& before) {
            return before.day + released_again_days <= today && before.suspicion.at_least(alarm.suspicion);
        });
    if (again) (campaign ? profile.campaigns_before : profile.acts_before).note(alarm.suspicion, today);
    profile.released.note(alarm.suspicion, today);
}

}  // namespace tocsin::watch
