// The machine: events and time in, effects out. No clock, no store, no thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "respond/event.hpp"
#include "respond/incident.hpp"
#include "respond/report.hpp"
#include "respond/setup.hpp"

namespace tocsin::respond {

/// A notice that was due and did not go out.
struct MissedNotice {
    std::string incident;
    std::string what;  ///< key of the effect, or the level of the escalation that has nobody
    TimePoint due;
    std::optional<Target> target;  ///< who does not know of it; nullopt: the level has nobody
};

/// The state of all that is under way. How it is driven:
/// - An event is written down, then seen; one that is refused is refused again whenever the list is read, and changes nothing.
/// - Effects are taken after that, tried after EffectAttempted was written down and accepted, and their results are events.
/// - After a crash a new Response sees the list; what has no result is given again with the same key.
class Response {
public:
    Response();

    /// Errors: invalid_input (no id, out of bounds, before what was seen last, far ahead), not_found (it names nothing that
    /// is there), conflict (cannot be so now), limit (named in the text), permission (who asked may not approve, or is nobody).
    Result<void> see(const Event& event);
    /// Everything that is due by then happens, each at the moment for which it was due.
    void advance(TimePoint now);
    /// What is to be done now and nobody of this process has yet, the longest due first.
    [[nodiscard]] std::vector<Effect> take_effects();

    /// A time for the next event: the clock's, but never before what was seen last.
    [[nodiscard]] TimePoint stamp(TimePoint clock) const { return std::max(clock, now_); }
    [[nodiscard]] TimePoint now() const { return now_; }
    /// When advance() has something to do next; nullopt: nothing is planned.
    [[nodiscard]] std::optional<TimePoint> next_due() const;

    [[nodiscard]] const Setup& setup() const { return *setup_; }
    [[nodiscard]] const std::map<std::string, Incident>& incidents() const { return incidents_; }
    [[nodiscard]] const Incident* incident(const std::string& id) const;
    [[nodiscard]] const Report* report(const std::string& id) const;
    [[nodiscard]] const std::map<std::string, Report>& reports() const { return reports_; }
    [[nodiscard]] std::size_t report_count() const { return reports_.size(); }
    [[nodiscard]] const Cluster* cluster(const std::string& id) const;
    [[nodiscard]] const EffectRow* effect(const EffectKey& key) const;
    [[nodiscard]] ReporterRecord reporter(const std::string& address) const;
    /// Incidents whose reports wait for a verdict, the most believable first: sum of their reporters' precision.
    [[nodiscard]] std::vector<std::string> desk() const;
    /// All that is known of an incident: its own, its reports', and those of what was merged into it.
    [[nodiscard]] Values values_of(const Incident& incident) const;
    [[nodiscard]] std::vector<Notice> notices_of(const Incident& incident) const;
    /// The auditor: reckons from the frozen plans and from what went out, and from nothing that makes notices.
    [[nodiscard]] std::vector<MissedNotice> missed_notices(TimePoint now) const;

private:
    enum class TimerKind : std::uint8_t { read_report, duty, page, audit, step_deadline, result, forget };
    struct Timer {
        TimePoint due;
        TimerKind kind{};
        std::string subject;  ///< id of an incident or a report, key of an effect
        std::uint32_t number = 0;
        std::string step;
        auto operator<=>(const Timer&) const = default;
    };
    struct StepPlace {
        Incident* incident;
        Run* run;
        std::size_t step;
        [[nodiscard]] const Step& plan() const { return run->playbook->steps[step]; }
        [[nodiscard]] StepRun& state() const { return run->steps[step]; }
    };
    struct DueOrder {
        TimePoint due;
        EffectKey key;
        auto operator<=>(const DueOrder&) const = default;
    };

    // ---- response.cpp
    Result<void> admit(const Event& event);
    void fire(const Timer& timer);
    void plan(Timer timer) { timers_.insert(std::move(timer)); }
    Result<Incident*> find_open(const std::string& id);
    Result<Incident*> find_any(const std::string& id);
    Result<StepPlace> find_step(const std::string& incident, std::uint32_t run, const std::string& step);
    void note(Incident& incident, std::string_view by, std::string text);

    // ---- triage.cpp
    Result<void> on(const Event& event, const ReportTaken& what);
    Result<void> on(const Event& event, const ReportRead& what);
    Result<void> on(const Event& event, const ReportsSplit& what);
    void not_read(const std::string& report);
    Result<void> file(Report& report);
    Cluster* cluster_for(const ReportFacts& facts);
    void join(Cluster& cluster, Report& report);
    void judge_cluster(Incident& incident, const Report& report);
    void give_receipt(Incident& incident, const Report& report);
    void note_deed(Incident& incident, const Report& report);
    static void touch(Incident& incident, const std::string& address, Deed deed);
    void score(const Report& report, Verdict verdict, int change);
    ReporterRecord& record_of(const std::string& address);

