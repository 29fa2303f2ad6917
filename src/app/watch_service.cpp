#include "app/watch_service.hpp"

#include <algorithm>
#include <span>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "app/reported_outcomes.hpp"
#include "app/watch_snapshot_file.hpp"
#include "base/contains.hpp"
#include "base/limits.hpp"
#include "base/limits/watch.hpp"
#include "watch/alarm_json.hpp"
#include "watch/snapshot.hpp"

namespace tocsin::app {

namespace {

std::string customer_of(const watch::Event& event) {
    if (const auto* act = std::get_if<watch::AccountEvent>(&event)) return act->customer;
    if (const auto* outcome = std::get_if<watch::OutcomeEvent>(&event)) return outcome->customer;
    return {};
}

}  // namespace

WatchService::WatchService(WatchChoices choices, const HashKey& key, store::WatchStore& store,
                           store::AwayStore& away, net::BlockingPool& blocking, const Clock& clock, Log& log)
    : choices_(std::move(choices)), key_(key), watch_(choices_.rules, key),
      quiet_(watch_, away, log, choices_.customers_in_memory), store_(store), blocking_(blocking),
      clock_(clock), log_(log) {}

Result<void> WatchService::recover(net::Fiber& fiber, const std::string& snapshot_file) {
    return blocking_.call(fiber, [&]() -> Result<void> {
        Result<WatchSnapshot> snapshot = read_watch_snapshot(snapshot_file, key_);
        if (snapshot && !snapshot->bytes.empty())
            if (Result<void> restored = watch::restore_snapshot(watch_, snapshot->bytes); !restored) {
                snapshot = std::unexpected(restored.error());
                watch_.forget_everything();
            }
        if (snapshot) last_number_ = snapshot->number;
        if (!snapshot)
            log_.write(LogLevel::warning, "watch.snapshot_not_used",
                       {{"error", snapshot.error().message}, {"instead", "the whole journal is read"}});
        last_number_ = std::max(last_number_, TRY(quiet_.begin()));
        const std::uint64_t known = snapshot ? snapshot->number : 0;
        std::uint64_t events = 0;
        Result<void> brought_back;
        const std::uint64_t unreadable =
            TRY(store_.visit_after(known, [&](std::uint64_t number, const watch::Event& event) {
                if (brought_back) brought_back = quiet_.bring_back_at_start(event);
                if (!brought_back) return;
                // What was refused then is refused now.
                static_cast<void>(see(event));
                last_number_ = std::max(last_number_, number);
                ++events;
            }));
        TRY(brought_back);
        last_number_ = std::max(last_number_, TRY(store_.last_number()));
        static_cast<void>(watch_.take_news());
        // Some may have been raised and not written down when we ended.
        for (const auto& [id, alarm] : watch_.alarms()) untold_.insert(id);
        log_.write(
            LogLevel::info, "watch.recovered",
            {{"customers", std::to_string(watch_.customer_count())}, {"events", std::to_string(events)}});
        if (unreadable > 0)
            log_.write(LogLevel::error, "watch.unreadable", {{"entries", std::to_string(unreadable)}});
        return {};
    });
}

Result<void> WatchService::see(const watch::Event& event) {
    const auto see_one = [&](const auto& one) -> Result<void> {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, watch::MessageEvent>) {
            const watch::Decision decision = TRY(watch_.see(one));
            if (decision.action == watch::Action::hold && !decision.alarm.empty()) ++kept_[decision.alarm];
            return {};
        } else {
            return watch_.see(one);
        }
    };
    return std::visit(see_one, event);
}

Result<void> WatchService::see_and_write(const watch::Event& event) {
    const std::uint64_t repeated_before = watch_.counts().repeated;
    TRY(see(event));
    if (watch_.counts().repeated == repeated_before) unwritten_.push_back({++last_number_, event});
    return {};
}

void WatchService::note_news() {
    for (std::string& id : watch_.take_news()) untold_.insert(std::move(id));
    if (has_to_write()) work_.notify_all();
}

