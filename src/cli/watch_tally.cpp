#include "cli/watch_tally.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace tocsin::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string text_in(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

const std::string& case_of(const EventLabel& label) {
    static const std::string ordinary = "ordinary";
    return label.benign.empty() ? ordinary : label.benign;
}

}  // namespace

EventLabel label_of(const nlohmann::json& event) {
    EventLabel label;
    if (!event.is_object()) return label;
    const auto found = event.find("label");
    if (found == event.end() || !found->is_object()) return label;
    label.attack = text_in(*found, "attack");
    label.benign = text_in(*found, "benign");
    label.id = text_in(*found, "id");
    if (label.id.empty()) label.id = label.attack + label.benign;
    return label;
}

void WatchTally::began(const EventLabel& label, TimePoint time) {
    if (label.attack.empty()) return;
    Attack& attack = attacks_[label.id];
    attack.shape = label.attack;
    if (!attack.begun) attack.begun = time;
}

void WatchTally::message(const EventLabel& label, const watch::MessageEvent& event,
                         const watch::Decision& decision) {
    if (label.attack.empty()) {
        if (event.time < from_) return;
        Benign& benign = benign_[case_of(label)];
        ++benign.messages;
        benign.held += decision.action == watch::Action::hold ? 1U : 0U;
        benign.paced += decision.action == watch::Action::pace ? 1U : 0U;
        return;
    }
    Attack& attack = attacks_[label.id];
    if (!attack.first_message) {
        attack.first_message = event.time;
        attack.alarm_before_mail = attack.alarm.has_value();
    }
    if (decision.action == watch::Action::pass) attack.leaked += event.recipients.size();
}

void WatchTally::alarm(const EventLabel& label, TimePoint now) {
    if (!label.attack.empty()) {
        Attack& attack = attacks_[label.id];
        attack.shape = label.attack;
        if (!attack.alarm) attack.alarm = now;
        return;
    }
    if (now < from_) return;
    ++benign_alarms_;
    ++benign_[case_of(label)].alarms;
}

Json WatchTally::attacks_json() const {
    std::map<std::string, std::vector<const Attack*>> by_shape;
    for (const auto& [id, attack] : attacks_) by_shape[attack.shape].push_back(&attack);
    Json shapes = Json::object();
    for (const auto& [shape, attacks] : by_shape) {
        std::uint64_t with_mail = 0, held_before = 0, alarmed = 0, worst = 0, early = 0;
        std::vector<double> leaked, seconds;
        for (const Attack* attack : attacks) {
            if (attack->alarm) ++alarmed;
            if (attack->alarm_before_mail) ++early;
            if (!attack->first_message) continue;
            ++with_mail;
            if (attack->leaked == 0) ++held_before;
            worst = std::max(worst, attack->leaked);
            leaked.push_back(static_cast<double>(attack->leaked));
            if (attack->alarm)
                seconds.push_back(
                    static_cast<double>(attack->alarm->microseconds - attack->first_message->microseconds) /
                    1e6);
        }
        shapes[shape] = {{"attacks", attacks.size()},
                         {"with_mail", with_mail},
                         {"held_before_first_recipient", held_before},
                         {"alarmed", alarmed},
                         {"alarmed_before_mail", early},
                         {"recipients_leaked_median", median(leaked)},
                         {"recipients_leaked_most", worst},
                         {"seconds_to_alarm_median", median(seconds)}};
    }
    return shapes;
}

Json WatchTally::summary() const {
    Json benign = Json::object();
    for (const auto& [name, counts] : benign_)
        benign[name] = {{"messages", counts.messages},
                        {"held", counts.held},
                        {"paced", counts.paced},
                        {"alarms", counts.alarms}};
    std::uint64_t with_mail = 0, held_before = 0;
    for (const auto& [id, attack] : attacks_) {
        if (!attack.first_message) continue;
        ++with_mail;
        held_before += attack.leaked == 0 ? 1U : 0U;
    }
    const double per_thousand = customer_days_ == 0 ? 0
                                                    : static_cast<double>(benign_alarms_) * 1'000 /
                                                          static_cast<double>(customer_days_);
    return {{"customer_days", customer_days_},
            {"benign_alarms", benign_alarms_},
            {"benign_alarms_per_1000_customers_and_day", per_thousand},
            {"attacks_with_mail", with_mail},
            {"attacks_held_before_first_recipient", held_before},
            {"attacks", attacks_json()},
            {"benign", std::move(benign)}};
}

}  // namespace tocsin::cli