    // ---- incidents.cpp
    Result<void> on(const Event& event, const SetupChanged& what);
    Result<void> on(const Event& event, const OverrideAdded& what);
    Result<void> on(const Event& event, const VerdictGiven& what);
    Result<void> on(const Event& event, const WatchAlarmAnswered& what);
    Result<void> on(const Event& event, const MalwareLeft& what);
    Result<void> on(const Event& event, const CanaryHit& what);
    Result<void> on(const Event& event, const OpenedByHand& what);
    Result<void> on(const Event& event, const PeopleTouched& what);
    static Result<void> note_found(Incident& incident, const PeopleTouched& what);
    Result<void> on(const Event& event, const IncidentsMerged& what);
    Result<void> on(const Event& event, const IncidentUnmerged& what);
    Result<void> on(const Event& event, const IncidentClosed& what);
    Result<void> on(const Event& event, const OwnerSet& what);
    Result<void> on(const Event& event, const SeveritySet& what);
    Result<void> on(const Event& event, const StateSet& what);
    Result<void> on(const Event& event, const NoteAdded& what);
    Result<void> on(const Event& event, const Tick& what);
    Result<Incident*> open(std::string id, Source source, Severity severity, std::string title,
                           std::string_view by);
    void decide(Incident& incident, Verdict verdict, std::string_view by, std::string_view why);
    void reach(Incident& incident, IncidentState state, std::string_view by);
    void set_severity(Incident& incident, Severity severity, std::string_view by, std::string_view why);
    Incident& root_of(Incident& incident);
    void unmerge(Incident& incident);
    void set_duties(Incident& incident);
    void duty_passed(Incident& incident, Duty duty);
    void close(Incident& incident, ClosedAs as, std::string_view by, std::string_view why);
    void forget(const std::string& incident);
    bool make_room();
    /// The one that was closed first. False: all are open.
    bool forget_closed();
    Incident* open_incident_of(Source source, const std::string& customer, const std::string& list);

    // ---- runs.cpp
    Result<void> on(const Event& event, const RunStarted& what);
    Result<void> on(const Event& event, const Approval& what);
    Result<void> on(const Event& event, const ManualDone& what);
    Result<void> on(const Event& event, const StepRetried& what);
    void trigger(Incident& incident, Trigger trigger, std::string_view by);
    Result<void> start(Incident& incident, const Playbook& playbook, RunKind kind, std::string_view by,
                       const std::string& event);
    void progress(Incident& incident, Run& run);
    void begin(const StepPlace& place);
    void plan_deadline(const StepPlace& place);
    void ask_approval(const StepPlace& place);
    void perform(const StepPlace& place);
    void perform_notice(const StepPlace& place);
    [[nodiscard]] std::set<std::string> told_before(const Incident& incident, const Run& run,
                                                    const std::string& text_name) const;
    void perform_manual(const StepPlace& place);
    void perform_undo_runs(const StepPlace& place);
    void end(const StepPlace& place, StepState state, std::string note);
    void reach_by_steps(const StepPlace& place);
    void step_deadline(const std::string& incident, std::uint32_t run, const std::string& step);
    void settle(const StepPlace& place);
    void step_effect_ended(const EffectRow& row);
    void cancel(Incident& incident, Run& run, std::string_view why);
    /// `run`: nullptr before one begins. A dry one reckons with what the same run would have changed by then.
    [[nodiscard]] bool holds(const Incident& incident, const Run* run, Condition condition) const;
    /// Whether all reports that could be read are so; true without any.
    [[nodiscard]] bool every_report(const Incident& incident, bool (*is)(const ReportFacts&)) const;
    [[nodiscard]] static std::size_t people_touched(const Incident& incident, const Run& run);

    // ---- undo.cpp
    Result<void> on(const Event& event, const RunUndone& what);
    void request_undo(Incident& incident, Run& run, std::string_view by, std::string_view why);
    void go_on_undoing(Incident& incident, Run& run);
    bool note_undone(StepRun& step) const;
    void undo_ended(Incident& incident, Run& run);

    // ---- effects.cpp
    Result<void> on(const Event& event, const EffectAttempted& what);
    Result<void> on(const Event& event, const EffectSucceeded& what);
    Result<void> on(const Event& event, const EffectFailed& what);
    EffectRow* make(Incident& incident, EffectRow row);
    void result_is_late(EffectRow& row);
    void try_again(EffectRow& row);
    void finish(EffectRow& row, EffectState state, std::string outcome);
    void revive(EffectRow& row, std::uint32_t retries);
    void withdraw(EffectRow& row, std::string why);
    void queue(const EffectRow& row);
    void unqueue(const EffectRow& row);
    [[nodiscard]] Effect as_effect(const EffectRow& row) const;

    // ---- notices.cpp
    Result<void> on(const Event& event, const Acknowledged& what);
    void start_pages(Incident& incident);
    void page(Incident& incident, std::uint32_t level);
    void stop_pages(Incident& incident, std::string_view why);
    void acknowledge(Incident& incident, const std::string& by);
    void all_clear(Incident& incident);
    std::vector<Target> targets_of(const Incident& incident, const Run* run, const std::string& group,
                                   Urgency urgency, TimePoint at) const;
    [[nodiscard]] std::vector<std::string> reporters_of(const Incident& incident) const;
    std::vector<Target> targets_of_people(const std::vector<std::string>& ids, Urgency urgency) const;
    EffectRow* tell(Incident& incident, const std::string& purpose, std::string_view text_name,
                    const Target& target, Urgency urgency, NoticeKind kind, const Run* run);
    void tell_group(Incident& incident, const std::string& purpose, std::string_view text_name,
                    const std::string& group, std::string_view step);
    void raise_alarm(Incident& incident, const std::string& about, const std::string& text);
    void audit(Incident& incident);
    void missed_of(const Incident& incident, TimePoint now, std::vector<MissedNotice>& missed) const;

    TimePoint now_;
    std::shared_ptr<const Setup> setup_;
    std::map<std::string, Report> reports_;
    std::map<std::string, Cluster> clusters_;
    std::set<std::string> open_clusters_;  ///< those that take further reports
    std::map<std::string, ReporterRecord> reporters_;
    std::map<std::string, Incident> incidents_;
    std::map<EffectKey, EffectRow> effects_;
    std::set<DueOrder> waiting_;  ///< effects that are to be given, by their time
    std::set<Timer> timers_;
    std::uint64_t incidents_made_ = 0, effects_made_ = 0;
};

}  // namespace tocsin::respond