std::string WatchService::why(const watch::MessageEvent& event, const watch::Decision& decision) const {
    if (decision.action == watch::Action::pace)
        return decision.vetting
                   ? event.customer + " is new: some of its mail goes, the rest waits for what becomes of it"
                   : "unusual for " + event.customer +
                         ": some of it went, the rest waits for what becomes of it";
    const watch::Alarm* alarm = watch_.alarm(decision.alarm);
    if (alarm == nullptr || alarm->readings.empty()) return "the watch holds it, alarm " + decision.alarm;
    return fmt::format("the watch holds it, alarm {}: {}", decision.alarm, alarm->readings.front().text);
}

gate::WatchAnswer WatchService::see_mail(net::Fiber& fiber, const watch::MessageEvent& event) {
    const Result<void> here = quiet_.bring_back(blocking_, fiber, event);
    // From here on nothing else runs until the event is seen: its number says when.
    gate::WatchAnswer answer{.number = ++last_number_};
    const Result<watch::Decision> decision =
        here ? watch_.see(event) : Result<watch::Decision>(std::unexpected(here.error()));
    if (!decision) {
        // The store is away, or the event is no event. Law 2: what cannot be compared does not pass.
        log_.write(LogLevel::error, "watch.event_refused", {{"error", decision.error().message}});
        answer.action = watch::Action::pace;
        if (choices_.mode == WatchMode::hold) answer.why = decision.error().message;
        return answer;
    }
    if (watch_.counts().clock_jumps != jumps_told_) {
        jumps_told_ = watch_.counts().clock_jumps;
        log_.write(LogLevel::error, "watch.clock_jumped",
                   {{"time", to_rfc3339(event.time)}, {"customer", event.customer}});
    }
    note_news();
    answer.action = decision->action;
    answer.alarm = decision->alarm;
    if (decision->action == watch::Action::hold && !event.refused &&
        ++kept_[decision->alarm] > choices_.kept_messages)
        answer.room = gate::Room::no;
    if (choices_.mode == WatchMode::hold && decision->action != watch::Action::pass)
        answer.why = why(event, *decision);
    return answer;
}

void WatchService::see_release(const store::Record& record) {
    if (record.watch_number == 0) return;
    Result<watch::MessageEvent> event = store::watch_event_of(record);
    if (!event) return log_.write(LogLevel::error, "watch.no_event", {{"error", event.error().message}});
    event->id = "released " + record.id;
    event->time = clock_.now();
    event->refused = false;
    event->released = true;
    event->live = false;
    releases_.push_back(std::move(*event));
    work_.notify_all();
}

Result<void> WatchService::learn_releases(net::Fiber& fiber) {
    while (!releases_.empty()) {
        const watch::MessageEvent event = releases_.front();
        TRY(quiet_.bring_back(blocking_, fiber, event));
        releases_.pop_front();
        if (watch_.see(event)) unwritten_.push_back({++last_number_, event});
    }
    return {};
}

void WatchService::note_outcomes(TimePoint time, const std::vector<scan::ReportedOutcome>& outcomes) {
    for (const scan::ReportedOutcome& outcome : outcomes) {
        if (outcomes_.size() >= limits::watch_outcomes_waiting)
            ++outcomes_left_out_;
        else
            outcomes_.push_back({time, outcome});
    }
    work_.notify_all();
}

Result<void> WatchService::look_up_outcomes(net::Fiber& fiber, store::JournalStore& journal) {
    while (!outcomes_.empty()) {
        const WaitingOutcome waiting = outcomes_.front();
        std::optional<watch::OutcomeEvent> event =
            TRY(blocking_.call(fiber, [&] { return find_outcome(journal, waiting.outcome, waiting.time); }));
        if (event) TRY(quiet_.bring_back(blocking_, fiber, *event));
        outcomes_.pop_front();
        if (event) static_cast<void>(see_and_write(*event));
    }
    note_news();
    return {};
}

std::string WatchService::problem_with(const watch::Event& event) const {
    const std::string customer = customer_of(event);
    if (customer.empty())
        return "only acts on accounts and outcomes are taken here: messages come from the gate, answers go "
               "to the alarm";
    const TimePoint time = std::visit([](const auto& one) { return one.time; }, event);
    if (time.microseconds > clock_.now().microseconds + limits::watch_clock_ahead_us)
        return "it is of " + to_rfc3339(time) + ", more than an hour ahead of our clock";
    if (!watch_.knows(customer) && !(knows_customer && knows_customer(customer)))
        return "the configuration has no customer \"" + customer +
               "\", and no mail came from one of that name";
    return {};
}

