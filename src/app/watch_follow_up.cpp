#include "app/watch_follow_up.hpp"

#include "app/watch_snapshot_file.hpp"
#include "base/limits.hpp"
#include "base/limits/watch.hpp"
#include "net/loop.hpp"

namespace tocsin::app {

namespace {

class FollowUp {
public:
    FollowUp(const WatchFollowUp& services, net::Fiber& fiber)
        : services_(services), fiber_(fiber), snapshot_number_(services.service.last_number()),
          snapshot_time_(services.clock.now()) {}

    void run() {
        // Mail that was let go when we ended.
        mail_due_ = net::steady_now();
        put_away();
        while (!fiber_.stop_requested()) {
            write_down();
            if (net::steady_now() >= mail_due_) let_mail_go();
            if (snapshot_is_due()) {
                put_away();
                snapshot();
            }
            const std::uint64_t pause_ms =
                services_.service.has_to_write() ? limits::watch_follow_up_ms : limits::watch_idle_ms;
            const Result<void> woken = services_.service.work().wait(
                fiber_, std::min(net::deadline_in_ms(pause_ms), mail_due_), net::OnStop::give_up);
            if (woken) mail_due_ = net::steady_now();
        }
        write_down();
    }

private:
    void write_down() {
        Result<void> outcomes = services_.service.look_up_outcomes(fiber_, services_.journal);
        if (const Result<void> learnt = services_.service.learn_releases(fiber_); outcomes) outcomes = learnt;
        if (!outcomes && !failing_)
            services_.log.write(LogLevel::error, "watch.not_written", {{"error", outcomes.error().message}});
        const Result<void> events = services_.service.write_events(fiber_);
        const Result<void> alarms = services_.service.write_alarms(fiber_);
        const bool good = outcomes && events && alarms;
        if (outcomes && !good && !failing_)
            services_.log.write(LogLevel::error, "watch.not_written",
                                {{"error", events ? alarms.error().message : events.error().message}});
        failing_ = !good;
        for (const watch::Alarm& alarm : services_.service.take_alarms_to_tell()) tell(alarm);
    }

    void tell(const watch::Alarm& alarm) {
        services_.log.write(LogLevel::warning, "watch.alarm",
                            {{"id", alarm.id},
                             {"customer", alarm.customer},
                             {"kind", alarm.kind == watch::AlarmKind::campaign ? "campaign" : "account"},
                             {"why", alarm.readings.empty() ? "" : alarm.readings.front().text}});
        if (services_.on_alarm) services_.on_alarm(alarm);
    }

    /// What an answer let go, oldest alarm first. Where the next hop is away the rest waits a minute.
    void let_mail_go() {
        mail_due_ = net::deadline_in_ms(limits::watch_idle_ms);
        const Result<std::vector<std::string>> alarms =
            services_.blocking.call(fiber_, [&] { return services_.store.released_that_hold(); });
        if (!alarms)
            return services_.log.write(LogLevel::error, "watch.release_failed",
                                       {{"error", alarms.error().message}});
        for (const std::string& id : *alarms)
            if (fiber_.stop_requested() || !let_go(id)) return;
    }

    /// Returns false when it should not go on now.
    bool let_go(const std::string& alarm_id) {
        const watch::Alarm* alarm = services_.service.watch().alarm(alarm_id);
        const std::string by = alarm != nullptr ? alarm->answered_by : std::string("an earlier answer");
        store::HeldFilter filter;
        filter.alarm = alarm_id;
        filter.state = store::HeldState::held;
        filter.limit = limits::listing_rows;
        const Result<std::vector<store::Held>> messages =
            services_.blocking.call(fiber_, [&] { return services_.held.list(filter); });
        if (!messages) return false;
        for (auto message = messages->rbegin(); message != messages->rend(); ++message) {
            if (fiber_.stop_requested()) return false;
            const gate::ReleaseRequest request{.held_id = message->id,
                                               .by = {by, "watch"},
                                               .why = "alarm " + alarm_id + " was answered: this is us",
                                               .again = gate::Again::no};
            const Result<gate::Released> released = services_.releaser.release(fiber_, request);
            // Somebody else decided about it, or does so now: not our affair.
            if (released || released.error().code == ErrorCode::conflict) continue;
            services_.log.write(
                LogLevel::warning, "watch.release_failed",
                {{"id", message->id}, {"alarm", alarm_id}, {"error", released.error().message}});
            if (released.error().code == ErrorCode::unavailable) return false;
        }
        return true;
    }

    [[nodiscard]] bool snapshot_is_due() const {
        const std::uint64_t events = services_.service.last_number() - snapshot_number_;
        const std::int64_t age_us = services_.clock.now().microseconds - snapshot_time_.microseconds;
        return events >= limits::watch_snapshot_events ||
               (events > 0 && age_us >= limits::watch_snapshot_interval_us);
    }

    void put_away() {
        if (const Result<void> done = services_.service.put_away(fiber_); !done)
            services_.log.write(LogLevel::warning, "watch.not_put_away", {{"error", done.error().message}});
    }

    void snapshot() {
        const std::size_t unneeded = services_.service.quiet().unneeded();
        snapshot_number_ = services_.service.last_number();
        snapshot_time_ = services_.clock.now();
        const Result<void> written =
            write_watch_snapshot(fiber_, services_.service, services_.blocking, services_.snapshot_file,
                                 net::deadline_in_ms(limits::watch_snapshot_ms));
        if (written)
            services_.log.write(LogLevel::info, "watch.snapshot",
                                {{"number", std::to_string(snapshot_number_)}});
        else
            services_.log.write(LogLevel::warning, "watch.snapshot_failed",
                                {{"error", written.error().message}});
        if (!written) return;
        // Rows that are left are looked for again: no harm but their room.
        static_cast<void>(services_.service.quiet().remove_unneeded(services_.blocking, fiber_, unneeded));
    }

    const WatchFollowUp& services_;
    net::Fiber& fiber_;
    std::uint64_t snapshot_number_;
    TimePoint snapshot_time_;
    Deadline mail_due_{};
    bool failing_ = false;
};

}  // namespace

void follow_up_for_ever(const WatchFollowUp& services, net::Fiber& fiber) {
    FollowUp(services, fiber).run();
}

void take_last_snapshot(const WatchFollowUp& services, net::Fiber& fiber, Deadline deadline) {
    if (services.service.watch().customer_count() > limits::watch_last_snapshot_customers) return;
    const Result<void> written =
        write_watch_snapshot(fiber, services.service, services.blocking, services.snapshot_file, deadline);
    if (!written)
        services.log.write(LogLevel::warning, "watch.snapshot_failed", {{"error", written.error().message}});
}

}  // namespace tocsin::app
