// What a replay counts: how attacks that were injected came off, and what alarms about everybody else there were.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/clock.hpp"
#include "watch/watch.hpp"

namespace tocsin::cli {

/// Who sent an event, as a simulation says in its field "label"; the watch itself never sees it.
struct EventLabel {
    std::string attack;  ///< shape of the attack; empty: none
    std::string benign;  ///< kind of hard but ordinary case; empty: plain
    std::string id;      ///< of this one attack or case
};
[[nodiscard]] EventLabel label_of(const nlohmann::json& event);

class WatchTally {
public:
    /// Alarms and mail before `from` are not counted.
    explicit WatchTally(TimePoint from) : from_(from) {}
    void message(const EventLabel& label, const watch::MessageEvent& event, const watch::Decision& decision);
    /// Any event of an attack: its clock begins with the first.
    void began(const EventLabel& label, TimePoint time);
    /// An event at `now` raised this alarm, or joined it.
    void alarm(const EventLabel& label, TimePoint now);
    /// So many customers were active on a day.
    void customer_day(std::size_t customers, TimePoint day) { customer_days_ += day < from_ ? 0 : customers; }
    [[nodiscard]] nlohmann::ordered_json summary() const;

private:
    struct Attack {
        std::string shape;
        std::optional<TimePoint> begun, first_message, alarm;
        std::uint64_t leaked = 0;
        bool alarm_before_mail = false;
    };
    struct Benign {
        std::uint64_t messages = 0, held = 0, paced = 0, alarms = 0;
    };
    [[nodiscard]] nlohmann::ordered_json attacks_json() const;
    TimePoint from_;
    std::map<std::string, Attack> attacks_;
    std::map<std::string, Benign> benign_;  ///< by case; "ordinary"
    std::uint64_t customer_days_ = 0, benign_alarms_ = 0;
};

}  // namespace tocsin::cli