Result<TakenEvents> WatchService::take(net::Fiber& fiber, const std::vector<watch::Event>& events) {
    if (unwritten_.size() >= limits::watch_unwritten)
        return fail(ErrorCode::unavailable,
                    "the store takes nothing, and too many events wait for it: send these again later");
    TakenEvents taken;
    for (std::size_t at = 0; at < events.size(); ++at) {
        if (std::string problem = problem_with(events[at]); !problem.empty()) {
            taken.refused.emplace_back(at, std::move(problem));
            continue;
        }
        TRY(quiet_.bring_back(blocking_, fiber, events[at]));
        if (const Result<void> seen = see_and_write(events[at]); !seen) {
            taken.refused.emplace_back(at, seen.error().message);
            continue;
        }
        ++taken.taken;
    }
    note_news();
    TRY(write_events(fiber));
    return taken;
}

Result<void> WatchService::answer(net::Fiber& fiber, const watch::AnswerEvent& event) {
    TRY(quiet_.bring_back(blocking_, fiber, event));
    TRY(watch_.see(event));
    unwritten_.push_back({++last_number_, event});
    untold_.insert(event.alarm);
    TRY(write_events(fiber));
    TRY(write_alarms(fiber));
    const watch::Alarm* alarm = watch_.alarm(event.alarm);
    if (on_incident && alarm != nullptr && alarm->state == watch::AlarmState::incident) on_incident(*alarm);
    work_.notify_all();
    return {};
}

Result<void> WatchService::take_care(net::Fiber& fiber, const watch::CareEvent& event) {
    if (!watch_.knows(event.customer) && !(knows_customer && knows_customer(event.customer)))
        return fail(ErrorCode::not_found, "the configuration has no customer \"" + event.customer +
                                              "\", and no mail came from one of that name");
    TRY(quiet_.bring_back(blocking_, fiber, event));
    TRY(see_and_write(event));
    return write_events(fiber);
}

Result<void> WatchService::write_events(net::Fiber& fiber) {
    while (!unwritten_.empty()) {
        const std::size_t count = std::min(unwritten_.size(), limits::journal_batch);
        const std::vector<store::WatchEntry> batch(unwritten_.begin(),
                                                   unwritten_.begin() + static_cast<std::ptrdiff_t>(count));
        TRY(blocking_.call(fiber, [&] { return store_.append(batch); }));
        // Another fiber may have written some of them meanwhile: what is on disk goes, by its number.
        std::erase_if(unwritten_, [&](const store::WatchEntry& entry) {
            return contains(batch, entry.number, &store::WatchEntry::number);
        });
    }
    return {};
}

Result<void> WatchService::write_alarms(net::Fiber& fiber) {
    std::vector<watch::Alarm> fresh;
    const std::set<std::string> ids = std::exchange(untold_, {});
    std::vector<watch::Alarm> alarms;
    std::vector<store::AlarmRow> rows;
    for (const std::string& id : ids) {
        const watch::Alarm* alarm = watch_.alarm(id);
        if (alarm == nullptr) continue;
        alarms.push_back(*alarm);
        rows.push_back(
            {.id = id,
             .time = alarm->time,
             .customer = alarm->customer,
             .state = std::string(to_string(alarm->state)),
             .entry = watch::to_json(*alarm).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
             .snoozed_until = {},
             .snoozed_by = {},
             .snooze_reason = {},
             .asked_at = {},
             .asked = {}});
    }
    const Result<void> written = blocking_.call(fiber, [&]() -> Result<void> {
        for (std::size_t at = 0; at < rows.size(); ++at) {
            const Result<store::AlarmRow> known = store_.get(rows[at].id);
            const bool told = known && (alarms[at].state != watch::AlarmState::open || known->asked_at);
            if (told) continue;
            if (!known && known.error().code != ErrorCode::not_found) return std::unexpected(known.error());
            fresh.push_back(alarms[at]);
        }
        return store_.put_alarms(rows);
    });
    if (!written) {
        untold_.insert(ids.begin(), ids.end());
        return written;
    }
    for (watch::Alarm& alarm : fresh)
        if (!known_.contains(alarm.id)) to_tell_.push_back(std::move(alarm));
    known_.insert(ids.begin(), ids.end());
    return {};
}

}  // namespace tocsin::app
