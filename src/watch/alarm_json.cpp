#include "watch/alarm_json.hpp"

#include <chrono>
#include <cmath>
#include <set>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace tocsin::watch {

namespace {

using Json = nlohmann::ordered_json;

std::string day_text(Day day) {
    return to_rfc3339({std::int64_t{day} * day_us}).substr(0, 10);
}

double rounded(double value) {
    return std::round(value * 1e6) / 1e6;
}

Json values_json(const KnownValues& values) {
    Json list = Json::array();
    for (const KnownValue& value : values.values())
        list.push_back({{"value", value.text},
                        {"first_day", day_text(value.first_day)},
                        {"last_day", day_text(value.last_day)},
                        {"vouched", value.vouched}});
    return list;
}

}  // namespace

Json to_json(Suspicion suspicion) {
    Json levels = Json::object();
    for (std::size_t at = 0; at < signal_count; ++at) {
        const auto signal = static_cast<Signal>(at);
        if (suspicion.level(signal) > 0) levels[std::string(to_string(signal))] = suspicion.level(signal);
    }
    return levels;
}

Json to_json(const Alarm& alarm) {
    Json signals = Json::array();
    for (const Reading& reading : alarm.readings) {
        Json one{{"signal", to_string(reading.signal)}, {"level", reading.level}, {"text", reading.text}};
        if (!reading.normal.empty()) one["normal"] = reading.normal;
        signals.push_back(std::move(one));
    }
    Json campaigns = Json::array();
    for (const AlarmCampaign& campaign : alarm.campaigns)
        campaigns.push_back({{"begun", to_rfc3339(campaign.begun)},
                             {"first_record", campaign.first_record},
                             {"header_from", campaign.header_from},
                             {"subject", campaign.subject},
                             {"links_to", campaign.places},
                             {"recipients_let_go", campaign.let_go}});
    Json out{{"alarm", alarm.id},
             {"time", to_rfc3339(alarm.time)},
             {"kind", alarm.kind == AlarmKind::campaign ? "campaign" : "account"},
             {"state", to_string(alarm.state)},
             {"customer", alarm.customer},
             {"credential", alarm.credential},
             {"score", rounded(alarm.score)},
             {"threshold", rounded(alarm.threshold)},
             {"campaigns_before", alarm.before},
             {"campaigns_before_alike", alarm.before_alike},
             {"share_of_all_alike", rounded(alarm.share_alike)},
             {"signals", std::move(signals)},
             {"campaigns", std::move(campaigns)}};
    if (alarm.campaigns_more > 0) out["campaigns_more"] = alarm.campaigns_more;
    if (!alarm.others.empty()) out["other_customers"] = alarm.others;
    if (alarm.state != AlarmState::open) {
        out["answered_by"] = alarm.answered_by;
        out["answered_at"] = to_rfc3339(alarm.answered_at);
        out["note"] = alarm.note;
    }
    return out;
}

Json to_json(const std::string& customer, const Profile& profile) {
    Json out{{"customer", customer}};
    if (profile.first_day >= 0) {
        out["first_day"] = day_text(profile.first_day);
        out["last_day"] = day_text(profile.last_day);
    }
    out["recipients_ever"] = profile.recipients_ever;
    for (std::size_t at = 0; at < family_count; ++at) {
        const auto family = static_cast<Family>(at);
        if (profile.known(family).size() > 0)
            out[std::string(to_string(family))] = values_json(profile.known(family));
    }
    std::set<std::uint32_t> sampled;
    for (const Audience::Generation& generation : profile.audience.generations())
        sampled.insert(generation.smallest.begin(), generation.smallest.end());
    out["recipients_sampled"] = sampled.size();
    out["recipients_sample_is_one_of"] = std::round(profile.audience.one_of());
    out["largest_day_recipients"] = profile.volume.largest_before(profile.last_day + 1);
    Json hours = Json::array();
    for (std::size_t hour = 0; hour < Rhythm::hours; ++hour)
        if (profile.rhythm.weeks()[hour] != 0) hours.push_back((hour + 96) % Rhythm::hours);
    out["hours_of_week_utc_from_monday"] = std::move(hours);
    out["templates"] = profile.templates.size();
    out["bounces"] = profile.outcomes.bounces;
    out["complaints"] = profile.outcomes.complaints;
    out["unsubscribes"] = profile.outcomes.unsubscribes;
    Json before = Json::array();
    for (const SuspicionHistory::Entry& entry : profile.campaigns_before.entries())
        before.push_back({{"day", day_text(entry.day)}, {"signals", to_json(entry.suspicion)}});
    out["suspicions"] = std::move(before);
    Json acts = Json::array();
    for (const RecentAct& act : profile.acts)
        acts.push_back({{"time", to_rfc3339(act.time)},
                        {"what", act.what},
                        {"weight", act.weight},
                        {"access", act.access}});
    out["acts"] = std::move(acts);
    out["open_alarm"] = profile.open_alarm;
    out["bytes"] = profile.bytes();
    return out;
}

std::string alarm_text(const Alarm& alarm) {
    std::string out =
        fmt::format("{} {} alarm {}: customer {}{}\n", to_rfc3339(alarm.time),
                    alarm.kind == AlarmKind::campaign ? "campaign" : "account", alarm.id, alarm.customer,
                    alarm.credential.empty() ? "" : ", login or key " + alarm.credential);
    for (const AlarmCampaign& campaign : alarm.campaigns)
        out += fmt::format("  held: \"{}\" from {}, begun {}; {} recipients had got it\n", campaign.subject,
                           campaign.header_from, to_rfc3339(campaign.begun), campaign.let_go);
    if (alarm.campaigns_more > 0) out += fmt::format("  and {} more campaigns\n", alarm.campaigns_more);
    for (const Reading& reading : alarm.readings) {
        out += fmt::format("  {} {}: {}\n",
                           std::string(reading.level, '!') + std::string(3 - reading.level, ' '),
                           to_string(reading.signal), reading.text);
        if (!reading.normal.empty()) out += fmt::format("      normal: {}\n", reading.normal);
    }
    out +=
        fmt::format("  {} of {} earlier campaigns of this customer, and {:.2f} % of all campaigns, were at "
                    "least as unusual in all of this (score "
                    "{:.2f}, alarm from {:.2f})\n",
                    alarm.before_alike, alarm.before, alarm.share_alike * 100, alarm.score, alarm.threshold);
    return out;
}

}  // namespace tocsin::watch
